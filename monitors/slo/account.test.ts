import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Landscape, streamOf } from '../../infra/landscape/model.ts';
import { type DayPlanes, minutesPerDay, type Slice, type SliceAt, slice } from '../history/history.ts';
import type { SliState } from '../picture.ts';
import { createAccounts } from './account.ts';
import { createPlane, planeOf } from './planes.ts';
import {
  breaks,
  check,
  createDice,
  landscapeOf,
  node,
  planesOf,
  promised,
  randomDay,
  randomEstate,
  rolling,
  seeds,
  sliceIn,
  streamsIn,
} from './testing/estates.ts';
import { longestOf } from './window.ts';

const day = 20_500;
const midnight = day * minutesPerDay;
const never = { excluded: () => createPlane(), hours: () => createPlane(0xffffffff) };
const repeat = (count: number, one: Slice): readonly Slice[] => Array.from({ length: count }, () => one);
const whole = repeat(minutesPerDay, slice.good);
const at = (stream: string, minute: number, one: Slice, provenance: SliceAt['provenance'] = 'measured'): SliceAt => ({
  stream,
  minute,
  slice: one,
  provenance,
});

/** One solution with one check from one place, promised 99.9 % over two days. */
const small = (more: Partial<Parameters<typeof promised>[2]> = {}): Landscape => {
  const promises = [promised('epj', 99.9, { span: rolling(2 * 86_400_000), window: '2d', ...more })];
  return landscapeOf([node('epj', 'solution', { checks: ['epj/front'], promises })], [check('epj/front')]);
};
const front = 'epj/front@north';
const only = (states: readonly SliState[]): SliState => {
  const [state] = states;
  if (state === undefined) throw new Error('expected one promise');
  return state;
};

