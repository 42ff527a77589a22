import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOffset } from './clock.ts';

test('before any answer nothing is known', () => {
  expect(createOffset().ours(5)).toBeNull();
});

test('whatever the ways there and back take, a moment is never made younger, nor older than the shortest way allows', () => {
  const way = fc.record({ there: fc.integer({ min: 0, max: 500 }), pause: fc.integer({ min: 1, max: 5_000 }) });
  fc.assert(
    fc.property(fc.array(way, { minLength: 1, maxLength: 30 }), fc.integer({ min: -1e9, max: 1e9 }), (ways, truth) => {
      const offset = createOffset();
      let now = 1_000_000;
      for (const { there, pause } of ways) {
        offset.take({ sent: now, received: now + there + 5, theirs: now + there - truth });
        now += pause;
      }
      const theirs = now - truth;
      const ours = offset.ours(theirs) ?? Number.NaN;
      expect(ours).toBeLessThanOrEqual(now);
      expect(ours).toBeGreaterThanOrEqual(now - 500 - (now - 1_000_000) * 1e-4 - 1e-6);
    }),
  );
});

test('an agent that started anew is on another clock', () => {
  const offset = createOffset();
  offset.take({ sent: 1000, received: 1010, theirs: 900 });
  expect(offset.ours(950)).toBe(1050);
  offset.forget();
  expect(offset.ours(950)).toBeNull();
});

test('a clock of ours that stood still for an hour does not make what was seen then fresh', () => {
  const offset = createOffset();
  offset.take({ sent: 1000, received: 1010, theirs: 500_000 });
  const hour = 3_600_000;
  // The agent went on for an hour; for us it is a second later.
  offset.take({ sent: 2000, received: 2010, theirs: 500_000 + hour });
  expect(offset.ours(500_000 + hour)).toBe(2000);
  expect(offset.ours(500_000)).toBe(2000 - hour);
});
