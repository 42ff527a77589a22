import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PromiseWindow } from '../../infra/landscape/model.ts';
import { type BurnWindow, burnOf, burnRate, burnWindows, type Tally, talliesOf, tiersOf } from './burn.ts';

const tally = (good: number, bad: number, unknown = 0): Tally => ({ good, bad, unknown });
/** A history as states per minute, newest last; older than it there is nothing. */
const seenIn = (history: readonly ('good' | 'bad' | 'unknown')[]) =>
  talliesOf((from, to) => {
    const part = history.slice(Math.max(0, history.length - from), Math.max(0, history.length - to));
    const of = (state: string): number => part.filter((one) => one === state).length;
    return tally(of('good'), of('bad'), of('unknown'));
  });
const run = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);
const quiet = run(4320, 'good' as const);
const dayMs = 86_400_000;
const tiers = tiersOf({ kind: 'rolling', ms: 30 * dayMs });
const burning = (objective: number, history: Parameters<typeof seenIn>[0]) =>
  burnOf(objective, seenIn(history), { tiers, fewestBad: 3 });

describe('the burn rate', () => {
  test.each<[string, number, Tally, number | null]>([
    ['nothing seen has none', 99.9, tally(0, 0), null],
    ['nothing but unknown has none', 99.9, tally(0, 0, 60), null],
    ['no bad minute is none', 99.9, tally(60, 0), 0],
    ['exactly the budget is one', 99.9, tally(999, 1), 1],
    ['unknown is in neither part', 99.9, tally(999, 1, 5000), 1],
    ['everything down at 99.9 % is a thousand', 99.9, tally(0, 60), 1000],
    ['everything down at 95 % is twenty', 95, tally(0, 60), 20],
    ['a promise of 100 % burns without end, and stays a number', 100, tally(59, 1), 1e6],
    ['a promise of 100 % that holds burns nothing', 100, tally(60, 0), 0],
  ])('%s', (_, objective, seen, rate) => {
    expect(burnRate(objective, seen)).toBe(rate);
  });
  // 1 / (factor x (1 - objective)): 69.4, 138.9, 694.4; 166.7, 1666.7; 333.3; 1000 (research on low traffic).
  test.each<[number, number, number]>([
    [99.9, 14.4, 69],
    [99.95, 14.4, 138],
    [99.99, 14.4, 694],
    [99.9, 6, 166],
    [99.99, 6, 1666],
    [99.9, 3, 333],
    [99.9, 1, 999],
  ])('at %f %% one bad minute exceeds %f up to %i minutes and no further', (objective, factor, most) => {
    expect(burnRate(objective, tally(most - 1, 1))).toBeGreaterThan(factor);
    expect(burnRate(objective, tally(most, 1)) ?? 0).toBeLessThanOrEqual(factor + 1e-12);
  });
});

test.each([
  ['1h', 2],
  ['6h', 5],
  ['1d', 10],
  ['3d', 10],
] as const)('the tier of %s spends %i %% of a 30-day budget before it fires', (long: BurnWindow, percent: number) => {
  const tier = tiers.find((one) => one.long === long);
  expect(((tier?.factor ?? 0) * burnWindows[long] * 100) / (30 * 1440)).toBeCloseTo(percent, 9);
});
// Sloth's google-30d, google-28d and its example of 7 days; a month, quarter and year fire as 30 days do.
test.each<[string, PromiseWindow, readonly number[]]>([
  ['30 days', { kind: 'rolling', ms: 30 * dayMs }, [14.4, 6, 3, 1]],
  ['28 days', { kind: 'rolling', ms: 28 * dayMs }, [13.44, 5.6, 2.8, 0.933_333_333_3]],
  ['7 days', { kind: 'rolling', ms: 7 * dayMs }, [13.44, 3.5, 1.4, 0.98]],
  ['90 days', { kind: 'rolling', ms: 90 * dayMs }, [43.2, 18, 9, 3]],
  ['a day, as 7', { kind: 'rolling', ms: dayMs }, [13.44, 3.5, 1.4, 0.98]],
  ['a month', { kind: 'calendar', unit: 'month', zone: 'UTC' }, [14.4, 6, 3, 1]],
  ['a year', { kind: 'calendar', unit: 'year', zone: 'UTC' }, [14.4, 6, 3, 1]],
])('the factors of %s', (_, span, factors) => {
  for (const [index, { factor }] of tiersOf(span).entries()) expect(factor).toBeCloseTo(factors[index] ?? 0, 9);
});
test('every short window is a twelfth of its long one', () => {
  for (const { long, short } of tiers) expect(burnWindows[long] / burnWindows[short]).toBe(12);
});

