import type { PromiseWindow } from '../../infra/landscape/model.ts';
import { minuteMs } from '../history/slicer.ts';
import type { SliState } from '../picture.ts';

/** Minutes of one node inside one window and the service hours. */
export type Tally = { readonly good: number; readonly bad: number; readonly unknown: number };

/** Google SRE workbook, chapter 5, table 5-8 (multiwindow, multi-burn-rate alerts): every window in minutes. */
export const burnWindows = { '5m': 5, '30m': 30, '1h': 60, '2h': 120, '6h': 360, '1d': 1440, '3d': 4320 } as const;
export type BurnWindow = keyof typeof burnWindows;
/** No tier looks further back than this, in minutes. */
export const longestBurnWindow = burnWindows['3d'];

export type Firing = NonNullable<SliState['firing']>;
export type Tier = {
  readonly factor: number;
  readonly long: BurnWindow;
  readonly short: BurnWindow;
  readonly fires: Firing;
};

type Shares = Omit<Tier, 'factor'> & {
  /** Of the budget of the whole window, spent when the tier fires. */
  readonly share: number;
};
const shapes: readonly Omit<Tier, 'factor'>[] = [
  { long: '1h', short: '5m', fires: 'fast-burn' },
  { long: '6h', short: '30m', fires: 'fast-burn' },
  { long: '1d', short: '2h', fires: 'slow-burn' },
  { long: '3d', short: '6h', fires: 'slow-burn' },
];
const sharesOf = (...shares: readonly number[]): readonly Shares[] =>
  shapes.map((shape, index) => ({ ...shape, share: shares[index] ?? 0 }));
const dayMs = 86_400_000;
/**
 * What each tier lets be spent of the budget, by the least length of window it is meant for: a month's as the workbook
 * has it, a week's as Sloth's windows of seven days do, where 2 % in an hour would page at a rate of 3.
 */
const spent: readonly { readonly fromMs: number; readonly tiers: readonly Shares[] }[] = [
  { fromMs: 14 * dayMs, tiers: sharesOf(0.02, 0.05, 0.1, 0.1) },
  { fromMs: 0, tiers: sharesOf(0.08, 0.125, 0.2, 0.42) },
];
/** Shorter windows fire as a week does: the tiers look back three days. */
const shortestMs = 7 * dayMs;
/** A month, a quarter and a year fire as 30 days do: what is urgent tonight does not wait because a report is long. */
const calendarMs = 30 * dayMs;

/** The tiers of a window, worst first: factor = share of the budget x length of the window / long window. */
export const tiersOf = (span: PromiseWindow): readonly Tier[] => {
  const period = span.kind === 'calendar' ? calendarMs : Math.max(shortestMs, span.ms);
  const { tiers = [] } = spent.find(({ fromMs }) => period >= fromMs) ?? {};
  return tiers.map(({ share, ...tier }) => ({
    ...tier,
    factor: (share * period) / (burnWindows[tier.long] * minuteMs),
  }));
};

/** An objective of 100 % has no budget to burn, and JSON has no infinity. */
const mostBurn = 1e6;

/** Objectives are counted in millionths of a percent, so that 99.9 leaves exactly 0.1 and sums of minutes stay whole. */
export const whole = 100_000_000;
export const partsOf = (objective: number): number => Math.round(objective * 1e6);

/** How many times faster than the objective allows; null over nothing. Unknown is in neither part of it. */
export const burnRate = (objective: number, { good, bad }: Tally): number | null => {
  if (good + bad === 0) return null;
  if (bad === 0) return 0;
  const allowed = (whole - partsOf(objective)) * (good + bad);
  return Math.min(mostBurn, (bad * whole) / allowed);
};

export type Tallies = Readonly<Record<BurnWindow, Tally>>;
/** At 99.9 % one bad minute already exceeds 14.4 in an hour of 60: one failed probe must not page (rule 6). */
export type Guards = { readonly tiers: readonly Tier[]; readonly fewestBad: number };

/** The worst tier both of whose windows burn faster than its factor, with enough bad slices to mean something. */
const firingOf = (objective: number, tallies: Tallies, { tiers, fewestBad }: Guards): Firing | null => {
  const exceeds = (window: BurnWindow, factor: number): boolean => (burnRate(objective, tallies[window]) ?? 0) > factor;
  const burning = tiers.find(
    ({ factor, long, short }) => tallies[long].bad >= fewestBad && exceeds(long, factor) && exceeds(short, factor),
  );
  return burning?.fires ?? null;
};

const pessimistic = ({ good, bad, unknown }: Tally): Tally => ({ good, bad: bad + unknown, unknown: 0 });
/** Shortest first. */
const eachWindow = <T>(make: (window: BurnWindow) => T): Readonly<Record<BurnWindow, T>> => ({
  '5m': make('5m'),
  '30m': make('30m'),
  '1h': make('1h'),
  '2h': make('2h'),
  '6h': make('6h'),
  '1d': make('1d'),
  '3d': make('3d'),
});
/**
 * The windows all end now, so each is the one before and what lies between: `count` is asked for minutes ago, older
 * first. No window is shorter than `least`, the length of a slice.
 */
export const talliesOf = (count: (from: number, to: number) => Tally, least = 1): Tallies => {
  let [sum, reached]: [Tally, number] = [{ good: 0, bad: 0, unknown: 0 }, 0];
  return eachWindow((window) => {
    const from = Math.max(least, burnWindows[window]);
    const more = count(from, reached);
    sum = { good: sum.good + more.good, bad: sum.bad + more.bad, unknown: sum.unknown + more.unknown };
    reached = from;
    return sum;
  });
};

/**
 * Burn rates of all windows and what fires. `possible` is what would fire were every unknown minute bad: where it is
 * worse than `firing`, the burn could not be judged, and rule 7 lets nothing resolve by it.
 */
export const burnOf = (
  objective: number,
  tallies: Tallies,
  guards: Guards,
): { readonly burn: Readonly<Record<BurnWindow, number | null>>; firing: Firing | null; possible: Firing | null } => ({
  burn: eachWindow((window) => burnRate(objective, tallies[window])),
  firing: firingOf(objective, tallies, guards),
  possible: firingOf(
    objective,
    eachWindow((window) => pessimistic(tallies[window])),
    guards,
  ),
});
