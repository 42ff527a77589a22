import { expect, test } from 'vitest';
import type { Alert, Picture } from '../../monitors/picture.ts';
import { createPlay, smallEstate } from '../../monitors/testing/estate.ts';
import { lasting } from '../../monitors/words.ts';
import { alertLines, groupedAlerts } from './alerts.ts';
import { exitCodes } from './exit.ts';
import type { Voice } from './output.ts';
import type { Told } from './picture.ts';
import { seenFrom } from './seen-from.ts';
import { heading, stateOf } from './states.ts';
import { allIsWell } from './status.ts';

const voiceIn = (language: Voice['language'], colour = false): Voice => {
  const silent = () => undefined;
  return { language, format: 'text', out: silent, err: silent, colour };
};
const [english, danish] = [voiceIn('en'), voiceIn('da')];

type Judged = Omit<Picture, 'landscape' | 'provenance' | 'since'>;
const told = (judged: Judged, more: Partial<Told> = {}): Told => {
  const picture: Picture = { ...judged, landscape: '', provenance: 'measured', since: {} };
  return { picture, landscape: smallEstate, age: 0, stale: false, from: 'here', ...more };
};

const warningAt = (workflow: string, site: string, upper: number, causes: readonly string[] = ['db-1']): Alert => ({
  id: `thin|${workflow}|${site}`,
  rule: 'thin',
  severity: 'warn',
  phase: 'firing',
  node: workflow,
  site,
  since: 1_000,
  firedAt: 1_000,
  resolvedAt: null,
  frozen: false,
  over: false,
  about: {
    id: `thin|${workflow}|${site}`,
    rule: 'thin',
    rung: 2,
    node: workflow,
    site,
    causes,
    affects: [{ workflow, sites: [site] }],
    margin: { level: 'component', lower: upper, upper, sets: [], total: 0, designed: 3, contradicted: false },
    eta: null,
    evidence: { da: `db-1 er ude: ${upper} tilbage`, en: `db-1 is out: ${upper} left` },
    firstAction: null,
    runbook: null,
    condition: 'holds',
  },
});

test('one cause is one line, however many workflows and sites it touches, with the evidence of the nearest', () => {
  const alerts = ['order', 'read', 'discharge', 'admit'].flatMap((workflow, index) =>
    ['north', 'south', 'ward'].map((site) => warningAt(workflow, site, index === 2 ? 1 : 2)),
  );
  const picture = { ...createPlay().play(5), alerts };
  expect(groupedAlerts(picture)).toMatchObject([{ rule: 'thin', sites: ['north', 'south', 'ward'] }]);
  const [line, ...others] = alertLines(english, told(picture));
  expect(others).toEqual([]);
  expect(line).toMatch(
    /^thin +order, read, discharge,? and 1 more @ north, south,? and ward +for .+ +db-1 is out: 1 left$/,
  );
  expect(alertLines(danish, told(picture))[0]).toMatch(/^tynd +order, read, discharge og 1 mere @ .+ i .+ 1 tilbage$/);
});

test('another cause is another line, impact comes first, what runs out sooner before what runs out later', () => {
  const runningOut = (node: string, at: number): Alert => {
    const { about, ...alert } = warningAt(node, 'ward', 2, [node]);
    return {
      ...alert,
      rule: 'runs-out',
      about: { ...about, affects: [], eta: { at, earliest: at, latest: null } } as Alert['about'],
    };
  };
  const impact = { ...warningAt('read', 'ward', 0, ['db-2']), rule: 'impact', severity: 'page' } as const;
  const pending = { ...warningAt('admit', 'ward', 0, ['idp-1']), phase: 'pending' } as const;
  const resolved = { ...warningAt('admit', 'ward', 0, ['idp-2']), phase: 'resolved' } as const;
  const base = createPlay().play(5);
  const soon = base.at + 300_000;
  const gone = { ...warningAt('read', 'ward', 1, ['print']), over: true };
  const alerts = [pending, gone, resolved, runningOut('later', soon + 60_000), runningOut('sooner', soon), impact];
  expect(groupedAlerts({ alerts }).map(({ causes }) => causes.join())).toEqual([
    'db-2',
    'sooner',
    'later',
    'print',
    'idp-1',
  ]);
  const lines = alertLines(english, told({ ...base, alerts }));
  const span = lasting(300_000, 'en');
  expect(lines[1]).toContain(`time left ${span} (${span} – perhaps never)`);
  expect(lines[3]).toMatch(/\(not seen any more; kept a while, to be sure\)$/);
  expect(lines[4]).toMatch(/\(pending\)$/);
});

