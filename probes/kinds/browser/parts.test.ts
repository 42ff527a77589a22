import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { ProbeContext } from '../../observation.ts';
import { contextHere, refusedPort, type Stand, tcpStand } from '../../testing/servers.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';
import { createTurns } from './launch.ts';
import { isOfProxy, troubleOf } from './trouble.ts';
import { openWay, requestIn } from './way.ts';

test.each([
  ['net::ERR_CERT_DATE_INVALID at https://x/', 'certificate-expired'],
  ['net::ERR_CERT_AUTHORITY_INVALID', 'certificate-untrusted'],
  ['net::ERR_CERT_COMMON_NAME_INVALID', 'certificate-name'],
  ['net::ERR_SSL_PROTOCOL_ERROR', 'tls-handshake'],
  ['net::ERR_EMPTY_RESPONSE', 'closed-early'],
  ['net::ERR_CONNECTION_RESET', 'reset'],
  ['net::ERR_INVALID_HTTP_RESPONSE', 'protocol-error'],
  ['net::ERR_TOO_MANY_REDIRECTS', 'too-many-redirects'],
])('%s is %s', (said, reason) => expect(troubleOf(said, 'open')?.reason).toBe(reason));
test('what says nothing of the wire is no trouble of it, and what the proxy refused is its own', () => {
  expect(troubleOf('locator.click: Timeout 500ms exceeded', 'open')).toBeNull();
  expect([isOfProxy('net::ERR_SOCKS_CONNECTION_FAILED'), isOfProxy('net::ERR_CONNECTION_RESET')]).toEqual([
    true,
    false,
  ]);
});

const asking = (host: string, port: number): Buffer =>
  Buffer.concat([Buffer.from([5, 1, 0, 3, host.length]), Buffer.from(host), Buffer.from([port >> 8, port & 0xff])]);
test('a request is read from any kind of address, and waited for while it is not whole', () => {
  expect(requestIn(asking('EPJ.example', 443))).toEqual({ host: 'epj.example', port: 443, length: 18 });
  expect(requestIn(Buffer.from('05010001' + '7f000001' + '0050', 'hex'))).toEqual({
    host: '127.0.0.1',
    port: 80,
    length: 10,
  });
  const six = Buffer.from(`05010004${'0'.repeat(31)}10050`, 'hex');
  expect(requestIn(six)).toEqual({ host: '0:0:0:0:0:0:0:1', port: 80, length: 22 });
  const whole = asking('epj.example', 443);
  for (let length = 0; length < whole.length; length += 1) expect(requestIn(whole.subarray(0, length))).toBeNull();
  for (const wrong of ['0401000300', '0502000300', '0501000900'])
    expect(requestIn(Buffer.from(wrong, 'hex'))).toBe('wrong');
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void requestIn(Buffer.from(bytes))));
});

const stands: Stand[] = [];
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) close();
  for (const stand of stands.splice(0)) {
    await vi.waitFor(() => expect(stand.open()).toBe(0));
    await stand.close();
  }
});
const notes: Notes = {
  enter: () => undefined,
  leave: () => undefined,
  reach: () => undefined,
  asserted: () => undefined,
  say: () => undefined,
  signal: () => undefined,
  fact: () => undefined,
  step: () => undefined,
  hold: (close) => void closing.push(close),
  ifLate: () => undefined,
};
const context: ProbeContext = contextHere()(AbortSignal.timeout(5000));
/** What a browser hears when it asks for a place: the code of the answer, then what comes from there. */
const through = (port: number, host: string, to: number, say = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from([5, 1, 0])));
    socket.once('data', () => socket.write(asking(host, to)));
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, Buffer.from(chunk)]);
      if (say !== '' && heard.length === 12) socket.write(say);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(`${heard[3]} ${heard.subarray(12).toString()}`));
  });

test('only allowed origins are reached, with the port that belongs to them, and each refusal is known by its place', async () => {
  const stand = await tcpStand((socket) => void socket.on('data', (said) => socket.end(`you said ${said}`)));
  stands.push(stand);
  const dead = await refusedPort();
  const ill = new ProbeFailure('certificate-expired', 'expected a certificate that is still valid');
  const way = await openWay(
    new Map([
      [`http://127.0.0.1:${stand.port}`, null],
      [`http://127.0.0.1:${dead}`, null],
      ['https://ill.example', ill],
    ]),
    { context, notes },
  );
  expect(await through(way.port, '127.0.0.1', stand.port, 'hello')).toBe('0 you said hello');
  expect(await through(way.port, '127.0.0.1', dead)).toBe('5 ');
  expect(await through(way.port, 'ill.example', 443)).toBe('5 ');
  expect(await through(way.port, 'elsewhere.example', 443)).toBe('2 ');
  expect(await through(way.port, '127.0.0.1', way.port)).toBe('2 ');
  const reason = (url: string): string | undefined => way.trouble(new URL(url))?.reason;
  expect(reason(`http://127.0.0.1:${dead}/x`)).toBe('refused');
  expect(reason('https://ill.example/')).toBe('certificate-expired');
  expect(reason('https://elsewhere.example/')).toBe('not-allowed');
  expect(reason(`http://127.0.0.1:${stand.port}/`)).toBeUndefined();
});

test('turns: one at a time, in order, and no more wait than may', async () => {
  const turns = createTurns();
  const signal = AbortSignal.timeout(5000);
  const release = await turns.take(signal);
  const order: number[] = [];
  const waiting = [1, 2, 3].map((turn) =>
    turns.take(signal).then((done) => {
      order.push(turn);
      done();
    }),
  );
  const impatient = turns.take(AbortSignal.timeout(20));
  await expect(impatient).rejects.toMatchObject({
    reason: 'could-not-run',
    message: expect.stringContaining('in time'),
  });
  expect(order).toEqual([]);
  const more = [1, 2, 3, 4, 5].map(() => turns.take(signal).then((done) => done()));
  await expect(turns.take(signal)).rejects.toMatchObject({ message: expect.stringContaining('8 journeys') });
  release();
  await Promise.all([...waiting, ...more]);
  expect(order).toEqual([1, 2, 3]);
  (await turns.take(signal))();
});
