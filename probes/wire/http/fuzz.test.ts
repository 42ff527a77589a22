import { get } from 'node:http';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ProbeFailure } from '../failure.ts';
import { createReader } from './reader.ts';

// Many small runs: on a machine that does other things too they may take their time.
vi.setConfig({ testTimeout: 30_000 });

type Outcome = { readonly status: number; readonly body: string } | { readonly refused: string };
const limit = 4096;

/** What is read of bytes that come in pieces cut at these places, and then are closed. */
const read = (bytes: Buffer, cuts: readonly number[] = [], method = 'GET'): Outcome => {
  const reader = createReader({ method, limit, whole: true });
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  try {
    let done = false;
    for (let at = 1; at < places.length && !done; at += 1)
      done = reader.push(bytes.subarray(places[at - 1], places[at]));
    if (!done) reader.end();
    expect(reader.body().length).toBeLessThanOrEqual(limit);
    return { status: reader.head()?.status ?? 0, body: reader.body().toString('latin1') };
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    expect(['protocol-error', 'answer-too-large', 'closed-early']).toContain(error.reason);
    return { refused: error.reason };
  }
};

const crlf = '\r\n';
const chunk = (text: string): string => `${text.length.toString(16)}${crlf}${text}${crlf}`;
/** As nginx, Node, Apache, IIS and a small device answer. */
const captures = [
  `HTTP/1.1 200 OK${crlf}Server: nginx/1.22.1${crlf}Date: Thu, 26 Nov 2026 01:02:03 GMT${crlf}Content-Type: text/html${crlf}Content-Length: 12${crlf}Last-Modified: Tue, 24 Nov 2026 00:00:00 GMT${crlf}Connection: close${crlf}ETag: "6564-c"${crlf}Accept-Ranges: bytes${crlf}${crlf}hello, ward\n`,
  `HTTP/1.1 200 OK${crlf}Content-Type: application/json; charset=utf-8${crlf}Transfer-Encoding: chunked${crlf}Connection: keep-alive${crlf}${crlf}${chunk('{"status":')}${chunk('"UP"}')}0${crlf}${crlf}`,
  `HTTP/1.1 302 Found${crlf}Location: https://epj.region.example/login?x=1${crlf}Set-Cookie: sid=abc; Path=/; HttpOnly${crlf}Set-Cookie: lang=da${crlf}Content-Length: 0${crlf}${crlf}`,
  `HTTP/1.1 100 Continue${crlf}${crlf}HTTP/1.1 500 Internal Server Error${crlf}Content-Length: 4${crlf}X-Powered-By: ASP.NET${crlf}${crlf}oops`,
  `HTTP/1.0 401 Unauthorized${crlf}WWW-Authenticate: Basic realm="a device"${crlf}Connection: close${crlf}${crlf}<html>401</html>`,
  `HTTP/1.1 200 OK${crlf}Transfer-Encoding: chunked${crlf}Trailer: X-Sum${crlf}${crlf}5;name="v"${crlf}bytes${crlf}0${crlf}X-Sum: 12${crlf}${crlf}`,
].map((text) => Buffer.from(text, 'latin1'));

test('any bytes end in an answer or a named failure, and in the same one however they are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300), { maxLength: 8 }), (bytes, cuts) => {
      const whole = Buffer.concat([Buffer.from('HTTP/1.1 '), bytes]);
      expect(read(whole, cuts)).toEqual(read(whole));
      expect(read(Buffer.from(bytes), cuts)).toEqual(read(Buffer.from(bytes)));
    }),
    { numRuns: 1000 },
  );
});

const token = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/)
  .filter((name) => !/^(content-length|transfer-encoding)$/i.test(name));
const value = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
const body = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const framed = fc.oneof(
  body.map((text) => ({ body: text, head: `content-length: ${text.length}${crlf}`, sent: text })),
  body.map((text) => ({ body: text, head: '', sent: text })),
  fc
    .array(
      body.filter((text) => text !== ''),
      { maxLength: 6 },
    )
    .map((parts) => ({
      body: parts.join(''),
      head: `Transfer-Encoding: chunked${crlf}`,
      sent: `${parts.map(chunk).join('')}0${crlf}${crlf}`,
    })),
);

