import { describe, expect, test } from 'vitest';
import { breaks, checkOf, landscapeOf, nodeOf, on, vantageOf } from '../infra/landscape/testing/landscapes.ts';
import type { Picture } from './picture.ts';
import { createPlay, smallEstate } from './testing/estate.ts';

type Seen = Pick<Picture, 'alerts' | 'workflows' | 'nodes' | 'vantages' | 'warnings'>;
const alertsOf = ({ alerts }: Seen) =>
  alerts.map(({ id, phase, frozen }) => `${id} ${phase}${frozen ? '!' : ''}`).sort();
const order = ({ workflows }: Seen) => {
  const [one] = workflows;
  return one === undefined ? null : `${one.state.state} ${one.margins.component.lower}..${one.margins.component.upper}`;
};

/** A workflow over one of two, and one of three. */
const threeOfThree = (() => {
  const parts = ['a-1', 'a-2', 'b-1', 'b-2', 'b-3'];
  const needs = breaks(
    { atLeast: 1, of: [on('a-1'), on('a-2')] },
    { atLeast: 1, of: [on('b-1'), on('b-2'), on('b-3')] },
  );
  return landscapeOf(
    [
      ...['north', 'ward'].map((id) => nodeOf(id, 'site')),
      ...parts.map((id) => nodeOf(id, 'component', { standsOn: 'north' })),
      nodeOf('order', 'workflow', { criticality: 'clinical-critical', usedAt: ['ward'], needs }),
    ],
    parts.map((node) => checkOf(`${node}/up`)),
    ['north', 'ward'].map((id) => vantageOf(id)),
  );
})();

/** A pair of components at one place, and a pair of places of which one is enough. */
const twoLevels = (() => {
  const needs = breaks({ atLeast: 1, of: [on('a-1'), on('a-2')] }, { atLeast: 1, of: [on('north'), on('south')] });
  return landscapeOf(
    [
      ...['north', 'south', 'ward'].map((id) => nodeOf(id, 'site')),
      ...['a-1', 'a-2'].map((id) => nodeOf(id, 'component')),
      nodeOf('order', 'workflow', { criticality: 'clinical-critical', usedAt: ['ward'], needs }),
    ],
    ['a-1', 'a-2', 'north', 'south'].map((node) => checkOf(`${node}/up`)),
    ['north', 'ward'].map((id) => vantageOf(id)),
  );
})();

describe('one of two databases dies, then the other', () => {
  test('all well is quiet and two failures away', () => {
    const picture = createPlay().play(10);
    expect({ order: order(picture), alerts: alertsOf(picture) }).toEqual({ order: 'good 2..2', alerts: [] });
  });
  test('the first death warns with its cause, the second is impact, and both end when it is mended', () => {
    const { world, play } = createPlay();
    play(10);
    world.outcomes.set('db-1/up', 'bad');
    const thin = play(5);
    expect(alertsOf(thin)).toEqual(['thin|order|ward firing']);
    expect(thin.alerts[0]?.about).toMatchObject({
      causes: ['db-1'],
      affects: [{ workflow: 'order', sites: ['ward'] }],
      margin: { upper: 1, designed: 2 },
    });
    world.outcomes.set('db-2/up', 'bad');
    const hit = play(3);
    expect(alertsOf(hit)).toContain('impact|order|ward firing');
    expect(hit.alerts.find(({ rule }) => rule === 'impact')).toMatchObject({
      severity: 'page',
      about: { causes: ['db-1', 'db-2'], path: ['order', 'epj', 'db-1'], firstAction: { en: 'Call the duty officer' } },
    });
    world.outcomes.clear();
    expect(alertsOf(play(20))).toEqual(['impact|order|ward resolved', 'thin|order|ward resolved']);
  });
  test('one failed vote against a good one is disputed: unknown, and no page', () => {
    const { world, play } = createPlay();
    play(10);
    world.outcomes.set('db-1/up@north', 'bad');
    const picture = play(5);
    expect(order(picture)).toBe('good 1..2');
    expect(picture.alerts.filter(({ phase }) => phase === 'firing')).toEqual([]);
  });
  test('a print service that is gone degrades and breaks nothing', () => {
    const { world, play } = createPlay();
    play(10);
    world.outcomes.set('print/up', 'bad');
    const picture = play(5);
    expect({ order: order(picture), alerts: alertsOf(picture) }).toEqual({
      order: 'good 2..2',
      alerts: ['degraded|epj| firing'],
    });
  });
});

