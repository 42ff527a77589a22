import type { NodeId, Promised, ServiceHours } from '../../infra/landscape/model.ts';
import { type Day, type Minute, minutesPerDay, wordsPerDay } from '../history/history.ts';
import type { Gate } from './circuit.ts';
import {
  allWords,
  countIn,
  createPlane,
  type Plane,
  popcount,
  type Reading,
  readings,
  type Span,
  wordMask,
} from './planes.ts';

/** What is outside the promises; both answers are kept by reference until `recount` and must not be changed afterwards. */
export type Calendar = {
  /** Minutes of the day that do not count for the node: service windows and approved exclusions. */
  readonly excluded: (node: NodeId, day: Day) => Plane;
  /** Minutes of the UTC day that lie in the service hours. */
  readonly hours: (hours: ServiceHours, day: Day) => Plane;
};

/** The rows of a promise's page, each a plane, already cut to what counts for that promise. */
const rows = { good: 0, bad: 1, unknown: 2, excluded: 3, simulated: 4, surelyGood: 5, surelyBad: 6 } as const;
export type Row = keyof typeof rows;
const rowsPerPage = Object.keys(rows).length;
const wordsPerPage = rowsPerPage * wordsPerDay;

export type Line = { readonly promised: Promised; readonly gate: Gate };
type Masks = { readonly excluded: Plane; readonly hours: Plane };

const keyOf = ({ days, from, to, zone }: ServiceHours): string => `${days.join()} ${from} ${to} ${zone}`;

const masksOf = (lines: readonly Line[], calendar: Calendar, day: Day): readonly Masks[] => {
  const always = createPlane(0xffffffff);
  const known = new Map<string, Plane>();
  return lines.map(({ promised: { node, during } }) => {
    if (during === null) return { excluded: calendar.excluded(node, day), hours: always };
    const hours = known.get(keyOf(during)) ?? calendar.hours(during, day);
    known.set(keyOf(during), hours);
    return { excluded: calendar.excluded(node, day), hours };
  });
};

type Page = { readonly words: Uint32Array; readonly offset: number };
type Cut = { readonly gate: Gate; readonly masks: Masks; readonly watchedFrom: number };
type Write = (page: Page, of: Cut, span: Span) => void;

/** The minutes of one promise and one day, sorted into its rows: before it was watched a minute is in none. */
const writeTold: Write = ({ words, offset }, { gate, masks, watchedFrom }, span) => {
  for (let word = span.from; word < span.to; word += 1) {
    const due = wordMask(word, watchedFrom, minutesPerDay) & (masks.hours[word] ?? 0);
    const counted = due & ~(masks.excluded[word] ?? 0);
    const [good, bad] = [gate.state.good[word] ?? 0, gate.state.bad[word] ?? 0];
    const at = offset + word;
    words[at + rows.good * wordsPerDay] = good & counted;
    words[at + rows.bad * wordsPerDay] = bad & counted;
    words[at + rows.unknown * wordsPerDay] = counted & ~(good | bad);
    words[at + rows.excluded * wordsPerDay] = due & ~counted;
    words[at + rows.simulated * wordsPerDay] = due & (gate.simulated[word] ?? 0);
  }
};
const writeSure =
  (row: 'surelyGood' | 'surelyBad'): Write =>
  ({ words, offset }, { gate, masks, watchedFrom }, span) => {
    const state = row === 'surelyGood' ? gate.state.good : gate.state.bad;
    const start = offset + rows[row] * wordsPerDay;
    for (let word = span.from; word < span.to; word += 1) {
      const counted = wordMask(word, watchedFrom, minutesPerDay) & (masks.hours[word] ?? 0);
      words[start + word] = (state[word] ?? 0) & counted & ~(masks.excluded[word] ?? 0);
    }
  };
/** Good even if every unknown slice was bad is surely good, bad even if every one was good surely bad. */
const writes = {
  told: writeTold,
  worst: writeSure('surelyGood'),
  best: writeSure('surelyBad'),
} as const satisfies Record<Reading, Write>;

/** One day of all promises: what counts, minute by minute, and the day's sums. Only what went stale is written again. */
export const createBook = (lines: readonly Line[], calendar: Calendar, day: Day) => {
  const words = new Uint32Array(lines.length * wordsPerPage);
  const sums = new Uint16Array(lines.length * rowsPerPage);
  let masks: readonly Masks[] | null = null;
  let stale: Span | null = allWords;
  let summed = false;

  const sum = (): void => {
    for (let index = 0; index < sums.length; index += 1) {
      let count = 0;
      const end = (index + 1) * wordsPerDay;
      for (let at = index * wordsPerDay; at < end; at += 1) count += popcount(words[at] ?? 0);
      sums[index] = count;
    }
    summed = true;
  };
  return {
    /** These words are to be written again. */
    soil: ({ from, to }: Span): void => {
      stale = stale === null ? { from, to } : { from: Math.min(from, stale.from), to: Math.max(to, stale.to) };
    },
    /** What is excluded has changed. */
    forgetMasks: (): void => {
      masks = null;
      stale = allWords;
    },
    /** Brings the book up to date; `run` sets the gates for the words and the reading asked for. */
    settle: (run: (at: { span: Span; reading: Reading }) => void, firstWatched: Float64Array): void => {
      if (stale === null) return;
      const span = stale;
      masks ??= masksOf(lines, calendar, day);
      for (const reading of readings) {
        run({ span, reading });
        for (const [index, { gate }] of lines.entries()) {
          const mask = masks[index];
          const watchedFrom = (firstWatched[gate.index] ?? Number.POSITIVE_INFINITY) - day * minutesPerDay;
          const page = { words, offset: index * wordsPerPage };
          if (mask !== undefined) writes[reading](page, { gate, masks: mask, watchedFrom }, span);
        }
      }
      stale = null;
      summed = false;
    },
    /** Minutes of one row of one promise in from (inclusive) to (exclusive). */
    count: (line: number, row: Row, from: Minute, to: Minute): number => {
      const [first, last] = [from - day * minutesPerDay, to - day * minutesPerDay];
      const index = line * rowsPerPage + rows[row];
      if (first > 0 || last < minutesPerDay) return countIn(words, index * wordsPerDay, { from: first, to: last });
      if (!summed) sum();
      return sums[index] ?? 0;
    },
  };
};

export type Book = ReturnType<typeof createBook>;