test('an answer that was put together is taken apart into the same, however it is cut', () => {
  const status = fc.integer({ min: 200, max: 599 }).filter((code) => code !== 204 && code !== 304);
  const fields = fc.array(fc.tuple(token, value), { maxLength: 10 });
  fc.assert(
    fc.property(status, fields, framed, fc.array(fc.nat(2000), { maxLength: 12 }), (code, headers, part, cuts) => {
      const lines = headers.map(([name, text]) => `${name}: ${text}${crlf}`).join('');
      const bytes = Buffer.from(`HTTP/1.1 ${code} Word${crlf}${lines}${part.head}${crlf}${part.sent}`, 'latin1');
      expect(read(bytes, cuts)).toEqual({ status: code, body: part.body });
    }),
    { numRuns: 500 },
  );
});

/** What is done to a capture: a byte changed, taken away, put in, or a piece of it said twice. */
const change = fc.record({
  kind: fc.constantFrom('set', 'drop', 'add', 'twice'),
  at: fc.nat(10_000),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 9, 10, 13, 32, 48, 58, 59)),
  length: fc.nat(40),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
const changes: Readonly<Record<string, (bytes: Buffer, one: Change, at: number) => Buffer>> = {
  set: (bytes, { byte }, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at + 1)]),
  drop: (bytes, { length }, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + (length % 3))]),
  add: (bytes, { byte }, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]),
  twice: (bytes, { length }, at) => Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]),
};
const mutated: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(...captures), fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([bytes, all]) =>
    all.reduce<Buffer>((left, one) => changes[one.kind]?.(left, one, one.at % Math.max(1, left.length)) ?? left, bytes),
  );

test('a capture that was changed ends in an answer or a named failure, and in the same one byte by byte', () => {
  fc.assert(
    fc.property(mutated, (bytes) => {
      const every = Array.from({ length: bytes.length }, (_, at) => at);
      expect(read(bytes, every)).toEqual(read(bytes));
    }),
    { numRuns: 1000 },
  );
});

let sent: Buffer = Buffer.alloc(0);
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end(sent));
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

/** What Node's own client makes of bytes that are sent and closed. */
const byNode = (bytes: Buffer): Promise<Outcome> => {
  sent = bytes;
  return new Promise((resolve) => {
    const failed = (): void => resolve({ refused: 'by Node' });
    const request = get({ host: '127.0.0.1', port, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', failed);
      response.on('close', () =>
        response.complete
          ? resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('latin1') })
          : failed(),
      );
    });
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, body: '' });
    });
    request.on('error', failed);
  });
};

/**
 * Where we take less than Node: older and newer versions of HTTP, transfer codings we cannot undo, lines before the
 * first, statuses below 100, and control characters in the words of the status.
 */
const knownStricter = (bytes: Buffer): boolean => {
  const text = bytes.toString('latin1');
  const coding = [...text.matchAll(/\ntransfer-encoding:([^\n]*)/gi)].map(([, name]) => name?.trim().toLowerCase());
  return (
    /HTTP\/(?!1\.[01] )/.test(text) ||
    /HTTP\/1\.[01] 0\d\d/.test(text) ||
    (coding.length > 0 && coding.join() !== 'chunked') ||
    /(?:^|\n\r?\n)\r?\n/.test(text) ||
    /HTTP\/1\.[01] \d{3}[^\r\n]*[^\t\r\n\x20-\x7e\x80-\xff]/.test(text)
  );
};

test("what Node's client reads is read as the same", async () => {
  let agreed = 0;
  for (const bytes of [...captures, ...fc.sample(mutated, 300)]) {
    const theirs = await byNode(bytes);
    if ('refused' in theirs || knownStricter(bytes)) continue;
    agreed += 1;
    expect(read(bytes), bytes.toString('latin1')).toEqual(theirs);
  }
  expect(agreed, 'many of them are still answers').toBeGreaterThan(60);
});