describe('no false all-clear', () => {
  const hit = () => {
    const played = createPlay();
    played.play(10);
    for (const db of ['db-1/up', 'db-2/up']) played.world.outcomes.set(db, 'bad');
    const picture = played.play(5);
    expect(alertsOf(picture)).toContain('impact|order|ward firing');
    return played;
  };
  test('every vantage falls silent: the impact freezes and what was good is not good any more', () => {
    const { world, play } = hit();
    for (const vantage of ['north', 'south', 'ward']) world.silent.add(vantage);
    const picture = play(300);
    expect(alertsOf(picture)).toContain('impact|order|ward firing!');
    expect(Object.values(picture.nodes).filter(({ observed }) => observed === 'good')).toEqual([]);
    expect(picture.vantages.map(({ state }) => state)).toEqual(['silent', 'silent', 'silent']);
    expect(alertsOf(picture)).toContain('blind|ward|ward firing');
  });
  test('vantages cut from their anchors see the databases come back, and are not believed', () => {
    const { world, play } = hit();
    for (const vantage of ['north', 'south', 'ward']) world.cut.add(vantage);
    play(10);
    world.outcomes.clear();
    expect(alertsOf(play(60))).toContain('impact|order|ward firing!');
  });
  test('vantages cut from their anchors see everything fail, and blame nobody but themselves', () => {
    const { world, play } = createPlay();
    play(10);
    for (const vantage of ['north', 'south', 'ward']) world.cut.add(vantage);
    for (const check of ['db-1/up', 'db-2/up', 'idp-1/up', 'epj/front']) world.outcomes.set(check, 'bad');
    const picture = play(60);
    expect(order(picture)).toMatch(/^unknown 0/);
    expect(picture.alerts.filter(({ rule }) => rule === 'impact' || rule === 'thin')).toEqual([]);
    expect(alertsOf(picture)).toContain('blind|ward|ward firing');
    expect(alertsOf(picture)).toContain('blind|order|ward firing');
  });
  test('judging stops for ten minutes: afterwards everything is unknown until it is seen again', () => {
    const { play, freeze, judge } = createPlay();
    play(10);
    freeze(600_000);
    const picture = judge();
    expect(order(picture)).toMatch(/^unknown/);
    expect(Object.values(picture.verdicts).filter(({ state }) => state === 'good')).toEqual([]);
    expect(order(play(2))).toBe('good 2..2');
  });
  test('judging stops for a minute while all is mended: the first good runs after it do not resolve yet', () => {
    const { world, play, freeze } = hit();
    freeze(60_000);
    world.outcomes.clear();
    expect(alertsOf(play(2))).toContain('impact|order|ward firing');
    expect(alertsOf(play(20))).toContain('impact|order|ward resolved');
  });
  test.each([3_600_000, -3_600_000])('the wall clock steps by %i ms: no verdict turns, no alert resolves', (step) => {
    const { play, shiftWall } = hit();
    shiftWall(step);
    const picture = play(5);
    expect(alertsOf(picture)).toContain('impact|order|ward firing');
    const { play: quiet, shiftWall: shift } = createPlay();
    quiet(10);
    shift(step);
    expect(alertsOf(quiet(5))).toEqual([]);
  });
});

