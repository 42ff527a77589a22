import type { Series } from '../../monitors/picture.ts';
import { etaOf } from '../../monitors/warning/trend.ts';

/**
 * How far the ETA can be trusted, beside least squares over the newest points as Prometheus' predict_linear does it.
 * Run: node scripts/bench/trend.ts [runs]. Seeded: the same numbers every time.
 */
const intervalMs = 3000;
const ticks = 120;
const limit = 100;
/** The caller's rule: an ETA within this, so many intervals in a row. */
type Rule = { readonly withinMs: number; readonly ticks: number };
const farRule: Rule = { withinMs: 300_000, ticks: 5 };
const rules: readonly Rule[] = [
  { withinMs: 300_000, ticks: 3 },
  farRule,
  { withinMs: 300_000, ticks: 8 },
  { withinMs: 60_000, ticks: 5 },
];
const newestOfNaive = 20;

type Random = () => number;
/** Mulberry32. */
const seeded = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Where the value is at tick n without its noise; the limit is 100. `truth`: ms when it reaches it. */
type Shape = {
  readonly name: string;
  readonly at: (tick: number, random: Random, before: number) => number;
  readonly truth: number | null;
  /** Judged from this tick on: before it nobody could know the habit. */
  readonly learnt?: number;
};

const startsAt = 60;
/** Reaches 100 from 30 in 100 s. */
const leak = (tick: number): number => 30 + Math.max(0, tick - startsAt) * (70 / (100_000 / intervalMs));
const leakFull = startsAt * intervalMs + 100_000;
const bump = (tick: number): number => {
  const phase = ((tick - startsAt) * intervalMs) / 40_000;
  return 20 + (phase > 0 && phase < 2 ? 30 * (1 - Math.abs(1 - phase)) : 0);
};
const round = (tick: number): number => {
  const phase = ((tick - startsAt) * intervalMs) / 40_000;
  return 20 + (phase > 0 && phase < 2 ? 15 * (1 - Math.cos(Math.PI * phase)) : 0);
};

const calm: readonly Shape[] = [
  { name: 'flat, noise 2', at: (_, random) => 50 + 2 * normal(random), truth: null },
  { name: 'flat near the limit', at: (_, random) => 85 + 2 * normal(random), truth: null },
  { name: 'flat, 3 % spikes', at: (_, random) => 20 + normal(random) + (random() < 0.03 ? 40 : 0), truth: null },
  {
    name: 'wandering (AR 0.8)',
    at: (_, random, before) => 50 + 0.8 * ((before || 50) - 50) + normal(random),
    truth: null,
  },
  { name: 'nightly load, straight', at: (tick, random) => bump(tick) + normal(random), truth: null },
  { name: 'nightly load, round', at: (tick, random) => round(tick) + normal(random), truth: null },
  {
    name: 'sawtooth 40-70',
    at: (tick, random) => 40 + (tick % 15) * 2 + 0.5 * normal(random),
    truth: null,
    learnt: 35,
  },
  {
    name: 'slow sawtooth 40-70',
    at: (tick, random) => 40 + ((tick * 1.3) % 40) * 0.75 + 0.5 * normal(random),
    truth: null,
    learnt: 66,
  },
];
const rising: readonly Shape[] = [
  { name: 'disk after calm, noise 0.5', at: (tick, random) => leak(tick) + 0.5 * normal(random), truth: leakFull },
  { name: 'disk after calm, noise 2', at: (tick, random) => leak(tick) + 2 * normal(random), truth: leakFull },
  { name: 'slow leak from the start', at: (tick, random) => 30 + tick * 0.4 + normal(random), truth: 175 * intervalMs },
  {
    name: 'sawtooth whose peaks climb',
    at: (tick, random) => 30 + tick * 0.35 + (tick % 12) * 2 + 0.5 * normal(random),
    truth: 142 * intervalMs,
    learnt: 66,
  },
];

type Told = { readonly at: number; readonly earliest: number; readonly latest: number | null } | null;
type Method = (series: Series, now: number) => Told;
const ours: Method = (series, now) =>
  etaOf(series, { limit, direction: 'rising', kind: 'gauge' }, { now, intervalMs })?.eta ?? null;

const naive: Method = (series, now) => {
  const [at, value] = [series.at.slice(-newestOfNaive), series.value.slice(-newestOfNaive)];
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [middle, level] = [mean(at), mean(value)];
  const square = at.reduce((sum, t) => sum + (t - middle) ** 2, 0);
  const slope = at.reduce((sum, t, index) => sum + (t - middle) * ((value[index] ?? level) - level), 0) / square;
  const eta = middle + (limit - level) / slope;
  return at.length >= 8 && slope > 0 ? { at: Math.max(now, eta), earliest: Math.max(now, eta), latest: null } : null;
};

