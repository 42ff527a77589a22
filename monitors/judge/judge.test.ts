import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Check, Depth, Vantage } from '../../infra/landscape/model.ts';
import type { Observation, Outcome } from '../../probes/observation.ts';
import type { Seen, State } from '../picture.ts';
import { all, atLeast, settle } from './state.ts';
import { majority, verdictOf, voteOf } from './verdict.ts';

const states: readonly State[] = ['good', 'bad', 'unknown'];
const someState = fc.constantFrom(...states);

describe('rule 1, the majority of those that can vote', () => {
  test.each<[State[], State, boolean]>([
    [[], 'unknown', false],
    [['unknown'], 'unknown', false],
    [['good'], 'good', false],
    [['bad'], 'bad', false],
    [['good', 'bad'], 'unknown', true],
    [['good', 'bad', 'unknown'], 'unknown', true],
    [['good', 'good', 'bad'], 'good', false],
    [['bad', 'bad', 'good'], 'bad', false],
    [['bad', 'unknown', 'unknown'], 'bad', false],
  ])('%j is %s, disputed: %s', (votes, state, disputed) => {
    expect(majority(votes)).toEqual({ state, disputed });
  });
});

const check: Check = {
  id: 'epj/front',
  node: 'epj',
  name: 'front',
  kind: 'http',
  depth: 'protocol',
  target: { text: 'https://epj.region.example/health' },
  intervalMs: 30_000,
  timeoutMs: 5_000,
  vantages: ['aarhus', 'ward'],
  options: {},
  signals: [],
  judges: true,
  runbook: null,
  firstAction: null,
};
const vantage = (id: string): Vantage => ({
  id,
  source: null,
  resolver: null,
  anchors: ['gateway:443'],
  anchorIntervalMs: 10_000,
  anchorTimeoutMs: 2_000,
  agent: null,
});
const vantages = { aarhus: vantage('aarhus'), ward: vantage('ward') };
const run = (where: string, outcome: Outcome, began: number, depth: Depth = 'protocol'): Observation => ({
  check: check.id,
  vantage: where,
  slot: began,
  startedAt: began,
  endedAt: began + 100,
  began,
  ended: began + 100,
  outcome,
  reason: outcome === 'good' ? null : 'no-answer',
  message: '',
  depth,
  phases: {},
  duration: 0.1,
  signals: {},
  transcript: '',
  facts: {},
  first: null,
});
const seenOf = (runs: readonly Observation[], anchors: Readonly<Record<string, number>>): Seen => ({
  latest: new Map(runs.map((one) => [`${one.check}@${one.vantage}`, one])),
  anchors: new Map(Object.entries(anchors)),
  failing: new Map(),
  watermarks: new Map(),
  series: new Map(),
});

describe('a vote', () => {
  const now = { wall: 100_000, mono: 100_000 };
  test.each<[string, Outcome | null, number, number | null, State, string]>([
    ['a fresh good run of a connected vantage is good', 'good', 90_000, 95_000, 'good', 'answered'],
    ['a bad run counts once an anchor has answered after it began', 'bad', 90_000, 90_050, 'bad', 'confirmed'],
    ['a bad run whose anchors have not answered since is unknown', 'bad', 90_000, 89_000, 'unknown', 'anchors-pending'],
    [
      'a vantage cut off from its anchors has no vote, not even a good one',
      'good',
      90_000,
      70_000,
      'unknown',
      'vantage-cut-off',
    ],
    ['a vantage that has never heard an anchor has no vote', 'good', 90_000, null, 'unknown', 'vantage-cut-off'],
    ['a run older than interval and timeout is stale', 'good', 64_000, 95_000, 'unknown', 'stale'],
    ['a bad run does not stay bad for ever either', 'bad', 64_000, 95_000, 'unknown', 'stale'],
    ['a run that could not measure is unknown', 'unknown', 90_000, 95_000, 'unknown', 'could-not-run'],
    ['before the first run nothing is known', null, 0, 95_000, 'unknown', 'no-run-yet'],
  ])('%s', (_, outcome, began, anchored, state, why) => {
    const seen = seenOf(
      outcome === null ? [] : [run('ward', outcome, began)],
      anchored === null ? {} : { ward: anchored },
    );
    expect(voteOf(check, vantages.ward, { seen, now })).toMatchObject({ state, why });
  });
  test('the word of an agent may be seconds under way, and no longer', () => {
    const agent = { url: 'https://ward.example', token: null, client: null, trust: null };
    const far: Vantage = { ...vantages.ward, agent };
    const old = (ms: number) =>
      seenOf([run('ward', 'good', now.mono - 100 - check.intervalMs - check.timeoutMs - ms)], {
        ward: now.mono - 24_000 - ms,
      });
    for (const [ms, here, there] of [
      [0, 'good', 'good'],
      [2_900, 'unknown', 'good'],
      [3_100, 'unknown', 'unknown'],
    ] as const) {
      expect(voteOf(check, vantages.ward, { seen: old(ms), now }).state).toBe(here);
      expect(voteOf(check, far, { seen: old(ms), now }).state).toBe(there);
    }
  });
  test('a wall clock that steps an hour changes no vote', () => {
    const seen = seenOf([run('ward', 'good', 90_000)], { ward: 95_000 });
    for (const wall of [now.wall - 3_600_000, now.wall + 3_600_000])
      expect(voteOf(check, vantages.ward, { seen, now: { ...now, wall } }).state).toBe('good');
    expect(voteOf(check, vantages.ward, { seen, now: { ...now, mono: now.mono + 3_600_000 } }).state).toBe('unknown');
  });
});

