import { expect, test } from 'vitest';
import { readPrometheus, readShorthand, sliceOf } from './windows.ts';

const day = 86_400_000;
test.each([
  ['28d', 28 * day],
  ['4w', 28 * day],
  ['1y2w', 379 * day],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['5m500ms', 300_500],
  ['0s', null],
  ['', null],
  ['5', null],
  ['1d1w', null],
  ['4 weeks', null],
])('Prometheus reads %s as %s', (text, ms) => expect(readPrometheus(text)).toBe(ms));

test.each([
  ['28d', '28d', null, true],
  ['4w', '28d', null, true],
  ['12h', '12h', null, true],
  ['1M', '30d', 'month', false],
  ['1Q', '90d', 'quarter', false],
  ['1Y', '365d', 'year', false],
  ['3M', '90d', null, false],
])('OpenSLO means %s by %s', (text, length, calendar, even) => {
  expect(readShorthand(text)).toMatchObject({ text: length, calendar, even });
});
test.each(['', '1', 'd', '0d', '1d12h', '1.5d', '1 d'])('%j is no shorthand', (text) => {
  expect(readShorthand(text)).toBeNull();
});

test.each([
  [60_000, '5m', false],
  [300_000, '5m', true],
  [420_000, '5m', false],
  [900_000, '15m', true],
  [7 * 3_600_000, '6h', false],
  [day, '1d', true],
  [9 * day, '1d', false],
])('a slice of %d ms is %s', (ms, text, exact) => expect(sliceOf(ms)).toEqual({ text, exact }));
