import { describe, expect, test } from 'vitest';
import { longestOf, windowAt } from './window.ts';

const minute = (text: string): number => Date.parse(text) / 60_000;
const calendar = (unit: 'month' | 'quarter' | 'year', zone = 'Europe/Copenhagen') =>
  ({ kind: 'calendar', unit, zone }) as const;

// Days of the month x 1440; March loses an hour on the 29th, October gains one on the 25th.
test.each([
  ['January', '2026-01-31T23:00Z', 44_640],
  ['February', '2026-02-28T23:00Z', 40_320],
  ['March', '2026-03-31T22:00Z', 44_580],
  ['April', '2026-04-30T22:00Z', 43_200],
  ['May', '2026-05-31T22:00Z', 44_640],
  ['June', '2026-06-30T22:00Z', 43_200],
  ['July', '2026-07-31T22:00Z', 44_640],
  ['August', '2026-08-31T22:00Z', 44_640],
  ['September', '2026-09-30T22:00Z', 43_200],
  ['October', '2026-10-31T23:00Z', 44_700],
  ['November', '2026-11-30T23:00Z', 43_200],
  ['December', '2026-12-31T23:00Z', 44_640],
])('%s 2026 in Copenhagen ends at %s and has %i minutes', (_, end, minutes) => {
  const { from, to, closes } = windowAt(calendar('month'), minute(end));
  expect([to - from, closes]).toEqual([minutes, minute(end)]);
  expect(minutes).toBeLessThanOrEqual(longestOf(calendar('month')));
  // One minute later the next month has begun.
  expect(windowAt(calendar('month'), minute(end) + 1).from).toBe(minute(end));
});

describe('the calendar', () => {
  test.each([
    ['the first quarter is an hour short', 'quarter', '2026-03-31T22:00Z', 90 * 1440 - 60],
    ['the second is whole', 'quarter', '2026-06-30T22:00Z', 91 * 1440],
    ['the last has an hour more', 'quarter', '2026-12-31T23:00Z', 92 * 1440 + 60],
    ['a year is whole', 'year', '2026-12-31T23:00Z', 525_600],
    ['a leap year too', 'year', '2028-12-31T23:00Z', 527_040],
  ] as const)('%s', (_, unit, end, minutes) => {
    const { from, to } = windowAt(calendar(unit), minute(end));
    expect(to - from).toBe(minutes);
    expect(minutes).toBeLessThanOrEqual(longestOf(calendar(unit)));
  });
  test('while a month runs, it is counted so far and closes at its end', () => {
    expect(windowAt(calendar('month'), minute('2026-03-29T12:00Z'))).toEqual({
      from: minute('2026-02-28T23:00Z'),
      to: minute('2026-03-29T12:00Z'),
      closes: minute('2026-03-31T22:00Z'),
    });
  });
  test('where the clocks skip midnight, the month begins with its first moment', () => {
    // Asunción, 1 October 2023: 00:00 became 01:00 (UTC-3).
    expect(windowAt(calendar('month', 'America/Asuncion'), minute('2023-10-15T00:00Z')).from).toBe(
      minute('2023-10-01T04:00Z'),
    );
  });
  test('a rolling window is as long as it says, by a stopwatch', () => {
    const { from, to } = windowAt({ kind: 'rolling', ms: 30 * 86_400_000 }, minute('2026-03-30T00:00Z'));
    expect(to - from).toBe(43_200);
  });
});
