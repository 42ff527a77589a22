import { expect, test } from 'vitest';
import { goDecimal, goFloat, promDuration } from './go.ts';

/** Each as Go 1.26 and prometheus/common print it. */
test.each([
  [99.9 / 100, '0.9990000000000001'],
  [(100 - 99.9) / 100, '0.0009999999999999432'],
  [(100 - 99.999) / 100, '1.0000000000047748e-05'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1e-120, '1e-120'],
  [0, '0'],
  [100_000, '100000'],
  [1_234_567, '1.234567e+06'],
  [1e21, '1e+21'],
])('%d is %s', (value, text) => expect(goFloat(value)).toBe(text));

test.each([
  [99.999, '99.999'],
  [100, '100'],
  [0.0000001, '0.0000001'],
  [12.3456789, '12.3456789'],
  [33.333333333333336, '33.333333333333336'],
])('%d without an exponent is %s', (value, text) => expect(goDecimal(value)).toBe(text));

const day = 86_400_000;
test.each([
  [300_000, '5m'],
  [day, '1d'],
  [7 * day, '1w'],
  [28 * day, '4w'],
  [30 * day, '30d'],
  [365 * day, '1y'],
  [366 * day, '366d'],
  [5_400_000, '1h30m'],
  [1500, '1s500ms'],
  [0, '0s'],
])('%d ms are %s', (ms, text) => expect(promDuration(ms)).toBe(text));
