import type { SliState } from '../picture.ts';
import { partsOf, type Tally, whole } from './burn.ts';

/**
 * What a promise counted inside its window and service hours: minutes, slices, requests. `surelyGood` are those that stay good if every
 * unknown slice under them was bad, `surelyBad` those that stay bad if every one was good: parts of `good` and `bad`.
 */
export type Sorted = Tally & { readonly surelyGood: number; readonly surelyBad: number };

export type Sli = Pick<SliState, 'sli' | 'lower' | 'upper' | 'verdict' | 'budget'>;

/** Of what is counted, not yet: what a calendar window still brings. A gap that may weigh anything bounds nothing. */
export type Beyond = { readonly toCome?: number; readonly boundless?: boolean };

export const share = (part: number, of: number): number | null => (of === 0 ? null : part / of);

/** Over nothing undecided; else kept and broken only if no unknown slice could make it otherwise. */
const verdictOf = (allowed: number, all: number, { surelyGood, surelyBad }: Sorted): SliState['verdict'] => {
  if (all === 0) return 'undecided';
  if ((all - surelyGood) * whole <= allowed) return 'kept';
  return surelyBad * whole > allowed ? 'broken' : 'undecided';
};

/**
 * The SLI with its bounds, and the error budget in what is counted. The bounds ask the slices, not the states: a lost
 * slice can lift a state (the vote against is gone), so only what no lost slice could change counts for sure, and losing
 * data never helps. The budget is the objective's share of what counts, and of what is still to come: kept leaves 0 or
 * more at the lower end, broken less at the upper.
 */
export const sliOf = (objective: number, counts: Sorted, { toCome = 0, boundless = false }: Beyond = {}): Sli => {
  const { good, bad, unknown, surelyGood, surelyBad } = counts;
  const all = good + bad + unknown;
  const allowed = (whole - partsOf(objective)) * (all + toCome);
  return {
    sli: share(good, good + bad),
    lower: boundless ? 0 : share(surelyGood, all),
    upper: boundless ? 1 : share(all - surelyBad, all),
    verdict: boundless ? 'undecided' : verdictOf(allowed, all, counts),
    budget: {
      allowed: allowed / whole,
      leftLower: (allowed - (all - surelyGood) * whole) / whole,
      leftUpper: (allowed - surelyBad * whole) / whole,
    },
  };
};
