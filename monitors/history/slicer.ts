import type { StreamId } from '../../infra/landscape/model.ts';
import type { State } from '../picture.ts';
import { type Minute, type Slice, slice } from './history.ts';

/** A verdict held from the end of its run until it is superseded or too old. Wall ms. */
export type Held = { readonly state: State; readonly from: number; readonly until: number };

export const minuteMs = 60_000;
/** Verdicts kept per stream: a minute of runs every 100 ms. More than that is folded into the worst of what was dropped. */
const mostHeld = 600;

/**
 * The slice of one minute: bad if a bad verdict held at any time in it, else unknown if any stretch after the first due
 * slot has no verdict, else good; before the first due slot it is not yet watched.
 * `held` is in order of `from`; a later verdict supersedes an earlier one from its own start.
 */
export const sliceOf = (minute: Minute, watchedSince: number, held: readonly Held[]): Slice => {
  const begins = Math.max(minute * minuteMs, watchedSince);
  const ends = (minute + 1) * minuteMs;
  if (begins >= ends) return slice.notYetWatched;
  let covered = begins;
  let gap = false;
  for (const [index, { state, from, until }] of held.entries()) {
    const superseded = held[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    const [starts, stops] = [Math.max(from, begins), Math.min(until, superseded, ends)];
    if (stops <= starts) continue;
    if (state === 'bad') return slice.bad;
    if (state === 'unknown' || starts > covered) gap = true;
    covered = Math.max(covered, stops);
  }
  return gap || covered < ends ? slice.unknown : slice.good;
};

/** The most minutes one closing gives of a stream. */
const mostGiven = 2880;

type Line = { watchedSince: number; next: Minute; held: Held[] };

/**
 * Folds the verdicts of every stream into minutes. Each minute of a stream is given once and in order; closing is the
 * caller's word that everything up to then has been told. Memory is bounded per stream.
 */
export const createSlicer = () => {
  const lines = new Map<StreamId, Line>();
  return {
    /** The stream is due from this wall ms on; said again, it changes nothing. */
    watch: (stream: StreamId, due: number): void => {
      if (!lines.has(stream)) lines.set(stream, { watchedSince: due, next: Math.floor(due / minuteMs), held: [] });
    },
    /** The minute up to which everything of the stream has been given; what is not watched has none. */
    next: (stream: StreamId): Minute | null => lines.get(stream)?.next ?? null,
    /** The clock was set back for good: from this minute on the stream is told anew. */
    rewind: (stream: StreamId, minute: Minute): void => {
      const line = lines.get(stream);
      if (line === undefined || line.next <= minute) return;
      line.next = minute;
      line.watchedSince = Math.min(line.watchedSince, minute * minuteMs);
      line.held = [];
    },
    /** A verdict of a stream that is watched; others are a mistake of the caller and thrown back. */
    hold: (stream: StreamId, verdict: Held): void => {
      const line = lines.get(stream);
      if (line === undefined) throw new Error(`expected a watched stream, got ${stream}: watch it first`);
      line.held.push(verdict);
      line.held.sort((a, b) => a.from - b.from);
      if (line.held.length <= mostHeld) return;
      const [first, second] = line.held.splice(0, 2);
      if (first === undefined || second === undefined) return;
      const state = [first.state, second.state].includes('bad') ? 'bad' : 'unknown';
      line.held.unshift({ state, from: first.from, until: Math.max(first.until, second.from) });
    },
    /** Every minute of the stream that ended at or before `until` (wall ms) and has not been given. */
    close: (stream: StreamId, until: number): readonly { readonly minute: Minute; readonly slice: Slice }[] => {
      const line = lines.get(stream);
      if (line === undefined) return [];
      const given: { minute: Minute; slice: Slice }[] = [];
      // A clock that jumped ahead: minutes nobody tells are unknown to every reader, a year of them need not be written.
      line.next = Math.max(line.next, Math.floor(until / minuteMs) - mostGiven);
      for (; (line.next + 1) * minuteMs <= until; line.next += 1)
        given.push({ minute: line.next, slice: sliceOf(line.next, line.watchedSince, line.held) });
      // The newest verdict before the open minute may still hold in it; anything older cannot.
      const open = line.next * minuteMs;
      line.held = line.held.filter(
        (held, index) => held.until > open && (line.held[index + 1]?.from ?? Number.POSITIVE_INFINITY) > open,
      );
      return given;
    },
  };
};
