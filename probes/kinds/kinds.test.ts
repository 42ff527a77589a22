import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { encode } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { Check } from '../../infra/landscape/model.ts';
import { dns as region } from '../../scripts/demo/protocols/dns.ts';
import { ldap, mllp, smtp } from '../../scripts/demo/protocols/lines.ts';
import { kinds } from '../kinds.ts';
import type { Measurement } from '../observation.ts';
import { answering, checkOf, contextHere, type Stand, signalOf, tcpStand, udpStand } from '../testing/servers.ts';

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
const standing = async (made: Promise<Stand>): Promise<string> => {
  const stand = await made;
  stands.push(stand);
  return stand.target;
};
const probe = (check: Check, target: string, trust: readonly string[] = []): Promise<Measurement> =>
  kinds[check.kind]({ check, target }, contextHere(trust)(AbortSignal.timeout(2000)));

describe('http', () => {
  const page = answering(
    '200 OK\r\ncontent-type: text/html\r\nset-cookie: session=abc123',
    '<p>ready since 0101901234</p>',
  );
  const rows: readonly (readonly [string, object, (socket: Socket) => void, object])[] = [
    [
      'any success is good',
      {},
      answering('204 No Content'),
      { outcome: 'good', reason: null, message: '', depth: 'protocol' },
    ],
    [
      'an error page is not',
      {},
      answering('503 Busy'),
      { reason: 'unexpected-status', message: 'expected status 200 to 299, got 503' },
    ],
    ['a declared status is good', { status: [401] }, answering('401 No'), { outcome: 'good' }],
    ['success that was not declared is bad', { status: [401] }, answering('200 OK'), { reason: 'unexpected-status' }],
    [
      'a redirect that is not followed is no success',
      {},
      answering('302 Found\r\nlocation: /x'),
      { reason: 'unexpected-status' },
    ],
    ['a body that matches is good', { bodyMatches: 'ready' }, page, { outcome: 'good' }],
    [
      'a body that does not is bad',
      { bodyMatches: '^down$' },
      page,
      { reason: 'unexpected-answer', depth: 'protocol' },
    ],
    [
      'a header that matches is good',
      { headerMatches: [{ name: 'Content-Type', pattern: '^text/' }] },
      page,
      { outcome: 'good' },
    ],
    [
      'a header that is missing is bad',
      { headerMatches: [{ name: 'x-node', pattern: '.' }] },
      page,
      { reason: 'unexpected-answer' },
    ],
    [
      'a broken expression is our own trouble',
      { bodyMatches: '(' },
      page,
      { outcome: 'unknown', reason: 'could-not-run' },
    ],
    [
      'gzip is read',
      { bodyMatches: '^plain$' },
      answering('200 OK\r\ncontent-encoding: gzip', gzipSync('plain')),
      { outcome: 'good' },
    ],
    [
      'brotli is read',
      { bodyMatches: '^plain$' },
      answering('200 OK\r\ncontent-encoding: br', brotliCompressSync('plain')),
      { outcome: 'good' },
    ],
  ];
  test.each(rows)('%s', async (_, expectation, handle, expected) => {
    const target = await standing(tcpStand(handle));
    expect(await probe(checkOf('http', expectation), `http://${target}/`)).toMatchObject(expected);
  });

  test('every phase has its time, and the latency is a signal under its declared name', async () => {
    const target = await standing(tcpStand(page));
    const check = checkOf('http', {}, { signals: [signalOf('latency', 'duration')] });
    const seen = await probe(check, `http://${target}/`);
    expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'processing', 'transfer']);
    expect(seen.signals).toEqual({ duration: seen.duration, latency: seen.duration });
    const sum = Object.values(seen.phases).reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThanOrEqual(seen.duration);
  });

  test('a slow answer is processing, a slow body is transfer', async () => {
    const target = await standing(
      tcpStand((socket) => {
        socket.once('data', () => {
          setTimeout(() => {
            socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n');
            // From here on, however late it is: server and probe share a thread.
            setTimeout(() => socket.write('ok'), 120);
          }, 80);
        });
      }),
    );
    const { phases } = await probe(checkOf('http'), `http://${target}/`);
    expect(phases.processing).toBeGreaterThan(0.07);
    expect(phases.transfer).toBeGreaterThan(0.1);
    expect(phases.connect, 'no delay of the server is taken for the way there').toBeLessThan(0.3);
  });

  test('only a run that was held against something claims the depth of the check', async () => {
    const target = `http://${await standing(tcpStand(page))}/`;
    const deep = { depth: 'transaction' } as const;
    expect((await probe(checkOf('http', {}, deep), target)).depth).toBe('protocol');
    expect((await probe(checkOf('http', { bodyMatches: 'ready' }, deep), target)).depth).toBe('transaction');
    expect((await probe(checkOf('http', { bodyMatches: 'down' }, deep), target)).depth).toBe('protocol');
  });

  test('no cookie, credential or civil registration number is shown', async () => {
    const target = await standing(tcpStand(page));
    const check = checkOf('http', { bodyMatches: 'never', headers: [['Authorization', 'Bearer s3cr3t-token']] });
    const seen = await probe(check, `http://nurse:hunter2@${target}/?token=s3cr3t&x=1`);
    for (const secret of ['abc123', 's3cr3t', 'hunter2', '0101901234'])
      expect(`${seen.transcript}${seen.message}`).not.toContain(secret);
    expect(seen.transcript).toContain('x=1');
  });

  const following = async (status: number, place: (port: number) => string) => {
    const asked: { readonly method: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
    const server = createServer(async (request, response) => {
      const body = (await request.toArray()).join('');
      asked.push({ method: request.method ?? '', headers: request.headers, body });
      const away = request.url === '/start' ? { location: place(port) } : {};
      response.writeHead(request.url === '/start' ? status : 200, away).end('there');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const headers = Object.entries({
      authorization: 'Basic eA==',
      'X-Api-Key': 'k3y',
      'x-patient': 'p',
      'user-agent': 'me',
    });
    const check = checkOf('http', { redirects: 1, method: 'POST', body: 'x', headers, bodyMatches: 'there' });
    const seen = await probe(check, `http://127.0.0.1:${port}/start`);
    await new Promise((resolve) => server.close(resolve));
    expect(seen).toMatchObject({ outcome: 'good' });
    return asked;
  };

  test.each([303, 302, 307, 308])('a redirect (%i) elsewhere is followed without anything declared', async (status) => {
    const [first, second] = await following(status, (port) => `http://localhost:${port}/end`);
    expect(first).toMatchObject({ method: 'POST', body: 'x', headers: { 'x-api-key': 'k3y', 'x-patient': 'p' } });
    expect(second).toMatchObject({ method: 'GET', body: '' });
    expect(Object.keys(second?.headers ?? {}).toSorted()).toEqual([
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
    expect(second?.headers['user-agent']).toBe('Forvarsel');
  });

  test('a redirect to the same origin keeps what was declared, and what 307 says of the body', async () => {
    const [, moved] = await following(307, () => '/end');
    expect(moved).toMatchObject({ method: 'POST', body: 'x', headers: { 'x-api-key': 'k3y' } });
    const [, seeOther] = await following(303, () => '/end');
    expect(seeOther).toMatchObject({ method: 'GET', body: '', headers: { 'x-api-key': 'k3y' } });
  });
});

describe('tcp', () => {
  const hl7 = `\x0bMSH|^~\\&|A|B|C|D|20260101||ADT^A01|CTRL42|T|2.4\r\x1c\r`;
  const bind = '300c020101600702010304008000';
  const rows: readonly (readonly [string, object, (socket: Socket) => void, object])[] = [
    ['a connection is enough when nothing else is asked', {}, () => undefined, { outcome: 'good', depth: 'transport' }],
    [
      'a conversation goes both ways, step by step',
      {
        dialogue: [
          { expect: '^220 ' },
          { send: 'EHLO x\r\n' },
          { expect: '250 SIZE \\d+\r\n' },
          { send: 'QUIT\r\n' },
          { expect: '^221' },
        ],
      },
      smtp('mail'),
      { outcome: 'good', depth: 'session' },
    ],
    [
      'an HL7 acknowledgement is seen on a connection that stays open',
      { dialogue: [{ send: hl7 }, { expect: 'MSA\\|AA\\|CTRL42' }] },
      mllp(() => null),
      { outcome: 'good' },
    ],
    [
      'a refused HL7 message is an unexpected answer, shown',
      { dialogue: [{ send: hl7 }, { expect: 'MSA\\|AA\\|CTRL42' }] },
      mllp(() => 'full'),
      { reason: 'unexpected-answer', message: expect.stringContaining('MSA|AE|CTRL42|full') },
    ],
    [
      'bytes are matched as bytes',
      { dialogue: [{ sendHex: bind }, { expectHex: '61 07 0a 01 00' }] },
      ldap,
      { outcome: 'good' },
    ],
    [
      'other bytes are unexpected',
      { dialogue: [{ sendHex: bind }, { expectHex: '61070a0131' }] },
      ldap,
      { reason: 'unexpected-answer' },
    ],
    ['hexadecimal that is none is our own trouble', { dialogue: [{ sendHex: 'xyz' }] }, ldap, { outcome: 'unknown' }],
    [
      'what a match used up does not match again',
      { dialogue: [{ expect: '220' }, { expect: '220' }] },
      smtp('mail'),
      { outcome: 'bad' },
    ],
  ];
  test.each(rows)('%s', async (_, expectation, handle, expected) => {
    const target = await standing(tcpStand(handle));
    const check = checkOf('tcp', expectation, { depth: 'session' });
    const seen = await kinds.tcp({ check, target }, contextHere()(AbortSignal.timeout(400)));
    expect(seen).toMatchObject(expected);
  });

  test('half a number is not shown because the other half never came', async () => {
    const target = await standing(tcpStand((socket) => void socket.write('PID 010190-12')));
    const check = checkOf('tcp', { dialogue: [{ expect: 'MSA' }] });
    const seen = await kinds.tcp({ check, target }, contextHere()(AbortSignal.timeout(150)));
    expect(seen).toMatchObject({ reason: 'unexpected-answer', message: 'expected /MSA/, got "PID ***"' });
  });

  test('an answer in single bytes is put together', async () => {
    const target = await standing(
      tcpStand((socket) =>
        [...'220 ready\r\n'].forEach((char, index) => void setTimeout(() => socket.write(char), index * 5)),
      ),
    );
    expect(await probe(checkOf('tcp', { dialogue: [{ expect: 'ready\r\n$' }] }), target)).toMatchObject({
      outcome: 'good',
    });
  });
});

describe('dns', () => {
  const known = (name: string) => (name === 'epj.region.example' ? '10.1.2.3' : null);
  const query = { name: 'epj.region.example', type: 'A' };
  const rows: readonly (readonly [string, object, object])[] = [
    ['a record is good', { query }, { outcome: 'good', depth: 'protocol' }],
    ['a record that matches is good', { query, answerMatches: 'A 10\\.1\\.' }, { outcome: 'good' }],
    ['a record that does not match is bad', { query, answerMatches: 'A 10\\.9\\.' }, { reason: 'unexpected-answer' }],
    [
      'a name that is gone is named by its rcode',
      { query: { ...query, name: 'x.example' } },
      { reason: 'unexpected-rcode', message: 'expected NOERROR, got NXDOMAIN' },
    ],
    [
      'a name that must not exist is good when it does not',
      { query: { ...query, name: 'x.example' }, rcodes: ['NXDOMAIN'] },
      { outcome: 'good' },
    ],
    ['no record of the type is bad', { query: { ...query, type: 'MX' } }, { reason: 'unexpected-answer' }],
    ['no question is our own trouble', {}, { outcome: 'unknown' }],
    ['a type nobody knows is our own trouble', { query: { ...query, type: 'NONSENSE' } }, { outcome: 'unknown' }],
  ];
  test.each(rows)('%s', async (_, expectation, expected) => {
    const { createSocket } = await import('node:dgram');
    const server = createSocket('udp4');
    region(known)(server);
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const seen = await probe(checkOf('dns', expectation), `127.0.0.1:${server.address().port}`);
    server.close();
    expect(seen).toMatchObject(expected);
  });

  test('an answer to another question is not ours', async () => {
    const target = await standing(
      udpStand((_, reply) => reply(encode({ type: 'response', id: 1, questions: [], answers: [] }))),
    );
    const seen = await kinds.dns({ check: checkOf('dns', { query }), target }, contextHere()(AbortSignal.timeout(200)));
    // One time in 65,536 the id is ours by chance.
    expect(seen).toMatchObject({ outcome: 'bad', reason: 'no-answer' });
  });
});

describe('metrics', () => {
  const text = [
    '# HELP disk_used_bytes Used.',
    'disk_used_bytes{mount="/data",host="a"} 5e3',
    'disk_used_bytes{mount="/data",host="b"} 9e3 1700000000000',
    'disk_used_bytes{mount="/"} 1',
    'queue_length 7',
    'broken{ 3',
    'gone NaN',
  ].join('\n');
  const check = (...signals: readonly ReturnType<typeof signalOf>[]) => checkOf('metrics', {}, { signals });
  test('declared series become signals; of several the worst', async () => {
    const target = `http://${await standing(tcpStand(answering('200 OK', text)))}/metrics`;
    const seen = await probe(
      check(
        signalOf('disk', 'disk_used_bytes{mount="/data"}'),
        signalOf('queue', 'queue_length', 'falling'),
        signalOf('took', 'duration'),
      ),
      target,
    );
    expect(seen).toMatchObject({ outcome: 'good', signals: { disk: 9000, queue: 7, took: seen.duration } });
  });
  test('a series that is missing is said, and the others are kept', async () => {
    const target = `http://${await standing(tcpStand(answering('200 OK', text)))}/metrics`;
    const seen = await probe(
      check(signalOf('queue', 'queue_length'), signalOf('x', 'gone'), signalOf('y', 'nowhere{a="b"}')),
      target,
    );
    expect(seen).toMatchObject({
      outcome: 'bad',
      reason: 'series-missing',
      message: 'expected the series gone, nowhere{a="b"}, got none',
    });
    expect(seen.signals).toEqual({ queue: 7 });
  });
  test('a selector that is none is our own trouble', async () => {
    expect(await probe(check(signalOf('x', 'not a selector')), 'http://127.0.0.1:1/')).toMatchObject({
      outcome: 'unknown',
    });
  });
});
