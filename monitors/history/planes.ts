import type { StreamId } from '../../infra/landscape/model.ts';
import { type Day, type DayPlanes, type Minute, minutesPerDay, wordsPerDay } from './history.ts';
import { createScratch, planeWords, type Since, type StoredDay, sayDay } from './slices.ts';

/** Days of many streams in few buffers, so that a thread can hand them over without copying. */
export type PackedPlanes = {
  readonly streams: readonly StreamId[];
  /** Entries per stream, in their order. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** Per entry: day * 2, plus one when simulated. */
  readonly days: Float64Array<ArrayBuffer>;
  /** Per entry: 45 low words, 45 high words. */
  readonly words: Uint32Array<ArrayBuffer>;
};

export type StreamDays = {
  readonly stream: StreamId;
  readonly since: Since;
  readonly days: ReadonlyMap<Day, StoredDay>;
};

export type Span = { readonly first: Day; readonly last: Day; readonly asOf: Minute };

const nothing: StoredDay = { measured: null, simulated: null };

/** The days on which anything can be said of the stream. */
const reachOf = ({ since, days }: StreamDays, { first, last, asOf }: Span): readonly [Day, Day] => {
  const begun = Math.floor(Math.min(since.measured, since.simulated) / minutesPerDay);
  const filled = Number.isFinite(begun) ? Math.floor((asOf - 1) / minutesPerDay) : Number.NEGATIVE_INFINITY;
  const stored = [...days.keys()];
  const [from, to] = [Math.min(begun, ...stored), Math.max(filled, ...stored)];
  return [Math.max(first, from), Math.min(last, to)];
};

/** A day on which a stream was not watched has no entry; a day both simulated and measured has two, without a common minute. */
export const packPlanes = (streams: readonly StreamDays[], span: Span): PackedPlanes => {
  const counts = new Uint32Array(streams.length);
  const days: number[] = [];
  let words = new Uint32Array(planeWords * 64);
  const scratch = createScratch();
  for (const [index, stream] of streams.entries()) {
    const [from, to] = reachOf(stream, span);
    for (let day = from; day <= to; day += 1) {
      const at = days.length * planeWords;
      if (at + 2 * planeWords > words.length) {
        const more = new Uint32Array(words.length * 2);
        more.set(words);
        words = more;
      }
      const stored = stream.days.get(day) ?? nothing;
      for (const provenance of sayDay(
        { day, stored, since: stream.since, asOf: span.asOf },
        { scratch, out: words, at },
      )) {
        days.push(day * 2 + (provenance === 'simulated' ? 1 : 0));
        counts[index] = (counts[index] ?? 0) + 1;
      }
    }
  }
  return {
    streams: streams.map(({ stream }) => stream),
    counts,
    days: Float64Array.from(days),
    words: words.slice(0, days.length * planeWords),
  };
};

export const unpackPlanes = ({ streams, counts, days, words }: PackedPlanes): Map<StreamId, readonly DayPlanes[]> => {
  let entry = 0;
  return new Map(
    streams.map((stream, index) => {
      const own = Array.from({ length: counts[index] ?? 0 }, (): DayPlanes => {
        const [coded, at] = [days[entry] ?? 0, entry * planeWords];
        entry += 1;
        return {
          day: Math.floor(coded / 2),
          provenance: coded % 2 === 1 ? 'simulated' : 'measured',
          low: words.subarray(at, at + wordsPerDay),
          high: words.subarray(at + wordsPerDay, at + planeWords),
        };
      });
      return [stream, own];
    }),
  );
};
