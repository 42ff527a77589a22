import { expect, test } from 'vitest';
import { certificateOf, warnBeforeMs } from './certificate.ts';

const now = Date.UTC(2026, 2, 1);
const day = 86_400_000;

test.each([
  { name: 'far off is quiet', days: 60, warns: false, ended: false },
  { name: 'a moment more than the notice is quiet', days: 21.001, warns: false, ended: false },
  { name: 'the notice itself warns', days: 21, warns: true, ended: false },
  { name: 'the last day warns', days: 1, warns: true, ended: false },
  { name: 'the very end has ended', days: 0, warns: true, ended: true },
  { name: 'long gone has ended', days: -400, warns: true, ended: true },
])('$name', ({ days, warns, ended }) => {
  const at = now + days * day;
  expect(certificateOf(at / 1000, now)).toEqual({
    eta: { at, earliest: at, latest: at },
    remaining: days * day,
    warns,
    ended,
  });
});

test('the notice can be set', () => {
  expect(warnBeforeMs).toBe(21 * day);
  expect(certificateOf((now + 5 * day) / 1000, now, 3 * day)?.warns).toBe(false);
  expect(certificateOf((now + 3 * day) / 1000, now, 3 * day)?.warns).toBe(true);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('an end that is no time (%s) is unknown, never far off', (end) => {
  expect(certificateOf(end, now)).toBeNull();
});