describe('what fires', () => {
  // Detection time of the workbook: (1 - objective) x 60 min x 14.4 = 0.9, 8.6, 43.2 minutes; the first needs three bad minutes here.
  test.each<[number, number]>([
    [99.9, 3],
    [99, 9],
    [95, 44],
  ])('at %f %% an outage pages in its minute %i and not before', (objective, minute) => {
    const firingAfter = (down: number) => burning(objective, [...quiet, ...run(down, 'bad' as const)]).firing;
    expect(firingAfter(minute - 1)).not.toBe('fast-burn');
    expect(firingAfter(minute)).toBe('fast-burn');
  });
  test('a loose promise can never burn 14.4 times too fast, whatever happens in an hour', () => {
    expect(burnRate(93, tally(0, 60))).toBeLessThan(14.4);
  });
  test('one failed minute never fires, nor do two, though the rate is far above every factor', () => {
    const two = burning(99.99, [...quiet, 'bad', 'bad']);
    expect(two.burn['1h']).toBeGreaterThan(14.4);
    expect(two.firing).toBe(null);
  });
  test('it ends when the short window is clean again, though the long one still burns', () => {
    const history = [...quiet, ...run(10, 'bad' as const)];
    expect(burning(99.9, history).firing).toBe('fast-burn');
    const over = burning(99.9, [...history, ...run(31, 'good' as const)]);
    expect(over.burn['1h']).toBeGreaterThan(14.4);
    expect(over.firing).not.toBe('fast-burn');
  });
  test('a slow leak is a warning and not a page', () => {
    const leak = Array.from({ length: 4320 }, (_, minute) =>
      minute % 240 === 239 ? ('bad' as const) : ('good' as const),
    );
    expect(burning(99.9, leak).firing).toBe('slow-burn');
  });
  test('unknown never fires, and is said to hide what may burn', () => {
    const dark = burning(99.9, [...quiet, ...run(60, 'unknown' as const)]);
    expect(dark).toMatchObject({ firing: null, possible: 'fast-burn' });
    expect(burning(99.9, quiet)).toMatchObject({ firing: null, possible: null });
  });
  test('nothing at all fires nothing and breaks no sum', () => {
    const empty = burning(99.9, []);
    expect(empty.firing).toBe(null);
    expect(Object.values(empty.burn)).toEqual(run(7, null));
  });
  const someState = fc.constantFrom('good' as const, 'bad' as const, 'unknown' as const);
  test('what fires is possible, and turning minutes unknown makes nothing fire', () => {
    const rank = { 'fast-burn': 2, 'slow-burn': 1, none: 0 };
    fc.assert(
      fc.property(fc.array(someState, { maxLength: 90 }), fc.nat(89), (history, lost) => {
        const { firing, possible } = burning(99.5, history);
        expect(rank[possible ?? 'none']).toBeGreaterThanOrEqual(rank[firing ?? 'none']);
        const blinded = burning(
          99.5,
          history.map((state, index) => (index === lost % Math.max(1, history.length) ? 'unknown' : state)),
        );
        expect(rank[blinded.possible ?? 'none']).toBeGreaterThanOrEqual(rank[firing ?? 'none']);
      }),
    );
  });
});
