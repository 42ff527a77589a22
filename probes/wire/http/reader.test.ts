import { describe, expect, test } from 'vitest';
import { ProbeFailure } from '../failure.ts';
import { createReader, type Wanted } from './reader.ts';

type Read = { readonly status: number; readonly body: string; readonly done: boolean } | string;
const wanted: Wanted = { method: 'GET', limit: 1000, whole: true };

/** What is read of an answer that comes in pieces of so many bytes, and then is closed. */
const read = (text: string, more: Partial<Wanted> = {}, size = text.length): Read => {
  const reader = createReader({ ...wanted, ...more });
  const bytes = Buffer.from(text, 'latin1');
  try {
    let done = false;
    for (let at = 0; at < bytes.length && !done; at += size) done = reader.push(bytes.subarray(at, at + size));
    if (!done) reader.end();
    return { status: reader.head()?.status ?? 0, body: reader.body().toString('latin1'), done };
  } catch (error) {
    if (error instanceof ProbeFailure) return error.reason;
    throw error;
  }
};
const ok = 'HTTP/1.1 200 OK\r\n';
const good = (body: string, done = true, status = 200) => ({ status, body, done });

type Row = readonly [name: string, text: string, expected: Read, more?: Partial<Wanted>];
const rows: readonly Row[] = [
  ['a body of the declared length', `${ok}content-length: 2\r\n\r\nok`, good('ok')],
  ['what follows the declared length is not read', `${ok}content-length: 2\r\n\r\nok and more`, good('ok')],
  ['an empty body', `${ok}content-length: 0\r\n\r\n`, good('')],
  ['a body that ends where the peer closes', `${ok}\r\nall of it`, good('all of it', false)],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nold', good('old', false)],
  ['a status line without words', 'HTTP/1.1 204\r\n\r\n', good('', true, 204)],
  ['a body shorter than declared', `${ok}content-length: 9\r\n\r\nshort`, 'closed-early'],
  ['nothing at all', '', 'closed-early'],
  ['half a status line', 'HTTP/1.1 20', 'closed-early'],
  ['half a head', `${ok}content-le`, 'closed-early'],
  ['chunks', `${ok}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n3;x=y\r\n!!!\r\n0\r\n\r\n`, good('ok!!!')],
  ['chunks in capitals', `${ok}Transfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n`, good('0123456789')],
  ['chunks with a trailer', `${ok}transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-sum: 1\r\n\r\n`, good('a')],
  ['a size with blanks after it', `${ok}transfer-encoding: chunked\r\n\r\n2  \r\nok\r\n0\r\n\r\n`, good('ok')],
  ['chunks without a last one', `${ok}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n`, 'closed-early'],
  ['chunks without the end of the trailer', `${ok}transfer-encoding: chunked\r\n\r\n0\r\n`, 'closed-early'],
  ['a chunk longer than it says', `${ok}transfer-encoding: chunked\r\n\r\n1\r\nokay\r\n0\r\n\r\n`, 'protocol-error'],
  ['a size that is none', `${ok}transfer-encoding: chunked\r\n\r\nxyz\r\n`, 'protocol-error'],
  ['a negative size', `${ok}transfer-encoding: chunked\r\n\r\n-1\r\n`, 'protocol-error'],
  ['a size beyond all numbers', `${ok}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n`, 'protocol-error'],
  ['extensions without end', `${ok}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(70_000)}\r\n`, 'answer-too-large'],
  [
    'trailers without end',
    `${ok}transfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(20_000)}`,
    'answer-too-large',
  ],
  [
    'chunks and a length: chunks',
    `${ok}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    good('ok'),
  ],
  ['another transfer coding', `${ok}transfer-encoding: gzip, chunked\r\n\r\n`, 'protocol-error'],
  ['two lengths that differ', `${ok}content-length: 2\r\ncontent-length: 3\r\n\r\nok`, 'protocol-error'],
  ['two lengths that agree', `${ok}content-length: 2\r\ncontent-length: 2\r\n\r\nok`, good('ok')],
  ['a length that is none', `${ok}content-length: 2x\r\n\r\nok`, 'protocol-error'],
  ['a length below zero', `${ok}content-length: -2\r\n\r\nok`, 'protocol-error'],
  ['more than the limit, declared', `${ok}content-length: 1001\r\n\r\n`, 'answer-too-large'],
  [
    'more than the limit, in chunks',
    `${ok}transfer-encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1001)}`,
    'answer-too-large',
  ],
  ['more than the limit, to the close', `${ok}\r\n${'x'.repeat(1001)}`, 'answer-too-large'],
  ['as much as the limit', `${ok}\r\n${'x'.repeat(1000)}`, good('x'.repeat(1000), false)],
  ['HEAD has a length and no body', `${ok}content-length: 5000\r\n\r\n`, good(''), { method: 'HEAD' }],
  ['204 has none', 'HTTP/1.1 204 No\r\ncontent-length: 3\r\n\r\nabc', good('', true, 204)],
  ['304 has none', 'HTTP/1.1 304 Same\r\ncontent-length: 3\r\n\r\n', good('', true, 304)],
  ['a tunnel has none', 'HTTP/1.1 200 Established\r\n\r\n', good(''), { method: 'CONNECT' }],
  [
    'a refused tunnel has one',
    'HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\nno',
    good('no', true, 403),
    { method: 'CONNECT' },
  ],
  ['101 is an answer', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n', good('', true, 101)],
  [
    'what comes before the answer is read over',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n${ok}content-length: 1\r\n\r\na`,
    good('a'),
  ],
  ['hints without end', 'HTTP/1.1 103 Hints\r\nlink: x\r\n\r\n'.repeat(3000), 'answer-too-large'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'protocol-error'],
  ['another version', 'HTTP/2.0 200 OK\r\n\r\n', 'protocol-error'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'protocol-error'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'protocol-error'],
  ['a header without a colon', `${ok}nonsense\r\n\r\n`, 'protocol-error'],
  ['a header without a name', `${ok}: x\r\n\r\n`, 'protocol-error'],
  ['a blank before the colon', `${ok}server : x\r\n\r\n`, 'protocol-error'],
  ['a NUL in a header', `${ok}server: a\0b\r\n\r\n`, 'protocol-error'],
  ['a carriage return in a header', `${ok}server: a\rb\r\n\r\n`, 'protocol-error'],
  ['a header that begins with a blank', `${ok} x: y\r\n\r\n`, 'protocol-error'],
  ['lines that end with a line feed alone', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok', good('ok')],
  ['chunks whose lines do', `${ok}transfer-encoding: chunked\r\n\r\n2\nok\n0\n\n`, good('ok')],
  ['headers of more than 64 KiB', `${ok}x: ${'y'.repeat(66_000)}\r\n\r\n`, 'answer-too-large'],
  ['a header of many lines', `${ok}x: a\r\n  b\r\ncontent-length: 0\r\n\r\n`, good('')],
];

