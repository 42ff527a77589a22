import { expect, test } from 'vitest';
import { createPulse, monotonic } from './clock.ts';

test('a thread that stands still is noticed, also before its next tick', async () => {
  const pulse = createPulse();
  await new Promise((resolve) => setTimeout(resolve, 120));
  const before = pulse.stalled();
  const until = monotonic() + 400;
  while (monotonic() < until);
  expect(pulse.stalled() - before).toBeGreaterThan(200);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(pulse.stalled() - before).toBeGreaterThan(200);
  pulse.stop();
});
