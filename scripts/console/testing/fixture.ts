import { graphOf } from '../../../infra/landscape/graph.ts';
import { type Level, levels, type NodeId, type SiteId, type Text } from '../../../infra/landscape/model.ts';
import type { DayPlanes } from '../../../monitors/history/history.ts';
import { marginAt } from '../../../monitors/judge/margins.ts';
import { statesOf } from '../../../monitors/judge/state.ts';
import type { Alert, Impact, Margin, Picture, SliState, State, Verdict, Warning } from '../../../monitors/picture.ts';
import type { ConsoleSource, NumberSeen, Story } from '../source.ts';
import { landscape, places } from './landscape.ts';

export const moods = ['well', 'thin', 'running-out', 'impact', 'blind', 'stale', 'not-recording', 'frozen'] as const;
export type Mood = (typeof moods)[number];
/** 03:10 in Copenhagen. */
export const night = Date.parse('2026-11-24T02:10:20Z');
const minute = 60_000;

const badIn: Partial<Record<Mood, readonly NodeId[]>> = {
  thin: ['epj-db-1'],
  impact: ['epj-db-1', 'epj-db-2'],
  frozen: ['epj-db-1', 'epj-db-2'],
};

const verdictsIn = (mood: Mood): Readonly<Record<string, Verdict>> => {
  const dead = badIn[mood] ?? [];
  const broken = mood === 'impact' || mood === 'frozen';
  return Object.fromEntries(
    Object.values(landscape.checks)
      .filter(({ judges }) => judges)
      .map((check) => {
        const blind = mood === 'blind' && check.node.startsWith('kl');
        const bad = dead.includes(check.node) || (broken && check.node === 'epj');
        const state: State = blind ? 'unknown' : bad ? 'bad' : 'good';
        const said = {
          good: { why: 'answered', reason: null, message: '' },
          bad: {
            why: 'confirmed',
            reason: 'refused',
            message: 'expected a connection, got ECONNREFUSED 10.1.4.11:5432',
          },
          unknown: { why: 'stale', reason: null, message: '' },
        } as const;
        const votes = check.vantages.map((vantage) => ({
          vantage,
          state,
          at: night - 12_000,
          confirmed: state,
          first: null,
          stalledMs: 0,
          ...said[state],
        }));
        return [check.id, { check: check.id, state, disputed: false, depth: check.depth, votes }];
      }),
  );
};

const workflowsIn = (verdicts: Readonly<Record<string, Verdict>>) =>
  Object.values(landscape.nodes)
    .filter(({ kind }) => kind === 'workflow')
    .flatMap((node) =>
      node.usedAt.map((site) => {
        const graph = graphOf(landscape, site);
        const states = statesOf(landscape, graph, verdicts);
        const state = states[node.id];
        if (state === undefined) throw new Error(`expected a state of ${node.id}`);
        const entries = levels.map((level) => [level, marginAt(landscape, graph, { node: node.id, level, states })]);
        // Every level has just been given its margin.
        const margins = Object.fromEntries(entries) as Record<Level, Margin>;
        return { workflow: node.id, site, criticality: node.criticality ?? 'supporting', state, margins };
      }),
    );

const epjWorkflows = ['order-medication', 'read-record', 'order-tests'];
const klWorkflows = ['patient-flow', 'porter-call'];
const firstAction: Text = {
  da: 'Se om databasen kan startes på hyp-aarhus-1; ring ellers til databasevagten.',
  en: 'See whether the database can be started on hyp-aarhus-1; else call the database team.',
};
const runbook = 'https://runbooks.region.example/epj-db';

const warning = (more: Partial<Warning> & Pick<Warning, 'id' | 'rule' | 'node' | 'evidence'>): Warning => ({
  rung: 2,
  site: null,
  causes: [],
  affects: [],
  margin: null,
  eta: null,
  firstAction: null,
  runbook: null,
  condition: 'holds',
  ...more,
});