describe.each([
  ['whole', Number.POSITIVE_INFINITY],
  ['byte by byte', 1],
  ['in threes', 3],
])('an answer that comes %s', (_, size) => {
  test.each(rows.map((row) => ({ row, name: row[0] })))('$name', ({ row: [, text, expected, more = {}] }) => {
    expect(read(text, more, Math.min(size, Math.max(1, text.length)))).toEqual(expected);
  });
});

test('headers are lower case, in order, joined, and one may be called __proto__', () => {
  const reader = createReader(wanted);
  reader.push(
    Buffer.from(`${ok}Set-Cookie: a=1\r\nX: \t y \r\nset-cookie: b=2\r\n__proto__: z\r\nfold: a\r\n\tb\r\n\r\n`),
  );
  const head = reader.head();
  expect(head?.fields).toEqual([
    ['set-cookie', 'a=1'],
    ['x', 'y'],
    ['set-cookie', 'b=2'],
    ['__proto__', 'z'],
    ['fold', 'a b'],
  ]);
  expect(head?.headers['set-cookie']).toBe('a=1, b=2');
  expect(Object.entries(head?.headers ?? {})).toContainEqual(['__proto__', 'z']);
  expect(head?.headers['constructor']).toBeUndefined();
});

test('of a body that nobody looks at a beginning is kept and all is counted', () => {
  const reader = createReader({ method: 'GET', limit: 1e9, whole: false });
  reader.push(Buffer.from(`${ok}\r\n`));
  for (let piece = 0; piece < 1000; piece += 1) reader.push(Buffer.alloc(64 * 1024, 'x'));
  expect([reader.received(), reader.body().length]).toEqual([1000 * 64 * 1024, 4096]);
});
