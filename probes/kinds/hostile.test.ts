import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import type { Check } from '../../infra/landscape/model.ts';
import { runCheck } from '../attempt.ts';
import type { Reason } from '../observation.ts';
import { answering, checkOf, contextHere, dripping, endless, tcpStand } from '../testing/servers.ts';
import { keepStands } from '../testing/stands.ts';

const stands = keepStands();

const megabyte = 1024 * 1024;
const bomb = gzipSync(Buffer.alloc(200 * megabyte));
const ok = 'HTTP/1.1 200 OK\r\n';
const greeting = checkOf('tcp', { dialogue: [{ expect: '^220 ' }] });
const never = Buffer.alloc(64 * 1024, 'x');

type Hostile = readonly [string, Check, (socket: Socket) => void, Reason];
const whenAsked = (answer: (socket: Socket) => void) => (socket: Socket) =>
  void socket.once('data', () => answer(socket));

const cases: readonly Hostile[] = [
  ['says nothing', checkOf('http'), (socket) => socket.resume(), 'no-answer'],
  [
    'sends a body without end',
    checkOf('http'),
    whenAsked((socket) => {
      socket.write(`${ok}\r\n`);
      endless(socket, never);
    }),
    'answer-too-large',
  ],
  [
    'sends a header of 100 MB',
    checkOf('http'),
    whenAsked((socket) => {
      socket.write(`${ok}x-long: `);
      endless(socket, never);
    }),
    'answer-too-large',
  ],
  [
    'sends headers without end',
    checkOf('http'),
    whenAsked((socket) => {
      socket.write(ok);
      endless(socket, Buffer.from('x-many: 1\r\n'.repeat(1000)));
    }),
    'answer-too-large',
  ],
  [
    'continues without end',
    checkOf('http'),
    whenAsked((socket) => dripping(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 1)),
    'no-answer',
  ],
  [
    'gives hints without end',
    checkOf('http'),
    whenAsked((socket) => endless(socket, Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'.repeat(500)))),
    'answer-too-large',
  ],
  [
    'sends chunks without end',
    checkOf('http'),
    whenAsked((socket) => {
      socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`);
      endless(socket, Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`));
    }),
    'answer-too-large',
  ],
  [
    'sends the smallest chunks without end',
    checkOf('http', { bodyLimit: 10_000 }),
    whenAsked((socket) => {
      socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`);
      endless(socket, Buffer.from('1\r\nx\r\n'.repeat(5000)));
    }),
    'answer-too-large',
  ],
  [
    'says much of every chunk',
    checkOf('http'),
    whenAsked((socket) => {
      socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`);
      endless(socket, Buffer.from(`1;${'y'.repeat(8000)}\r\nx\r\n`));
    }),
    'answer-too-large',
  ],
  [
    'adds trailers without end',
    checkOf('http'),
    whenAsked((socket) => {
      socket.write(`${ok}transfer-encoding: chunked\r\n\r\n0\r\n`);
      endless(socket, Buffer.from('x: y\r\n'.repeat(2000)));
    }),
    'answer-too-large',
  ],
  [
    'drips its chunks',
    checkOf('http'),
    whenAsked((socket) => {
      socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`);
      dripping(socket, '1\r\nx\r\n', 5);
    }),
    'no-answer',
  ],
  [
    'promises a body of a terabyte',
    checkOf('http'),
    whenAsked((socket) => socket.write(`${ok}content-length: 1000000000000\r\n\r\n`)),
    'answer-too-large',
  ],
  [
    'nests codings',
    checkOf('http'),
    answering('200 OK\r\ncontent-encoding: gzip, gzip', gzipSync(bomb)),
    'answer-too-large',
  ],
  ['answers a handshake with garbage', checkOf('tls'), whenAsked((socket) => socket.write(never)), 'tls-handshake'],
  ['closes its half at once', checkOf('http'), (socket) => socket.resume().end(), 'closed-early'],
  [
    'closes in the middle of a body',
    checkOf('http'),
    whenAsked((socket) => socket.end(`${ok}content-length: 100\r\n\r\nhalf`)),
    'closed-early',
  ],
  [
    'drips its body',
    checkOf('http'),
    whenAsked((socket) => {
      socket.write(`${ok}content-length: 1000\r\n\r\n`);
      dripping(socket, 'abc');
    }),
    'no-answer',
  ],
  ['sends a gzip bomb', checkOf('http'), answering('200 OK\r\ncontent-encoding: gzip', bomb), 'answer-too-large'],
  [
    'says gzip and sends none',
    checkOf('http'),
    answering('200 OK\r\ncontent-encoding: gzip', 'plain'),
    'protocol-error',
  ],
  [
    'redirects in a circle',
    checkOf('http', { redirects: 5 }),
    answering('302 Found\r\nlocation: /again'),
    'too-many-redirects',
  ],
  [
    'redirects to a file',
    checkOf('http', { redirects: 5 }),
    answering('302 Found\r\nlocation: file:///etc/passwd'),
    'protocol-error',
  ],
  ['talks without end instead of greeting', greeting, (socket) => endless(socket.resume(), never), 'answer-too-large'],
  ['greets wrongly and leaves', greeting, (socket) => socket.resume().end('554 go away\r\n'), 'unexpected-answer'],
];

test.each(cases)('a server that %s', async (_, declared, handle, reason) => {
  let written = 0;
  const stand = await tcpStand((socket) => {
    socket.on('close', () => {
      written += socket.bytesWritten;
    });
    handle(socket);
  });
  stands.push(stand);
  const check = { ...declared, timeoutMs: 600 };
  const before = process.memoryUsage().rss;
  const scheme = check.kind === 'http' ? 'http://' : '';
  const seen = await runCheck({ check, target: `${scheme}${stand.target}` }, contextHere(), {
    slot: 0,
    vantage: 'here',
  });
  expect(seen).toMatchObject({ outcome: 'bad', reason, first: { reason } });
  expect(seen.ended - seen.began, 'two attempts cost at most two deadlines').toBeLessThan(2 * 600 + 500);
  expect(process.memoryUsage().rss - before, 'memory is bounded').toBeLessThan(64 * megabyte);
  await vi.waitFor(() => expect(stand.open()).toBe(0), { timeout: 1000 });
  expect(written, 'little is read of what is endless').toBeLessThan(24 * megabyte);
});

test('a black hole, where even connecting gets no answer, is a connect timeout', async () => {
  // A thread that listens and then stands still: once its backlog is full, the kernel drops what knocks.
  const hole = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000), 20);
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => hole.once('message', resolve));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const net = await import('node:net');
  const fill = Array.from({ length: 6 }, () => net.connect(port, '127.0.0.1').on('error', () => undefined));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const check = checkOf('tcp', {}, { timeoutMs: 300 });
  const seen = await runCheck({ check, target: `127.0.0.1:${port}` }, contextHere(), { slot: 0, vantage: 'here' });
  for (const socket of fill) socket.destroy();
  await hole.terminate();
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'connect-timeout', depth: 'none' });
});
