import type { Eta } from '../picture.ts';

/** Room for a request, a holiday and a mistake. Ms. */
export const warnBeforeMs = 21 * 86_400_000;

export type Ending = {
  /** Exact: a certificate says its own end. Wall ms. */
  readonly eta: Eta;
  /** Ms; below zero once it has ended. */
  readonly remaining: number;
  readonly ended: boolean;
  readonly warns: boolean;
};

/** What the end of a certificate (unix s) means at `now` (wall ms); null where the end is not a time: that is unknown. */
export const certificateOf = (end: number, now: number, before = warnBeforeMs): Ending | null => {
  const at = end * 1000;
  if (!Number.isFinite(at)) return null;
  const remaining = at - now;
  return { eta: { at, earliest: at, latest: at }, remaining, ended: remaining <= 0, warns: remaining <= before };
};