describe('what a minute counts as', () => {
  test('before the first watched minute nothing counts, after it silence is unknown', () => {
    const accounts = createAccounts(small(), never);
    expect(only(accounts.assess(midnight))).toMatchObject({
      good: 0,
      bad: 0,
      unknown: 0,
      sli: null,
      verdict: 'undecided',
    });
    accounts.add([at(front, midnight + 10, slice.good), at(front, midnight + 11, slice.bad)]);
    expect(only(accounts.assess(midnight + 20))).toMatchObject({ good: 1, bad: 1, unknown: 8, sli: 0.5 });
    expect(accounts.watchedSince('epj')).toBe(midnight + 10);
  });
  test('a stream that is due and never tells anything is unknown from then on, and keeps no promise', () => {
    const accounts = createAccounts(small(), never);
    accounts.watch([{ stream: front, watchedSince: (midnight + 10) * 60_000 }]);
    expect(only(accounts.assess(midnight + 20))).toMatchObject({ good: 0, bad: 0, unknown: 10, verdict: 'undecided' });
  });
  test('the open minute is not counted and the window rolls by whole minutes', () => {
    const accounts = createAccounts(small({ span: rolling(3 * 60_000) }), never);
    for (const [index, one] of ([1, 2, 1, 1, 1] as const).entries()) accounts.add([at(front, midnight + index, one)]);
    const counts = [1, 2, 3, 4, 5].map((minute) => {
      const { good, bad } = only(accounts.assess(midnight + minute));
      return [good, bad];
    });
    expect(counts).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
      [2, 1],
      [3, 0],
    ]);
  });
  test('a window reaches across midnight, and a whole day of silence in it is unknown', () => {
    const accounts = createAccounts(small(), never);
    accounts.load(front, [planesOf(day - 2, whole)]);
    expect(only(accounts.assess(midnight))).toMatchObject({ good: 1440, unknown: 1440, verdict: 'undecided' });
    expect(only(accounts.assess(midnight + 1))).toMatchObject({ good: 1439, unknown: 1441 });
  });
  test('a month of simulated minutes is counted as such, and a measured one beats it whichever came first', () => {
    const accounts = createAccounts(small(), never);
    accounts.add([at(front, midnight + 1, slice.bad)]);
    accounts.load(front, [planesOf(day, repeat(5, slice.good), 'simulated')]);
    accounts.add([at(front, midnight + 3, slice.unknown)]);
    expect(only(accounts.assess(midnight + 5))).toMatchObject({ good: 3, bad: 1, unknown: 1, simulated: 3 });
    expect(accounts.nodeDay('epj', day).provenance).toBe('simulated');
    expect(accounts.nodeDay('epj', day + 1).provenance).toBe('measured');
  });
  test('a day that was good throughout may still turn out bad, and a simulated one be measured', () => {
    const accounts = createAccounts(small(), never);
    accounts.load(front, [planesOf(day, whole, 'simulated')]);
    expect(only(accounts.assess(midnight + 100))).toMatchObject({ good: 100, simulated: 100, verdict: 'kept' });
    accounts.load(front, [planesOf(day, whole)]);
    expect(only(accounts.assess(midnight + 100))).toMatchObject({ good: 100, simulated: 0 });
    accounts.add([at(front, midnight + 7, slice.bad)]);
    expect(only(accounts.assess(midnight + 100))).toMatchObject({ good: 99, bad: 1, verdict: 'broken' });
  });
  test('a minute that rests on anything simulated counts as simulated', () => {
    const promises = [promised('epj', 99, { span: rolling(3_600_000) })];
    const nodes = [
      node('db', 'component', { checks: ['db/sql'] }),
      node('epj', 'solution', { needs: breaks({ node: 'db' }), checks: ['epj/front'], promises }),
    ];
    const accounts = createAccounts(landscapeOf(nodes, [check('db/sql'), check('epj/front')]), never);
    accounts.load(front, [planesOf(day, repeat(60, slice.good))]);
    accounts.load('db/sql@north', [planesOf(day, repeat(20, slice.good), 'simulated')]);
    accounts.add([at('db/sql@north', midnight + 20, slice.good)]);
    expect(only(accounts.assess(midnight + 21))).toMatchObject({ good: 21, simulated: 20 });
  });
  test('history that turns up later makes the silence after it unknown, on days already counted too', () => {
    const accounts = createAccounts(small(), never);
    accounts.add([at(front, midnight + 10, slice.good)]);
    expect(only(accounts.assess(midnight + 11))).toMatchObject({ good: 1, unknown: 0 });
    accounts.add([at(front, midnight - 5, slice.good)]);
    expect(only(accounts.assess(midnight + 11))).toMatchObject({ good: 2, unknown: 14 });
  });
  test('late data takes the place of what was unknown', () => {
    const accounts = createAccounts(small(), never);
    accounts.load(front, [planesOf(day, [1, 3, 3, 1])]);
    expect(only(accounts.assess(midnight + 4))).toMatchObject({ good: 2, unknown: 2 });
    accounts.add([at(front, midnight + 1, slice.bad), at(front, midnight + 2, slice.good)]);
    expect(only(accounts.assess(midnight + 4))).toMatchObject({ good: 3, bad: 1, unknown: 0 });
  });
  test('a minute that was bad stays bad, though a clock that was set back tells it again as good', () => {
    const accounts = createAccounts(small(), never);
    accounts.add([at(front, midnight, slice.bad), at(front, midnight + 1, slice.good)]);
    accounts.add([at(front, midnight, slice.good), at(front, midnight + 1, slice.bad)]);
    expect(only(accounts.assess(midnight + 2))).toMatchObject({ good: 0, bad: 2, unknown: 0 });
  });
  test('a check that joins later leaves what was bad before it bad, and makes the rest unknown', () => {
    const promises = [promised('epj', 99, { span: rolling(3_600_000) })];
    const nodes = [node('epj', 'solution', { checks: ['epj/front', 'epj/login'], promises })];
    const accounts = createAccounts(landscapeOf(nodes, [check('epj/front'), check('epj/login')]), never);
    accounts.load(front, [planesOf(day, [2, 1, 1, 1])]);
    accounts.add([at('epj/login@north', midnight + 3, slice.good)]);
    expect(only(accounts.assess(midnight + 4))).toMatchObject({ good: 1, bad: 1, unknown: 2 });
  });
  test('a stream that is not of a state check is passed over', () => {
    const accounts = createAccounts(small(), never);
    accounts.add([at('epj/other@north', midnight, slice.good)]);
    accounts.load('gone/front@north', [planesOf(day, whole)]);
    expect(only(accounts.assess(midnight + 9))).toMatchObject({ good: 0, unknown: 0 });
    expect(accounts.watchedSince('epj')).toBe(null);
  });
  test('an unknown node is a mistake of the caller', () => {
    expect(() => createAccounts(small(), never).nodeDay('nobody', day)).toThrow('nobody');
  });
});

