import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['30d', 2_592_000_000],
  ['250ms', 250],
  ['1d2h3m4s5ms', 93_784_005],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '30', 's', '-5s', '1.5h', '5 m', '5M', '30m1h', '5m5m', '1e3s', '٣s', ' 5s', '1w', '9999999999s'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeNull();
  },
);

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_400_000 * 4000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

test('what is not whole, not above zero, or no number is said too', () => {
  expect([formatDuration(1500.4), formatDuration(-90_000), formatDuration(0), formatDuration(Number.NaN)]).toEqual([
    '1s500ms',
    '-1m30s',
    '0s',
    'NaN',
  ]);
});
