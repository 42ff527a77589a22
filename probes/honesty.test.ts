import { expect, test } from 'vitest';
import { createHonesty, type Health } from './honesty.ts';

const told = (during: () => void): Promise<Health> =>
  new Promise((resolve) => {
    const honesty = createHonesty((health) => {
      void honesty.stop().then(() => resolve(health));
    }, 150);
    setTimeout(during, 20);
  });

test('an undisturbed thread adds little to what it measures', async () => {
  const { calibration } = await told(() => undefined);
  expect(calibration).not.toBeNull();
  expect(calibration).toBeLessThan(0.1);
});

test('a thread that stood still says for how long', async () => {
  const { loopDelay } = await told(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  });
  expect(loopDelay).toBeGreaterThan(0.15);
});