const thin = (workflow: NodeId, site: SiteId, margin: Margin | null): Warning =>
  warning({
    id: `thin|${workflow}|${site}`,
    rule: 'thin',
    node: workflow,
    site,
    causes: ['epj-db-1'],
    affects: [{ workflow, sites: [site] }],
    margin,
    evidence: {
      da: 'EPJ-database 1 svarer ikke; kun EPJ-database 2 er tilbage.',
      en: 'EPJ database 1 does not answer; only EPJ database 2 is left.',
    },
    firstAction,
    runbook,
  });

const runsOut: Warning = warning({
  id: 'runs-out|kl-db-1|',
  rule: 'runs-out',
  rung: 0,
  node: 'kl-db-1',
  causes: ['kl-db-1'],
  affects: klWorkflows.map((workflow) => ({ workflow, sites: places.hospitals })),
  eta: { at: night + 26 * minute, earliest: night + 18 * minute, latest: night + 41 * minute },
  evidence: {
    da: '/data er 91 % fuld og vokser 0,8 GB i minuttet.',
    en: '/data is 91 % full and grows 0.8 GB a minute.',
  },
  firstAction: {
    da: 'Slet gamle arkivlogge, eller udvid /data.',
    en: 'Delete old archive logs, or extend /data.',
  },
});

const blindWarning = (workflow: NodeId): Warning =>
  warning({
    id: `blind|${workflow}|`,
    rule: 'blind',
    node: workflow,
    affects: [{ workflow, sites: places.hospitals }],
    causes: ['kl'],
    evidence: {
      da: 'Intet målepunkt har et svar, der er nyt nok.',
      en: 'No vantage has a run that is new enough.',
    },
  });

const impact = (workflow: NodeId, site: SiteId, condition: Impact['condition']): Impact => ({
  id: `impact|${workflow}|${site}`,
  workflow,
  site,
  path: [workflow, 'epj', 'epj-db-2'],
  causes: ['epj-db-1', 'epj-db-2'],
  evidence: {
    da: 'Begge EPJ-databaser afviser forbindelser.',
    en: 'Both EPJ databases refuse connections.',
  },
  firstAction,
  runbook,
  fallback: landscape.nodes[workflow]?.fallback ?? null,
  condition,
});

const alertOf = (about: Warning | Impact, since: number, frozen = false): Alert => ({
  id: about.id,
  rule: 'rule' in about ? about.rule : 'impact',
  severity: 'rule' in about ? 'warn' : 'page',
  phase: 'firing',
  node: 'rule' in about ? about.node : about.workflow,
  site: about.site,
  since,
  firedAt: since + 10_000,
  resolvedAt: null,
  frozen,
  over: false,
  about,
});

const slis = (mood: Mood): readonly SliState[] => [
  {
    promise: 'epj/99.95-30d',
    node: 'epj',
    objective: 99.95,
    window: '30d',
    indicator: 'availability',
    method: { name: 'timeslices', version: 1 },
    counted: 'minutes',
    from: night - 20_000 - 30 * 86_400_000,
    closes: null,
    good: 43_120,
    bad: mood === 'impact' ? 14 : 4,
    unknown: 31,
    excluded: 45,
    simulated: 41_760,
    sli: 0.99991,
    raw: 0.99889,
    exclusions: [
      { kind: 'window', who: 'landscape', why: { da: 'Opdatering', en: 'Patching' }, minutes: 30 },
      { kind: 'approved', who: 'drift', why: { da: 'Strømprøve aftalt', en: 'Power test agreed' }, minutes: 15 },
    ],
    lower: 0.99919,
    upper: 0.99991,
    verdict: 'undecided',
    budget: { allowed: 21.6, leftLower: -13.4, leftUpper: 17.6 },
    exhausts:
      mood === 'impact' ? { at: night + 3_600_000, earliest: night + 1_800_000, latest: night + 7_200_000 } : null,
    burn: { '5m': mood === 'impact' ? 120 : 0, '30m': 2.4, '1h': 1.2, '6h': 0.4, '3d': null },
    firing: mood === 'impact' ? 'fast-burn' : null,
    asOf: night - 20_000,
  },
];

