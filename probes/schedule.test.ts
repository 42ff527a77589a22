import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryWithin } from './attempt.ts';
import type { Run } from './plan.ts';
import { createSchedule, type Options } from './schedule.ts';
import { createClock } from './testing/clock.ts';
import { checkOf } from './testing/servers.ts';

const runOf = (name: string, intervalMs = 1000, offsetMs = 100): Run => ({
  stream: `${name}@here`,
  check: name,
  vantage: 'here',
  intervalMs,
  offsetMs,
});

/** A schedule on a clock of the test; runs last `lastsMs`, or until they are let go when that is null. */
const scheduled = (runs: readonly Run[], lastsMs: number | null, more: Partial<Options> = {}) => {
  const clock = createClock();
  const started: { readonly name: string; readonly slot: number; readonly at: number }[] = [];
  const missed: { readonly name: string; readonly slot: number; readonly count: number }[] = [];
  const stopped: string[] = [];
  let together = 0;
  let most = 0;
  const schedule = createSchedule({
    runs,
    run: async ({ check }, slot, stop) => {
      started.push({ name: check, slot, at: clock.now() });
      together += 1;
      most = Math.max(most, together);
      await new Promise<void>((resolve) => {
        stop.addEventListener('abort', () => {
          stopped.push(check);
          resolve();
        });
        if (lastsMs !== null) clock.setTimer(lastsMs, resolve);
      });
      together -= 1;
    },
    missed: ({ check }, slot, count) => void missed.push({ name: check, slot, count }),
    now: clock.now,
    wall: clock.wall,
    setTimer: clock.setTimer,
    random: () => 0,
    ...more,
  });
  schedule.start();
  return { clock, started, missed, stopped, schedule, most: () => most };
};

test('runs start on a fixed grid from their offset, however long they last', async () => {
  const { clock, started, missed } = scheduled([runOf('a')], 700);
  await clock.advance(4500);
  expect(started.map(({ at }) => at)).toEqual([100, 1100, 2100, 3100, 4100]);
  expect(started.map(({ slot }) => slot)).toEqual([1_000_100, 1_001_100, 1_002_100, 1_003_100, 1_004_100]);
  expect(missed).toEqual([]);
});

test('a stream never overlaps itself: a slot that finds it at work waits for half an interval, then is missed', async () => {
  const { clock, started, missed, most } = scheduled([runOf('a')], 1400);
  await clock.advance(6900);
  expect(started.map(({ at, slot }) => [at, slot])).toEqual([
    [100, 1_000_100],
    [1500, 1_001_100],
    [3100, 1_003_100],
    [4500, 1_004_100],
    [6100, 1_006_100],
  ]);
  expect(missed.map(({ slot, count }) => [slot, count])).toEqual([
    [1_002_100, 1],
    [1_005_100, 1],
  ]);
  expect(most()).toBe(1);
});

test('a run that lasts for ever misses every slot after it, one by one', async () => {
  const { clock, started, missed } = scheduled([runOf('a')], null);
  await clock.advance(4500);
  expect(started).toHaveLength(1);
  expect(missed.map(({ slot, count }) => [slot, count])).toEqual([
    [1_001_100, 1],
    [1_002_100, 1],
    [1_003_100, 1],
  ]);
});

test('a black hole leaves no gap: its next bad word comes before the last has grown old', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 20, max: 960 }),
      fc.integer({ min: 0, max: 999 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 7 }),
      async (timeoutMs, offsetMs, wobble) => {
        const check = checkOf('tcp', {}, { intervalMs: 1000, timeoutMs });
        const lasts = timeoutMs + retryWithin(check, timeoutMs);
        let drawn = 0;
        const random = () => wobble[drawn++ % wobble.length] ?? 0;
        const { clock, started, missed } = scheduled([runOf('a', 1000, offsetMs)], lasts, { random });
        await clock.advance(30_000);
        const ends = started.map(({ at }) => at + lasts);
        const gaps = ends.slice(1).map((end, index) => end - (ends[index] ?? 0));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(check.intervalMs + timeoutMs);
        expect(missed.length + started.length).toBeGreaterThanOrEqual(28);
      },
    ),
  ));

