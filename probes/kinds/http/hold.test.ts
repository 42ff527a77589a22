import type { Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpOptions } from '../../../infra/landscape/kinds/http.ts';
import type { Measurement } from '../../observation.ts';
import { answering, checkOf, contextHere, type Stand, tcpStand } from '../../testing/servers.ts';
import { http } from './http.ts';

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
const probe = async (handle: (socket: Socket) => void, options: HttpOptions): Promise<Measurement> => {
  const stand = await tcpStand(handle);
  stands.push(stand);
  const aim = { check: checkOf('http', options), target: `http://${stand.target}/` };
  return await http(aim, contextHere()(AbortSignal.timeout(3000)));
};

type Row = readonly [name: string, options: HttpOptions, answer: (socket: Socket) => void, expected: object];
const good = { outcome: 'good', reason: null };
const bad = (reason: string, more: object = {}) => ({ outcome: 'bad', reason, ...more });
const regex = bad('unexpected-answer', { facts: { failedOn: 'regex' } });
const cel = bad('unexpected-answer', { facts: { failedOn: 'cel' } });
const page = answering('200 OK\r\nserver: nginx\r\nx-tag: one\r\nx-tag: two', 'the ward is ready');
const json = (value: string) => answering('200 OK\r\ncontent-type: application/json', value);
const rule = (name: string, pattern: string, optional?: boolean) => [
  { name, pattern, ...(optional === undefined ? {} : { optional }) },
];

const texts: readonly Row[] = [
  ['every expression matches', { bodyMatches: ['ward', 'ready$'] }, page, good],
  ['one of them does not', { bodyMatches: ['ward', 'down'] }, page, regex],
  ['none of them may match, and none does', { bodyNever: ['down', 'busy'] }, page, good],
  ['one that must not match does', { bodyNever: ['down', 'ready'] }, page, regex],
  ['a body is text in UTF-8', { bodyMatches: '^Århus ✓$' }, answering('200 OK', 'Århus ✓'), good],
  ['flags stand in the expression', { bodyMatches: '(?i)WARD' }, page, good],
  ['an empty body matches what is empty', { bodyMatches: '^$' }, answering('200 OK'), good],
  ['a header matches by one of its values', { headerMatches: rule('x-tag', '^two$') }, page, good],
  ['a header matches by none of its values', { headerMatches: rule('X-Tag', '^three$') }, page, regex],
  ['a header is missing', { headerMatches: rule('x-no', '.') }, page, regex],
  ['a header may be missing', { headerMatches: rule('x-no', '.', true) }, page, good],
  ['a header that may be missing is there and wrong', { headerMatches: rule('server', 'apache', true) }, page, regex],
  ['a header must not match, and does not', { headerNever: rule('server', 'apache') }, page, good],
  ['a header must not match, and one value does', { headerNever: rule('x-tag', 'two') }, page, regex],
  ['a header that must not match is missing', { headerNever: rule('x-no', 'x') }, page, regex],
  ['a header that must not match may be missing', { headerNever: rule('x-no', 'x', true) }, page, good],
  ['the status is looked at first', { bodyMatches: 'down' }, answering('500 No', 'x'), bad('unexpected-status')],
];

const values: readonly Row[] = [
  ['JSON is as expected', { json: ['body.status == "UP"'] }, json('{"status":"UP"}'), good],
  ['JSON is not', { json: ['body.status == "UP"'] }, json('{"status":"DOWN"}'), cel],
  ['JSON must not be so, and is not', { jsonNever: ['body.status == "DOWN"'] }, json('{"status":"UP"}'), good],
  ['JSON must not be so, and is', { jsonNever: ['body.status == "DOWN"'] }, json('{"status":"DOWN"}'), cel],
  ['a list', { json: ['body[1] == 2'] }, json('[1,2]'), good],
  ['a number against a whole one', { json: ['body.n >= 3'] }, json('{"n":3}'), good],
  ['a macro', { json: ['body.all(x, x.up)'] }, json('[{"up":true},{"up":true}]'), good],
  ['a text with a picture', { json: ['body == "🩺"'] }, json('"🩺"'), good],
  ['null', { json: ['body == null'] }, json('null'), good],
  ['a field that is not there', { json: ['body.x == 1'] }, json('{}'), cel],
  ['a field that is not there and must not be so', { jsonNever: ['body.x == 1'] }, json('{}'), cel],
  ['what is neither true nor false', { json: ['body.x'] }, json('{"x":1}'), cel],
  ['what is neither, and must not be so', { jsonNever: ['body.x'] }, json('{"x":1}'), cel],
  ['no JSON', { json: ['body == 1'] }, json('<html>'), cel],
  ['an empty body is no JSON', { jsonNever: ['body == 1'] }, json(''), cel],
  [
    'a tower of brackets',
    { json: ['body == 1'] },
    json('['.repeat(5000)),
    bad('protocol-error', { facts: { failedOn: 'cel' } }),
  ],
  [
    'loops in loops over too much',
    { json: ['body.all(x, body.all(y, x == y))'] },
    json(JSON.stringify(Array.from({ length: 5000 }, () => 1))),
    bad('answer-too-large'),
  ],
  ['an expression that is none', { json: ['body.('] }, json('1'), { outcome: 'unknown', reason: 'could-not-run' }],
  ['a type that cannot fit', { json: ['1 + "a"'] }, json('1'), { outcome: 'unknown', reason: 'could-not-run' }],
];

