import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coarsen, type Point, packDayOfNumbers, packOpen, unpackDayOfNumbers, unpackOpen } from './numbers.ts';

const base = 1_767_225_600_000;
const pointsOf = (value: fc.Arbitrary<number>): fc.Arbitrary<Point[]> =>
  fc
    .array(fc.tuple(fc.nat(3_600_000 - 1), value), { maxLength: 80 })
    .map((pairs) => pairs.map(([offset, one]) => ({ at: base + offset, value: one })).sort((a, b) => a.at - b.at));
const inSeconds = (points: readonly Point[]) => points.map(({ at }) => at - (at % 1000));

describe('numbers of an open hour', () => {
  test('come back as they were, whatever they are', () => {
    fc.assert(
      fc.property(pointsOf(fc.double()), (points) => {
        expect(unpackOpen(packOpen(points, base), base)).toEqual(points);
      }),
    );
  });
});

describe('numbers of a closed day', () => {
  test('keep every number and its second', () => {
    fc.assert(
      fc.property(pointsOf(fc.oneof(fc.double(), fc.integer())), (points) => {
        expect(unpackDayOfNumbers(packDayOfNumbers(points)).map(({ at }) => at)).toEqual(inSeconds(points));
      }),
    );
  });
  test('are exact when they are whole', () => {
    fc.assert(
      fc.property(pointsOf(fc.integer({ min: -(2 ** 49), max: 2 ** 49 })), (points) => {
        expect(unpackDayOfNumbers(packDayOfNumbers(points)).map(({ value }) => value + 0)).toEqual(
          points.map(({ value }) => value + 0),
        );
      }),
    );
  });
  test('are within a thousandth when they are positive', () => {
    fc.assert(
      fc.property(pointsOf(fc.double({ min: 1e-9, max: 1e15, noNaN: true })), (points) => {
        for (const [index, { value }] of unpackDayOfNumbers(packDayOfNumbers(points)).entries())
          expect(Math.abs(value / (points[index]?.value ?? 0) - 1)).toBeLessThan(0.001);
      }),
    );
  });
  test('are exact when one of them is no number at all', () => {
    const points = [0.1, Number.NaN, Number.POSITIVE_INFINITY].map((value, at) => ({ at: at * 1000, value }));
    expect(unpackDayOfNumbers(packDayOfNumbers(points))).toEqual(points);
  });
  test('do not drift when they are packed again', () => {
    fc.assert(
      fc.property(pointsOf(fc.double({ min: 1e-6, max: 1e6, noNaN: true })), (points) => {
        const once = unpackDayOfNumbers(packDayOfNumbers(points));
        expect(unpackDayOfNumbers(packDayOfNumbers(once))).toEqual(once);
      }),
    );
  });
  test('cost about three bytes each at one every five minutes', () => {
    const points = Array.from({ length: 288 }, (_, index) => ({
      at: base + index * 300_000 + Math.round(200 * Math.sin(index * index)),
      value: 0.03 * Math.exp(Math.sin(index * 12.9898) ** 3),
    }));
    expect(packDayOfNumbers(points).length / 288).toBeLessThan(3);
  });
});

test('coarser is the lowest and the highest of each bucket, in order of time', () => {
  const points = [5, 9, 1, 7, 3].map((value, index) => ({ at: index * 100, value }));
  expect(coarsen(points, 400).map(({ value }) => value)).toEqual([9, 1, 3]);
});
