import type { Promised } from '../../infra/landscape/model.ts';
import { type Minute, minutesPerDay } from '../history/history.ts';
import type { Calendar, Stretch } from './book.ts';
import { type Counts, countsOfSlice, noCounts, sliceMinutes, sumOf } from './method.ts';
import { dayOf } from './store.ts';

/** How many requests five minutes held, aligned to UTC; `minute` is their first. */
export type Bucket = { readonly minute: Minute; readonly good: number; readonly total: number };
export const bucketMinutes = 5;
/** A reader may be late by this; what it has not told by then is a gap. */
const patienceMinutes = 15;

type Standing = 'counts' | 'excluded' | 'outside';
type Requests = Extract<Promised['indicator'], { readonly kind: 'requests' }>;

/**
 * Requests by buckets of five minutes. A bucket counts when all of its minutes do; what nobody told is a gap, which may
 * weigh anything unless the promise says how many requests there are at most.
 */
export const createRequests = (promised: Promised & { readonly indicator: Requests }, calendar: Calendar) => {
  const held = new Map<Minute, Bucket>();
  const stands = new Map<Minute, Standing>();
  const { node, during, method, indicator } = promised;
  let first: Minute = Number.POSITIVE_INFINITY;
  let told: Minute = Number.NEGATIVE_INFINITY;

  const bit = (plane: Uint32Array, minute: number): boolean => ((plane[minute >>> 5] ?? 0) >>> (minute & 31)) % 2 === 1;
  const work = (bucket: Minute): Standing => {
    const day = dayOf(bucket);
    const minutes = Array.from({ length: bucketMinutes }, (_, index) => bucket - day * minutesPerDay + index);
    const hours = during === null ? null : calendar.hours(during, day);
    if (hours !== null && !minutes.every((minute) => bit(hours, minute))) return 'outside';
    const excluded = calendar.excluded(node, day);
    return minutes.some((minute) => bit(excluded, minute)) ? 'excluded' : 'counts';
  };
  const standing = (bucket: Minute): Standing => {
    const known = stands.get(bucket) ?? work(bucket);
    stands.set(bucket, known);
    return known;
  };
  const most = (): number => {
    let busiest = 0;
    for (const { total } of held.values()) busiest = Math.max(busiest, total);
    return Math.max(1, busiest, indicator.most ?? 0);
  };
  const one = (bucket: Minute, gap: number): Counts => {
    const stand = standing(bucket);
    if (stand === 'outside') return noCounts;
    const seen = held.get(bucket);
    const [good, bad] = [seen?.good ?? 0, seen === undefined ? 0 : Math.max(0, seen.total - seen.good)];
    if (stand === 'excluded') return { ...noCounts, excluded: bucketMinutes, rawGood: good, rawBad: bad };
    const sure = { surelyGood: good, surelyBad: bad, rawGood: good, rawBad: bad };
    return { ...noCounts, ...sure, good, bad, unknown: seen === undefined ? gap : 0 };
  };
  /** Whole slices; a gap in one makes it unknown, however little it may weigh. */
  const step = method.slice === null ? bucketMinutes : Math.max(bucketMinutes, sliceMinutes(method));
  const sliceAt = (start: Minute, gap: number): Counts => {
    let inside = noCounts;
    for (let bucket = start; bucket < start + step; bucket += bucketMinutes) inside = sumOf(inside, one(bucket, gap));
    if (method.slice === null) return inside;
    if (inside.unknown === 0) return countsOfSlice(method, inside);
    return { ...noCounts, unknown: 1, excluded: inside.excluded };
  };
  return {
    add: (buckets: readonly Bucket[]): void => {
      for (const bucket of buckets) {
        held.set(bucket.minute, bucket);
        first = Math.min(first, bucket.minute);
        told = Math.max(told, bucket.minute + bucketMinutes);
      }
    },
    /** The reader is due from a minute on: from then a bucket nobody tells is a gap. */
    watch: (from: Minute): void => {
      first = Math.min(first, Math.ceil(from / bucketMinutes) * bucketMinutes);
    },
    /** The first minute that can count; Infinity while nothing was told. */
    since: (): Minute => first,
    /** The minute up to which it can be counted: a reader that is a little late is waited for. */
    upTo: (asOf: Minute): Minute => {
      const closed = Math.floor(asOf / step) * step;
      return told >= closed - patienceMinutes && told < closed ? Math.floor(told / step) * step : closed;
    },
    /** What ends in a stretch of time. */
    count: ({ from, to }: Stretch): Counts => {
      const gap = most();
      let sum = noCounts;
      const begin = Math.max(Math.floor(from / step), Math.ceil(first / step)) * step;
      if (!Number.isFinite(begin)) return noCounts;
      for (let start = begin; start + step <= to; start += step)
        if (start + step > from) sum = sumOf(sum, sliceAt(start, gap));
      return sum;
    },
    /** Whether an unknown count in it could weigh anything. */
    boundless: ({ unknown }: Counts): boolean => method.slice === null && unknown > 0 && indicator.most === undefined,
    /** What is excluded has changed. */
    recount: (): void => stands.clear(),
    drop: (before: Minute): void => {
      for (const minute of [...stands.keys()]) if (minute < before) stands.delete(minute);
      for (const minute of [...held.keys()]) if (minute < before) held.delete(minute);
    },
  };
};