describe('what is outside the promise', () => {
  test('excluded minutes leave the denominator and are counted, and an exclusion may come afterwards', () => {
    let excluded = createPlane();
    const accounts = createAccounts(small(), { ...never, excluded: () => excluded });
    accounts.load(front, [planesOf(day, [...repeat(100, 1), ...repeat(20, 2), ...repeat(80, 1)])]);
    expect(only(accounts.assess(midnight + 200))).toMatchObject({ good: 180, bad: 20, excluded: 0, verdict: 'broken' });
    excluded = planeOf(100, 120);
    accounts.recount({ first: day, last: day });
    const after = only(accounts.assess(midnight + 200));
    expect(after).toMatchObject({ good: 180, bad: 0, excluded: 20, verdict: 'kept' });
    expect(Math.max(...Object.values(after.burn).map((rate) => rate ?? 0))).toBe(0);
  });
  test('outside service hours nothing counts, not even as excluded', () => {
    const during = { days: [1], from: '08:00', to: '16:00', zone: 'Europe/Copenhagen' };
    const calendar = { excluded: () => planeOf(100, 120), hours: () => planeOf(110, 150) };
    const accounts = createAccounts(small({ during }), calendar);
    accounts.load(front, [planesOf(day, repeat(200, 2))]);
    expect(only(accounts.assess(midnight + 200))).toMatchObject({ good: 0, bad: 30, unknown: 0, excluded: 10 });
  });
});

test('the budget of a promise that is burnt in one night', () => {
  const accounts = createAccounts(small({ span: rolling(30 * 86_400_000) }), never);
  for (let back = 30; back >= 1; back -= 1) accounts.load(front, [planesOf(day - back, whole)]);
  accounts.load(front, [planesOf(day, repeat(50, 2))]);
  expect(only(accounts.assess(midnight + 10))).toMatchObject({ bad: 10, verdict: 'kept', firing: 'fast-burn' });
  const after = only(accounts.assess(midnight + 50));
  expect(after).toMatchObject({ good: 43_150, bad: 50, verdict: 'broken', firing: 'fast-burn' });
  expect(after.budget.leftLower).toBeCloseTo(-6.8, 9);
  expect(after.burn['1h']).toBeCloseTo((50 / 60) * 1000, 9);
  expect(after.asOf).toBe((midnight + 50) * 60_000);
});

test('days that were dropped are unknown to a window that still reaches them', () => {
  const accounts = createAccounts(small(), never);
  accounts.load(front, [planesOf(day - 2, whole), planesOf(day - 1, whole)]);
  expect(only(accounts.assess(midnight))).toMatchObject({ good: 2880, verdict: 'kept' });
  accounts.drop(day - 1);
  expect(only(accounts.assess(midnight))).toMatchObject({ good: 1440, unknown: 1440, verdict: 'undecided' });
});

