import {
  type Batch,
  type Event,
  HistoryError,
  type Minute,
  minutesPerDay,
  type Slice,
  type SliceAt,
  wordsPerDay,
} from './history.ts';
import { minuteMs } from './slicer.ts';

const dayMs = minutesPerDay * minuteMs;
export const hourMs = 60 * minuteMs;
export const dayOf = (at: number): number => Math.floor(at / dayMs);

/** How long what is kept. Pictures: every minute, then the first of each hour. */
export const keeps = {
  sliceDays: 400,
  /** After these, only the extremes of each bucket are kept, as long as the slices. */
  fineNumberDays: 35,
  bucketMs: 5 * minuteMs,
  picturesByMinuteMs: 2 * dayMs,
  picturesByHourMs: 35 * dayMs,
} as const;

const refuse = (what: string, got: unknown): never => {
  throw new HistoryError('failed', `expected ${what}, got ${String(got)}: nothing of the batch is kept`);
};
const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** A batch is checked whole before any of it is kept. */
export const checkBatch = ({
  slices = [],
  numbers = [],
  events = [],
  streams = [],
  transcripts = [],
  days = [],
  picture,
}: Batch) => {
  for (const { planes } of days) {
    if (!whole(planes.day)) refuse('a whole UTC day', planes.day);
    for (const plane of [planes.low, planes.high])
      if (plane.length !== wordsPerDay) refuse(`a plane of ${wordsPerDay} words`, plane.length);
  }
  for (const { minute, slice } of slices) {
    if (!whole(minute)) refuse('a whole UTC minute', minute);
    if (slice !== 0 && slice !== 1 && slice !== 2 && slice !== 3) refuse('a slice of two bits', slice);
  }
  for (const { watchedSince } of streams)
    if (!whole(Math.floor(watchedSince))) refuse('wall milliseconds', watchedSince);
  for (const { at } of [...numbers, ...events, ...transcripts, ...(picture ? [picture] : [])])
    if (!whole(Math.floor(at))) refuse('wall milliseconds', at);
};

/** All minutes of a batch, one by one: those told singly, and those of the days that are brought in whole. */
export const minutesIn = ({ slices = [], days = [] }: Batch): readonly SliceAt[] =>
  days.length === 0
    ? slices
    : [
        ...slices,
        ...days.flatMap(({ stream, planes: { day, provenance, low, high } }) => {
          const minutes: SliceAt[] = [];
          for (let index = 0; index < minutesPerDay; index += 1) {
            const bit = (plane: Uint32Array) => ((plane[index >> 5] ?? 0) >>> (index & 31)) & 1;
            const code = bit(low) + 2 * bit(high);
            if (code === 1 || code === 2 || code === 3)
              minutes.push({ stream, minute: day * minutesPerDay + index, slice: code, provenance });
          }
          return minutes;
        }),
      ];

/** A measured minute told twice and differently. */
export type Conflict = {
  readonly stream: string;
  readonly minute: Minute;
  readonly was: Slice;
  readonly told: Slice;
  readonly kept: Slice;
};
const shownConflicts = 100;

/** Nothing is corrected in silence: one event for all of a batch, with the first hundred minutes. */
export const lateData = (conflicts: readonly Conflict[], at: number): readonly Event[] =>
  conflicts.length === 0
    ? []
    : [
        {
          at,
          kind: 'late-data',
          who: 'history',
          why: 'a measured minute was told again and differently; the worse is kept',
          data: { count: conflicts.length, slices: conflicts.slice(0, shownConflicts) },
        },
      ];

export type KeptPicture = { readonly at: number; readonly first: boolean };

/** The pictures whose time is over; `first` is the first of its hour. */
export const spentPictures = (pictures: readonly KeptPicture[], now: number): readonly number[] => {
  const newest = new Map<number, number>();
  for (const { at } of pictures)
    newest.set(Math.floor(at / minuteMs), Math.max(at, newest.get(Math.floor(at / minuteMs)) ?? 0));
  return pictures
    .filter(({ at, first }) => {
      if (first) return now - at > keeps.picturesByHourMs;
      return now - at > keeps.picturesByMinuteMs || newest.get(Math.floor(at / minuteMs)) !== at;
    })
    .map(({ at }) => at);
};
