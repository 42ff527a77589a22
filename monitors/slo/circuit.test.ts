import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphOf } from '../../infra/landscape/graph.ts';
import { type Landscape, type StreamId, streamOf } from '../../infra/landscape/model.ts';
import { minutesPerDay, type Slice } from '../history/history.ts';
import { coneOf } from '../judge/judge.ts';
import { statesOf } from '../judge/state.ts';
import { majority } from '../judge/verdict.ts';
import type { State, Verdict } from '../picture.ts';
import { createAccounts } from './account.ts';
import { createPlane } from './planes.ts';
import { planesOf, randomDay, randomEstate, seeds, sliceIn, streamsIn } from './testing/estates.ts';

const day = 20_500;
const sampled = [0, 1, 31, 32, 63, 700, 701, 1408, 1438, 1439];
const words = ['unknown', 'good', 'bad', 'unknown'] as const satisfies State[];
const never = { excluded: () => createPlane(), hours: () => createPlane(0xffffffff) };

type Weather = ReadonlyMap<StreamId, readonly Slice[]>;
const weatherOf = (landscape: Landscape, seed: number): Weather =>
  new Map(streamsIn(landscape).map((stream, index) => [stream, randomDay(seed + 7919 * index)]));

/** What the live judge makes of the same votes. */
const liveStates = (landscape: Landscape, weather: Weather, minute: number) => {
  const verdicts: Record<string, Verdict> = {};
  for (const { id, vantages, depth, judges } of Object.values(landscape.checks)) {
    if (!judges) continue;
    const known = vantages.filter((vantage) => landscape.vantages[vantage] !== undefined);
    const votes = known.map((vantage) => words[weather.get(streamOf(id, vantage))?.[minute] ?? 0] ?? 'unknown');
    const { state, disputed } = majority(votes);
    verdicts[id] = { check: id, state, disputed, depth: state === 'good' ? depth : 'none', votes: [] };
  }
  return statesOf(landscape, graphOf(landscape, null), verdicts);
};

/** Whether any state check under the node has been watched by then, by the definition. */
const watchedBy = (landscape: Landscape, weather: Weather, node: string, minute: number): boolean =>
  [...coneOf(graphOf(landscape, null), node)].some((id) =>
    (landscape.nodes[id]?.checks ?? []).some((name) => {
      const check = landscape.checks[name];
      const known = check?.vantages.filter((vantage) => landscape.vantages[vantage] !== undefined) ?? [];
      return (
        check?.judges === true &&
        known.some((vantage) =>
          weather
            .get(streamOf(check.id, vantage))
            ?.slice(0, minute + 1)
            .some((one) => one !== 0),
        )
      );
    }),
  );

const loaded = (landscape: Landscape, weather: Weather) => {
  const accounts = createAccounts(landscape, never);
  for (const [stream, slices] of weather) accounts.load(stream, [planesOf(day, slices)]);
  return accounts;
};

test('minute by minute a node is what the live judge makes of the same votes, and nothing before anything was watched', () => {
  fc.assert(
    fc.property(seeds, seeds, (shape, seed) => {
      const landscape = randomEstate(shape, false);
      const weather = weatherOf(landscape, seed);
      const accounts = loaded(landscape, weather);
      const planes = new Map(
        Object.keys(landscape.nodes).map((id) => [id, accounts.nodeDay(id, day, (day + 1) * minutesPerDay)]),
      );
      for (const minute of sampled) {
        const live = liveStates(landscape, weather, minute);
        for (const [id, held] of planes) {
          const expected = watchedBy(landscape, weather, id, minute) ? live[id]?.state : 'not yet watched';
          const got = sliceIn(held, minute);
          expect(got === 0 ? 'not yet watched' : words[got], `${id} in minute ${minute}`).toBe(expected);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a node in a circle of needs is what the live judge makes of it', () => {
  fc.assert(
    fc.property(seeds, seeds, (shape, seed) => {
      const landscape = randomEstate(shape, true);
      const weather = weatherOf(landscape, seed);
      const accounts = loaded(landscape, weather);
      for (const id of Object.keys(landscape.nodes)) {
        const held = accounts.nodeDay(id, day, (day + 1) * minutesPerDay);
        for (const minute of sampled) {
          const got = sliceIn(held, minute);
          if (got !== 0) expect(words[got], id).toBe(liveStates(landscape, weather, minute)[id]?.state);
        }
      }
    }),
    { numRuns: 100 },
  );
});
