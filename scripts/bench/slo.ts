import { alertingOf } from '../../infra/landscape/alerting.ts';
import { graphOf } from '../../infra/landscape/graph.ts';
import { type Check, type Landscape, type Node, type NodeId, streamOf } from '../../infra/landscape/model.ts';
import { promisedOf } from '../../infra/landscape/promise.ts';
import { type DayPlanes, minutesPerDay, type SliceAt, slice, wordsPerDay } from '../../monitors/history/history.ts';
import { statesOf } from '../../monitors/judge/state.ts';
import { majority } from '../../monitors/judge/verdict.ts';
import type { State, Verdict } from '../../monitors/picture.ts';
import { createAccounts } from '../../monitors/slo/account.ts';

const [solutions, each, days] = [1_000, 4, 30];
const vantages = ['north', 'south'];
const lastDay = 20_500;
const asOf = lastDay * minutesPerDay + 720;

const bare = {
  was: [],
  owner: null,
  criticality: null,
  data: null,
  standsOn: null,
  needs: [],
  promises: [],
  usedAt: [],
};
const rest = { fallback: null, routes: {}, premises: null, runbook: null, firstAction: null };
const nodeOf = (id: NodeId, kind: Node['kind'], more: Partial<Node>): Node => ({
  ...bare,
  ...rest,
  id,
  kind,
  title: { da: id, en: id },
  checks: [`${id}/front`],
  ...more,
});
const checkOf = (node: NodeId): Check => ({
  id: `${node}/front`,
  node,
  name: 'front',
  kind: 'http',
  depth: 'protocol',
  target: { text: 'https://front.example' },
  intervalMs: 30_000,
  timeoutMs: 5_000,
  vantages,
  options: {},
  signals: [],
  judges: true,
  runbook: null,
  firstAction: null,
});

/** A thousand solutions on four components each, two of them a redundant pair, and one shared by all. */
const estate = (): Landscape => {
  const shared = { effect: 'breaks', on: { node: 's0-c0' } } as const;
  const nodes = Array.from({ length: solutions }, (_, index) => {
    const ids = Array.from({ length: each }, (__, part) => `s${index}-c${part}`);
    const [first = '', second = '', ...pair] = ids;
    const choice = { atLeast: 1, of: pair.map((node) => ({ node })) };
    const needs = [{ node: first }, { node: second }, choice].map((on) => ({ effect: 'breaks', on }) as const);
    const promises = [promisedOf(`s${index}`, { objective: 99.9, window: `${days}d` }, 'UTC')];
    return [
      ...ids.map((id) => nodeOf(id, 'component', {})),
      nodeOf(`s${index}`, 'solution', { needs: [...needs, shared], promises }),
    ];
  }).flat();
  const vantage = {
    source: null,
    resolver: null,
    anchors: [],
    anchorIntervalMs: 10_000,
    anchorTimeoutMs: 2_000,
    agent: null,
  };
  return {
    authority: {
      title: { da: 'Region', en: 'Region' },
      zone: 'Europe/Copenhagen',
      trust: [],
      testPatients: {},
      ...alertingOf({}),
    },
    teams: {},
    vantages: Object.fromEntries(vantages.map((id) => [id, { id, ...vantage }])),
    nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
    checks: Object.fromEntries(nodes.map(({ id }) => [`${id}/front`, checkOf(id)])),
    windows: [],
  };
};

/** Good days; every so many of them have one minute bad, one lost and one good again. The same on every machine. */
const createWeather = (every: number) => {
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  return (day: number): DayPlanes => {
    const low = new Uint32Array(wordsPerDay).fill(0xffffffff);
    const high = new Uint32Array(wordsPerDay);
    if (next(every) > 0) return { day, provenance: 'measured', low, high };
    const [down, lost, bit] = [next(wordsPerDay), next(wordsPerDay), 1 << next(32)];
    high[down] = bit;
    high[lost] = bit;
    low[down] = ~bit;
    return { day, provenance: 'measured', low, high };
  };
};