const first = day - 2;
/** Three days of every stream, with promises of some odd windows, some hours and some exclusions. */
const worldOf = (shape: number, seed: number) => {
  const roll = createDice(seed);
  const estate = randomEstate(shape, false);
  const nodes = Object.values(estate.nodes).map((one) => {
    const during = roll(3) === 0 ? { days: [1 + roll(7)], from: '08:00', to: '16:00', zone: 'UTC' } : null;
    return {
      ...one,
      promises: [promised(one.id, 90 + roll(10), { span: rolling((1 + roll(3000)) * 60_000), during })],
    };
  });
  const landscape = landscapeOf(nodes, Object.values(estate.checks));
  const days = new Map(
    streamsIn(landscape).map((stream, index) => {
      const [one, two, three] = [0, 1, 2].map((back) => randomDay(seed + 31 * index + back));
      const started = one?.some((value) => value !== 0) === true;
      // Once watched, always watched: the later days begin at their first minute.
      const later = [two, three].map((slices) =>
        started ? slices?.map((value) => (value === 0 ? 3 : value)) : slices,
      );
      const planes = [one, ...later].map((slices, back) => planesOf(first + back, (slices ?? []) as readonly Slice[]));
      return [stream, planes] as const;
    }),
  );
  const outside = new Map(nodes.map(({ id }) => [id, planeOf(roll(1440), roll(1440))]));
  const calendar = {
    excluded: (id: string) => outside.get(id) ?? createPlane(),
    hours: ({ days: [which = 1] }: { readonly days: readonly number[] }) => planeOf(which * 100, 1000),
  };
  return { landscape, days, calendar, asOf: midnight + 1 + roll(1440) };
};
const coldOf = ({ landscape, days, calendar }: ReturnType<typeof worldOf>) => {
  const accounts = createAccounts(landscape, calendar);
  for (const [stream, planes] of days) accounts.load(stream, planes);
  return accounts;
};

describe('whatever the estate and the weather', () => {
  test('the counts are those of a walk over the minutes', () => {
    fc.assert(
      fc.property(seeds, seeds, (shape, seed) => {
        const world = worldOf(shape, seed);
        const accounts = coldOf(world);
        for (const state of accounts.assess(world.asOf)) {
          const [declared] = world.landscape.nodes[state.node]?.promises ?? [];
          const counts = { good: 0, bad: 0, unknown: 0, excluded: 0 };
          const held = [0, 1, 2].map((back) => accounts.nodeDay(state.node, first + back, world.asOf));
          const outside = world.calendar.excluded(state.node);
          const hours = declared?.during ? world.calendar.hours(declared.during) : createPlane(0xffffffff);
          const bit = (plane: Uint32Array, minute: number) => ((plane[minute >>> 5] ?? 0) >>> (minute & 31)) & 1;
          for (let minute = world.asOf - longestOf(declared?.span ?? rolling(0)); minute < world.asOf; minute += 1) {
            const planes = held[Math.floor(minute / minutesPerDay) - first];
            const inDay = minute % minutesPerDay;
            const value = planes === undefined ? 0 : sliceIn(planes, inDay);
            if (value === 0 || bit(hours, inDay) === 0) continue;
            if (bit(outside, inDay) === 1) counts.excluded += 1;
            else counts[(['good', 'bad', 'unknown'] as const)[value - 1] ?? 'unknown'] += 1;
          }
          expect(state).toMatchObject(counts);
        }
      }),
      { numRuns: 60 },
    );
  });
  test('minutes that come one by one, late or in the wrong order, give what all at once gives', () => {
    fc.assert(
      fc.property(seeds, seeds, (shape, seed) => {
        const world = worldOf(shape, seed);
        const cold = coldOf(world).assess(world.asOf);
        const roll = createDice(seed + 1);
        const accounts = createAccounts(world.landscape, world.calendar);
        for (const [stream, planes] of world.days)
          for (const held of planes) {
            if (roll(3) > 0) {
              accounts.load(stream, [held]);
            } else {
              const slices = Array.from({ length: minutesPerDay }, (_, minute) =>
                at(stream, held.day * minutesPerDay + minute, sliceIn(held, minute)),
              );
              accounts.add(slices.slice(700));
              accounts.assess(world.asOf - roll(2000));
              accounts.add(slices.slice(0, 700));
            }
            if (roll(4) === 0) accounts.assess(world.asOf - roll(2000));
          }
        expect(accounts.assess(world.asOf)).toEqual(cold);
      }),
      { numRuns: 40 },
    );
  });
  test('losing data raises no lower bound, lowers no upper one, keeps no promise and breaks none', () => {
    let changed = 0;
    fc.assert(
      fc.property(seeds, seeds, (shape, seed) => {
        const world = worldOf(shape, seed);
        const before = coldOf(world).assess(world.asOf);
        const roll = createDice(seed + 2);
        const lose = (held: DayPlanes): DayPlanes => {
          const [from, to] = [roll(1440), roll(1440)];
          const slices = Array.from({ length: minutesPerDay }, (_, minute): Slice => {
            const value = sliceIn(held, minute);
            return value !== 0 && minute >= from && minute < to ? slice.unknown : value;
          });
          return planesOf(held.day, slices);
        };
        const days = new Map(
          [...world.days].map(([stream, planes]) => [stream, roll(2) === 0 ? planes : planes.map(lose)]),
        );
        const after = coldOf({ ...world, days }).assess(world.asOf);
        for (const [index, state] of before.entries()) {
          const blinded = after[index];
          if (JSON.stringify(blinded) !== JSON.stringify(state)) changed += 1;
          expect(blinded?.lower ?? 0).toBeLessThanOrEqual(state.lower ?? 0);
          expect(blinded?.upper ?? 0).toBeGreaterThanOrEqual(state.upper ?? 0);
          if (state.verdict !== 'kept') expect(blinded?.verdict).not.toBe('kept');
          if (state.verdict !== 'broken') expect(blinded?.verdict).not.toBe('broken');
        }
      }),
      { numRuns: 100 },
    );
    expect(changed).toBeGreaterThan(50);
  });
  test('the bounds hold the SLI between them and the simulated are among the counted', () => {
    fc.assert(
      fc.property(seeds, seeds, (shape, seed) => {
        const world = worldOf(shape, seed);
        for (const { sli, lower, upper, good, bad, unknown, excluded, simulated } of coldOf(world).assess(world.asOf)) {
          expect(simulated).toBeLessThanOrEqual(good + bad + unknown + excluded);
          if (sli === null || lower === null || upper === null) continue;
          expect([lower <= sli, sli <= upper]).toEqual([true, true]);
        }
      }),
      { numRuns: 40 },
    );
  });
});

