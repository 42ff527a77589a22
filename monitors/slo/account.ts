import type { Landscape, NodeId, Promised, StreamId } from '../../infra/landscape/model.ts';
import { type Day, type DayPlanes, type Minute, minutesPerDay, type SliceAt, wordsPerDay } from '../history/history.ts';
import { minuteMs } from '../history/slicer.ts';
import type { Exclusion } from '../picture.ts';
import { type Assessment, assessed, type Ledger } from './assess.ts';
import { type Book, type Calendar, createBook, type Line, type Reason, type Stretch } from './book.ts';
import { longestBurnWindow } from './burn.ts';
import { coneOfGates, createCircuit, firstWatched, markSimulated, runGates } from './circuit.ts';
import { createDue } from './due.ts';
import { createIndicators, isMeasured, measuredVotes, type Point } from './indicator.ts';
import { type Counts, noCounts, sumOf } from './method.ts';
import { allWords, createPlane, wordMask } from './planes.ts';
import { type Bucket, createRequests } from './requests.ts';
import { createStore, dayOf } from './store.ts';
import { longestOf } from './window.ts';

export type { Assessment } from './assess.ts';

/** How far back a promise looks, burn windows included. */
const reachOf = ({ span }: Promised): number => Math.max(longestBurnWindow, longestOf(span));

type Shelf = { readonly books: readonly (Book | null)[]; readonly firstDay: Day };

/** What one line counts over any stretch, from the books of the days; a day before anything was watched has none. */
const countOn = (line: number, { from, to }: Stretch, shelf: Shelf, burn: boolean): Counts => {
  let sum = noCounts;
  for (let day = dayOf(from); day * minutesPerDay < to; day += 1) {
    const book = shelf.books[day - shelf.firstDay];
    if (book !== null && book !== undefined) sum = sumOf(sum, book.count(line, { from, to }, burn));
  }
  return sum;
};

/** The exclusions of a stretch, each reason once. */
const takenOn = (line: number, { from, to }: Stretch, { books, firstDay }: Shelf): readonly Exclusion[] => {
  const byReason = new Map<string, Reason & { readonly minutes: number }>();
  for (let day = dayOf(from); day * minutesPerDay < to; day += 1)
    for (const one of books[day - firstDay]?.taken(line, { from, to }) ?? []) {
      const minutes = one.minutes + (byReason.get(one.id)?.minutes ?? 0);
      if (minutes > 0) byReason.set(one.id, { ...one, minutes });
    }
  return [...byReason.values()].map(({ kind, who, why, minutes }) => ({ kind, who, why, minutes }));
};

/**
 * Rule 6 for all promises of a landscape. Slices go in by `load` (whole days) and `add` (new or late minutes), numbers by
 * `measure`, requests by `tell`, in any order; `assess` counts again only what they touched. Memory is bounded by `drop`.
 */
