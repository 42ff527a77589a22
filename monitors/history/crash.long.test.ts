import { expect, test } from 'vitest';
import { survive } from './crash.case.ts';

test('fifty kills at random moments lose nothing that was acknowledged', async () => {
  const seed = Date.now() % 1_000_000;
  const { acknowledged } = await survive(50, seed);
  console.info(`seed ${seed}: ${acknowledged} acknowledged minutes, all there after 50 kills`);
  expect(acknowledged).toBeGreaterThan(200);
});
