import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { survives } from '../../testing/survives.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import {
  acknowledge,
  connect,
  decodePacket,
  disconnect,
  packetLength,
  publish,
  subscribe,
  type Version,
} from './packets.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const readAll = (bytes: Buffer, version: Version): void => {
  for (let at = 0; at < bytes.length; ) {
    const length = packetLength(bytes.subarray(at));
    if (length === null || length > bytes.length - at) return;
    expect(length).toBeGreaterThan(1);
    decodePacket(bytes.subarray(at, at + length), version);
    at += length;
  }
};
const versions: readonly Version[] = ['3.1.1', '5'];

describe('what is written is as the standard has it', () => {
  const hello = { clientId: 'a', user: 'u', password: 'pw', keepAlive: 60, largest: 65_536 };
  test.each([
    ['CONNECT', connect({ ...hello, version: '3.1.1' }), '10 14 0004 4d515454 04 c2 003c 0001 61 0001 75 0002 7077'],
    [
      'CONNECT of 5',
      connect({ ...hello, version: '5' }),
      '10 1a 0004 4d515454 05 c2 003c 05 27 00010000 0001 61 0001 75 0002 7077',
    ],
    [
      'CONNECT of nobody',
      connect({ ...hello, version: '3.1.1', user: null, password: null }),
      '10 0d 0004 4d515454 04 02 003c 0001 61',
    ],
    ['SUBSCRIBE', subscribe({ version: '3.1.1', id: 1, topic: 'ab', qos: 2 }), '82 07 0001 0002 6162 02'],
    ['SUBSCRIBE of 5', subscribe({ version: '5', id: 1, topic: 'ab', qos: 1 }), '82 08 0001 00 0002 6162 01'],
    [
      'PUBLISH with QoS 0',
      publish({ version: '3.1.1', id: 2, topic: 'ab', qos: 0 }, Buffer.from('x')),
      '30 05 0002 6162 78',
    ],
    [
      'PUBLISH with QoS 2',
      publish({ version: '3.1.1', id: 2, topic: 'ab', qos: 2 }, Buffer.from('x')),
      '34 07 0002 6162 0002 78',
    ],
    [
      'PUBLISH of 5',
      publish({ version: '5', id: 2, topic: 'ab', qos: 1 }, Buffer.from('x')),
      '32 08 0002 6162 0002 00 78',
    ],
    ['PUBREL', acknowledge('pubrel', 258), '62 02 0102'],
    ['DISCONNECT', disconnect(), 'e000'],
  ])('%s', (_, bytes, expected) => expect(bytes).toEqual(hex(expected)));
});

test.each<[string, Version, string, object]>([
  ['CONNACK', '3.1.1', '20 02 00 05', { is: 'connack', code: 5 }],
  ['CONNACK of 5', '5', '20 0c 00 87 09 24 01 1f 0004 6e6f7065', { is: 'connack', code: 0x87, why: 'nope', qos: 1 }],
  ['CONNACK of a broker that does not know 5', '5', '20 02 00 01', { is: 'connack', code: 1 }],
  ['SUBACK', '3.1.1', '90 03 0001 80', { is: 'suback', id: 1, codes: [0x80] }],
  ['SUBACK of 5', '5', '90 04 0001 00 87', { is: 'suback', codes: [0x87] }],
  [
    'PUBLISH',
    '3.1.1',
    '31 05 0001 61 7879',
    { is: 'publish', topic: 'a', retained: true, qos: 0, payload: Buffer.from('xy') },
  ],
  [
    'PUBLISH of 5 with an alias, a type and a pair',
    '5',
    '32 13 0001 61 0007 0c 23 0001 01 00 26 0001 6b 0001 76 78',
    { is: 'publish', id: 7, qos: 1, payload: Buffer.from('x') },
  ],
  ['PUBACK of 5 without more', '5', '40 02 0002', { is: 'puback', id: 2, code: 0 }],
  ['PUBREC of 5 with a code', '5', '50 03 0002 97', { is: 'pubrec', code: 0x97 }],
  ['DISCONNECT of 5 with a reason', '5', 'e0 07 8b 05 1f 0002 6f6b', { is: 'disconnect', code: 0x8b, why: 'ok' }],
])('%s is read (%s)', (_, version, bytes, expected) => {
  expect(packetLength(hex(bytes))).toBe(hex(bytes).length);
  expect(decodePacket(hex(bytes), version)).toMatchObject(expected);
});

test.each<[string, Version, string]>([
  ['a packet of no type', '3.1.1', '00 00'],
  ['a packet of a client', '3.1.1', '10 00'],
  ['flags where there are none', '3.1.1', '41 02 0001'],
  ['QoS 3', '3.1.1', '36 05 0001 61 0001'],
  ['a length of five bytes', '3.1.1', '30 ff ff ff ff 01'],
  ['a topic longer than the packet', '3.1.1', '30 04 0009 61 62'],
  ['a session that was there before', '3.1.1', '20 02 01 00'],
  ['bytes too many', '3.1.1', '40 03 0001 00'],
  ['a goodbye of 3.1.1', '3.1.1', 'e0 00'],
  ['a property nobody knows', '5', '20 05 00 00 02 7f 01'],
  ['properties longer than the packet', '5', '20 04 00 00 09 24'],
  ['a property cut short', '5', '20 05 00 00 02 1f 00'],
])('%s is refused (%s)', (_, version, bytes) => expect(() => readAll(hex(bytes), version)).toThrow(ProbeFailure));

test('whatever comes in is read or refused', () => {
  const first = fc.constantFrom(0x20, 0x30, 0x31, 0x32, 0x34, 0x40, 0x50, 0x62, 0x70, 0x90, 0xd0, 0xe0);
  for (const version of versions) {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(() => readAll(Buffer.from(bytes), version))),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(first, fc.uint8Array({ maxLength: 120 }))), (all) =>
        survives(() =>
          readAll(Buffer.concat(all.map(([type, body]) => Buffer.from([type, body.length, ...body]))), version),
        ),
      ),
    );
  }
});

/** A run against mosquitto 2.0.11, QoS 2, the broker's side. */
const captures: Readonly<Record<Version, Buffer>> = {
  '3.1.1': hex('20020000 9003000102 50020002 3409000161000178797a31 70020002 62020001'),
  '5': hex('200900000622000a210014 9004000100 02 50020002 340a00016100010078797a31 70020002 62020001'),
};
test('a run with bytes changed, lost or doubled is read or refused', () => {
  for (const version of versions) {
    const capture = captures[version];
    expect(() => readAll(capture, version)).not.toThrow();
    fc.assert(
      fc.property(fc.nat(capture.length - 1), fc.nat(255), fc.nat(capture.length), (at, byte, cut) => {
        const changed = Buffer.from(capture);
        changed[at] = byte;
        survives(() => readAll(changed, version));
        survives(() => readAll(capture.subarray(0, cut), version));
        survives(() => readAll(Buffer.concat([capture.subarray(0, cut), capture]), version));
      }),
      { numRuns: 500 },
    );
  }
});