export const createAccounts = (landscape: Landscape, calendar: Calendar) => {
  const { streams, gates, gateOf, voteOf } = createCircuit(landscape, measuredVotes(landscape));
  const numbers = new Map<StreamId, number>(streams.map((stream, number) => [stream, number]));
  const store = createStore(streams.length);
  const sliceIn = (stream: StreamId, minute: Minute) => store.sliceIn(numbers.get(stream) ?? -1, minute);
  const indicators = createIndicators(landscape, sliceIn);
  const promises = Object.values(landscape.nodes).flatMap((node) => node.promises);
  const lines: readonly Line[] = promises.flatMap((promised) => {
    const gate = isMeasured(promised) ? voteOf.get(promised.id) : gateOf.get(promised.node);
    return gate === undefined || promised.indicator.kind === 'requests' ? [] : [{ promised, gate }];
  });
  const lineOf = new Map(lines.map(({ promised }, index) => [promised.id, index]));
  const requests = new Map(
    promises.flatMap((promised) => {
      const { indicator } = promised;
      return indicator.kind === 'requests'
        ? [[promised.id, createRequests({ ...promised, indicator }, calendar)] as const]
        : [];
    }),
  );
  const due = createDue(calendar);
  const promisedGates = coneOfGates(lines.map(({ gate }) => gate));
  const reach = Math.max(0, ...promises.map(reachOf));
  const books = new Map<Day, Book>();
  let first = firstWatched(gates, store.since);
  /** The earliest minute from which some stream turned out to be watched since `first` was worked out. */
  let begun: Minute = Number.POSITIVE_INFINITY;
  let last: Minute = Number.NEGATIVE_INFINITY;

  const beginnings = (): Float64Array => {
    if (begun === Number.POSITIVE_INFINITY) return first;
    first = firstWatched(gates, store.since);
    for (const [day, book] of books) if (day >= dayOf(begun)) book.soil(allWords);
    begun = Number.POSITIVE_INFINITY;
    return first;
  };
  const note = (stream: number, earlier: boolean): void => {
    if (earlier) begun = Math.min(begun, store.since[stream] ?? begun);
  };
  const begin = (stream: StreamId, minute: Minute): void => {
    const number = numbers.get(stream);
    if (number !== undefined) note(number, store.begin(number, minute));
  };
  const put = (slices: readonly SliceAt[]): void => {
    for (const one of slices) {
      const number = numbers.get(one.stream);
      if (number !== undefined) note(number, store.add(number, one, true));
    }
  };
  const settle = (from: Day, to: Day): readonly (Book | null)[] => {
    const watched = beginnings();
    for (const [day, span] of store.takeTouched()) books.get(day)?.soil(span);
    const earliest = Math.min(...lines.map(({ gate }) => watched[gate.index] ?? Number.POSITIVE_INFINITY));
    return Array.from({ length: to - from + 1 }, (_, index) => {
      const day = from + index;
      if ((day + 1) * minutesPerDay <= earliest) return null;
      const book = books.get(day) ?? createBook(lines, calendar, day);
      books.set(day, book);
      const source = store.day(day);
      book.settle((at) => {
        if (at.reading === 'told') markSimulated(promisedGates, source, at.span);
        runGates(promisedGates, source, at);
      }, watched);
      return book;
    });
  };
  const ledgerOfLine = (index: number, line: Line, shelf: Shelf, asOf: Minute): Ledger => ({
    promised: line.promised,
    asOf,
    since: beginnings()[line.gate.index] ?? Number.POSITIVE_INFINITY,
    count: (stretch, burn) => countOn(index, stretch, shelf, burn),
    exclusions: (stretch) => takenOn(index, stretch, shelf),
    due: (from, to) => due.minutes(line, from, to),
    boundless: () => false,
  });
  const ledgerOf = (promised: Promised, shelf: Shelf, asOf: Minute): Ledger | null => {
    const index = lineOf.get(promised.id);
    const line = index === undefined ? undefined : lines[index];
    if (index !== undefined && line !== undefined) return ledgerOfLine(index, line, shelf, asOf);
    const counted = requests.get(promised.id);
    if (counted === undefined) return null;
    const { count, boundless, since } = counted;
    // What is still to come of requests nobody knows: their budget is of those that came.
    return { promised, asOf: counted.upTo(asOf), since: since(), count, exclusions: () => [], due: () => 0, boundless };
  };
  return {
    /** Whole days of one stream, as the history gives them. A stream that is not of a state check is passed over. */
    load: (stream: StreamId, planes: readonly DayPlanes[]): void => {
      const number = numbers.get(stream);
      if (number === undefined) return;
      for (const day of planes) {
        note(number, store.load(number, day));
        for (const [fed, own] of indicators.ofDay(stream, day)) {
          const at = numbers.get(fed);
          if (at !== undefined) note(at, store.load(at, own));
        }
      }
      for (const fed of indicators.fedBy(stream)) begin(fed, store.since[number] ?? Number.POSITIVE_INFINITY);
    },
    /** Streams that are due from a moment (wall ms) on: from then a minute without a slice is unknown, told or not. */
    watch: (streams: readonly { readonly stream: StreamId; readonly watchedSince: number }[]): void => {
      for (const { stream, watchedSince } of streams)
        for (const one of [stream, ...indicators.fedBy(stream)]) begin(one, Math.floor(watchedSince / minuteMs));
    },
    add: (slices: readonly SliceAt[]): void => {
      for (const one of slices) {
        const number = numbers.get(one.stream);
        if (number === undefined) continue;
        note(number, store.add(number, one));
        put(indicators.ofSlice({ ...one, slice: store.sliceIn(number, one.minute) }));
      }
    },
    /** Numbers of one stream and name; before the slices of the same minutes or after them. `thin`: see createIndicators. */
    measure: (stream: StreamId, name: string, points: readonly Point[], thin?: (day: Day) => boolean): void =>
      put(indicators.ofNumbers(stream, name, points, thin)),
    /** The numbers that `measure` has a use for. */
    wanted: indicators.wanted,
    /** Requests of a promise, by buckets of five minutes; a bucket told again is the later word. */
    tell: (promise: string, buckets: readonly Bucket[]): void => requests.get(promise)?.add(buckets),
    /** Every promise over its window of whole UTC minutes up to `asOf`, which is the open minute and not counted. */
    assess: (asOf: Minute): readonly Assessment[] => {
      last = Math.max(last, asOf);
      const firstDay = dayOf(asOf - reach);
      const shelf = { books: settle(firstDay, dayOf(asOf - 1)), firstDay };
      return promises.flatMap((promised) => {
        const ledger = ledgerOf(promised, shelf, asOf);
        return ledger === null ? [] : [assessed(ledger)];
      });
    },
    /** The states of one node, minute by minute, as rule 6 counts them before any exclusion; nothing from `asOf` on. */
    nodeDay: (node: NodeId, day: Day, asOf: Minute = Math.max(last, store.told())): DayPlanes => {
      const gate = gateOf.get(node);
      if (gate === undefined) throw new Error(`expected a node of the landscape, got ${node}`);
      const [cone, source] = [coneOfGates([gate]), store.day(day)];
      runGates(cone, source, { span: allWords, reading: 'told' });
      markSimulated(cone, source, allWords);
      const from = (beginnings()[gate.index] ?? Number.POSITIVE_INFINITY) - day * minutesPerDay;
      const [low, high] = [createPlane(), createPlane()];
      let simulated = 0;
      for (let word = 0; word < wordsPerDay; word += 1) {
        const told = wordMask(word, from, Math.min(minutesPerDay, asOf - day * minutesPerDay));
        low[word] = told & ~(gate.state.bad[word] ?? 0);
        high[word] = told & ~(gate.state.good[word] ?? 0);
        simulated |= told & (gate.simulated[word] ?? 0);
      }
      return { day, provenance: simulated === 0 ? 'measured' : 'simulated', low, high };
    },
    /** The first minute in which any state check under the node was watched; null while there is none. */
    watchedSince: (node: NodeId): Minute | null => {
      const since = beginnings()[gateOf.get(node)?.index ?? -1];
      return since === undefined || since === Number.POSITIVE_INFINITY ? null : since;
    },
    /** What is excluded or within hours has changed on these days, both inclusive. */
    recount: (days: { readonly first: Day; readonly last: Day }): void => {
      for (const [day, book] of books) if (day >= days.first && day <= days.last) book.forgetMasks();
      for (const one of requests.values()) one.recount();
      due.forget();
    },
    /** Forgets the days before this one. An `assess` that still reaches them finds them unknown, never good. */
    drop: (before: Day): void => {
      store.drop(before);
      for (const one of requests.values()) one.drop(before * minutesPerDay);
      for (const day of [...books.keys()]) if (day < before) books.delete(day);
    },
    /** How many minutes back the longest window looks. */
    reach,
  };
};

export type Accounts = ReturnType<typeof createAccounts>;
