import { expect, test } from 'vitest';
import { survive } from './crash.case.ts';

test('five kills at random moments lose nothing that was acknowledged', async () => {
  const { acknowledged } = await survive(5, 7);
  expect(acknowledged).toBeGreaterThan(20);
});