const troublesIn = (mood: Mood, workflows: Picture['workflows']) => {
  const marginOf = (workflow: NodeId, site: SiteId) =>
    workflows.find((at) => at.workflow === workflow && at.site === site)?.margins.component ?? null;
  const everywhere = epjWorkflows.flatMap((workflow) => places.hospitals.map((site) => ({ workflow, site })));
  const thinned = everywhere.map(({ workflow, site }) => thin(workflow, site, marginOf(workflow, site)));
  const impacts = (condition: Impact['condition']) =>
    everywhere.map(({ workflow, site }) => impact(workflow, site, condition));
  const tables: Partial<Record<Mood, { readonly warnings: readonly Warning[]; readonly impacts: readonly Impact[] }>> =
    {
      thin: { warnings: thinned, impacts: [] },
      'running-out': { warnings: [runsOut], impacts: [] },
      impact: { warnings: [runsOut], impacts: impacts('holds') },
      frozen: { warnings: [], impacts: impacts('unknown') },
      blind: { warnings: klWorkflows.map(blindWarning), impacts: [] },
    };
  return tables[mood] ?? { warnings: [], impacts: [] };
};

const alertsIn = ({
  warnings,
  impacts,
}: {
  readonly warnings: readonly Warning[];
  readonly impacts: readonly Impact[];
}) => {
  const before = impacts.length === 0 ? [] : [thin('order-medication', 'auh', null)];
  const over = { ...alertOf(runsOut, night - 50 * minute), id: 'runs-out|kl-db-2|', phase: 'resolved' } as const;
  return [
    ...warnings.map((about) => alertOf(about, night - 4 * minute)),
    ...impacts.map((about) => alertOf(about, night - 2 * minute, about.condition === 'unknown')),
    ...before.map((about) => ({ ...alertOf({ ...about, causes: ['epj-db-1', 'epj-db-2'] }, night - 5 * minute) })),
    { ...over, resolvedAt: night - 20 * minute },
  ];
};

/** A picture in a mood, judged by the real rules where they are about states and margins. */
export const pictureIn = (mood: Mood): Picture => {
  const verdicts = verdictsIn(mood);
  const workflows = workflowsIn(verdicts);
  const nodes = statesOf(landscape, graphOf(landscape, null), verdicts);
  const troubles = troublesIn(mood, workflows);
  const at = mood === 'stale' ? night - 194_000 : night - 1_200;
  const changed = new Set([...(badIn[mood] ?? []), ...(mood === 'impact' ? ['epj', ...epjWorkflows] : [])]);
  const names = [...Object.keys(nodes), ...workflows.map(({ workflow, site }) => `${workflow}@${site}`)];
  const since = (name: string) =>
    changed.has(name.split('@')[0] ?? '') ? night - 2 * minute : night - 3_600 * 1000 * 50;
  return {
    at,
    landscape: 'a1b2c3',
    provenance: 'measured',
    verdicts,
    nodes,
    workflows,
    ...troubles,
    alerts: alertsIn(troubles),
    promises: slis(mood),
    vantages: places.vantageIds.map((vantage) => {
      const silent = mood === 'blind' && vantage === 'viborg';
      return {
        vantage,
        state: silent ? 'silent' : 'connected',
        anchorAt: night - (silent ? 9 * minute : 8_000),
        watermarkAt: night - (silent ? 9 * minute : 1_000),
      };
    }),
    maintained: [],
    recording:
      mood === 'not-recording'
        ? { state: 'paused', since: night - 3 * minute, message: 'the disk is full' }
        : { state: 'recording', since: night - 90 * minute, message: '' },
    since: Object.fromEntries(names.map((name) => [name, since(name)])),
  };
};

