import { describe, expect, test } from 'vitest';
import type { Alert, Picture } from './picture.ts';
import { carryOver, lastPicture } from './resume.ts';
import { createPlay, smallEstate } from './testing/estate.ts';

/** A picture with one database dead: an alert that fires. */
const thin = (() => {
  const { world, play } = createPlay();
  play(10);
  world.outcomes.set('db-1/up', 'bad');
  const { recording, ...picture } = play(5);
  const since = { 'db-1': 1, 'order@ward': 2 };
  return { ...picture, recording, landscape: '', provenance: 'measured', since } satisfies Picture;
})();
const turned = (at: number, phase: Alert['phase']): Picture => ({
  ...thin,
  at,
  alerts: thin.alerts.map((alert) => ({ ...alert, phase })),
});
const phases = (picture: Picture | null) => picture?.alerts.map(({ phase }) => phase);

describe('after a restart', () => {
  test.each([
    ['the clock ran on: the picture of now counts', turned(10, 'resolved'), turned(10, 'resolved'), ['resolved']],
    ['the clock was set back: what fires later fires', turned(10, 'resolved'), turned(20, 'firing'), ['firing']],
    ['the clock was set back: what fires now fires', turned(10, 'firing'), turned(20, 'resolved'), ['firing']],
    ['everything stored is of later: that counts', null, turned(20, 'firing'), ['firing']],
    ['nothing is stored', null, null, undefined],
  ])('%s', (_, atNow, newest, expected) => {
    expect(phases(lastPicture(atNow, newest))).toEqual(expected);
  });
  test('under the same landscape all of it goes on', () => {
    const { alerts, ended, since } = carryOver(smallEstate, thin, 100);
    expect({ alerts, ended, since }).toEqual({ alerts: thin.alerts, ended: [], since: thin.since });
  });
  test('a workflow that is no longer used there takes its alert with it: nothing could ever judge it over', () => {
    const order = smallEstate.nodes['order'];
    if (order === undefined) throw new Error('expected the workflow');
    const elsewhere = { ...smallEstate, nodes: { ...smallEstate.nodes, order: { ...order, usedAt: ['north'] } } };
    expect(carryOver(elsewhere, thin, 100)).toMatchObject({ alerts: [], ended: [{ kind: 'alert-resolved' }] });
  });
  test('a picture of a clock that was a year ahead is not what goes on', () => {
    expect(phases(lastPicture(turned(10, 'firing'), turned(366 * 86_400_000, 'resolved')))).toEqual(['firing']);
  });
  test('a node that is gone takes its alert, its state and its time with it, and that is said', () => {
    const { order, ...nodes } = smallEstate.nodes;
    const { alerts, ended, since, states } = carryOver({ ...smallEstate, nodes }, thin, 100);
    expect({ alerts, since }).toEqual({ alerts: [], since: { 'db-1': 1 } });
    expect(states.has('db-1') && !states.has('order@ward') && !states.has('order')).toBe(true);
    expect(ended).toMatchObject([{ at: 100, kind: 'alert-resolved', why: `order @ ward: no longer in the landscape` }]);
    expect(order?.id).toBe('order');
  });
});
