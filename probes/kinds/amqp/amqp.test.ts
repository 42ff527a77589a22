import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AmqpOptions, amqp as kind } from '../../../infra/landscape/kinds/amqp.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, dripping, endless, tcpStand } from '../../testing/servers.ts';
import { amqp } from './amqp.ts';

const bare: AmqpOptions = {
  login: { user: 'probe', password: { env: 'P' } },
  allowPlain: true,
  vhost: '/',
  roundTrip: false,
};
const secrets = { 'env:P': 'hemmeligt' };
holdContract({
  kind: 'amqp',
  probe: amqp,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => ({ check: checkOf('amqp', bare, { timeoutMs }), target: endpoint, secrets }),
  reasons: { garbage: 'protocol-error', drip: 'protocol-error' },
});

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const u32 = (value: number): Buffer => Buffer.concat([u16(Math.floor(value / 65_536)), u16(value % 65_536)]);
const short = (text: string): Buffer => Buffer.from([text.length, ...Buffer.from(text)]);
const long = (text: string): Buffer => Buffer.concat([u32(text.length), Buffer.from(text)]);
const frame = (type: number, channel: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type]), u16(channel), u32(body.length), body, Buffer.from([0xce])]);
};
const method = (channel: number, cls: number, id: number, ...parts: readonly Buffer[]): Buffer =>
  frame(1, channel, u16(cls), u16(id), ...parts);

const startBy = (mechanisms: string, major = 0, minor = 9): Buffer =>
  method(0, 10, 10, Buffer.from([major, minor]), u32(0), long(mechanisms), long('en_US'));
const start = startBy('PLAIN AMQPLAIN');
const tune = method(0, 10, 30, u16(2047), u32(131_072), u16(60));
const opened = method(0, 10, 41, short(''));
const channel = method(1, 20, 11, long(''));
const declared = method(1, 50, 11, short('amq.gen-x'), u32(3), u32(0));
const consuming = method(1, 60, 21, short('tag'));
const closing = (code: number, text: string): Buffer => method(0, 10, 50, u16(code), short(text), u32(0));
const closed = method(0, 10, 51);
const delivery = (tag = 'tag'): Buffer => method(1, 60, 60, short(tag), Buffer.alloc(9), short(''), short('amq.gen-x'));
const header = (size: number): Buffer => frame(2, 1, u16(60), u16(0), u32(0), u32(size), u16(0));
const body = (bytes: Buffer): Buffer => frame(3, 1, bytes);
const heartbeat = frame(8, 0);

type Answer = Buffer | ((asked: Buffer) => Buffer);
/** A broker that says one thing after each that it hears. */
const saying =
  (...answers: readonly Answer[]) =>
  (socket: Socket): void => {
    let turn = 0;
    socket.on('data', (asked: Buffer) => {
      const answer = answers[turn];
      turn += 1;
      if (answer !== undefined) socket.write(typeof answer === 'function' ? answer(asked) : answer);
    });
  };
/** The message in what was published. */
const sent = (asked: Buffer): Buffer => asked.subarray(asked.indexOf('forvarsel '), -1);

const ask = async (handle: (socket: Socket) => void, options: Partial<AmqpOptions> = {}, withinMs = 400) => {
  const stand = await tcpStand(handle);
  stops.push(stand.close);
  return await amqp(
    { check: checkOf('amqp', { ...bare, ...options }), target: stand.target, secrets },
    contextHere()(AbortSignal.timeout(withinMs)),
  );
};
const good = { outcome: 'good', reason: null };
const bad = (reason: string, message: unknown = expect.anything()) => ({ outcome: 'bad', reason, message });

