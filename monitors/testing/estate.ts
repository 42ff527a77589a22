import type { Landscape, NodeId, VantageId } from '../../infra/landscape/model.ts';
import { breaks, checkOf, landscapeOf, nodeOf, on, vantageOf } from '../../infra/landscape/testing/landscapes.ts';
import type { Observation, Outcome } from '../../probes/observation.ts';
import { type Lifecycle, noAlerts } from '../alert/lifecycle.ts';
import { createJudge, prepare } from '../judge/judge.ts';
import type { Moment, Picture, Recording, Undelivered } from '../picture.ts';
import { assess } from '../pipeline.ts';
import { createSeen } from '../seen.ts';
import type { Assessment } from '../slo/account.ts';
import { createForecaster } from '../warning/forecaster.ts';
import { paceOf } from '../warning/rules.ts';

/** Two datacenters, a ward, a pair of databases, an identity provider pair, one front people reach directly. */
export const smallEstate: Landscape = (() => {
  const sites = ['north', 'south', 'ward'];
  const from = { vantages: ['north', 'south'] };
  return landscapeOf(
    [
      ...sites.map((id) => nodeOf(id, 'site', { premises: 'on-premises' })),
      ...['db-1', 'idp-1'].map((id) => nodeOf(id, 'component', { standsOn: 'north' })),
      ...['db-2', 'idp-2', 'print'].map((id) => nodeOf(id, 'component', { standsOn: 'south' })),
      nodeOf('epj', 'solution', {
        criticality: 'clinical-critical',
        needs: [
          ...breaks({ atLeast: 1, of: [on('db-1'), on('db-2')] }, { atLeast: 1, of: [on('idp-1'), on('idp-2')] }),
          { effect: 'degrades', on: on('print') },
        ],
        firstAction: { da: 'Ring til vagten', en: 'Call the duty officer' },
      }),
      nodeOf('order', 'workflow', { criticality: 'clinical-critical', usedAt: ['ward'], needs: breaks(on('epj')) }),
    ],
    [
      ...['db-1', 'db-2', 'idp-1', 'idp-2', 'print'].map((node) => checkOf(`${node}/up`, from)),
      checkOf('epj/front', { vantages: ['north', 'south', 'ward'] }),
      checkOf('db-1/disk', {
        ...from,
        kind: 'metrics',
        judges: false,
        signals: [
          {
            name: 'used',
            title: { da: 'Disk', en: 'Disk' },
            unit: 'bytes',
            of: 'used',
            limit: 1000,
            direction: 'rising',
            kind: 'gauge',
          },
        ],
      }),
    ],
    sites.map((id) => vantageOf(id)),
  );
})();

export const runOf = (
  check: string,
  vantage: VantageId,
  ended: number,
  more: Partial<Observation> = {},
): Observation => ({
  check,
  vantage,
  slot: ended - 50,
  startedAt: ended - 50,
  endedAt: ended,
  began: ended - 50,
  ended,
  outcome: 'good',
  reason: null,
  message: '',
  depth: 'transport',
  phases: {},
  duration: 0.05,
  signals: {},
  transcript: '',
  facts: {},
  first: null,
  ...more,
});

export type World = {
  /** What each check finds now; good unless said otherwise. By check, or by `check@vantage`. */
  readonly outcomes: Map<string, Outcome>;
  readonly signals: Map<string, number>;
  /** What else a run of a check says, by check or by `check@vantage`. */
  readonly more: Map<string, Partial<Observation>>;
  /** Vantages whose workers say nothing at all. */
  readonly silent: Set<VantageId>;
  /** Vantages whose anchors do not answer. */
  readonly cut: Set<VantageId>;
  readonly maintained: Set<NodeId>;
  /** Where alerts do not get through. */
  readonly undelivered: Undelivered[];
};

/** What a disk reads unless said otherwise. */
const usual = 450;

/** Plays the whole pipeline on its own clock, a second a step. `wallShift` moves the wall clock and nothing else. */
export const createPlay = (landscape: Landscape = smallEstate) => {
  const prepared = prepare(landscape);
  const cones = new Map(prepared.workflows.map(({ workflow, cone }) => [workflow, cone]));
  const stages = {
    prepared,
    judge: createJudge(prepared),
    pace: paceOf(landscape, cones),
    forecast: createForecaster(),
  };
  const { seen, take } = createSeen(landscape);
  const world: World = {
    outcomes: new Map(),
    signals: new Map(),
    more: new Map(),
    silent: new Set(),
    cut: new Set(),
    maintained: new Set(),
    undelivered: [],
  };
  const recording: Recording = { state: 'recording', since: 0, message: '' };
  let lifecycle: Lifecycle = noAlerts;
  let mono = 1_000_000;
  let wallShift = 1_700_000_000_000;
  const promises: readonly Assessment[] = [];

  const probe = (): void => {
    for (const check of Object.values(landscape.checks))
      for (const vantage of check.vantages) {
        if (world.silent.has(vantage)) continue;
        const outcome = world.outcomes.get(`${check.id}@${vantage}`) ?? world.outcomes.get(check.id) ?? 'good';
        const value = world.signals.get(check.id) ?? usual;
        const run = runOf(check.id, vantage, mono, {
          outcome,
          reason: outcome === 'good' ? null : 'refused',
          endedAt: mono + wallShift,
          depth: check.depth,
          signals: check.judges || outcome !== 'good' ? {} : { used: value },
          ...world.more.get(check.id),
          ...world.more.get(`${check.id}@${vantage}`),
        });
        take({ type: 'observations', batch: [run] });
      }
    for (const vantage of Object.keys(landscape.vantages)) {
      const wall = mono + wallShift;
      if (world.silent.has(vantage)) continue;
      if (!world.cut.has(vantage)) take({ type: 'anchor', vantage, at: mono, wall });
      take({ type: 'watermark', vantages: [vantage], at: mono, wall });
    }
  };
  const judge = (): Omit<Picture, 'landscape' | 'provenance' | 'since'> => {
    const now: Moment = { mono, wall: mono + wallShift };
    const assessed = assess(
      stages,
      { seen, now, maintained: world.maintained, promises, recording, undelivered: world.undelivered },
      lifecycle,
    );
    lifecycle = assessed.lifecycle;
    return assessed.picture;
  };
  return {
    world,
    /** So many seconds pass: probes run, then the judge looks. The last picture. */
    play: (seconds: number) => {
      for (let second = 1; second < seconds; second += 1) {
        mono += 1000;
        probe();
        judge();
      }
      mono += 1000;
      probe();
      return judge();
    },
    /** So much time passes at once, unseen by the judge and unprobed. */
    freeze: (ms: number) => {
      mono += ms;
    },
    shiftWall: (ms: number) => {
      wallShift += ms;
    },
    judge,
  };
};
