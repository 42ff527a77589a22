import { describe, expect, test } from 'vitest';
import type { Method } from '../../infra/landscape/model.ts';
import type { SliState } from '../picture.ts';
import { assessed } from './assess.ts';
import { type Counts, countsOfSlice, noCounts } from './method.ts';
import { createPlane, planeOf } from './planes.ts';
import { type Bucket, createRequests } from './requests.ts';
import { promised } from './testing/estates.ts';

const never = { excluded: () => createPlane(), hours: () => createPlane(0xffffffff) };
const occurrences: Method = { name: 'occurrences', version: 1, slice: null };
const sliced = (name: Method['name'], minutes: number, target = 100): Method => ({
  name,
  version: 1,
  slice: { ms: minutes * 60_000, target },
});
type Shape = {
  readonly objective: number;
  readonly days: number;
  readonly method?: Method;
  readonly most?: number;
  readonly calendar?: Parameters<typeof createRequests>[1];
};
const start = 20_454 * 1440;
/** A promise of requests, told bucket by bucket from the start of its window; null is a bucket nobody told. */
const stateOf = (
  shape: Shape,
  bucketAt: (index: number) => readonly [good: number, total: number] | null,
): SliState => {
  const { objective, days, method = occurrences, most, calendar = never } = shape;
  const indicator = { kind: 'requests', good: '', total: '', ...(most === undefined ? {} : { most }) } as const;
  const span = { kind: 'rolling', ms: days * 86_400_000 } as const;
  const one = { ...promised('epj', objective, { span, method }), indicator };
  const requests = createRequests(one, calendar);
  requests.watch(start);
  const buckets = Array.from({ length: days * 288 }, (_, index): readonly Bucket[] => {
    const told = bucketAt(index);
    return told === null ? [] : [{ minute: start + index * 5, good: told[0], total: told[1] }];
  });
  requests.add(buckets.flat());
  const asOf = start + days * 1440;
  const { count, boundless } = requests;
  return assessed({ promised: one, asOf, since: start, count, boundless, exclusions: () => [], due: () => 0 });
};

// OpenSLO, examples/budgeting-method: two weeks at 95 %, 24,000 requests a day, an attack that lets 1 % through.
describe("OpenSLO's worked numbers", () => {
  const perBucket = 24_000 / 288;
  /** Lasts so many buckets, the last of them in part. */
  const attack = (buckets: number) => (index: number) => {
    const share = Math.min(1, Math.max(0, buckets - index));
    return [perBucket * (1 - 0.99 * share), perBucket] as const;
  };
  const shape = { objective: 95, days: 14 };
  test('occurrences: 16,800 may fail; 16h58m of the attack fail that many, of which 99 % are 16,632 in 16h48m', () => {
    expect(stateOf(shape, attack(0)).budget.allowed).toBeCloseTo(16_800, 6);
    // 16h48m are 16,800 requests, of which 99 % fail.
    const { bad, verdict } = stateOf(shape, attack((16.8 * 60) / 5));
    expect(16_800 * 0.99).toBe(16_632);
    expect(bad).toBeCloseTo(16_632, 0);
    expect(verdict).toBe('kept');
  });
  test('timeslices: the budget is 16h48m, whatever failed in it', () => {
    const method = sliced('timeslices', 5, 95);
    expect(stateOf({ ...shape, method }, attack(0)).budget.allowed).toBeCloseTo(16.8 * 60, 9);
    const slices = Math.floor((16.8 * 60) / 5);
    expect(stateOf({ ...shape, method }, attack(slices)).verdict).toBe('kept');
    expect(stateOf({ ...shape, method }, attack(slices + 1)).verdict).toBe('broken');
  });
  test('ratio timeslices: each slice of the attack spends 0.99 of itself, so 5 % last 16h58m', () => {
    const method = sliced('ratio-timeslices', 5);
    const last = Math.floor((0.05 * 14 * 288) / 0.99);
    expect(stateOf({ ...shape, method }, attack(last)).verdict).toBe('kept');
    expect(stateOf({ ...shape, method }, attack(last + 1)).verdict).toBe('broken');
  });
  test('and 13h43m (their "about 13h45m") as the service lets 1 % fail of itself', () => {
    const method = sliced('ratio-timeslices', 5);
    const missing = 0.01;
    // 336 h x 5 % of missing share, of which 336 h x 1 % go by themselves; the attack misses 0.99 in place of 0.01.
    const hours = ((0.05 - missing) * 336) / (0.99 - missing);
    expect(Math.round(hours * 60)).toBe(13 * 60 + 43);
    const mixed = (buckets: number) => (index: number) =>
      [perBucket * (index < buckets ? 0.01 : 1 - missing), perBucket] as const;
    expect(stateOf({ ...shape, method }, mixed(Math.floor(hours * 12))).verdict).toBe('kept');
    expect(stateOf({ ...shape, method }, mixed(Math.floor(hours * 12) + 1)).verdict).toBe('broken');
  });
});

