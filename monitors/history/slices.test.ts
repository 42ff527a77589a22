import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minutesPerDay } from './history.ts';
import { packDay, packHour, planeWords, readDay, totalsOf, unpackDay, unpackHour } from './slices.ts';

const bits = fc.integer({ min: 0, max: 3 });
/** Calm days, days of runs, and days as broken as they come. */
const someDay = fc.oneof(
  bits.map((one) => new Uint8Array(minutesPerDay).fill(one)),
  fc.array(fc.tuple(bits, fc.integer({ min: 1, max: 400 })), { minLength: 1 }).map((runs) => {
    const minutes = new Uint8Array(minutesPerDay);
    let from = 0;
    for (const [one, lasts] of runs) {
      minutes.fill(one, from, from + lasts);
      from += lasts;
    }
    return minutes;
  }),
  fc.uint8Array({ minLength: minutesPerDay, maxLength: minutesPerDay }).map((bytes) => bytes.map((byte) => byte & 3)),
);

test('a day comes back as it was, and never takes more than 360 bytes', () => {
  fc.assert(
    fc.property(someDay, (minutes) => {
      const blob = packDay(minutes);
      expect(blob.length).toBeLessThanOrEqual(360);
      expect(unpackDay(blob)).toEqual(minutes);
      const planes = new Uint32Array(planeWords).fill(77);
      readDay(blob, planes);
      const bit = (from: number, minute: number) => ((planes[from + (minute >> 5)] ?? 0) >>> (minute & 31)) & 1;
      expect([...minutes.keys()].map((minute) => bit(0, minute) + 2 * bit(45, minute))).toEqual([...minutes]);
      const { good, bad, unknown } = totalsOf(minutes);
      expect([good, bad, unknown]).toEqual([1, 2, 3].map((one) => minutes.filter((minute) => minute === one).length));
    }),
  );
});
test('an hour comes back as it was in 15 bytes', () => {
  fc.assert(
    fc.property(fc.array(bits, { minLength: 60, maxLength: 60 }), (minutes) => {
      expect(packHour(Uint8Array.from(minutes))).toHaveLength(15);
      expect([...unpackHour(packHour(Uint8Array.from(minutes)))]).toEqual(minutes);
    }),
  );
});
test.each([
  ['too short', Uint8Array.of(4 * 30 + 1)],
  ['too long', Uint8Array.of(0x85, 0x2d, 5)],
  ['with a run of nothing', Uint8Array.of(1)],
  ['empty', new Uint8Array()],
])('a day blob that is %s is refused, not guessed at', (_, blob) => {
  expect(() => unpackDay(blob)).toThrow(RangeError);
  expect(() => readDay(blob, new Uint32Array(planeWords))).toThrow(RangeError);
});