describe('planned work', () => {
  test('a healthy node under maintenance warns nobody', () => {
    const { world, play } = createPlay();
    world.maintained.add('db-1');
    const picture = play(20);
    expect({ order: order(picture), alerts: alertsOf(picture) }).toEqual({ order: 'good 1..2', alerts: [] });
  });
  test('the node that is worked on goes down: muted', () => {
    const { world, play } = createPlay();
    world.maintained.add('db-1');
    play(10);
    world.outcomes.set('db-1/up', 'bad');
    expect(alertsOf(play(20))).toEqual([]);
  });
  test('the second node dies while the first is worked on: that pages', () => {
    const { world, play } = createPlay();
    world.maintained.add('db-1');
    play(10);
    world.outcomes.set('db-2/up', 'bad');
    const picture = play(10);
    expect(order(picture)).toBe('good 0..1');
    expect(picture.alerts).toMatchObject([
      { rule: 'thin', severity: 'page', phase: 'firing', about: { causes: ['db-2'] } },
    ]);
  });
  test('planned work mutes no impact', () => {
    const { world, play } = createPlay();
    for (const node of ['db-1', 'db-2']) {
      world.maintained.add(node);
      world.outcomes.set(`${node}/up`, 'bad');
    }
    expect(alertsOf(play(10))).toContain('impact|order|ward firing');
  });
});

describe('what a critical reading found', () => {
  test('a window over something else does not resolve a warning whose sight is lost', () => {
    const { world, play } = createPlay();
    play(10);
    world.outcomes.set('db-1/up', 'bad');
    play(5);
    world.maintained.add('print');
    world.outcomes.set('db-1/up', 'unknown');
    expect(alertsOf(play(60))).toContain('thin|order|ward firing!');
  });
  test('planned work on one node does not hide that others fail as well', () => {
    const { world, play } = createPlay(threeOfThree);
    play(10);
    world.maintained.add('a-1');
    world.outcomes.set('a-1/up', 'bad');
    expect(alertsOf(play(10))).toEqual([]);
    for (const node of ['b-1', 'b-2']) world.outcomes.set(`${node}/up`, 'bad');
    const picture = play(10);
    expect(alertsOf(picture)).toContain('thin|order|ward firing');
    expect(picture.alerts[0]?.about.causes).toEqual(['b-1', 'b-2']);
  });
  test('a window over a disk that runs out mutes nothing into “over”', () => {
    const { world, play } = createPlay();
    for (let second = 0; second < 60; second += 1) {
      world.signals.set('db-1/disk', 450 + second * 4);
      play(1);
    }
    world.maintained.add('db-1');
    world.signals.set('db-1/disk', 1212);
    expect(alertsOf(play(60))).toEqual(['runs-out|db-1| firing!']);
  });
  test('a print service that only the ward cannot reach degrades there, and is said', () => {
    const seenByWard = { ...smallEstate.checks['print/up'], vantages: ['north', 'south', 'ward'] };
    const { world, play } = createPlay({
      ...smallEstate,
      checks: { ...smallEstate.checks, 'print/up': { ...checkOf('print/up'), ...seenByWard } },
    });
    play(10);
    world.outcomes.set('print/up@ward', 'bad');
    const picture = play(10);
    expect(picture.alerts).toMatchObject([{ id: 'degraded|epj|ward', phase: 'firing', about: { causes: ['print'] } }]);
  });
  test('planned work at one level does not hide an unplanned loss at another', () => {
    const { world, play } = createPlay(twoLevels);
    play(10);
    world.maintained.add('a-1');
    world.outcomes.set('a-1/up', 'bad');
    expect(alertsOf(play(10))).toEqual([]);
    world.outcomes.set('south/up', 'bad');
    const picture = play(10);
    expect(picture.alerts.filter(({ phase }) => phase === 'firing')).toMatchObject([
      { rule: 'thin', about: { causes: ['south'], margin: { level: 'site' } } },
    ]);
  });
  test('numbers that never come are missed, though they judge no state', () => {
    const { world, play } = createPlay();
    play(10);
    expect(alertsOf(play(30))).toEqual([]);
    world.outcomes.set('db-1/disk', 'unknown');
    const picture = play(30);
    expect(picture.alerts).toMatchObject([{ rule: 'blind', node: 'db-1', phase: 'firing' }]);
    expect(order(picture)).toBe('good 2..2');
  });
});

