import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DayPlanes, type Provenance, type Slice, slice } from '../../../monitors/history/history.ts';
import { landscape } from '../testing/landscape.ts';
import { bucketsOf } from './buckets.ts';
import { daysOf, faceOf, totalOf } from './days.ts';
import { layersOf } from './layers.ts';

const planesOf = (slices: readonly Slice[], provenance: Provenance = 'measured', day = 1): DayPlanes => {
  const low = new Uint32Array(45);
  const high = new Uint32Array(45);
  for (const [minute, held] of slices.entries()) {
    low[minute >>> 5] = (low[minute >>> 5] ?? 0) | ((held & 1) << (minute & 31));
    high[minute >>> 5] = (high[minute >>> 5] ?? 0) | ((held >>> 1) << (minute & 31));
  }
  return { day, provenance, low, high };
};
const slices = fc.array(fc.constantFrom<Slice>(0, 1, 2, 3), { minLength: 1440, maxLength: 1440 });

describe('days', () => {
  test('every minute is counted once, as what it held', () => {
    fc.assert(
      fc.property(slices, (held) => {
        const total = totalOf(daysOf([planesOf(held)]));
        const count = (wanted: Slice) => held.filter((one) => one === wanted).length;
        expect(total).toEqual({ good: count(1), bad: count(2), unknown: count(3), none: count(0) });
      }),
      { numRuns: 30 },
    );
  });
  test('what was measured wins over what was simulated, minute by minute, and the day says that it is both', () => {
    const measured = planesOf([slice.bad, slice.unknown]);
    const simulated = planesOf([slice.good, slice.good, slice.good], 'simulated');
    const [day] = daysOf([simulated, measured]);
    expect(day?.origin).toBe('both');
    expect(day?.hours[0]).toEqual({ good: 1, bad: 1, unknown: 1, none: 57 });
  });
  test.each([
    [{ good: 59, bad: 1, unknown: 0, none: 0 }, 'bad'],
    [{ good: 59, bad: 0, unknown: 1, none: 0 }, 'unknown'],
    [{ good: 1, bad: 0, unknown: 0, none: 59 }, 'good'],
    [{ good: 0, bad: 0, unknown: 0, none: 60 }, 'none'],
  ] as const)('an hour with %o shows %s', (minutes, face) => {
    expect(faceOf(minutes)).toBe(face);
  });
});

describe('buckets', () => {
  const seen = (at: number, value: number) => ({ at, value, provenance: 'measured' as const });
  test('a span without numbers stays empty', () => {
    const buckets = bucketsOf([seen(5, 1), seen(35, 3)], { from: 0, to: 40, count: 4 });
    expect(buckets.map(({ median }) => median)).toEqual([1, null, null, 3]);
  });
  test('the median lies between the least and the highest, and nothing is lost at the ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 }))),
        (pairs) => {
          const buckets = bucketsOf(
            pairs.map(([at, value]) => seen(at, value)),
            { from: 0, to: 100, count: 7 },
          );
          const highest = buckets.flatMap((bucket) => bucket.highest ?? []);
          expect(Math.max(...highest)).toBe(Math.max(...pairs.map(([, value]) => value)));
          for (const bucket of buckets)
            if (bucket.median !== null) expect(bucket.median).toBeLessThanOrEqual(bucket.highest ?? Number.NaN);
        },
      ),
    );
  });
});

describe('layers', () => {
  test('every edge leads to the right, or stays among fault domains, and every node has one place', () => {
    const { layers, edges } = layersOf(landscape, 'order-medication');
    const column = new Map(layers.flatMap((layer, index) => layer.map((id) => [id, index] as const)));
    expect(column.size).toBe(layers.flat().length);
    for (const { from, to } of edges) expect(column.get(from)).toBeLessThan(column.get(to) ?? -1);
    expect(layers[0]).toEqual(['order-medication']);
    expect(layers.at(-1)?.toSorted()).toEqual(['aarhus', 'viborg']);
  });
  test('a redundant choice says how many are enough, and a weak edge is one', () => {
    const { edges, enough } = layersOf(landscape, 'order-medication');
    expect(enough.get('epj-app-1')).toEqual({ atLeast: 2, of: 3 });
    expect(edges.filter(({ weak }) => weak).map(({ to }) => to)).toEqual(['epj-print']);
  });
  test('a circle among needs ends', () => {
    const { epj, identity } = landscape.nodes;
    if (epj === undefined || identity === undefined) throw new Error('expected epj and identity');
    const round = { ...identity, needs: [{ effect: 'breaks' as const, on: { node: 'epj' } }] };
    const circled = { ...landscape, nodes: { ...landscape.nodes, identity: round } };
    expect(layersOf(circled, 'order-medication').layers.flat()).toContain('identity');
  });
});
