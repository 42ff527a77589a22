import type { Series } from '../picture.ts';
import { median, type Point, spreadOf } from './trend-fit.ts';

export type Toward = {
  readonly limit: number;
  /** Which way is worse. */
  readonly direction: 'rising' | 'falling';
  /** A counter only climbs: any step back is a restart. A gauge may be noisy. */
  readonly kind: 'gauge' | 'counter';
};

/** So few numbers out of their time are strays (late data); more are a clock that has stepped. */
const strays = 2;

/** How many points from `index` on lie at or before `t`, counted no further than it matters. */
const behind = (points: readonly Point[], index: number, t: number): number => {
  const ahead = points.slice(index, index + strays + 1).findIndex((point) => point.t > t);
  return ahead === -1 ? Math.min(points.length - index, strays + 1) : ahead;
};

/** Ms: the moment that becomes second 0, so that no digits are lost, and how far ahead of it a number may be. */
type Now = { readonly now: number; readonly ahead: number };

/**
 * The usable points, oldest first, times strictly growing: no NaN, of two at one time the later told, strays dropped. Where
 * the clock stepped back, only what came after counts: the two clocks cannot be laid on one line.
 */
export const pointsOf = (series: Series, direction: Toward['direction'], { now, ahead }: Now): readonly Point[] => {
  const sign = direction === 'rising' ? 1 : -1;
  const told = series.at.flatMap((at, index): Point[] => {
    const value = series.value[index] ?? Number.NaN;
    return Number.isFinite(at) && Number.isFinite(value) ? [{ t: (at - now) / 1000, u: sign * value }] : [];
  });
  let kept: Point[] = [];
  told.forEach((point, index) => {
    const last = kept.at(-1)?.t ?? Number.NEGATIVE_INFINITY;
    if (point.t > last) kept.push(point);
    else if (point.t === last) kept[kept.length - 1] = point;
    else if (behind(told, index, last) > strays) kept = [point];
  });
  return kept.filter(({ t }) => t * 1000 <= ahead);
};

/** A climb that ended in a clean-up or a restart. */
type Tooth = { readonly peak: Point; readonly height: number };
export type Teeth = {
  readonly teeth: readonly Tooth[];
  /** Index of the point where the present climb began. */
  readonly start: number;
};

/** A fall is a reset when it is this share of everything the series has done … */
const resetShare = 0.1;
/** … this many times its noise, and … */
const resetNoise = 8;
/** … this many times its smallest step, so that a whole number that flickers resets nothing. */
const resetSteps = 3;

const steps = (points: readonly Point[]): readonly number[] =>
  points.slice(1).map(({ u }, index) => u - (points[index]?.u ?? u));

/** The noise of single values, from their first differences: a trend leaves no trace in them. */
export const noiseOf = (points: readonly Point[]): number => spreadOf(steps(points)) / Math.SQRT2 || 0;

export const rangeOf = (points: readonly Point[]): number => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { u } of points) [low, high] = [Math.min(low, u), Math.max(high, u)];
  return high - low;
};

/** Spikes up to this long are no climbs. */
const spike = 2;

/** Each point with the median of itself and its neighbours: spikes vanish, edges stay. */
const smoothed = (points: readonly Point[]): readonly Point[] =>
  points.map(({ t }, index) => ({
    t,
    u: median(points.slice(Math.max(0, index - spike), index + spike + 1).map(({ u }) => u)),
  }));

/** Smoothing cuts the tip off a tooth; a line through cut tips would come too late. */
const tipAt = (points: readonly Point[], index: number): Point =>
  points.slice(index, index + spike + 1).reduce((top, point) => (point.u > top.u ? point : top));

const resetDepth = (points: readonly Point[], kind: Toward['kind']): number => {
  if (kind === 'counter') return 0;
  const moves = steps(points)
    .map(Math.abs)
    .filter((move) => move > 0);
  const smallest = moves.reduce((least, move) => Math.min(least, move), Number.POSITIVE_INFINITY);
  return Math.max(resetShare * rangeOf(points), resetNoise * noiseOf(points), resetSteps * smallest);
};

/** Where a series was cut back: peaks followed by a fall deeper than noise, whether it took one step or many. */
export const teethOf = (points: readonly Point[], kind: Toward['kind']): Teeth => {
  const depth = resetDepth(points, kind);
  const line = (kind === 'counter' ? points : smoothed(points)).map(({ u }) => u);
  const teeth: Tooth[] = [];
  let [peak, low, falling] = [0, 0, false];
  line.forEach((u, index) => {
    if (falling && u < (line[low] ?? u)) low = index;
    if (falling && u - (line[low] ?? u) > depth) [falling, peak] = [false, index];
    if (falling) return;
    if (u > (line[peak] ?? u)) peak = index;
    const height = (line[peak] ?? u) - u;
    if (height > depth) {
      teeth.push({ peak: tipAt(points, peak), height });
      [falling, low] = [true, index];
    }
  });
  return { teeth, start: low };
};
