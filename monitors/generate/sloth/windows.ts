const [minute, hour, day] = [60_000, 3_600_000, 86_400_000] as const;

/** Share of the budget, in percent, that is spent over the long window before the pair fires. */
type Percents = { readonly [tier in 'pageQuick' | 'pageSlow' | 'ticketQuick' | 'ticketSlow']: number };
/** Google SRE workbook, chapter 5, table 5-8; what Sloth has for 28 and 30 days. */
const workbook: Percents = { pageQuick: 2, pageSlow: 5, ticketQuick: 10, ticketSlow: 10 };
/**
 * Sloth's own example of a week (`examples/windows/7d.yaml`). Over less than 28 days the workbook's tenth of a budget in
 * three days would be less than the objective allows, and its ticket would never end.
 */
const week: Percents = { pageQuick: 8, pageSlow: 12.5, ticketQuick: 20, ticketSlow: 42 };

const pairs = {
  pageQuick: { short: 5 * minute, long: hour },
  pageSlow: { short: 30 * minute, long: 6 * hour },
  ticketQuick: { short: 2 * hour, long: day },
  ticketSlow: { short: 6 * hour, long: 3 * day },
} as const satisfies { readonly [tier in keyof Percents]: object };

export type Pair = { readonly short: number; readonly long: number; readonly factor: number };
export type Windows = { readonly [tier in keyof Percents]: Pair };

/** The shortest period whose alerts mean something: the longest pair looks back three days. */
export const shortestPeriod = 7 * day;
/** The shortest window of all, which the whole period is put together from. */
export const shortest = pairs.pageQuick.short;
/** Every window that an alert looks at, shortest first. */
export const alertWindows: readonly number[] = [
  ...new Set(Object.values(pairs).flatMap(({ short, long }) => [short, long])),
].sort((a, b) => a - b);

/** In Sloth's own order of operations: what comes out is printed to the last digit. */
const factorOf = (period: number, percent: number, long: number): number =>
  (percent * (period / hour)) / 100 / (long / hour);

/** The pairs of windows and their factors for a period, by the catalogue that fits it. */
export const windowsOf = (period: number): Windows => {
  const percents = period < 28 * day ? week : workbook;
  const pair = (tier: keyof Percents): Pair => ({
    ...pairs[tier],
    factor: factorOf(period, percents[tier], pairs[tier].long),
  });
  return {
    pageQuick: pair('pageQuick'),
    pageSlow: pair('pageSlow'),
    ticketQuick: pair('ticketQuick'),
    ticketSlow: pair('ticketSlow'),
  };
};
