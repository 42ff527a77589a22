import type { Eta, Series } from '../picture.ts';
import { type Fit, lineThrough, longestLine, type Point, usual } from './trend-fit.ts';
import { pointsOf, rangeOf, type Teeth, type Toward, teethOf } from './trend-series.ts';

export type Forecast = {
  readonly eta: Eta;
  /** Of the value itself, per second: negative where it falls. */
  readonly slope: number;
  /** Of the fitted stretch: its first moment, and its length in ms. */
  readonly from: number;
  readonly span: number;
  /** The newest number. */
  readonly value: number;
  readonly reached: boolean;
};

export type At = { readonly now: number; readonly intervalMs: number };

/** Fewer points, or fewer intervals between them, are no trend. */
export const fewestPoints = 8;
const fewestIntervals = 6;
/** A series whose newest number is older says nothing of now. */
export const freshIntervals = 3;
/** Rule 9: no further ahead than this many times what was fitted on. */
const furthest = 10;
/** A climb that has only just begun may be a load that ends again: it is looked along less far. */
const furthestNew = 2.5;
/** So many clean-ups make a habit; so many peaks make a trend of peaks. */
const habit = 2;
const fewestPeaks = 5;
/** Five peaks that all rise come by chance once in 120 times, and lie 2.45 deviations out: the usual test could never pass. */
const fewOnes = { ...usual, trend: 2.3 };
/** A climb that has used this share of the room above earlier peaks has not been cleaned up when it should have been. */
const overdueShare = 0.25;

const isFresh = (newest: Point | undefined, { intervalMs }: At): newest is Point =>
  newest !== undefined && -newest.t * 1000 <= freshIntervals * intervalMs;

/** Numbers from the future are a clock that stepped; a little ahead is only skew. */
const usable = (series: Series, direction: Toward['direction'], at: At): readonly Point[] =>
  pointsOf(series, direction, { now: at.now, ahead: at.intervalMs });

const isEnough = (points: readonly Point[], intervalMs: number): boolean =>
  points.length >= fewestPoints &&
  ((points.at(-1)?.t ?? 0) - (points[0]?.t ?? 0)) * 1000 >= fewestIntervals * intervalMs;

/**
 * Whether `etaOf` has enough fresh numbers to say anything. Where this is false a null of `etaOf` is *unknown*, not
 * "nothing runs out": it must resolve no alert. Ask `etaOf` first: it tells a limit that was passed even where this is false.
 */
export const canForecast = (series: Series, at: At): boolean => {
  const points = usable(series, 'rising', at);
  return isFresh(points.at(-1), at) && isEnough(points, at.intervalMs);
};

/** The line along the peaks; it is reached at the next peak after it, up to one tooth later. */
const alongPeaks = ({ teeth }: Teeth): Fit | null => {
  if (teeth.length < fewestPeaks) return null;
  const fit = lineThrough(
    teeth.map(({ peak }) => peak),
    fewOnes,
  );
  return { ...fit, wait: fit.span / (teeth.length - 1) };
};

/** Clean-ups have become a habit that keeps the series under its limit, and the present climb is not past its turn. */
const isKept = ({ teeth }: Teeth, peaks: Fit | null, newest: Point, limit: number): boolean => {
  const highest = Math.max(...teeth.map(({ peak }) => peak.u));
  if (teeth.length < habit || highest >= limit) return false;
  const next = peaks?.climbs ? peaks.centre.u + peaks.slope * (newest.t - peaks.centre.t) : highest;
  const typical = teeth.reduce((sum, { height }) => sum + height, 0) / teeth.length;
  return newest.u <= Math.max(highest, next) + overdueShare * Math.min(typical, limit - highest);
};

/** The line to follow: of the present climb, or of the peaks where clean-ups keep the climbs down. */
const lineOf = (points: readonly Point[], newest: Point, { limit, kind }: Omit<Toward, 'direction'>): Fit | null => {
  const found = teethOf(points, kind);
  const peaks = alongPeaks(found);
  return isKept(found, peaks, newest, limit) ? peaks : longestLine(points.slice(found.start), fewestPoints);
};

/** In how many ms a line through the centre reaches the limit: 0 when it already should have, never when it does not climb. */
const reaches = (centre: Point, slope: number, limit: number): number =>
  slope > 0 ? Math.max(0, (centre.t + (limit - centre.u) / slope) * 1000) : Number.POSITIVE_INFINITY;

const etaAlong = (
  { centre, slope, slow, fast, off, span, bent, wait }: Fit,
  limit: number,
  now: number,
): Eta | null => {
  const horizon = (bent ? furthestNew : furthest) * span * 1000;
  const at = reaches(centre, slope, limit);
  const earliest = reaches({ t: centre.t, u: centre.u + off }, fast, limit);
  const latest = reaches({ t: centre.t, u: centre.u - off }, slow, limit) + wait * 1000;
  if (at > horizon) return null;
  return { at: now + at, earliest: now + earliest, latest: latest > horizon ? null : now + latest };
};

/**
 * When a series reaches its limit, if it is on its way there; times are ms on the clock of the series.
 *
 * Null: too few or too old numbers (see `canForecast`), no climb clearly above the noise, clean-ups that keep it down, or
 * further ahead than ten times the fitted span (2.5 times where the climb has only just begun). `latest` is null where the
 * slowest slope in the interval reaches the limit beyond that or never. It draws straight lines only: a climb that gets
 * steeper comes earlier than told, and each new number says so. A counter is held against its limit by its value, not by
 * its rate. A number past the limit is told at once, however few there are.
 *
 * One answer is not yet a warning. A load that rises and will fall looks like a leak while it rises: ask that an ETA is
 * within the time somebody needs to act and persists: five check intervals in a row, eight where that time is so long that
 * it rules nothing out. `scripts/bench/trend.ts` shows what each costs.
 */
export const etaOf = (series: Series, toward: Toward, at: At): Forecast | null => {
  const sign = toward.direction === 'rising' ? 1 : -1;
  const limit = sign * toward.limit;
  const points = usable(series, toward.direction, at);
  const newest = points.at(-1);
  if (!Number.isFinite(limit) || !isFresh(newest, at)) return null;
  const value = sign * newest.u;
  if (newest.u >= limit) {
    const eta = { at: at.now, earliest: at.now, latest: at.now };
    return { eta, slope: 0, from: at.now + newest.t * 1000, span: 0, value, reached: true };
  }
  // A cheap no first: a line climbs no more than the range in its span, so ten spans must be able to cover the room.
  const range = rangeOf(points);
  if (!isEnough(points, at.intervalMs) || range * furthest < limit - newest.u - range) return null;
  const fit = lineOf(points, newest, { limit, kind: toward.kind });
  const eta = fit?.climbs ? etaAlong(fit, limit, at.now) : null;
  if (fit === null || eta === null) return null;
  return { eta, slope: sign * fit.slope, from: at.now + fit.from * 1000, span: fit.span * 1000, value, reached: false };
};
