import { type Check, type Landscape, type StreamId, streamOf, type VantageId } from '../../infra/landscape/model.ts';
import { monotonic } from '../clock.ts';
import type { FromProbes, Observation, Outcome, Phase } from '../observation.ts';
import { createHistogram, type Histogram, observe } from './histogram.ts';
import { labelsOf } from './page.ts';
import { writeSeries } from './write.ts';

/** What is known of one stream, as small as it can be: counters since the start, and the newest run. */
export type Line = {
  readonly labels: string;
  readonly check: Check;
  /** By `outcome|reason`. */
  readonly runs: Map<string, number>;
  readonly retries: Map<string, number>;
  /** Attempts that were good, and attempts: first ones apart from what counted after the retry. */
  readonly attempts: { good: number; all: number };
  readonly confirmed: { good: number; all: number };
  readonly durations: Readonly<Record<'good' | 'bad', Histogram>>;
  missed: number;
  stalledSeconds: number;
  late: number;
  newest: Newest | null;
};
export type Newest = {
  readonly endedAt: number;
  /** Monotonic ms: how old it is does not hang on a wall clock that may step. */
  readonly ended: number;
  readonly outcome: Outcome;
  readonly attempt: Outcome;
  readonly reason: string;
  readonly depth: Observation['depth'];
  readonly duration: number;
  readonly phases: Partial<Record<Phase, number>>;
  readonly signals: Readonly<Record<string, number>>;
  readonly certificate: number | null;
  readonly certificateWrong: string | null;
  readonly stalledMs: number;
};
export type Health = Extract<FromProbes, { type: 'health' }>;
export type Ledger = {
  readonly landscape: Landscape;
  readonly lines: ReadonlyMap<StreamId, Line>;
  readonly lags: ReadonlyMap<VantageId, Histogram>;
  readonly anchors: ReadonlyMap<VantageId, number>;
  readonly watermarks: ReadonlyMap<VantageId, number>;
  readonly health: ReadonlyMap<VantageId, Health>;
  /** Monotonic ms. */
  readonly now: () => number;
};

const lineOf = (check: Check, vantage: VantageId): Line => ({
  labels: labelsOf({ check: check.id, vantage }),
  check,
  runs: new Map(),
  retries: new Map(),
  attempts: { good: 0, all: 0 },
  confirmed: { good: 0, all: 0 },
  durations: { good: createHistogram(), bad: createHistogram() },
  missed: 0,
  stalledSeconds: 0,
  late: 0,
  newest: null,
});
const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);

/** A run that measured nothing is in no share and no latency; it is counted by its outcome and reason alone. */
const tally = (line: Line, seen: Observation): void => {
  if (seen.outcome === 'unknown') return;
  const good = seen.outcome === 'good' ? 1 : 0;
  line.attempts.good += seen.first === null ? good : 0;
  line.attempts.all += 1;
  line.confirmed.good += good;
  line.confirmed.all += 1;
  // A failure takes at least its whole deadline from whoever waits, however quick the refusal was.
  const seconds = good === 1 ? seen.duration : Math.max(seen.duration, line.check.timeoutMs / 1000);
  observe(line.durations[good === 1 ? 'good' : 'bad'], seconds);
};

const newestOf = (seen: Observation): Newest => ({
  endedAt: seen.endedAt,
  ended: seen.ended,
  outcome: seen.outcome,
  attempt: seen.first === null ? seen.outcome : 'bad',
  reason: seen.reason ?? '',
  depth: seen.depth,
  duration: seen.duration,
  phases: seen.phases,
  signals: seen.signals,
  certificate: seen.signals['certificate'] ?? null,
  certificateWrong: seen.facts.tls === undefined ? null : (seen.facts.tls.wrong ?? ''),
  stalledMs: seen.stalledMs ?? 0,
});

/**
 * What the probes saw, as series: takes what they tell and gives a Prometheus page. Memory is bounded by the landscape:
 * what it does not name is not kept.
 */
export const createSeries = (landscape: Landscape, now: () => number = monotonic) => {
  const lines = new Map<StreamId, Line>();
  const lags = new Map<VantageId, Histogram>();
  const anchors = new Map<VantageId, number>();
  const watermarks = new Map<VantageId, number>();
  const health = new Map<VantageId, Health>();
  for (const check of Object.values(landscape.checks))
    for (const vantage of check.vantages) lines.set(streamOf(check.id, vantage), lineOf(check, vantage));

  const take = (seen: Observation): void => {
    const line = lines.get(streamOf(seen.check, seen.vantage));
    if (line === undefined) return;
    count(line.runs, `${seen.outcome}|${seen.reason ?? ''}`);
    if (seen.first !== null) count(line.retries, seen.first.reason);
    tally(line, seen);
    line.stalledSeconds += (seen.stalledMs ?? 0) / 1000;
    const lag = lags.get(seen.vantage) ?? createHistogram();
    lags.set(seen.vantage, lag);
    observe(lag, Math.max(0, seen.startedAt - seen.slot) / 1000);
    line.newest = newestOf(seen);
  };
  const takers: { readonly [T in FromProbes['type']]: (message: Extract<FromProbes, { type: T }>) => void } = {
    observations: ({ batch }) => batch.forEach(take),
    anchor: ({ vantage, wall: at }) => void anchors.set(vantage, at),
    watermark: ({ vantages, wall: at }) => {
      for (const vantage of vantages) watermarks.set(vantage, at);
    },
    missed: ({ check, vantage, count: slots }) => {
      const line = lines.get(streamOf(check, vantage));
      if (line !== undefined) line.missed += slots;
    },
    health: (message) => {
      for (const vantage of message.vantages) health.set(vantage, message);
    },
  };
  const ledger: Ledger = { landscape, lines, lags, anchors, watermarks, health, now };
  return {
    take: (message: FromProbes): void => {
      // Safe: the table has a taker for each type, and takes the message by its own type.
      (takers[message.type] as (message: FromProbes) => void)(message);
    },
    page: (): string => writeSeries(ledger),
  };
};
