import type { SliState } from '../picture.ts';
import { partsOf, type Tally, whole } from './burn.ts';

/**
 * Minutes of one node inside a promise's window and service hours. `surelyGood` are those that stay good if every
 * unknown slice under them was bad, `surelyBad` those that stay bad if every one was good: parts of `good` and `bad`.
 */
export type Sorted = Tally & { readonly surelyGood: number; readonly surelyBad: number };

export type Sli = Pick<SliState, 'sli' | 'lower' | 'upper' | 'verdict' | 'budget'>;

const share = (part: number, of: number): number | null => (of === 0 ? null : part / of);

/** Over nothing undecided; else kept and broken only if no unknown slice could make it otherwise. */
const verdictOf = (objective: number, all: number, { surelyGood, surelyBad }: Sorted): SliState['verdict'] => {
  const needed = partsOf(objective) * all;
  if (all === 0) return 'undecided';
  if (surelyGood * whole >= needed) return 'kept';
  return (all - surelyBad) * whole < needed ? 'broken' : 'undecided';
};

/**
 * The SLI with its bounds, and the error budget in minutes. The bounds ask the slices, not the states: a lost slice can
 * lift a state (the vote against is gone), so only what no lost slice could change counts for sure, and losing data never helps.
 * The budget is the objective's share of the minutes that count: kept leaves 0 or more at the lower end, broken less at the upper.
 */
export const sliOf = (objective: number, counts: Sorted): Sli => {
  const { good, bad, unknown, surelyGood, surelyBad } = counts;
  const all = good + bad + unknown;
  const allowed = (whole - partsOf(objective)) * all;
  return {
    sli: share(good, good + bad),
    lower: share(surelyGood, all),
    upper: share(all - surelyBad, all),
    verdict: verdictOf(objective, all, counts),
    budget: {
      minutes: allowed / whole,
      leftLower: (allowed - (all - surelyGood) * whole) / whole,
      leftUpper: (allowed - surelyBad * whole) / whole,
    },
  };
};