const zipped = gzipSync('plain');
const coded = (name: string, body: Buffer) => answering(`200 OK\r\ncontent-encoding: ${name}`, body);
const codings: readonly Row[] = [
  ['gzip', { bodyMatches: '^plain$' }, coded('gzip', zipped), good],
  ['x-gzip', { bodyMatches: '^plain$' }, coded('x-gzip', zipped), good],
  ['br', { bodyMatches: '^plain$' }, coded('br', brotliCompressSync('plain')), good],
  ['zstd', { bodyMatches: '^plain$' }, coded('zstd', zstdCompressSync('plain')), good],
  ['deflate as zlib has it', { bodyMatches: '^plain$' }, coded('deflate', deflateSync('plain')), good],
  ['deflate as it is bare', { bodyMatches: '^plain$' }, coded('deflate', deflateRawSync('plain')), good],
  ['identity', { bodyMatches: '^plain$' }, coded('identity', Buffer.from('plain')), good],
  [
    'two, one over the other',
    { bodyMatches: '^plain$' },
    coded('br, gzip', gzipSync(brotliCompressSync('plain'))),
    good,
  ],
  ['one nobody knows', {}, coded('compress', zipped), bad('protocol-error')],
  ['too many', {}, coded('gzip, gzip, gzip, gzip', zipped), bad('protocol-error')],
  ['said and not so', {}, coded('br', zipped), bad('protocol-error')],
  ['half of it', {}, coded('gzip', zipped.subarray(0, 15)), bad('protocol-error')],
  ['a declared one', { compression: 'br', bodyMatches: '^plain$' }, coded('br', brotliCompressSync('plain')), good],
  [
    'another than declared',
    { compression: 'br' },
    coded('gzip', zipped),
    bad('unexpected-answer', { message: 'expected a body encoded as br, got gzip' }),
  ],
  ['none where one was declared', { compression: 'gzip' }, answering('200 OK', 'plain'), bad('unexpected-answer')],
  ['none, as declared', { compression: 'identity' }, answering('200 OK', 'plain'), good],
  ['blind, nothing is decoded', { blind: true, bodyMatches: '^plain$' }, coded('gzip', zipped), regex],
  [
    'blind, decoded as declared',
    { blind: true, compression: 'gzip', bodyMatches: 'plain' },
    answering('200 OK', zipped),
    good,
  ],
  [
    'blind, and not as declared',
    { blind: true, compression: 'gzip' },
    answering('200 OK', 'plain'),
    bad('protocol-error'),
  ],
];

const others: readonly Row[] = [
  ['the version, as expected', { versions: ['1.0', '1.1'] }, page, good],
  ['another version', { versions: ['2'] }, page, bad('unexpected-version')],
  ['no TLS, as expected', { secured: false }, page, good],
  ['no TLS where it was expected', { secured: true }, page, bad('tls-not-offered')],
  ['a body as large as allowed', { bodyLimit: 5 }, answering('200 OK', 'plain'), good],
  ['a larger one', { bodyLimit: 4 }, answering('200 OK', 'plain'), bad('answer-too-large')],
  ['larger when decoded', { bodyLimit: 500 }, coded('gzip', gzipSync(Buffer.alloc(501))), bad('answer-too-large')],
  [
    'a login in plain',
    { auth: { basic: { username: 'me', password: 'x' } } },
    answering('401 No'),
    bad('login-refused'),
  ],
  ['a login that is meant to fail', { auth: { basic: { username: 'me' } }, status: [401] }, answering('401 No'), good],
];

describe.each([
  ['texts', texts],
  ['JSON', values],
  ['codings', codings],
  ['the rest', others],
])('%s', (_, rows) => {
  test.each(rows)('%s', async (_name, options, answer, expected) => {
    expect(await probe(answer, options)).toMatchObject(expected);
  });
});

test('an assertion that does not hold is no assertion that failed elsewhere', async () => {
  const seen = await probe(page, { bodyMatches: 'ready' });
  expect(seen.facts.failedOn).toBeUndefined();
  expect(seen.facts.http).toEqual({
    status: 200,
    version: '1.1',
    contentLength: 17,
    bodyLength: 17,
    redirects: 0,
    tls: false,
    lastModified: null,
  });
});

test('what is known of an answer is known also when it is wrong', async () => {
  const head = '503 Busy\r\nlast-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\ncontent-encoding: gzip';
  const { facts } = await probe(answering(head, zipped), {});
  expect(facts.http).toMatchObject({
    status: 503,
    contentLength: zipped.length,
    bodyLength: 5,
    lastModified: 1_445_412_480,
  });
});

test('of a body that nobody looks at only the size is kept', async () => {
  const body = Buffer.alloc(3 * 1024 * 1024, 'x');
  const seen = await probe(answering('200 OK', body), { blind: true, bodyLimit: 64 * 1024 * 1024 });
  expect(seen).toMatchObject({ outcome: 'good', facts: { http: { bodyLength: body.length } } });
});

test('a header a peer sends back shows no secret of the check', async () => {
  const stand = await tcpStand(answering('200 OK', 'you said hush-hush'));
  stands.push(stand);
  const options: HttpOptions = { headers: [['x-custom', { env: 'KEY' }]], bodyMatches: 'never' };
  const aim = {
    check: checkOf('http', options),
    target: `http://${stand.target}/`,
    secrets: { 'env:KEY': 'hush-hush' },
  };
  const seen = await http(aim, contextHere()(AbortSignal.timeout(2000)));
  expect(seen.reason).toBe('unexpected-answer');
  expect(`${seen.transcript}${seen.message}`).not.toContain('hush-hush');
});
