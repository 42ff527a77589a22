import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mqtt as kind, type MqttOptions } from '../../../infra/landscape/kinds/mqtt.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, dripping, endless, tcpStand } from '../../testing/servers.ts';
import { mqtt } from './mqtt.ts';
import { packetLength, type Version } from './packets.ts';

const bare: MqttOptions = { version: '3.1.1', clientId: 'forvarsel' };
holdContract({
  kind: 'mqtt',
  probe: mqtt,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => ({ check: checkOf('mqtt', bare, { timeoutMs }), target: endpoint }),
  reasons: { garbage: 'protocol-error', drip: 'protocol-error' },
});

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** A broker that gives one answer to each packet it gets, by type; `nonce` stands for what was published. */
const broker =
  (answers: Readonly<Record<number, (packet: Buffer) => string>>) =>
  (socket: Socket): void => {
    let held = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      for (;;) {
        // What we write are packets of a client: their length is read as that of a server's.
        const size = held.length < 2 ? null : packetLength(Buffer.concat([Buffer.from([0x30]), held.subarray(1)]));
        if (size === null || held.length < size) return;
        const packet = held.subarray(0, size);
        held = held.subarray(size);
        const answer = answers[(packet[0] ?? 0) >> 4]?.(packet) ?? '';
        if (answer === 'end') socket.end();
        else socket.write(hex(answer));
      }
    });
  };
const back = (packet: Buffer, first = '30'): string => {
  // Topic `t` and the message, as it came with QoS 1 of 3.1.1.
  const payload = packet.subarray(2 + 3 + 2);
  return `${first} ${(3 + payload.length).toString(16).padStart(2, '0')} 0001 74 ${payload.toString('hex')}`;
};

const ask = async (handle: (socket: Socket) => void, options: Partial<MqttOptions> = {}, withinMs = 300) => {
  const stand = await tcpStand(handle);
  stops.push(stand.close);
  return await mqtt(
    { check: checkOf('mqtt', { ...bare, ...options }), target: stand.target, secrets: { 'env:P': 'hemmeligt' } },
    contextHere()(AbortSignal.timeout(withinMs)),
  );
};
const good = { outcome: 'good', reason: null };
const bad = (reason: string, message: unknown = expect.anything()) => ({ outcome: 'bad', reason, message });
const trip: Partial<MqttOptions> = { roundTrip: { topic: 't', qos: 1 } };