describe('a broker', () => {
  const trip = { roundTrip: true };
  const orders = { queue: 'orders' };
  /** Up to the moment at which our message is published. */
  const tripping = (...answers: readonly Answer[]) =>
    saying(start, tune, opened, channel, declared, consuming, ...answers);
  const back = (asked: Buffer): Buffer => {
    const bytes = sent(asked);
    return Buffer.concat([delivery(), header(bytes.length), body(bytes)]);
  };
  type Row = readonly [string, (socket: Socket) => void, Partial<AmqpOptions>, object];
  const rows: readonly Row[] = [
    ['that lets us in is good', saying(start, tune, opened, closed), {}, { ...good, depth: 'session' }],
    ['that lets us in and does not say goodbye is too', saying(start, tune, opened), {}, good],
    ['that lets us in and just leaves is too', saying(start, tune, opened, closing(320, 'bye')), {}, good],
    ['that gives our message back is good', tripping(back, closed), trip, { ...good, depth: 'transaction' }],
    [
      'that gives it back in parts, with heartbeats between, is too',
      tripping((asked) => {
        const bytes = sent(asked);
        const [one, two] = [bytes.subarray(0, 9), bytes.subarray(9)];
        return Buffer.concat([heartbeat, delivery(), header(bytes.length), heartbeat, body(one), body(two)]);
      }, closed),
      trip,
      { ...good, depth: 'transaction' },
    ],
    [
      'that does not give it back has lost it',
      tripping(),
      trip,
      bad('no-answer', 'expected our message back, got no answer in time'),
    ],
    [
      'that gives half of it back has lost the rest',
      tripping((asked) => Buffer.concat([delivery(), header(46), body(sent(asked).subarray(0, 9))])),
      trip,
      bad('no-answer', 'expected the rest of our message, got no answer in time'),
    ],
    [
      'that gives another one back has mixed them up',
      tripping(Buffer.concat([delivery(), header(5), body(Buffer.from('other'))])),
      trip,
      bad('mismatched-answer', 'expected our message back, got "other"'),
    ],
    [
      'that gives an empty one back has too',
      tripping(Buffer.concat([delivery(), header(0)])),
      trip,
      bad('mismatched-answer'),
    ],
    [
      'that gives it to another consumer has too',
      tripping((asked) => Buffer.concat([delivery('other'), header(46), body(sent(asked))])),
      trip,
      bad('mismatched-answer'),
    ],
    [
      'that gives back more than it says is broken',
      tripping(Buffer.concat([delivery(), header(2), body(Buffer.from('abc'))])),
      trip,
      bad('protocol-error'),
    ],
    [
      'that gives back 4 GB is cut off',
      tripping(Buffer.concat([delivery(), header(2 ** 32 - 1)])),
      trip,
      bad('answer-too-large'),
    ],
    [
      'that gives back nothing, again and again, is cut off',
      tripping(Buffer.concat([delivery(), header(9), ...Array.from({ length: 1200 }, () => body(Buffer.alloc(0)))])),
      trip,
      bad('answer-too-large'),
    ],
    [
      'that has nowhere to put it has refused it',
      tripping(method(1, 60, 50, u16(312), short('NO_ROUTE'), short(''), short('q'))),
      trip,
      bad('rejected', 'expected our message back, got NO_ROUTE (312): NO_ROUTE'),
    ],
    [
      'that is blocked does not serve',
      tripping(method(0, 10, 60, short('low on disk'))),
      trip,
      bad('not-serving', 'expected a broker that takes messages, got one that is blocked: low on disk'),
    ],
    [
      'that refuses the login has refused it',
      saying(start, closing(403, 'ACCESS_REFUSED - no')),
      {},
      bad('login-refused', 'expected to be let in, got ACCESS_REFUSED (403): ACCESS_REFUSED - no'),
    ],
    [
      'that says our password back does not get it shown',
      saying(start, closing(403, 'not hemmeligt')),
      {},
      bad('login-refused', 'expected to be let in, got ACCESS_REFUSED (403): not ***'),
    ],
    [
      'that closes instead of saying so has closed early',
      (socket) =>
        void socket.on('data', (asked: Buffer) => (asked.includes('AMQP') ? socket.write(start) : socket.end())),
      {},
      bad('closed-early'),
    ],
    [
      'that wants to know more is broken',
      saying(start, method(0, 10, 20, long('what else?'))),
      {},
      bad('protocol-error', 'expected tune, got secure'),
    ],
    [
      'that knows no login by password cannot let us in',
      saying(startBy('EXTERNAL')),
      {},
      bad('unexpected-answer', 'expected a login by PLAIN, got a broker that takes EXTERNAL'),
    ],
    [
      'of AMQP 1.0 is another',
      saying(Buffer.from('AMQP\x00\x01\x00\x00')),
      {},
      bad('unexpected-version', 'expected AMQP 0-9-1, got a broker of 1-0-0'),
    ],
    ['of AMQP 0-8 is another', saying(startBy('PLAIN', 8, 0)), {}, bad('unexpected-version')],
    [
      'that refuses the host has refused it',
      saying(start, tune, closing(530, 'NOT_ALLOWED - no such')),
      {},
      bad('rejected', 'expected the virtual host /, got NOT_ALLOWED (530): NOT_ALLOWED - no such'),
    ],
    [
      'that refuses access to the host has refused that, not the login',
      saying(start, tune, closing(403, 'no')),
      {},
      bad('rejected'),
    ],
    [
      'that is told to close does not serve',
      saying(start, tune, closing(320, 'CONNECTION_FORCED')),
      {},
      bad('not-serving'),
    ],
    [
      'that does not understand us is broken',
      saying(start, tune, closing(501, 'FRAME_ERROR')),
      {},
      bad('protocol-error'),
    ],
    [
      'that says a code nobody knows has refused us',
      saying(start, tune, closing(999, '')),
      {},
      bad('rejected', 'expected the virtual host /, got a code without a name (999)'),
    ],
    [
      'that closes the channel has refused what was asked',
      saying(start, tune, opened, channel, method(1, 20, 40, u16(404), short('NOT_FOUND'), u32(0))),
      orders,
      bad('rejected', 'expected the queue orders, got NOT_FOUND (404): NOT_FOUND'),
    ],
    [
      'that counts what is there is good',
      saying(start, tune, opened, channel, declared, closed),
      { ...orders, messages: 3 },
      { ...good, signals: { messages: 3, consumers: 0 } },
    ],
    [
      'with more than is allowed is out of bounds',
      saying(start, tune, opened, channel, declared, closed),
      { ...orders, messages: 2 },
      bad('out-of-bounds'),
    ],
    [
      'that answers something else is broken',
      saying(start, tune, opened, channel, consuming),
      orders,
      bad('protocol-error', 'expected declare-ok, got consume-ok'),
    ],
    ['that resets is a reset', (socket) => void socket.once('data', () => socket.resetAndDestroy()), {}, bad('reset')],
    [
      'that leaves in the middle of a frame has closed early',
      (socket) => void socket.once('data', () => socket.end(start.subarray(0, 20))),
      {},
      bad('closed-early'),
    ],
    ['that announces 4 GB is cut off', saying(Buffer.from('01000000ffffff', 'hex')), {}, bad('answer-too-large')],
    [
      'that beats without end is cut off',
      (socket) => endless(socket.resume(), Buffer.concat(Array.from({ length: 1000 }, () => heartbeat))),
      {},
      bad('answer-too-large'),
    ],
    [
      'that drips is late',
      (socket) => {
        socket.write(Buffer.from('01000000010000', 'hex'));
        dripping(socket.resume(), 'x', 1);
      },
      {},
      bad('no-answer'),
    ],
  ];
  test.each(rows)('%s', async (_, handle, options, expected) => {
    const seen = await ask(handle, options);
    expect(seen).toMatchObject(expected);
    expect(JSON.stringify(seen)).not.toContain('hemmeligt');
    expect(seen.duration).toBeLessThan(1.4);
  });

  test('hears goodbye also from who was disappointed', async () => {
    const heard: Buffer[] = [];
    const script = saying(start, tune, opened, channel, method(1, 20, 40, u16(404), short('no'), u32(0)));
    await ask((socket) => {
      socket.on('data', (asked: Buffer) => heard.push(asked));
      script(socket);
    }, orders);
    // Channel.CloseOk, then Connection.Close.
    await expect
      .poll(() => heard.at(-1)?.toString('hex'))
      .toMatch(/^0100010000000400140029ce0100000000[0-9a-f]{4}000a0032/);
  });
});