type Run = { readonly now: number; readonly told: Told };
const play = (shape: Shape, method: Method, seed: number): readonly Run[] => {
  const random = seeded(seed);
  const series: { at: number[]; value: number[] } = { at: [], value: [] };
  const runs: Run[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const now = tick * intervalMs;
    if (shape.truth !== null && now >= shape.truth) break;
    series.at.push(now);
    series.value.push(shape.at(tick, random, series.value.at(-1) ?? 0));
    if (tick < (shape.learnt ?? 0)) continue;
    const told = method(series, now);
    runs.push({ now, told: told !== null && told.at - now <= farRule.withinMs ? told : null });
  }
  return runs;
};

/** When the caller's rule would have warned. */
const warnedAt = (runs: readonly Run[], { withinMs, ticks: wanted }: Rule): number | null => {
  let held = 0;
  for (const { now, told } of runs) {
    held = told !== null && told.at - now <= withinMs ? held + 1 : 0;
    if (held === wanted) return now;
  }
  return null;
};

const share = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
const middleOf = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const row = (cells: readonly (string | number)[]) =>
  console.log(
    `| ${cells.map((cell, index) => (index === 0 ? String(cell).padEnd(28) : String(cell).padStart(14))).join(' | ')} |`,
  );
const methods = { ours, 'least squares': naive };

const falseAlarms = (runs: number) => {
  row([
    'nothing runs out',
    'method',
    'any ETA',
    ...rules.map(({ withinMs, ticks: count }) => `${withinMs / 1000} s, ${count}x`),
    'of all ticks',
  ]);
  for (const shape of calm)
    for (const [name, method] of Object.entries(methods)) {
      const played = Array.from({ length: runs }, (_, seed) => play(shape, method, seed + 1));
      const told = played.map((run) => run.filter((tick) => tick.told !== null).length);
      const any = share(told.filter((count) => count > 0).length, runs);
      const warned = rules.map((rule) => share(played.filter((run) => warnedAt(run, rule) !== null).length, runs));
      row([
        shape.name,
        name,
        any,
        ...warned,
        share(
          told.reduce((sum, count) => sum + count, 0),
          runs * (ticks - (shape.learnt ?? 0)),
        ),
      ]);
    }
};

const accuracy = (runs: number) => {
  row([
    'something runs out',
    'method',
    'first ETA',
    'warned',
    'too early',
    'left at warning',
    'error',
    'covered',
    'no latest',
  ]);
  for (const { truth, ...shape } of rising)
    for (const [name, method] of Object.entries(methods)) {
      if (truth === null) continue;
      const played = Array.from({ length: runs }, (_, seed) => play({ ...shape, truth }, method, seed + 1));
      const warned = played.flatMap((run) => warnedAt(run, farRule) ?? []);
      const onset = shape.name.startsWith('disk') ? startsAt * intervalMs : 0;
      const told = played.flatMap((run) => run.filter(({ now }) => now >= onset));
      const etas = told.flatMap(({ now, told: eta }) => (eta === null ? [] : [{ now, ...eta }]));
      const held = etas.filter(
        ({ earliest, latest }) => earliest <= truth && truth <= (latest ?? Number.POSITIVE_INFINITY),
      );
      const first = played.flatMap((run) => run.find(({ now, told: eta }) => now >= onset && eta !== null)?.now ?? []);
      row([
        shape.name,
        name,
        `${((middleOf(first) - onset) / 1000).toFixed(0)} s`,
        share(warned.length, runs),
        share(warned.filter((at) => at < onset).length, runs),
        `${((truth - middleOf(warned)) / 1000).toFixed(0)} s`,
        share(middleOf(etas.map(({ now, at }) => Math.abs(at - truth) / (truth - now))), 1),
        name === 'ours' ? share(held.length, etas.length) : '-',
        name === 'ours' ? share(etas.filter(({ latest }) => latest === null).length, etas.length) : '-',
      ]);
    }
};

const runs = Number(process.argv[2] ?? 1000);
console.log(
  `${runs} seeded runs a row, ${ticks} ticks of ${intervalMs / 1000} s; 300 s, 5x: an ETA within 300 s, 5 ticks in a row`,
);
falseAlarms(runs);
console.log();
accuracy(runs);