describe('rule 3, at a site of use', () => {
  const now = { wall: 100_000, mono: 100_000 };
  const seen = seenOf([run('aarhus', 'good', 95_000), run('ward', 'bad', 95_000)], { aarhus: 96_000, ward: 96_000 });
  test.each<[string | null, State, boolean]>([
    [null, 'unknown', true],
    ['ward', 'bad', false],
    ['aarhus', 'good', false],
    ['horsens', 'unknown', true],
  ])('seen from %s the check is %s', (site, state, disputed) => {
    expect(verdictOf(check, vantages, { seen, now, site })).toMatchObject({ state, disputed });
  });
  test('a vantage cut off from its anchors makes its own site unknown and leaves the rest to the others', () => {
    const cut = seenOf([run('aarhus', 'good', 95_000), run('ward', 'bad', 95_000)], { aarhus: 96_000, ward: 60_000 });
    expect(verdictOf(check, vantages, { seen: cut, now, site: 'ward' }).state).toBe('unknown');
    expect(verdictOf(check, vantages, { seen: cut, now, site: null }).state).toBe('good');
  });
});

describe('rule 2, needs and own checks', () => {
  test.each<[State, State | null, boolean, State, boolean]>([
    ['good', null, false, 'good', false],
    ['bad', null, false, 'bad', false],
    ['unknown', null, false, 'unknown', false],
    ['good', 'bad', false, 'bad', false],
    ['unknown', 'bad', true, 'bad', false],
    ['bad', 'bad', false, 'bad', false],
    ['unknown', 'good', false, 'good', false],
    ['good', 'good', false, 'good', false],
    ['bad', 'good', false, 'bad', true],
    ['bad', 'good', true, 'good', true],
    ['good', 'unknown', false, 'unknown', false],
    ['unknown', 'unknown', false, 'unknown', false],
    ['bad', 'unknown', false, 'bad', false],
  ])(
    'inferred %s and observed %s (round trip: %s) is %s, contradicted: %s',
    (inferred, observed, roundTrip, state, contradicted) => {
      expect(settle(inferred, observed, roundTrip)).toEqual({ state, contradicted });
    },
  );
  test.each<[number, State[], State]>([
    [1, ['good', 'bad'], 'good'],
    [1, ['bad', 'bad'], 'bad'],
    [1, ['bad', 'unknown'], 'unknown'],
    [2, ['good', 'unknown', 'bad'], 'unknown'],
    [2, ['good', 'bad', 'bad'], 'bad'],
    [2, ['good', 'good', 'unknown'], 'good'],
    [0, [], 'good'],
  ])('at least %i of %j is %s', (wanted, given, state) => {
    expect(atLeast(wanted, given)).toBe(state);
  });
  test('unknown is exactly what could still go either way', () => {
    fc.assert(
      fc.property(fc.array(someState, { maxLength: 7 }), fc.nat(8), (given, wanted) => {
        const guess = (as: State) =>
          atLeast(
            wanted,
            given.map((state) => (state === 'unknown' ? as : state)),
          );
        const [best, worst] = [guess('good'), guess('bad')];
        expect(atLeast(wanted, given)).toBe(best === worst ? best : 'unknown');
      }),
    );
  });
  test('losing sight of anything never makes good what was not', () => {
    fc.assert(
      fc.property(fc.array(someState, { minLength: 1, maxLength: 7 }), fc.nat(7), fc.nat(6), (given, wanted, lost) => {
        const blinded = given.map((state, index) => (index === lost % given.length ? 'unknown' : state));
        if (atLeast(wanted, given) !== 'good') expect(atLeast(wanted, blinded)).not.toBe('good');
        if (all(given) !== 'good') expect(all(blinded)).not.toBe('good');
      }),
    );
  });
});
