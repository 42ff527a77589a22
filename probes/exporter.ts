import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Check, type CheckId, type Landscape, type StreamId, streamOf } from '../infra/landscape/model.ts';
import { monotonic } from './clock.ts';
import { type FromProbes, type Observation, phases } from './observation.ts';
import { probeOnce, type Reading } from './one.ts';

/** More at once would turn the exporter into a tool against what it watches. */
const together = 8;
const textType = 'text/plain; version=0.0.4; charset=utf-8';

const createMeters = () => {
  const registry = new Registry();
  const registers = [registry];
  const labels = ['check', 'vantage'] as const;
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: labels, registers });
  const counter = <T extends string>(name: string, help: string, more: readonly T[] = []) =>
    new Counter({ name, help, labelNames: [...labels, ...more], registers });
  return {
    registry,
    success: gauge('forvarsel_probe_success', '1 when the last run was good, 0 when bad, absent while unknown.'),
    duration: gauge('forvarsel_probe_duration_seconds', 'How long the last run took that measured something.'),
    certificate: gauge(
      'forvarsel_probe_certificate_end_timestamp_seconds',
      'When the first certificate of the presented chain ends.',
    ),
    lastRun: gauge('forvarsel_probe_last_run_timestamp_seconds', 'When the last run ended, whatever it saw.'),
    phase: new Gauge({
      name: 'forvarsel_probe_phase_seconds',
      help: 'Where the time of the last run went.',
      labelNames: [...labels, 'phase'],
      registers,
    }),
    signal: new Gauge({
      name: 'forvarsel_probe_signal',
      help: 'Declared signals as last measured, each in its declared unit.',
      labelNames: [...labels, 'signal'],
      registers,
    }),
    runs: counter('forvarsel_probe_runs_total', 'Runs by what they saw; reason is empty when good.', [
      'outcome',
      'reason',
    ]),
    retries: counter('forvarsel_probe_retries_total', 'Runs whose first attempt failed, by its reason.', ['reason']),
    missed: counter('forvarsel_probe_missed_slots_total', 'Slots that passed without a run.'),
    lag: new Histogram({
      name: 'forvarsel_probe_lag_seconds',
      help: 'How late runs started after their slot.',
      labelNames: ['vantage'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    anchor: new Gauge({
      name: 'forvarsel_vantage_anchor_timestamp_seconds',
      help: 'When an anchor of the vantage was last asked that answered.',
      labelNames: ['vantage'],
      registers,
    }),
    watermark: new Gauge({
      name: 'forvarsel_vantage_watermark_timestamp_seconds',
      help: 'Up to when everything the vantage saw has arrived.',
      labelNames: ['vantage'],
      registers,
    }),
  };
};
type Meters = ReturnType<typeof createMeters>;

/** Takes away what the last run said: a number that is no longer true must not stand there. */
const forget = (meters: Meters, check: Check, vantage: string): void => {
  const labels = { check: check.id, vantage };
  for (const meter of [meters.success, meters.duration, meters.certificate]) meter.remove(labels);
  for (const phase of phases) meters.phase.remove({ ...labels, phase });
  for (const { name } of check.signals) meters.signal.remove({ ...labels, signal: name });
};

const show = (meters: Meters, check: Check, seen: Observation): void => {
  const labels = { check: seen.check, vantage: seen.vantage };
  forget(meters, check, seen.vantage);
  meters.lastRun.set(labels, seen.endedAt / 1000);
  meters.runs.inc({ ...labels, outcome: seen.outcome, reason: seen.reason ?? '' });
  if (seen.first !== null) meters.retries.inc({ ...labels, reason: seen.first.reason });
  meters.lag.observe({ vantage: seen.vantage }, Math.max(0, seen.startedAt - seen.slot) / 1000);
  if (seen.outcome === 'unknown') return;
  meters.success.set(labels, seen.outcome === 'good' ? 1 : 0);
  meters.duration.set(labels, seen.duration);
  for (const phase of phases) {
    const seconds = seen.phases[phase];
    if (seconds !== undefined) meters.phase.set({ ...labels, phase }, seconds);
  }
  const end = seen.signals['certificate'];
  if (end !== undefined) meters.certificate.set(labels, end);
  for (const { name } of check.signals) {
    const value = seen.signals[name];
    if (value !== undefined) meters.signal.set({ ...labels, signal: name }, value);
  }
};

export type Reply = { readonly status: number; readonly contentType: string; readonly body: string };
const plain = (status: number, body: string): Reply => ({ status, contentType: 'text/plain; charset=utf-8', body });

/** One run in the words of blackbox_exporter, so that its boards and rules go on working. */
const page = (seen: Observation): Promise<string> => {
  const registry = new Registry();
  const put = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers: [registry] }).set(value);
  put('probe_success', 'Displays whether or not the probe was a success', seen.outcome === 'good' ? 1 : 0);
  put('probe_duration_seconds', 'Returns how long the probe took to complete in seconds', seen.duration);
  const lookup = seen.phases.resolve;
  if (lookup !== undefined)
    put('probe_dns_lookup_time_seconds', 'Returns the time taken for probe dns lookup in seconds', lookup);
  const end = seen.signals['certificate'];
  if (end !== undefined) put('probe_ssl_earliest_cert_expiry', 'Returns last SSL chain expiry in unixtime', end);
  return registry.metrics();
};

const debugOf = (seen: Observation): string =>
  [
    `outcome ${seen.outcome}`,
    ...(seen.reason === null ? [] : [`reason ${seen.reason}`, `message ${seen.message}`]),
    ...(seen.first === null ? [] : [`first attempt ${seen.first.reason}: ${seen.first.message}`]),
    `depth ${seen.depth}`,
    '',
    seen.transcript,
    '',
  ].join('\n');

