import type { Promised } from '../../infra/landscape/model.ts';
import type { Minute } from '../history/history.ts';
import { minuteMs } from '../history/slicer.ts';
import type { Exclusion, SliState } from '../picture.ts';
import type { Stretch } from './book.ts';
import { burnOf, type Firing, talliesOf, tiersOf } from './burn.ts';
import { exhaustionOf } from './exhaustion.ts';
import { type Counts, sliceMinutes } from './method.ts';
import { share, sliOf } from './sli.ts';
import { windowAt } from './window.ts';

/** `possible` is what would fire were every unknown minute bad; worse than `firing`, it must resolve nothing (rule 7). */
export type Assessment = SliState & { readonly possible: Firing | null };

/** Whatever a promise is counted from. */
export type Ledger = {
  readonly promised: Promised;
  /** The open minute: not counted. */
  readonly asOf: Minute;
  /** The first minute that can count; Infinity while there is none. */
  readonly since: Minute;
  readonly count: (stretch: Stretch, burn: boolean) => Counts;
  readonly exclusions: (stretch: Stretch) => readonly Exclusion[];
  /** Minutes that will count, watched or not. */
  readonly due: (from: Minute, to: Minute) => number;
  /** Whether what is unknown may weigh anything. */
  readonly boundless: (counts: Counts) => boolean;
};

const countedIn = ({ indicator, method }: Promised): SliState['counted'] => {
  if (method.slice !== null && sliceMinutes(method) > 1) return 'slices';
  return indicator.kind === 'requests' ? 'requests' : 'minutes';
};

/** The state of a promise, from whatever it is counted. */
export const assessed = ({ promised, asOf, since, count, exclusions, due, boundless }: Ledger): Assessment => {
  const { id, node, objective, window, span, indicator, method, fewestBad } = promised;
  const { from, to, closes } = windowAt(span, asOf);
  const length = sliceMinutes(method);
  const counts = count({ from, to }, false);
  const calendar = span.kind === 'calendar';
  const toCome = calendar ? due(to, closes) / length : 0;
  const sli = sliOf(objective, counts, { toCome, boundless: boundless(counts) });
  const tallies = talliesOf((before, until) => count({ from: to - before, to: to - until }, true), length);
  const { good, bad, unknown, excluded, simulated, rawGood, rawBad } = counts;
  const { allowed, leftLower, leftUpper } = sli.budget;
  return {
    ...{ promise: id, node, objective, window, indicator: indicator.kind },
    method: { name: method.name, version: method.version },
    counted: countedIn(promised),
    from: from * minuteMs,
    closes: calendar ? closes * minuteMs : null,
    ...{ good, bad, unknown, excluded, simulated },
    ...sli,
    raw: share(rawGood, rawGood + rawBad),
    exclusions: excluded === 0 ? [] : exclusions({ from, to }),
    // In minutes, whatever a slice lasts; requests are their own measure.
    budget: { allowed: allowed * length, leftLower: leftLower * length, leftUpper: leftUpper * length },
    exhausts: exhaustionOf({
      objective,
      allowed,
      left: { lower: leftLower, told: allowed - bad, upper: leftUpper },
      recent: [tallies['1h'], tallies['6h']],
      periodMs: Math.max(0, (calendar ? closes : to) - Math.max(from, since)) * minuteMs,
      asOf: asOf * minuteMs,
      closes: calendar ? closes * minuteMs : null,
    }),
    ...burnOf(objective, tallies, { tiers: tiersOf(span), fewestBad }),
    asOf: asOf * minuteMs,
  };
};
