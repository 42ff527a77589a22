import { describe, expect, test } from 'vitest';
import { exhaustionOf, type Spending } from './exhaustion.ts';

const hour = 3_600_000;
const day = 24 * hour;
const tally = (good: number, bad: number, unknown = 0) => ({ good, bad, unknown });
/** Half of a 30-day budget of 99.9 % left, burning ten times too fast in the last hour and five times in the last six. */
const spending = (more: Partial<Spending> = {}): Spending => ({
  objective: 99.9,
  allowed: 43.2,
  left: { lower: 21.6, told: 21.6, upper: 21.6 },
  recent: [tally(990, 10), tally(995, 5)],
  periodMs: 30 * day,
  asOf: 0,
  closes: null,
  ...more,
});

describe('when the budget is spent', () => {
  test('half a window at the rate: 15 days by ten, by five, and by their mean', () => {
    const { at = 0, earliest = 0, latest = 0 } = exhaustionOf(spending()) ?? {};
    expect([earliest / day, at / day, (latest ?? 0) / day]).toEqual([
      expect.closeTo(1.5, 9),
      expect.closeTo(2, 9),
      expect.closeTo(3, 9),
    ]);
  });
  test('unknown widens it: as bad it is sooner, as good later', () => {
    const told = exhaustionOf(spending());
    const dim = exhaustionOf(spending({ recent: [tally(980, 10, 10), tally(985, 5, 10)] }));
    expect(dim?.earliest).toBeLessThan(told?.earliest ?? 0);
    expect(dim?.latest).toBeGreaterThanOrEqual(told?.latest ?? 0);
  });
  test.each<[string, Partial<Spending>]>([
    ['nothing burns', { recent: [tally(60, 0), tally(360, 0)] }],
    ['nothing was seen', { recent: [tally(0, 0), tally(0, 0)] }],
    ['a rolling window gets back what it spends', { recent: [tally(999, 1), tally(999, 1)] }],
    ['it is spent already', { left: { lower: -1, told: -1, upper: 3 } }],
    ['the month ends first', { closes: day }],
  ])('never, as %s', (_, more) => {
    expect(exhaustionOf(spending(more))).toBeNull();
  });
  test('at a slow pace of a calendar month it may be spent all the same, and perhaps not', () => {
    const slow = exhaustionOf(
      spending({ recent: [tally(999, 1), tally(1000, 0)], closes: 40 * day, left: { lower: 10, told: 10, upper: 10 } }),
    );
    expect(slow).toMatchObject({ latest: null });
    expect((slow?.earliest ?? 0) / day).toBeCloseTo((30 * 10) / 43.2, 6);
  });
});
