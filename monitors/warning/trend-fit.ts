/** One number of a series. `u` is turned so that up is always worse; `t` in seconds from now, so not above 0 but for skew. */
export type Point = { readonly t: number; readonly u: number };

/** A straight line through points, with the slopes it may have: `slow` … `fast`. Per second. */
export type Fit = {
  readonly slope: number;
  readonly slow: number;
  readonly fast: number;
  /** The middle of the points, on the line, and how far off the line may be there. */
  readonly centre: Point;
  readonly off: number;
  readonly from: number;
  readonly span: number;
  /** Before this stretch the series went another way: the climb is new. */
  readonly bent: boolean;
  /** How much later than the line the thing itself may come, s. */
  readonly wait: number;
  /** The points wander about the line in a way independent noise would not: it bends, or the noise has a memory. */
  readonly wanders: boolean;
  /** It goes up, not by chance, and the newest points have not broken off downwards. */
  readonly climbs: boolean;
};

export type Strictness = {
  /** Half-width of the interval in standard deviations: 1.96 is 95 %. */
  readonly interval: number;
  /** How many standard deviations Kendall's S must lie above what chance gives. */
  readonly trend: number;
  /** How many times the noise the line must have climbed over its span. */
  readonly aboveNoise: number;
};
export const usual: Strictness = { interval: 1.96, trend: 2.58, aboveNoise: 3 };

/** More points than this are folded into medians of neighbours: pairs grow with the square. */
export const mostPoints = 120;
/** A climb this many times what is left about the line is plain to see; what is left is then a bend, not a memory. */
const plain = 12;
/** Residuals that remember each other by so many standard deviations lie along a bend. */
const bending = 2.58;
/** So many newest points, all this many times the noise below the line, have left it. */
const leaving = 2;
const leavingNoise = 3;
/** A wandering series is never taken for more than this correlated with itself. */
const mostWandering = 0.9;
/** A median absolute deviation times this estimates a standard deviation. */
const toDeviation = 1.4826;
/** The standard error of a median over that of a mean, for normal noise. */
const medianLoss = 1.2533;
/** Residuals below this share of the values are rounding, not noise. */
const rounding = 1e-9;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

/** Spread that a few wild values do not move. */
export const spreadOf = (values: readonly number[]): number => {
  const middle = median(values);
  return toDeviation * median(values.map((value) => Math.abs(value - middle)));
};

/** At most `mostPoints`, each the medians of a run of neighbours: a line stays the same line, noise shrinks. */
export const folded = (points: readonly Point[]): readonly Point[] => {
  const run = Math.ceil(points.length / mostPoints);
  if (run <= 1) return points;
  const folds: Point[] = [];
  // From the newest backwards, so that the newest run is a whole one.
  for (let end = points.length; end >= run; end -= run) {
    const some = points.slice(end - run, end);
    folds.push({ t: median(some.map(({ t }) => t)), u: median(some.map(({ u }) => u)) });
  }
  return folds.reverse();
};

const slopesOf = (points: readonly Point[]): Float64Array => {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let next = 0;
  points.forEach((later, index) => {
    for (let earlier = 0; earlier < index; earlier++) {
      const { t, u } = points[earlier] ?? later;
      slopes[next++] = (later.u - u) / (later.t - t);
    }
  });
  return slopes.sort();
};

/** Kendall's S: pairs that rise minus pairs that fall. */
const concordance = (slopes: Float64Array): number => slopes.reduce((sum, slope) => sum + Math.sign(slope), 0);

/** The first autocorrelation of residuals, in standard deviations of what chance gives too. */
const memoryOf = (residuals: readonly number[], scale: number) => {
  const power = residuals.reduce((sum, value) => sum + value * value, 0);
  if (Math.sqrt(power / residuals.length) <= rounding * scale) return { r: 0, deviations: 0 };
  const r = residuals.reduce((sum, value, index) => sum + value * (residuals[index - 1] ?? 0), 0) / power;
  return { r, deviations: r * Math.sqrt(residuals.length) };
};

/**
 * How much more than independent noise such residuals let ranks vary: (1 + r) / (1 - r), only where r is significantly
 * positive (after Hamed and Rao 1998, first lag only).
 */
const inflationOf = ({ r, deviations }: { readonly r: number; readonly deviations: number }): number => {
  const kept = deviations > 1.64 ? Math.min(r, mostWandering) : 0;
  return (1 + kept) / (1 - kept);
};

/** The slopes an interval of half-width `half` ranks around the median ends at (Sen 1968). */
const bounds = (slopes: Float64Array, half: number) => {
  const last = slopes.length - 1;
  const slow = slopes[Math.max(0, Math.floor((slopes.length - half) / 2) - 1)] ?? Number.NEGATIVE_INFINITY;
  const fast = slopes[Math.min(last, Math.ceil((slopes.length + half) / 2))] ?? Number.POSITIVE_INFINITY;
  return { slow, fast };
};

/** Theil–Sen: the median of all slopes between pairs, with Sen's interval and Mann and Kendall's test. Points oldest first. */
export const lineThrough = (all: readonly Point[], { interval, trend, aboveNoise } = usual): Fit => {
  const points = folded(all);
  const count = points.length;
  const slopes = slopesOf(points);
  const slope = ((slopes[(slopes.length - 1) >> 1] ?? 0) + (slopes[slopes.length >> 1] ?? 0)) / 2;
  const middle = median(points.map(({ t }) => t));
  const level = median(points.map(({ t, u }) => u - slope * (t - middle)));
  const residuals = points.map(({ t, u }) => u - level - slope * (t - middle));
  const scale = Math.max(...points.map(({ u }) => Math.abs(u)));
  const memory = memoryOf(residuals, scale);
  const inflation = inflationOf(memory);
  const chance = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const deviation = chance * Math.sqrt(inflation);
  const noise = spreadOf(residuals);
  const left = residuals
    .slice(-leaving)
    .every((residual) => residual < -Math.max(leavingNoise * noise, rounding * scale));
  const from = all[0]?.t ?? 0;
  const span = (all.at(-1)?.t ?? 0) - from;
  return {
    slope,
    ...bounds(slopes, interval * deviation),
    centre: { t: middle, u: level },
    off: interval * medianLoss * noise * Math.sqrt(inflation / count),
    from,
    span,
    bent: false,
    wait: 0,
    wanders: memory.deviations > bending,
    climbs:
      slope > 0 &&
      !left &&
      slope * span >= aboveNoise * noise &&
      concordance(slopes) >= trend * (slope * span >= plain * noise ? chance : deviation),
  };
};

/** Windows from the newest points backwards: `least`, then half as long again, up to all. */
const windows = (count: number, least: number): readonly number[] => {
  const sizes: number[] = [];
  for (let size = least; size < count; size = Math.ceil(size * 1.5)) sizes.push(size);
  return [...sizes, count];
};

/**
 * The longest stretch up to now that one line still fits: windows grow backwards until what is left about the line shows
 * a bend. A calm night before a leak does not hide the leak, and a long slow leak is not judged by its last eight points.
 */
export const longestLine = (points: readonly Point[], least: number): Fit | null => {
  if (points.length < least) return null;
  let best: Fit | null = null;
  for (const size of windows(points.length, least)) {
    const fit = lineThrough(points.slice(-size));
    if (best !== null && fit.wanders && !best.wanders) return { ...best, bent: true };
    best = fit;
  }
  return best;
};
