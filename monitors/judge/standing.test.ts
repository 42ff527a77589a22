import { expect, test } from 'vitest';
import { graphOf } from '../../infra/landscape/graph.ts';
import { createPlay, smallEstate } from '../testing/estate.ts';
import { standingsOf } from './standing.ts';

const graph = graphOf(smallEstate, null);
const retried = { first: { reason: 'refused', message: 'expected a connection, got none', duration: 0.1 } } as const;
const stoodStill = { outcome: 'unknown', reason: 'could-not-run', stalledMs: 400 } as const;

/** The estate at work, and where a check stands after so many seconds more. */
const story = () => {
  const { world, play } = createPlay();
  const after = (seconds: number, check: string) => {
    const one = standingsOf(smallEstate, graph, play(seconds)).find((standing) => standing.check === check);
    if (one === undefined) throw new Error(`expected a standing of ${check}`);
    return one;
  };
  return { world, after };
};

test('a day of one check, told from its first flicker to its explanation', () => {
  const { world, after } = story();
  expect(after(5, 'epj/front').standing, 'all answer').toBe('good');

  world.more.set('epj/front@north', retried);
  const flicker = after(2, 'epj/front');
  expect(flicker, 'one needed a second attempt, which is seen and told').toMatchObject({
    standing: 'suspect',
    quorum: 'good',
  });
  expect(flicker.runs[0]).toEqual({ vantage: 'north', attempt: 'bad', confirmed: 'good', tainted: null });
  world.more.clear();

  world.outcomes.set('epj/front@north', 'bad');
  expect(after(3, 'epj/front'), 'outvoted by the others').toMatchObject({ standing: 'good', quorum: 'good' });

  world.outcomes.set('epj/front', 'bad');
  expect(after(3, 'epj/front'), 'nothing below explains it').toMatchObject({ standing: 'bad', explainedBy: [] });

  for (const db of ['db-1/up', 'db-2/up']) world.outcomes.set(db, 'bad');
  expect(after(3, 'epj/front'), 'the databases explain it').toMatchObject({
    standing: 'explained',
    quorum: 'bad',
    explainedBy: ['db-1', 'db-2'],
  });
  expect(after(1, 'db-1/up'), 'and nothing explains them').toMatchObject({ standing: 'bad', explainedBy: [] });

  world.maintained.add('epj');
  expect(after(1, 'epj/front'), 'planned work is said, and the quorum beside it').toMatchObject({
    standing: 'in-window',
    quorum: 'bad',
    inWindow: true,
  });
  world.maintained.clear();
  world.outcomes.clear();
  expect(after(3, 'epj/front').standing, 'it is over').toBe('good');
});

test('one dead database of two explains nothing: the solution bears it', () => {
  const { world, after } = story();
  world.outcomes.set('db-1/up', 'bad').set('epj/front', 'bad');
  expect(after(5, 'epj/front')).toMatchObject({ standing: 'bad', explainedBy: [] });
});

test('vantages that contradict each other dispute, and neither side is believed', () => {
  const { world, after } = story();
  world.outcomes.set('db-1/up@north', 'bad');
  expect(after(5, 'db-1/up')).toMatchObject({ standing: 'disputed', quorum: 'unknown' });
});

test.each([
  [
    'the probers stood still',
    'prober-late',
    (world: ReturnType<typeof story>['world']) => world.more.set('db-1/up', stoodStill),
  ],
  [
    'the probers could not run',
    'prober-failed',
    (world: ReturnType<typeof story>['world']) => world.more.set('db-1/up', { ...stoodStill, stalledMs: 0 }),
  ],
  [
    'the vantages are cut off',
    'vantage-cut-off',
    (world: ReturnType<typeof story>['world']) => world.cut.add('north').add('south'),
  ],
  [
    'nothing is heard any more',
    'stale',
    (world: ReturnType<typeof story>['world']) => world.silent.add('north').add('south'),
  ],
] as const)('where %s a bad word counts for nothing and good is not said either', (_, taint, happens) => {
  const { world, after } = story();
  after(5, 'db-1/up');
  world.outcomes.set('db-1/up', 'bad');
  happens(world);
  const one = after(15, 'db-1/up');
  expect(one).toMatchObject({ standing: 'tainted', quorum: 'unknown', explainedBy: [] });
  expect(one.runs.map(({ tainted }) => tainted)).toEqual([taint, taint]);
});

test('before the first run it is unknown, and not tainted', () => {
  const { world, after } = story();
  world.silent.add('north').add('south').add('ward');
  expect(after(1, 'db-1/up')).toMatchObject({ standing: 'unknown', quorum: 'unknown' });
});
