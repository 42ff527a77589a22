import type { Eta } from '../picture.ts';
import { burnRate, type Tally } from './burn.ts';

export type Spending = {
  readonly objective: number;
  /** What the whole window allows, and what is left: unknown as bad, as told, as good. */
  readonly allowed: number;
  readonly left: { readonly lower: number; readonly told: number; readonly upper: number };
  /** Two windows that end now: the pace of the last hour, and of the last six. */
  readonly recent: readonly Tally[];
  /** Ms: of the window, or of what of it has been watched. */
  readonly periodMs: number;
  readonly asOf: number;
  /** Wall ms at which a calendar window ends and with it its budget; null rolls on. */
  readonly closes: number | null;
};

const asGood = ({ good, bad, unknown }: Tally): Tally => ({ good: good + unknown, bad, unknown: 0 });
const asBad = ({ good, bad, unknown }: Tally): Tally => ({ good, bad: bad + unknown, unknown: 0 });

/**
 * When the budget is spent: asOf + period x (left / allowed) / burn rate, as at a rate of one a budget lasts its window.
 * Likely: what is left as told, at the mean of the two rates. Earliest: unknown was bad, at the faster rate. Latest:
 * unknown was good, at the slower. Never: a rolling window at a rate of one or less gets back as much as it spends; a
 * window of the calendar ends first.
 */
export const exhaustionOf = (given: Spending): Eta | null => {
  const { objective, allowed, left, recent, periodMs, asOf, closes } = given;
  const rates = (as: (one: Tally) => Tally): readonly number[] =>
    recent.map((one) => burnRate(objective, as(one)) ?? 0);
  const at = (rest: number, rate: number): number | null => {
    if (rest <= 0) return asOf;
    if (rate <= (closes === null ? 1 : 0)) return null;
    const moment = asOf + (periodMs * (rest / allowed)) / rate;
    return closes !== null && moment > closes ? null : moment;
  };
  const told = rates((one) => one);
  const likely = at(left.told, told.reduce((sum, rate) => sum + rate, 0) / told.length);
  if (likely === null || left.told <= 0 || allowed <= 0) return null;
  return {
    at: likely,
    earliest: at(left.lower, Math.max(...rates(asBad))) ?? likely,
    latest: at(left.upper, Math.min(...rates(asGood))),
  };
};
