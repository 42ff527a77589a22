import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SliState } from '../picture.ts';
import { type Sorted, sliOf } from './sli.ts';

/** Minutes as told; where nothing is said of certainty, every good and bad minute is certain. */
const minutes = (good: number, bad: number, unknown: number, sure: Partial<Sorted> = {}): Sorted => ({
  good,
  bad,
  unknown,
  surelyGood: good,
  surelyBad: bad,
  ...sure,
});
const month = 43_200;

describe('rule 6, the verdict', () => {
  test.each<[string, number, Sorted, SliState['verdict']]>([
    ['over nothing a promise is undecided', 99.9, minutes(0, 0, 0), 'undecided'],
    ['all unknown is undecided, not perfect', 99.9, minutes(0, 0, month), 'undecided'],
    ['all good is kept', 99.95, minutes(month, 0, 0), 'kept'],
    ['43 bad minutes of the 43.2 are kept', 99.9, minutes(month - 43, 43, 0), 'kept'],
    ['44 are broken', 99.9, minutes(month - 44, 44, 0), 'broken'],
    ['exactly the objective is kept', 99.9, minutes(999, 1, 0), 'kept'],
    ['43 unknown are within the budget', 99.9, minutes(month - 43, 0, 43), 'kept'],
    ['44 unknown may have been bad', 99.9, minutes(month - 44, 0, 44), 'undecided'],
    ['bad over the budget stays broken beside unknown', 99.9, minutes(month - 144, 44, 100), 'broken'],
    [
      'good that only stood because votes were lost is not kept',
      99.9,
      minutes(month, 0, 0, { surelyGood: 0 }),
      'undecided',
    ],
    [
      'bad that only stood because votes were lost is not broken',
      99.9,
      minutes(0, month, 0, { surelyBad: 0 }),
      'undecided',
    ],
    ['a promise of 100 % is kept by nothing but good', 100, minutes(month, 0, 0), 'kept'],
    ['and broken by one minute', 100, minutes(month - 1, 1, 0), 'broken'],
  ])('%s', (_, objective, counts, verdict) => {
    expect(sliOf(objective, counts).verdict).toBe(verdict);
  });
});

test.each<[number, number]>([
  [99.9, 43.2],
  [99.95, 21.6],
  [99, 432],
  [99.99, 4.32],
  [95, 2160],
])('%f %% of a month allows %f minutes', (objective, allowed) => {
  expect(sliOf(objective, minutes(month, 0, 0)).budget).toEqual({
    allowed,
    leftLower: allowed,
    leftUpper: allowed,
  });
});
test('the budget left is a range, unknown counted as bad and as good', () => {
  expect(sliOf(99.9, minutes(month - 30, 10, 20)).budget).toEqual({ allowed: 43.2, leftLower: 13.2, leftUpper: 33.2 });
});
test('an SLI is a quotient of sums: a month mostly without hours is not the mean of its days', () => {
  expect(sliOf(99, minutes(1005, 5, 0)).sli).toBe(1005 / 1010);
});

const counts = fc
  .record({
    good: fc.nat(50_000),
    bad: fc.nat(500),
    unknown: fc.nat(500),
    sure: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ good, bad, unknown, sure }) =>
    minutes(good, bad, unknown, { surelyGood: Math.floor(good * sure), surelyBad: Math.floor(bad * sure) }),
  );
const objectives = fc.integer({ min: 90_000, max: 100_000 }).map((thousandths) => thousandths / 1000);

describe('whatever the minutes', () => {
  test('the bounds hold the SLI between them', () => {
    fc.assert(
      fc.property(objectives, counts, (objective, given) => {
        const { sli, lower, upper } = sliOf(objective, given);
        if (sli === null) return;
        expect(lower).toBeLessThanOrEqual(sli);
        expect(upper).toBeGreaterThanOrEqual(sli);
      }),
    );
  });
  test('what is left of the budget says what the verdict says', () => {
    fc.assert(
      fc.property(objectives, counts, (objective, given) => {
        const { verdict, budget } = sliOf(objective, given);
        if (given.good + given.bad + given.unknown === 0) return;
        expect(verdict === 'kept').toBe(budget.leftLower >= 0);
        expect(verdict === 'broken').toBe(budget.leftUpper < 0);
      }),
    );
  });
});