test('all is well only when nothing at all speaks against it', () => {
  const { play, world } = createPlay();
  const well = told(play(10));
  expect(allIsWell(well)).toBe(true);
  const { picture } = well;
  const against: Readonly<Record<string, Partial<Picture>>> = {
    'a part that is not good': { nodes: { ...picture.nodes, 'db-1': { ...nodeIn(picture, 'db-1'), state: 'bad' } } },
    'a part nobody knows of': { nodes: {} },
    'a vantage that is silent': { vantages: picture.vantages.map((one) => ({ ...one, state: 'silent' as const })) },
    'an alert that fires': { alerts: [warningAt('order', 'ward', 1)] },
    'nothing is recorded': { recording: { state: 'paused', since: 0, message: 'full' } },
  };
  for (const [what, change] of Object.entries(against))
    expect(allIsWell({ picture: { ...picture, ...change }, landscape: smallEstate }), what).toBe(false);
  expect(allIsWell({ picture: { ...picture, workflows: [] }, landscape: smallEstate }), 'no workflow').toBe(false);
  expect(allIsWell({ picture, landscape: { ...smallEstate, nodes: {} } }), 'nothing is watched').toBe(false);
  world.outcomes.set('epj/front@ward', 'bad');
  expect(allIsWell(told(play(5))), 'one site of use alone').toBe(false);
});

const nodeIn = (picture: Picture, id: string) => {
  const node = picture.nodes[id];
  if (node === undefined) throw new Error(`expected ${id}`);
  return node;
};

test('a cut that one site alone meets is told at that site, by the vote of its own vantage', () => {
  const { play, world } = createPlay();
  play(10);
  world.outcomes.set('epj/front@ward', 'bad');
  const seen = told(play(10));
  expect(seenFrom(seen, 'epj', null)?.state.state).toBe('good');
  const ward = seenFrom(seen, 'epj', 'ward');
  expect(ward).toMatchObject({ state: { state: 'bad' }, causes: ['epj'] });
  expect(ward?.verdicts).toMatchObject([{ check: 'epj/front', state: 'bad', votes: [{ vantage: 'ward' }] }]);
  expect(seenFrom(seen, 'order', 'ward')).toMatchObject({
    state: { state: 'bad' },
    causes: ['epj'],
    path: ['order', 'epj'],
  });
  expect(seenFrom(seen, 'constructor', null)).toBeNull();
});

test('what is borne is told too: what is hurt below, and what would break it next', () => {
  const { play, world } = createPlay();
  play(10);
  world.outcomes.set('db-1/up', 'bad');
  const seen = seenFrom(told(play(10)), 'order', 'ward');
  expect(seen).toMatchObject({ state: { state: 'good' }, causes: [], hurt: ['db-1'] });
  expect(seen?.margins.component).toMatchObject({ upper: 1, designed: 2, sets: [['db-2']] });
});

test('what is old says so first, and nothing in it is green', () => {
  const picture = createPlay().play(3);
  const old = told(picture, { stale: true, age: 7_200_000 });
  const span = (language: 'da' | 'en') => lasting(7_200_000, language);
  expect(heading(english, old)[0]).toContain(`STALE: ${span('en')} old, `);
  expect(heading(danish, old)[0]).toContain(`GAMMELT: ${span('da')} gammelt, `);
  expect(heading(danish, told(picture, { stale: true, age: -7_200_000 }))[0]).toContain(
    `GAMMELT: ${span('da')} for tidligt, `,
  );
  expect(stateOf(danish, 'good', old)).toBe('✔ virkede');
  const colours = voiceIn('en', true);
  expect(stateOf(colours, 'good')).toContain('\u001b[32m');
  expect(stateOf(colours, 'good', old)).not.toContain('\u001b[32m');
  expect(stateOf(english, 'bad')).toBe('✖ down');
});

test('the exit codes are the ones that are promised', () => {
  expect(exitCodes).toEqual({ fine: 0, wrong: 1, usage: 2, unreachable: 3, unsafe: 4, fault: 70 });
});