describe('a disk fills', () => {
  test('the warning names the node, the workflow and a time whose interval holds the truth', () => {
    const { world, play } = createPlay();
    let picture = play(1);
    for (let second = 0; second < 60; second += 1) {
      world.signals.set('db-1/disk', 450 + second * 4);
      picture = play(1);
    }
    const warned = picture.alerts.find(({ rule }) => rule === 'runs-out');
    expect(warned).toMatchObject({
      phase: 'firing',
      node: 'db-1',
      about: { affects: [{ workflow: 'order', sites: ['ward'] }] },
    });
    const eta = warned !== undefined && 'eta' in warned.about ? warned.about.eta : null;
    const truth = picture.at + ((1000 - 686) / 4) * 1000;
    expect(Math.abs((eta?.at ?? 0) - truth)).toBeLessThan(2000);
  });
  test('a load that rises to less than half of the limit warns nobody', () => {
    const { world, play } = createPlay();
    let picture = play(1);
    for (let second = 0; second < 60; second += 1) {
      world.signals.set('db-1/disk', 100 + second * 5);
      picture = play(1);
    }
    expect(picture.alerts).toEqual([]);
  });
  test('a disk that is cleared is over, however few numbers there are since', () => {
    const { world, play } = createPlay();
    for (let second = 0; second < 25; second += 1) {
      world.signals.set('db-1/disk', 600 + second * 10);
      play(1);
    }
    expect(alertsOf(play(1))).toEqual(['runs-out|db-1| firing']);
    world.signals.set('db-1/disk', 100);
    expect(alertsOf(play(20))).toEqual(['runs-out|db-1| resolved']);
  });
  test('a wall clock that steps bends no trend', () => {
    const { world, play, shiftWall } = createPlay();
    for (let second = 0; second < 20; second += 1) {
      world.signals.set('db-1/disk', 450 + second * 4);
      play(1);
    }
    shiftWall(3_600_000);
    let picture = play(1);
    for (let second = 21; second < 60; second += 1) {
      world.signals.set('db-1/disk', 450 + second * 4);
      picture = play(1);
    }
    const about = picture.alerts.find(({ rule }) => rule === 'runs-out')?.about;
    const eta = about !== undefined && 'eta' in about ? about.eta : null;
    expect((eta?.at ?? 0) - picture.at).toBeGreaterThan(65_000);
    expect((eta?.at ?? 0) - picture.at).toBeLessThan(95_000);
  });
  test('a disk nobody can read any more neither warns nor resolves', () => {
    const { world, play } = createPlay();
    for (let second = 0; second < 60; second += 1) {
      world.signals.set('db-1/disk', 450 + second * 4);
      play(1);
    }
    world.outcomes.set('db-1/disk', 'unknown');
    expect(alertsOf(play(60))).toEqual(['blind|db-1| firing', 'runs-out|db-1| firing!']);
  });
});

describe('alerts that do not get through', () => {
  test('that is a warning of its own, whichever places they are, and it ends a while after they take them again', () => {
    const { world, play } = createPlay();
    play(10);
    const am = { name: 'alertmanager am:9093', since: 0, message: 'connection refused' };
    world.undelivered.push(am);
    const picture = play(2);
    expect(alertsOf(picture)).toEqual(['not-delivering|forvarsel| firing']);
    expect(picture.warnings[0]?.evidence).toEqual({
      da: 'Alarmer når ikke frem til alertmanager am:9093 (connection refused)',
      en: 'Alerts do not reach alertmanager am:9093 (connection refused)',
    });
    world.undelivered.push({ ...am, name: 'clinical by mail' });
    expect(alertsOf(play(2))).toHaveLength(1);
    world.undelivered.splice(0);
    expect(alertsOf(play(120))).toEqual(['not-delivering|forvarsel| resolved']);
  });
});