const told = async (seen: Observation, debugging: boolean): Promise<Reply> => {
  const debug = debugging ? debugOf(seen) : '';
  if (seen.outcome === 'unknown') return plain(503, debug === '' ? `could not run: ${seen.message}\n` : debug);
  const metrics = await page(seen);
  return debug === '' ? { status: 200, contentType: textType, body: metrics } : plain(200, `${debug}\n${metrics}`);
};

/** Only targets written in the landscape itself; others have to be read and given. */
const written = ({ checks }: Landscape): Record<CheckId, string> =>
  Object.fromEntries(
    Object.values(checks).flatMap(({ id, target }) => ('text' in target ? [[id, target.text.trim()]] : [])),
  );

/**
 * The declared check a request means: by its id or its target, narrowed by a module, which is a check's id or kind. A
 * target that is read from elsewhere may be a secret: whoever guesses it must not learn that it was right.
 */
const meant = (landscape: Landscape, params: URLSearchParams): Check | Reply => {
  const target = params.get('target');
  const module = params.get('module');
  if (target === null || target === '') return plain(400, 'expected target=, a declared target or check\n');
  const texts = written(landscape);
  const declared = Object.values(landscape.checks).filter(({ id }) => id === target || texts[id] === target);
  const check = declared.find(({ id, kind }) => module === null || module === id || module === kind);
  if (check !== undefined) return check;
  if (declared.length === 0)
    return plain(403, 'this target is not declared: add a check with it to the landscape, then ask again\n');
  return plain(400, `expected module= to be one of ${declared.map(({ id }) => id).join(', ')}, or a kind of theirs\n`);
};

type Asked = { readonly began: number; readonly seen: Promise<Observation>; going: boolean };

/**
 * At most one run of a check from a vantage at once and per interval, however often it is asked for: the others are
 * told of the last. Null when too much is going on.
 */
const createAsking = (landscape: Landscape, reading: Reading, now: () => number) => {
  const last = new Map<StreamId, Asked>();
  let going = 0;
  const start = (check: Check, vantage: string): Asked => {
    const seen = probeOnce(landscape, { check: check.id, vantage }, reading);
    const asked: Asked = { began: now(), seen, going: true };
    const end = () => {
      asked.going = false;
      going -= 1;
    };
    going += 1;
    seen.then(end, end);
    return asked;
  };
  return (check: Check, vantage: string): { readonly run: Asked; readonly again: boolean } | null => {
    const stream = streamOf(check.id, vantage);
    const known = last.get(stream);
    if (known !== undefined && (known.going || now() - known.began < check.intervalMs))
      return { run: known, again: true };
    if (going >= together) return null;
    const run = start(check, vantage);
    last.set(stream, run);
    return { run, again: false };
  };
};

/** What the probes saw as Prometheus metrics, and single runs of declared checks on demand. */
export const createProbeExporter = (
  landscape: Landscape,
  reading: Reading = { aims: written(landscape), trust: [], secrets: {} },
  now: () => number = monotonic,
) => {
  const meters = createMeters();
  const ended = new Map<StreamId, Observation>();
  const ask = createAsking(landscape, reading, now);

  const observe = (seen: Observation): void => {
    const check = landscape.checks[seen.check];
    if (check === undefined) return;
    ended.set(streamOf(seen.check, seen.vantage), seen);
    show(meters, check, seen);
  };
  const takers: { readonly [T in FromProbes['type']]: (message: Extract<FromProbes, { type: T }>) => void } = {
    observations: ({ batch }) => batch.forEach(observe),
    anchor: ({ vantage, wall }) => meters.anchor.set({ vantage }, wall / 1000),
    watermark: ({ vantages, wall }) => {
      for (const vantage of vantages) meters.watermark.set({ vantage }, wall / 1000);
    },
    missed: ({ check, vantage, count }) => meters.missed.inc({ check, vantage }, count),
    health: () => undefined,
  };
  /** As in judging: a word older than interval and timeout is no longer believed. */
  const dropStale = (): void => {
    for (const [stream, seen] of ended) {
      const check = landscape.checks[seen.check];
      if (check === undefined || now() - seen.ended <= check.intervalMs + check.timeoutMs) continue;
      forget(meters, check, seen.vantage);
      ended.delete(stream);
    }
  };
  return {
    take: (message: FromProbes): void => {
      // The table is total over the types; the compiler cannot follow a union through its own index.
      (takers[message.type] as (message: FromProbes) => void)(message);
    },
    metrics: (): Promise<string> => {
      dropStale();
      return meters.registry.metrics();
    },
    probe: async (params: URLSearchParams): Promise<Reply> => {
      const check = meant(landscape, params);
      if ('status' in check) return check;
      const vantage = params.get('vantage') ?? check.vantages[0] ?? '';
      if (!check.vantages.includes(vantage))
        return plain(400, `expected vantage= to be one of ${check.vantages.join(', ')}\n`);
      const asked = ask(check, vantage);
      if (asked === null) return plain(503, 'too many probes at once: ask again later\n');
      const reply = await told(await asked.run.seen, params.get('debug') === 'true');
      if (!asked.again) return reply;
      const [age, every] = [now() - asked.run.began, check.intervalMs].map((ms) => (ms / 1000).toFixed(1));
      return { ...reply, body: `# cached: run ${age} s ago, at most one in ${every} s\n${reply.body}` };
    },
  };
};