describe('a broker', () => {
  const connack = () => '20020000';
  const suback = () => '9003000101';
  const puback = '40020002';
  const login: Partial<MqttOptions> = { login: { user: 'u', password: { env: 'P' } }, allowPlain: true };
  const saying = (answer: string) => broker({ 1: () => answer });
  const tripping = (answer: (packet: Buffer) => string) => broker({ 1: connack, 8: suback, 3: answer });
  type Row = readonly [string, (socket: Socket) => void, Partial<MqttOptions>, object];
  const five: Partial<MqttOptions> = { version: '5' };
  const rows: readonly Row[] = [
    ['that lets us in is good', broker({ 1: connack }), {}, { ...good, depth: 'session' }],
    [
      'that gives our message back is good',
      tripping((packet) => `${puback} ${back(packet)}`),
      trip,
      { ...good, depth: 'transaction' },
    ],
    [
      'that gives it back before it confirms is too',
      tripping((packet) => `${back(packet)} ${puback}`),
      trip,
      { ...good, depth: 'transaction' },
    ],
    [
      'that only confirms has lost it',
      tripping(() => puback),
      trip,
      bad('no-answer', 'expected our message back on t, got nothing in time'),
    ],
    [
      'that never confirms has not taken it',
      tripping((packet) => back(packet)),
      trip,
      bad('no-answer', 'expected our message to be confirmed, got it back alone'),
    ],
    [
      'that gives it back as an old one has not passed it on',
      tripping((packet) => `${puback} ${back(packet, '31')}`),
      trip,
      bad('mismatched-answer'),
    ],
    [
      'that gives another one back has mixed them up',
      tripping(() => `${puback} 3004 0001 74 78`),
      trip,
      bad('mismatched-answer', 'expected our message back on t, got another one: "x"'),
    ],
    [
      'that gives back what another prober said has not yet',
      tripping(() => `${puback} 300e 0001 74 ${Buffer.from('forvarsel 1').toString('hex')}`),
      trip,
      bad('no-answer'),
    ],
    [
      'that gives it back on another topic is broken',
      tripping(() => `${puback} 3004 0001 75 78`),
      trip,
      bad('protocol-error'),
    ],
    ['that confirms what nobody said is broken', tripping(() => '40020009'), trip, bad('protocol-error')],
    ['that confirms as if it were QoS 2 is broken', tripping(() => '50020002'), trip, bad('protocol-error')],
    [
      'that refuses the subscription has refused it',
      broker({ 1: connack, 8: () => '9003000180' }),
      trip,
      bad('rejected', 'expected a subscription to t with QoS 1, got unspecified error (128)'),
    ],
    [
      'that gives less than was asked for has refused it',
      broker({ 1: connack, 8: () => '9003000100' }),
      trip,
      bad('rejected'),
    ],
    [
      'that confirms another subscription is broken',
      broker({ 1: connack, 8: () => '9003000901' }),
      trip,
      bad('protocol-error'),
    ],
    [
      'that says something else first is broken',
      saying('d000'),
      {},
      bad('protocol-error', 'expected CONNACK, got pingresp'),
    ],
    ['that speaks another version is', saying('20020001'), {}, bad('unexpected-version')],
    ['that speaks only an older one is', saying('20020001'), five, bad('unexpected-version')],
    ['that does not like our name has refused us', saying('20020002'), {}, bad('rejected')],
    ['that is unavailable does not serve', saying('20020003'), {}, bad('not-serving')],
    [
      'that is busy does not serve',
      saying('2003008900'),
      five,
      bad('not-serving', 'expected to be let in, got server busy (137)'),
    ],
    ['that refuses a password has refused the login', saying('20020004'), login, bad('login-refused')],
    ['that has banned us has too', saying('2003008a00'), five, bad('login-refused')],
    [
      'that says our password back does not get it shown',
      saying(`200f00860c1f0009${Buffer.from('hemmeligt').toString('hex')}`),
      { ...five, ...login },
      bad('login-refused', 'expected to be let in, got bad user name or password (134): ***'),
    ],
    [
      'that wants us elsewhere has refused us',
      saying('2003009c00'),
      five,
      bad('rejected', 'expected to be let in, got use another server (156)'),
    ],
    ['that says a code nobody knows has refused us', saying('200200ee'), {}, bad('rejected')],
    [
      'that shuts down does not serve',
      broker({ 1: () => '2003000000', 8: () => 'e0018b' }),
      { ...five, ...trip },
      bad('not-serving'),
    ],
    [
      'that throws us out has refused us',
      broker({ 1: () => '2003000000', 8: () => 'e0018e' }),
      { ...five, ...trip },
      bad('rejected', 'expected to stay connected, got session taken over (142)'),
    ],
    [
      'that leaves instead of confirming has closed early',
      broker({ 1: connack, 8: suback, 3: () => 'end' }),
      trip,
      bad('closed-early'),
    ],
    [
      'that leaves in the middle of a packet has closed early',
      (socket) => void socket.once('data', () => socket.end(hex('2002'))),
      {},
      bad('closed-early'),
    ],
    ['that resets is a reset', (socket) => void socket.once('data', () => socket.resetAndDestroy()), {}, bad('reset')],
    ['that announces 256 MB is cut off', saying('30ffffff7f'), {}, bad('answer-too-large')],
    [
      'that pings without end is cut off',
      (socket) => void socket.once('data', () => endless(socket, hex(`20020000${'9003000101'}${'d000'.repeat(8000)}`))),
      trip,
      { outcome: 'bad' },
    ],
    [
      'that talks without end on our topic is cut off',
      (socket) =>
        void socket.once('data', () =>
          endless(socket, Buffer.concat([hex('20020000 9003000101'), hex('3004 0001 74 78'.repeat(4000))])),
        ),
      trip,
      { outcome: 'bad' },
    ],
    [
      'that drips is late',
      (socket) => {
        socket.write(hex('30 ff7f 0001 74'));
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
    expect(seen.duration).toBeLessThan(1.2);
  });

  test('that only talks on our topic is cut off after a thousand packets', async () => {
    const seen = await ask(broker({ 1: connack, 8: suback, 3: () => '3004 0001 74 78'.repeat(1200) }), trip, 3000);
    expect(seen).toMatchObject(bad('answer-too-large'));
  });
});

test('a password does not go out in the clear unless somebody has said so', async () => {
  const seen = await ask(() => undefined, { login: { user: 'u', password: { env: 'P' } } });
  expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run', depth: 'none' });
});

test('without a port it is the one of MQTT, with TLS the other', async () => {
  const refused = (target: string, tls: boolean) =>
    mqtt({ check: checkOf('mqtt', { ...bare, tls }), target }, contextHere()(AbortSignal.timeout(500)));
  expect((await refused('127.0.0.1', false)).message).toContain('1883');
  expect((await refused('127.0.0.1', true)).message).toContain('8883');
});

describe('a landscape', () => {
  const written = z.strictObject(kind.written);
  const reads = (input: object): boolean => {
    const parsed = written.safeParse(input);
    return parsed.success && (kind.whole?.(parsed.data) ?? []).length === 0;
  };
  test.each([
    ['says nothing more than that there is a broker', {}, true],
    ['has a topic for us', { roundTrip: { topic: 'forvarsel/probe' } }, true],
    ['has no wildcard for us', { roundTrip: { topic: 'forvarsel/#' } }, false],
    ['has none in the middle either', { roundTrip: { topic: 'forvarsel/+/x' } }, false],
    ['has no topic of the broker itself', { roundTrip: { topic: '$SYS/broker' } }, false],
    ['has no shared subscription', { roundTrip: { topic: '$share/a/b' } }, false],
    ['has no topic with control characters', { roundTrip: { topic: 'a\0b' } }, false],
    ['has no password in the clear', { login: { user: 'u', password: { env: 'P' } } }, false],
    ['has one where that was allowed', { login: { user: 'u', password: { env: 'P' } }, allowPlain: true }, true],
    ['has one over TLS', { login: { user: 'u', password: { env: 'P' } }, tls: true }, true],
    ['has no certificate without TLS', { client: { certificate: { env: 'C' }, key: { env: 'K' } } }, false],
    ['has no password written out', { login: { user: 'u', password: 'p' }, tls: true }, false],
  ])('%s', (_, input, fits) => expect(reads(input)).toBe(fits));

  test('has defaults', () => {
    const versions: readonly Version[] = ['3.1.1', '5'];
    const options = kind.normal(written.parse({ roundTrip: { topic: 't' } }), {});
    expect(versions).toContain(options.version);
    expect(options).toEqual({ version: '3.1.1', clientId: 'forvarsel', roundTrip: { topic: 't', qos: 1 } });
    expect(kind.depth(options)).toBe('transaction');
    expect(kind.measures(options, false)).toEqual(['round-trip']);
  });
});