test('a password does not go out in the clear, and one that is not there not at all', async () => {
  const unknown = { outcome: 'unknown', reason: 'could-not-run', depth: 'none' };
  expect(await ask(() => undefined, { allowPlain: false })).toMatchObject(unknown);
  const login = { user: 'probe', password: { env: 'NONE' } };
  expect(await ask(() => undefined, { login })).toMatchObject(unknown);
});

test('without a port it is the one of AMQP, with TLS the other', async () => {
  const refused = (tls: boolean) =>
    amqp(
      { check: checkOf('amqp', { ...bare, tls }), target: '127.0.0.1', secrets },
      contextHere()(AbortSignal.timeout(500)),
    );
  expect((await refused(false)).message).toContain('5672');
  expect((await refused(true)).message).toContain('5671');
});

describe('a landscape', () => {
  const written = z.strictObject(kind.written);
  const login = { user: 'probe', password: { env: 'P' } };
  test.each([
    ['says who logs in, over TLS', { login, tls: true }, true],
    ['or in the clear where that was allowed', { login, allowPlain: true }, true],
    ['but not without a word', { login }, false],
    ['has no broker for nobody', { tls: true }, false],
    ['has no password written out', { login: { user: 'probe', password: 'p' }, tls: true }, false],
    ['expects something of a queue', { login, tls: true, queue: 'q', expect: { consumers: 1 } }, true],
    ['expects nothing of none', { login, tls: true, expect: { consumers: 1 } }, false],
    ['has no name that AMQP cannot carry', { login, tls: true, queue: 'æ'.repeat(128) }, false],
  ])('%s', (_, input, fits) => {
    const parsed = written.safeParse(input);
    expect(parsed.success && (kind.whole?.(parsed.data) ?? []).length === 0).toBe(fits);
  });

  test('has defaults', () => {
    const options = kind.normal(written.parse({ login, queue: 'q', roundTrip: true, tls: true }), {});
    expect(options).toEqual({ login, tls: true, vhost: '/', queue: 'q', roundTrip: true });
    expect(kind.depth(options)).toBe('transaction');
    expect(kind.measures(options, false)).toEqual(['certificate', 'messages', 'consumers', 'round-trip']);
  });
});