// A toy month at 99.9 %: eight hours a day at 1,000 per five minutes, sixteen at ten; one hour fails by half.
describe('the diurnal month', () => {
  const day = (index: number): number => ((index % 288) * 5) / 60;
  const at = (from: number, to: number) => (index: number) => {
    const hour = day(index);
    const total = hour >= 8 && hour < 16 ? 1000 : 10;
    const down = index < 288 && hour >= from && hour < to;
    return [down ? total / 2 : total, total] as const;
  };
  const spentAt = (from: number, to: number, method?: Method) => {
    const { budget } = stateOf({ objective: 99.9, days: 30, ...(method ? { method } : {}) }, at(from, to));
    return 1 - budget.leftLower / budget.allowed;
  };
  const perDay = 96 * 1000 + 192 * 10;
  test('at the peak it spends 204 % of the budget, at night 2 %: sums are divided, exactly', () => {
    expect(spentAt(10, 11)).toBeCloseTo((12 * 500) / (30 * perDay * 0.001), 9);
    expect(spentAt(2, 3)).toBeCloseTo((12 * 5) / (30 * perDay * 0.001), 9);
    expect(Math.round(spentAt(10, 11) * 100)).toBe(204);
    expect(Math.round(spentAt(2, 3) * 100)).toBe(2);
  });
  test('a mean of ratios says 69 % of both, and is told under its own name only', () => {
    for (const from of [10, 2])
      expect(Math.round(spentAt(from, from + 1, sliced('ratio-timeslices', 5)) * 100)).toBe(69);
  });
});

describe('requests', () => {
  const all = (index: number) => (index === 3 ? null : ([100, 100] as const));
  test('a gap may weigh anything: undecided, with nothing bounded', () => {
    expect(stateOf({ objective: 99, days: 1 }, all)).toMatchObject({
      verdict: 'undecided',
      sli: 1,
      lower: 0,
      upper: 1,
    });
  });
  test('with the most there can be a gap only widens', () => {
    const state = stateOf({ objective: 99, days: 1, most: 120 }, all);
    expect(state).toMatchObject({ verdict: 'kept', unknown: 120 });
    expect(state.lower).toBeCloseTo(28_700 / 28_820, 9);
  });
  test('over nothing it is undecided, never met: no request, or nothing told', () => {
    expect(stateOf({ objective: 99, days: 1 }, () => [0, 0]).verdict).toBe('undecided');
    expect(stateOf({ objective: 99, days: 1 }, () => null).verdict).toBe('undecided');
  });
  test('a bucket with an excluded minute is taken out whole, and the raw SLI still knows it', () => {
    const calendar = { ...never, excluded: () => planeOf(7, 8) };
    const state = stateOf({ objective: 99, days: 1, calendar }, (index) => [index === 1 ? 0 : 100, 100]);
    expect(state).toMatchObject({ excluded: 5, bad: 0, sli: 1, verdict: 'kept' });
    expect(state.raw).toBeCloseTo(1 - 1 / 288, 9);
  });
  test('a reader that is a little late is waited for, one that is gone is a gap', () => {
    const indicator = { kind: 'requests', good: '', total: '' } as const;
    const requests = createRequests({ ...promised('epj', 99), indicator }, never);
    requests.add([{ minute: start, good: 5, total: 5 }]);
    expect([12, 19, 26].map((later) => requests.upTo(start + later) - start)).toEqual([5, 5, 25]);
  });
});

describe('a slice', () => {
  const inside = (good: number, bad: number, unknown: number, more: Partial<Counts> = {}): Counts => ({
    ...noCounts,
    ...{ good, bad, unknown, surelyGood: good, surelyBad: bad, rawGood: good, rawBad: bad },
    ...more,
  });
  const target = sliced('timeslices', 20, 95);
  test.each<[string, Counts, Partial<Counts>]>([
    ['exactly at its target is good', inside(19, 1, 0), { good: 1, surelyGood: 1 }],
    ['below it is bad', inside(18, 2, 0), { bad: 1, surelyBad: 1 }],
    ['that the unknown decides is unknown', inside(18, 1, 1), { unknown: 1, good: 0, bad: 0 }],
    [
      'whose votes were lost is good without being sure',
      inside(20, 0, 0, { surelyGood: 18 }),
      { good: 1, surelyGood: 0 },
    ],
    [
      'in which nothing counts is none',
      inside(0, 0, 0, { excluded: 20 }),
      { good: 0, bad: 0, unknown: 0, excluded: 20 },
    ],
    ['that was excluded counts in the raw', inside(0, 0, 0, { excluded: 20, rawBad: 20 }), { rawBad: 1, bad: 0 }],
  ])('%s', (_, given, expected) => {
    expect(countsOfSlice(target, given)).toMatchObject(expected);
  });
});
