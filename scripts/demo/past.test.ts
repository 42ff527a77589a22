import { describe, expect, test } from 'vitest';
import { slice } from '../../monitors/history/history.ts';
import { smallEstate } from '../../monitors/testing/estate.ts';
import { chanceOf, pastDay } from './past.ts';

const day = 20_000;
const sliceAt = (planes: { readonly low: Uint32Array; readonly high: Uint32Array }, minute: number): number => {
  const bit = (plane: Uint32Array) => ((plane[minute >> 5] ?? 0) >>> (minute & 31)) & 1;
  return bit(planes.low) | (bit(planes.high) << 1);
};
const tally = (seed: number, days: number) => {
  const counts = [0, 0, 0, 0];
  for (let offset = 0; offset < days; offset += 1)
    for (const { planes } of pastDay(smallEstate, { seed, day: day - offset, until: Number.POSITIVE_INFINITY }).days)
      for (let minute = 0; minute < 1440; minute += 1) {
        const at = sliceAt(planes, minute);
        counts[at] = (counts[at] ?? 0) + 1;
      }
  return counts;
};

describe('the simulated past', () => {
  test('a month is mostly good, has trouble and blind spots, and no minute outside the watched', () => {
    const [unwatched = 0, good = 0, bad = 0, unknown = 0] = tally(1, 30);
    expect(unwatched).toBe(0);
    expect(good).toBeGreaterThan(100 * (bad + unknown));
    expect(bad).toBeGreaterThan(0);
    expect(unknown).toBeGreaterThan(0);
  });
  test('it is the same for the same seed, and another for another', () => {
    const of = (seed: number) => pastDay(smallEstate, { seed, day, until: Number.POSITIVE_INFINITY });
    expect(of(1)).toEqual(of(1));
    expect(tally(1, 30)).not.toEqual(tally(2, 30));
  });
  test('everything of it is marked as simulated, and nothing of it lies at or after now', () => {
    const until = day * 86_400_000 + 600 * 60_000;
    const { days, numbers } = pastDay(smallEstate, { seed: 1, day, until });
    expect(days.map(({ stream }) => stream)).toContain('epj/front@ward');
    for (const { planes } of days) {
      expect(planes.provenance).toBe('simulated');
      expect(sliceAt(planes, 599)).toBe(slice.good);
      expect(sliceAt(planes, 600)).toBe(slice.notYetWatched);
    }
    expect(numbers.filter(({ at, provenance }) => at >= until || provenance !== 'simulated')).toEqual([]);
  });
  test('metrics are no state and leave no minutes', () => {
    const { days } = pastDay(smallEstate, { seed: 1, day, until: Number.POSITIVE_INFINITY });
    expect(days.filter(({ stream }) => stream.startsWith('db-1/disk'))).toEqual([]);
  });
});

test('chance is even enough to be called that', () => {
  const next = chanceOf('seed', 1);
  const drawn = Array.from({ length: 10_000 }, () => next());
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  expect(drawn.reduce((sum, one) => sum + one, 0) / drawn.length).toBeCloseTo(0.5, 1);
});
