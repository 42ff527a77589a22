import fc from 'fast-check';
import { expect, test } from 'vitest';
import { survives } from '../../testing/survives.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { framed, messageOf, servingOf } from './health.ts';

const read = (bytes: Buffer): string => servingOf(messageOf(bytes));
const message = (...bytes: number[]): Buffer => Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]);

test.each([
  ['a serving status', [8, 1], 'SERVING'],
  ['no field at all, which is zero', [], 'UNKNOWN'],
  ['the last of several', [8, 2, 8, 1], 'SERVING'],
  ['one in more bytes than it needs', [8, 0x81, 0x80, 0], 'SERVING'],
  ['a negative one', [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], '-1'],
  ['fields that nobody knows', [0x12, 2, 8, 2, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4, 8, 1], 'SERVING'],
])('%s is read', (_, bytes, said) => expect(read(message(...bytes))).toBe(said));

test.each([
  ['a number without its end', [8, 0x81]],
  ['a number without end', [8, ...Array<number>(11).fill(0x80)]],
  ['a text that is longer than the message', [0x12, 5, 1]],
  ['a text of 2 GB', [0x12, 0xff, 0xff, 0xff, 0xff, 7]],
  ['half of eight bytes', [0x19, 1, 2]],
  ['a group', [0x0b, 8, 1, 0x0c]],
  ['a field without a number', [0, 1]],
])('%s is refused', (_, bytes) => expect(() => read(message(...bytes))).toThrow(ProbeFailure));

test('whatever comes in is read or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(() => read(Buffer.from(bytes)))));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(() => servingOf(Buffer.from(bytes)))));
});

test('an answer with bytes changed, lost or doubled is read or refused', () => {
  const answer = message(0x12, 3, 97, 98, 99, 8, 1);
  fc.assert(
    fc.property(fc.nat(answer.length), fc.nat(255), fc.nat(answer.length), (at, byte, cut) => {
      const changed = Buffer.from(answer);
      if (at < changed.length) changed[at] = byte;
      survives(() => read(changed));
      survives(() => read(answer.subarray(0, cut)));
      survives(() => read(Buffer.concat([answer, answer.subarray(cut)])));
    }),
  );
});

test('a service of any name and length is asked for', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 40_000, unit: 'grapheme' }), (service) => {
      const body = framed(service);
      expect(body.readUInt32BE(1)).toBe(body.length - 5);
      expect(body.subarray(body.length - Buffer.byteLength(service)).toString('utf8')).toBe(service);
    }),
    { numRuns: 50 },
  );
  expect(framed('')).toEqual(Buffer.alloc(5));
});