/** Time of this thread's own work: a busy machine does not enter it. */
const timed = <T>(run: () => T): { readonly ms: number; readonly value: T } => {
  const spent = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  const began = spent();
  const value = run();
  return { ms: spent() - began, value };
};
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

/** The obvious way, on some minutes: a verdict object per check and a walk of the graph per minute. */
const naive = (landscape: Landscape, planes: ReadonlyMap<string, readonly DayPlanes[]>, minutes: number): number => {
  const graph = graphOf(landscape, null);
  const words: readonly State[] = ['unknown', 'good', 'bad', 'unknown'];
  const voteAt = (stream: string, minute: number): State => {
    const day = planes.get(stream)?.[0];
    const bit = (plane: Uint32Array | undefined) => ((plane?.[minute >> 5] ?? 0) >>> (minute & 31)) & 1;
    return words[bit(day?.low) + 2 * bit(day?.high)] ?? 'unknown';
  };
  let good = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    const verdicts: Record<string, Verdict> = {};
    for (const { id, depth } of Object.values(landscape.checks)) {
      const { state, disputed } = majority(vantages.map((vantage) => voteAt(streamOf(id, vantage), minute)));
      verdicts[id] = { check: id, state, disputed, depth, votes: [] };
    }
    const states = statesOf(landscape, graph, verdicts);
    for (let index = 0; index < solutions; index += 1) if (states[`s${index}`]?.state === 'good') good += 1;
  }
  return good;
};

const none = new Uint32Array(wordsPerDay);
const all = none.map(() => 0xffffffff);

/** From nothing to the first answer. The planes are made and let go stream by stream, as a history would give them. */
const coldStart = (landscape: Landscape, streams: readonly string[], every: number) => {
  const weather = createWeather(every);
  const accounts = createAccounts(landscape, { excluded: () => none, hours: () => all });
  let loading = 0;
  for (const stream of streams) {
    const planes = Array.from({ length: days + 1 }, (_, back) => weather(lastDay - days + back));
    loading += timed(() => accounts.load(stream, planes)).ms;
  }
  const { ms: assessing, value } = timed(() => accounts.assess(asOf));
  return { accounts, loading, assessing, promises: value.length };
};

const oneByOne = ({ accounts }: ReturnType<typeof coldStart>, streams: readonly string[]): readonly number[] =>
  Array.from({ length: 31 }, (_, step) => {
    const minute = asOf + step;
    const slices = streams.map((stream): SliceAt => ({ stream, minute, slice: slice.good, provenance: 'measured' }));
    return timed(() => {
      accounts.add(slices);
      accounts.assess(minute + 1);
    }).ms;
  });

const main = (): void => {
  const landscape = estate();
  const streams = Object.keys(landscape.checks).flatMap((check) => vantages.map((vantage) => streamOf(check, vantage)));
  const before = process.memoryUsage().arrayBuffers;
  for (const [name, every] of [
    ['trouble on every tenth day of a stream', 10],
    ['trouble on every day', 1],
  ] as const) {
    const cold = coldStart(landscape, streams, every);
    const passes = oneByOne(cold, streams);
    const fast = cold.loading + cold.assessing;
    const sample = 20;
    const weather = createWeather(every);
    const planes = new Map(streams.map((stream) => [stream, [weather(lastDay)]]));
    const slow = (timed(() => naive(landscape, planes, sample)).ms / sample) * days * minutesPerDay;
    console.log(`${cold.promises} promises, ${streams.length} streams, ${days} days, ${name}`);
    console.log(`  cold: ${fast.toFixed(0)} ms, ${cold.loading.toFixed(0)} of them to load`);
    console.log(
      `  one new minute of all: median ${median(passes).toFixed(1)} ms, worst ${Math.max(...passes).toFixed(1)} ms`,
    );
    console.log(
      `  a walk of the graph per minute (from ${sample}) would take ${(slow / fast).toFixed(0)} times as long`,
    );
  }
  console.log(`planes held: ${((process.memoryUsage().arrayBuffers - before) / 2e6).toFixed(0)} MB (mean of the two)`);
};

main();