/** Thirty days: simulated but for the last, a bad hour, an unknown night, and a start that was not watched. */
const daysOf = (count: number): readonly DayPlanes[] => {
  const today = Math.floor(night / 86_400_000);
  return Array.from({ length: count }, (_, index) => {
    const day = today - count + 1 + index;
    const low = new Uint32Array(45);
    const high = new Uint32Array(45);
    const until = day === today ? 130 : 1440;
    for (let at = index === 0 ? 600 : 0; at < until; at += 1) {
      const bad = index === 11 && at >= 540 && at < 562;
      const unknown = index === 19 && at < 200;
      const bit = 1 << (at & 31);
      if (!bad) low[at >>> 5] = (low[at >>> 5] ?? 0) | bit;
      if (bad || unknown) high[at >>> 5] = (high[at >>> 5] ?? 0) | bit;
    }
    return { day, provenance: day === today ? 'measured' : 'simulated', low, high };
  });
};

const series = (name: string, from: number, to: number): readonly NumberSeen[] => {
  const count = 240;
  return Array.from({ length: count }, (_, index) => {
    const at = from + ((to - from) * index) / (count - 1);
    const wave = Math.sin(index * 0.7) * 0.02 + Math.sin(index * 3.1) * 0.015;
    const shapes: Readonly<Record<string, number>> = {
      disk: 60e9 + (index / count) * 34e9,
      'disk-size': 100e9,
      certificate: night / 1000 + 9 * 86_400,
      duration: 0.12 + wave + (index > 200 ? (index - 200) * 0.02 : 0),
    };
    return { at, value: shapes[name] ?? 1, provenance: index < 60 ? ('simulated' as const) : ('measured' as const) };
  }).filter((_, index) => index < 130 || index > 150);
};

const story: Story = {
  title: { da: 'Én af to databaser dør, så den anden', en: 'One of two databases dies, then the other' },
  tells: { da: 'EPJ-database 1 er stoppet.', en: 'EPJ database 1 has stopped.' },
  next: { da: 'EPJ-database 2 stopper om 40 s.', en: 'EPJ database 2 stops in 40 s.' },
};

export type Staged = ConsoleSource & {
  readonly set: (picture: Picture | null) => void;
  readonly move: (now: number) => void;
  readonly listeners: () => number;
};

/** A source whose picture and clock the test moves. */
export const stage = (mood: Mood, more: Partial<ConsoleSource> = {}): Staged => {
  let picture: Picture | null = pictureIn(mood);
  let now = night;
  const listeners = new Set<() => void>();
  return {
    landscape,
    picture: () => picture,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    nodeDays: async (_, days) => daysOf(days),
    numbers: async ({ name, from, to }) => series(name, from, to),
    transcripts: async () => ({
      good: {
        at: night - 30 * minute,
        text: 'connect 10.1.4.11:5432\n> StartupMessage\n< AuthenticationOk\n< ReadyForQuery',
      },
      bad: { at: night - 2 * minute, text: 'connect 10.1.4.11:5432\n! ECONNREFUSED' },
    }),
    pictureAt: async () => null,
    landscapeAt: async () => null,
    events: async () => [
      { id: 1, at: night - 80 * minute, kind: 'landscape', who: 'forvarsel', why: 'started', data: null },
    ],
    story: () => (mood === 'thin' ? story : null),
    metrics: async () => '# TYPE forvarsel_up gauge\nforvarsel_up 1\n',
    probe: async () => ({ status: 200, contentType: 'text/plain; charset=utf-8', body: 'probe_success 1\n' }),
    now: () => now,
    ...more,
    set: (next) => {
      picture = next;
      for (const listener of listeners) listener();
    },
    move: (next) => {
      now = next;
    },
    listeners: () => listeners.size,
  };
};
