import type { Method } from '../../infra/landscape/model.ts';
import { minuteMs } from '../history/slicer.ts';

/** What a window comes to by one method. `excluded` and `simulated` are minutes, the others what the method counts. */
export type Counts = {
  readonly good: number;
  readonly bad: number;
  readonly unknown: number;
  readonly excluded: number;
  readonly simulated: number;
  readonly surelyGood: number;
  readonly surelyBad: number;
  /** As if nothing had been excluded. */
  readonly rawGood: number;
  readonly rawBad: number;
};
export const noCounts: Counts = {
  good: 0,
  bad: 0,
  unknown: 0,
  excluded: 0,
  simulated: 0,
  surelyGood: 0,
  surelyBad: 0,
  rawGood: 0,
  rawBad: 0,
};
export const sumOf = (one: Counts, other: Counts): Counts => ({
  good: one.good + other.good,
  bad: one.bad + other.bad,
  unknown: one.unknown + other.unknown,
  excluded: one.excluded + other.excluded,
  simulated: one.simulated + other.simulated,
  surelyGood: one.surelyGood + other.surelyGood,
  surelyBad: one.surelyBad + other.surelyBad,
  rawGood: one.rawGood + other.rawGood,
  rawBad: one.rawBad + other.rawBad,
});

/** Minutes of a slice; 1 where everything counts for itself. */
export const sliceMinutes = ({ slice }: Method): number => (slice === null ? 1 : Math.round(slice.ms / minuteMs));

type Parts = Pick<Counts, 'good' | 'bad' | 'unknown' | 'surelyGood' | 'surelyBad'>;
const nothing: Parts = { good: 0, bad: 0, unknown: 0, surelyGood: 0, surelyBad: 0 };
const one = (what: 'good' | 'bad' | 'unknown', sure: boolean): Parts => ({
  ...nothing,
  [what]: 1,
  surelyGood: what === 'good' && sure ? 1 : 0,
  surelyBad: what === 'bad' && sure ? 1 : 0,
});

/**
 * OpenSLO's *timeslices*: a slice is good when at least `target` percent of what counts in it is good, whatever the
 * unknown was; bad when not even with it; else unknown. A slice in which nothing counts is none.
 */
const whole =
  (target: number) =>
  ({ good, bad, unknown, surelyGood, surelyBad }: Parts): Parts => {
    const all = good + bad + unknown;
    if (all === 0) return nothing;
    // Whole numbers on both sides: 95 % of 20 is 19 exactly.
    const reaches = (part: number): boolean => part * 100 >= target * all;
    if (reaches(good)) return one('good', reaches(surelyGood));
    return reaches(good + unknown) ? one('unknown', false) : one('bad', !reaches(all - surelyBad));
  };

/**
 * OpenSLO's *ratio timeslices*: a slice counts by its ratio, so that a window is the mean of ratios. What is unknown in
 * a slice widens its bounds and is no part of its ratio; a slice of which nothing is known is unknown.
 */
const byRatio = ({ good, bad, unknown, surelyGood, surelyBad }: Parts): Parts => {
  const all = good + bad + unknown;
  if (all === 0) return nothing;
  const sure = { surelyGood: surelyGood / all, surelyBad: surelyBad / all };
  if (good + bad === 0) return { ...nothing, ...sure, unknown: 1 };
  const ratio = good / (good + bad);
  return { ...sure, good: ratio, bad: 1 - ratio, unknown: 0 };
};

/** What one slice comes to, from the sums in it. */
const sliceOf = ({ name, slice }: Method): ((parts: Parts) => Parts) =>
  name === 'ratio-timeslices' ? byRatio : whole(slice?.target ?? 100);

/** A whole slice from what lies in it, and the same as if nothing had been excluded. */
export const countsOfSlice = (method: Method, inside: Counts): Counts => {
  const judge = sliceOf(method);
  const { good, bad, unknown, rawGood, rawBad, excluded, simulated } = inside;
  const rawUnknown = unknown + excluded - (rawGood - good) - (rawBad - bad);
  const raw = judge({ ...nothing, good: rawGood, bad: rawBad, unknown: rawUnknown });
  return { ...judge(inside), excluded, simulated, rawGood: raw.good, rawBad: raw.bad };
};
