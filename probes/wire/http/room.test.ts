import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPile } from './pile.ts';
import { createHall } from './room.ts';

const refused = expect.objectContaining({ reason: 'could-not-run' });

test('a run has its own part whatever others do, and beyond it all share', () => {
  const hall = createHall({ most: 100, each: 10 });
  const [one, other, third] = [hall.lease(), hall.lease(), hall.lease()];
  one.take(90);
  expect(hall.held()).toBe(80);
  other.take(30);
  expect(() => third.take(11)).toThrow(refused);
  third.take(10);
  expect(() => other.take(1)).toThrow(refused);
  one.give(50);
  other.take(50);
  one.leave();
  other.leave();
  third.leave();
  expect(hall.held()).toBe(0);
});

test('a run that is over takes nothing more', () => {
  const hall = createHall({ most: 100, each: 10 });
  const lease = hall.lease();
  lease.take(50);
  lease.leave();
  expect(() => lease.take(1)).toThrow(refused);
  lease.give(20);
  lease.leave();
  expect(hall.held()).toBe(0);
});

test('a pile takes what it grows by, never more than its limit', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 }), (sizes) => {
      let taken = 0;
      const room = {
        take: (bytes: number) => {
          taken += bytes;
        },
        give: (bytes: number) => {
          taken -= bytes;
        },
      };
      const all = sizes.reduce((sum, size) => sum + size, 0);
      const pile = createPile({ most: all, room });
      for (const size of sizes) pile.add(Buffer.alloc(size, 1));
      expect(pile.all()).toEqual(Buffer.alloc(all, 1));
      expect(taken).toBe(all);
    }),
  );
});