test('the vote of a lost vantage may have been the other way: the state stands, the certainty does not', () => {
  const both = check('epj/front', { vantages: ['north', 'south'] });
  const promises = [promised('epj', 99, { span: rolling(3_600_000) })];
  const landscape = landscapeOf([node('epj', 'solution', { checks: ['epj/front'], promises })], [both]);
  const accounts = createAccounts(landscape, never);
  accounts.load(streamOf(both.id, 'north'), [planesOf(day, repeat(60, slice.good))]);
  accounts.load(streamOf(both.id, 'south'), [planesOf(day, [...repeat(50, 1), ...repeat(10, 2)])]);
  expect(only(accounts.assess(midnight + 60))).toMatchObject({ good: 50, unknown: 10, verdict: 'undecided' });
  accounts.load(streamOf(both.id, 'south'), [planesOf(day, [...repeat(50, 1), ...repeat(10, 3)])]);
  const lost = only(accounts.assess(midnight + 60));
  expect(lost).toMatchObject({ good: 60, unknown: 0, sli: 1, lower: 50 / 60, upper: 1, verdict: 'undecided' });
});

test('a front that answers while the sight of what it needs is lost lifts the state and keeps no promise', () => {
  const promises = [promised('epj', 99, { span: rolling(3_600_000) })];
  const nodes = [
    node('db', 'component', { checks: ['db/sql'] }),
    node('epj', 'solution', { needs: breaks({ node: 'db' }), checks: ['epj/front'], promises }),
  ];
  const accounts = createAccounts(landscapeOf(nodes, [check('db/sql'), check('epj/front')]), never);
  accounts.load(front, [planesOf(day, repeat(60, slice.good))]);
  accounts.load('db/sql@north', [planesOf(day, [...repeat(30, 1), ...repeat(30, 3)])]);
  expect(only(accounts.assess(midnight + 60))).toMatchObject({ good: 60, lower: 0.5, upper: 1, verdict: 'undecided' });
});