test('after a thread stood still for minutes its slots are missed, not made up for in a burst', async () => {
  const runs = Array.from({ length: 100 }, (_, index) => runOf(`r${index}`, 1000, index * 10));
  const { clock, started, missed } = scheduled(runs, 1);
  await clock.advance(1000);
  const before = started.length;
  clock.block(180_000);
  await clock.advance(0);
  expect(started.length - before, 'no more than the slots that are still fresh').toBeLessThanOrEqual(52);
  await clock.advance(1000);
  const seen = started.length - before;
  expect(seen).toBeGreaterThanOrEqual(100);
  expect(seen).toBeLessThanOrEqual(152);
  const lost = missed.reduce((sum, { count }) => sum + count, 0);
  const passed = runs.reduce((sum, { offsetMs }) => sum + Math.floor((clock.now() - offsetMs) / 1000) + 1, 0);
  expect(lost + started.length, 'every slot was run or missed').toBe(passed);
});

test('no slot is lost and none is used twice, however the thread stumbles', async () => {
  const { clock, started, missed } = scheduled([runOf('a', 1000, 0)], 300);
  for (const pause of [700, 2300, 50, 999, 1001, 5000]) {
    await clock.advance(1700);
    clock.block(pause);
  }
  await clock.advance(1500);
  const slots = started.map(({ slot }) => slot);
  expect(new Set(slots).size).toBe(slots.length);
  const passed = Math.floor(clock.now() / 1000) + 1;
  expect(slots.length + missed.reduce((sum, { count }) => sum + count, 0)).toBe(passed);
});

test('a wall clock that steps an hour moves the written slots and neither loses nor repeats a run', async () => {
  const { clock, started, missed } = scheduled([runOf('a')], 10);
  await clock.advance(2000);
  clock.stepWall(-3_600_000);
  await clock.advance(2000);
  clock.stepWall(7_200_000);
  await clock.advance(2000);
  expect(started.map(({ at }) => at)).toEqual([100, 1100, 2100, 3100, 4100, 5100]);
  expect(started.map(({ slot }) => slot - 1_000_000)).toEqual([
    100, 1100, -3_597_900, -3_596_900, 3_604_100, 3_605_100,
  ]);
  expect(missed).toEqual([]);
});

test('no more runs go on at once than the cap; the others wait their turn, and one slot is not run twice', async () => {
  const runs = ['a', 'b', 'c', 'd'].map((name) => runOf(name, 1000, 0));
  const { clock, started, most } = scheduled(runs, 400, { cap: 2 });
  await clock.advance(950);
  expect(most()).toBe(2);
  expect(started.map(({ name, at }) => `${name}${at}`)).toEqual(['a0', 'b0', 'c400', 'd400']);
});

test('a queue that never empties misses slots and says so', async () => {
  const runs = ['a', 'b'].map((name) => runOf(name, 1000, 0));
  const { clock, missed } = scheduled(runs, null, { cap: 1 });
  await clock.advance(3500);
  expect(missed.filter(({ name }) => name === 'b')).toHaveLength(3);
});

test('stopping ends what is going on, and nothing starts after', async () => {
  const { clock, started, stopped, schedule } = scheduled([runOf('a'), runOf('b')], null);
  await clock.advance(500);
  await schedule.stop();
  await clock.advance(5000);
  expect(stopped).toEqual(['a', 'b']);
  expect(started).toHaveLength(2);
  expect(clock.pending()).toBe(0);
});

test('jitter stays small and does not add up', async () => {
  const { clock, started } = scheduled([runOf('a')], 1, { random: () => 1 });
  await clock.advance(10_000);
  expect(started.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, slot) => slot * 1000 + 120));
});
