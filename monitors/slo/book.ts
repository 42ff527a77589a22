import type { Method, NodeId, Promised, ServiceHours } from '../../infra/landscape/model.ts';
import { type Day, type Minute, minutesPerDay, wordsPerDay } from '../history/history.ts';
import type { Exclusion } from '../picture.ts';
import type { Gate } from './circuit.ts';
import { type Counts, countsOfSlice, noCounts, sliceMinutes, sumOf } from './method.ts';
import { allWords, countIn, createPlane, type Plane, type Reading, readings, type Span, wordMask } from './planes.ts';

/** Who took minutes out, and why. The same reason is the same `id` on every day. */
export type Reason = Omit<Exclusion, 'minutes'> & { readonly id: string; readonly plane: Plane };

/** What is outside the promises; both answers are kept by reference until `recount` and must not be changed afterwards. */
export type Calendar = {
  /** Minutes of the day that do not count for the node: service windows and approved exclusions. */
  readonly excluded: (node: NodeId, day: Day) => Plane;
  /** The same, one by one; without it the sum alone is told. */
  readonly reasons?: (node: NodeId, day: Day) => readonly Reason[];
  /** Minutes of the UTC day that lie in the service hours. */
  readonly hours: (hours: ServiceHours, day: Day) => Plane;
};

/** The rows of a promise's page, each a plane, already cut to what counts for that promise. */
const rows = {
  good: 0,
  bad: 1,
  unknown: 2,
  excluded: 3,
  simulated: 4,
  surelyGood: 5,
  surelyBad: 6,
  excludedGood: 7,
  excludedBad: 8,
} as const;
type Row = keyof typeof rows;
const rowsPerPage = Object.keys(rows).length;
const wordsPerPage = rowsPerPage * wordsPerDay;

export type Line = { readonly promised: Promised; readonly gate: Gate };
type Masks = { readonly excluded: Plane; readonly hours: Plane };
/** Minutes from (inclusive) to (exclusive). */
export type Stretch = { readonly from: Minute; readonly to: Minute };

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
    words[at + rows.excludedGood * wordsPerDay] = good & due & ~counted;
    words[at + rows.excludedBad * wordsPerDay] = bad & due & ~counted;
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

/** Minutes of the rows of one page in a part of the day; a burn asks for no more than three of them. */
const partOf = ({ words, offset }: Page, range: Stretch, burn: boolean): Counts => {
  const count = (row: Row): number => countIn(words, offset + rows[row] * wordsPerDay, range);
  const [good, bad, unknown] = [count('good'), count('bad'), count('unknown')];
  if (burn) return { ...noCounts, good, bad, unknown };
  return {
    ...{ good, bad, unknown },
    excluded: count('excluded'),
    simulated: count('simulated'),
    surelyGood: count('surelyGood'),
    surelyBad: count('surelyBad'),
    rawGood: good + count('excludedGood'),
    rawBad: bad + count('excludedBad'),
  };
};

/** What the method counts in a part of the day: a slice belongs where it ends. */
const countsOf = (page: Page, method: Method, { from, to }: Stretch, burn = false): Counts => {
  const [first, last] = [Math.max(0, from), Math.min(minutesPerDay, to)];
  const length = sliceMinutes(method);
  if (length === 1) return partOf(page, { from: first, to: last }, burn);
  let sum = noCounts;
  for (let index = Math.floor(first / length); index < Math.floor(last / length); index += 1) {
    const inside = partOf(page, { from: index * length, to: (index + 1) * length }, burn);
    sum = sumOf(sum, countsOfSlice(method, inside));
  }
  return sum;
};

/** One day of all promises: what counts, minute by minute, and the day's sums. Only what went stale is written again. */
export const createBook = (lines: readonly Line[], calendar: Calendar, day: Day) => {
  const words = new Uint32Array(lines.length * wordsPerPage);
  let sums: (Counts | undefined)[] = [];
  let masks: readonly Masks[] | null = null;
  let stale: Span | null = allWords;

  const pageOf = (line: number): Page => ({ words, offset: line * wordsPerPage });
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
          if (mask !== undefined) writes[reading](pageOf(index), { gate, masks: mask, watchedFrom }, span);
        }
      }
      stale = null;
      sums = [];
    },
    /** What one promise comes to in a stretch of time, cut to this day. */
    count: (line: number, { from, to }: Stretch, burn = false): Counts => {
      const method = lines[line]?.promised.method;
      if (method === undefined) return noCounts;
      const range = { from: from - day * minutesPerDay, to: to - day * minutesPerDay };
      if (range.from > 0 || range.to < minutesPerDay) return countsOf(pageOf(line), method, range, burn);
      const sum = sums[line] ?? countsOf(pageOf(line), method, range);
      sums[line] = sum;
      return sum;
    },
    /** The excluded minutes by who took them out; one that several take out is the first one's. */
    taken: (line: number, { from, to }: Stretch): readonly (Reason & { readonly minutes: number })[] => {
      const node = lines[line]?.promised.node;
      if (node === undefined || calendar.reasons === undefined) return [];
      const range = { from: from - day * minutesPerDay, to: to - day * minutesPerDay };
      const at = line * wordsPerPage + rows.excluded * wordsPerDay;
      const left = words.slice(at, at + wordsPerDay);
      return calendar.reasons(node, day).map((reason) => {
        const own = left.map((word, index) => word & (reason.plane[index] ?? 0));
        for (const [index, word] of own.entries()) left[index] = (left[index] ?? 0) & ~word;
        return { ...reason, minutes: countIn(own, 0, range) };
      });
    },
  };
};

export type Book = ReturnType<typeof createBook>;
