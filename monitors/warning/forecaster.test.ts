import { expect, test } from 'vitest';
import { createForecaster } from './forecaster.ts';

const toward = { limit: 1000, direction: 'rising', kind: 'gauge' } as const;
const seriesOf = (points: number, valueAt: (index: number) => number) => ({
  at: Array.from({ length: points }, (_, index) => index * 1000),
  value: Array.from({ length: points }, (_, index) => valueAt(index)),
});
const look = (points: number, valueAt: (index: number) => number) =>
  createForecaster()(seriesOf(points, valueAt), toward, { now: (points - 1) * 1000, intervalMs: 1000 });

test('just after a restart a slow climb in the noise cannot be told from none: unknown, which resolves nothing', () => {
  const noisy = (index: number) => 600 + index * 0.02 + (index % 2 === 0 ? 8 : -8);
  expect(look(12, noisy)).toBe('unknown');
  expect(look(40, noisy)).toBe('steady');
});
test('a clear climb is told from the eighth number on', () => {
  expect(look(12, (index) => 600 + index * 10)).toMatchObject({ reached: false });
});
test('without a new number the answer is kept, and a new limit is looked at anew', () => {
  const forecast = createForecaster();
  const series = seriesOf(12, (index) => 600 + index * 10);
  const at = { now: 11_000, intervalMs: 1000 };
  const first = forecast(series, toward, at);
  expect(forecast(series, toward, { ...at, now: 12_000 })).toBe(first);
  expect(forecast(series, { ...toward, limit: 650 }, at)).toMatchObject({ reached: true });
});
