import type { Landscape, NodeId, Promised, StreamId } from '../../infra/landscape/model.ts';
import { type Day, type DayPlanes, type Minute, minutesPerDay, type SliceAt, wordsPerDay } from '../history/history.ts';
import { minuteMs } from '../history/slicer.ts';
import type { SliState } from '../picture.ts';
import { type Book, type Calendar, createBook, type Line, type Row } from './book.ts';
import { burnOf, type Firing, longestBurnWindow, talliesOf } from './burn.ts';
import { coneOfGates, createCircuit, firstWatched, markSimulated, runGates } from './circuit.ts';
import { allWords, createPlane, wordMask } from './planes.ts';
import { sliOf } from './sli.ts';
import { createStore, dayOf } from './store.ts';
import { longestOf, windowAt } from './window.ts';

/** `possible` is what would fire were every unknown minute bad; worse than `firing`, it must resolve nothing (rule 7). */
export type Assessment = SliState & { readonly possible: Firing | null };

/** How far back a promise looks, burn windows included. */
const reachOf = ({ span }: Promised): number => Math.max(longestBurnWindow, longestOf(span));

/** One promise, from the books of the days it reaches back over; a day before anything was watched has none. */
const assessLine = (
  line: number,
  { promised }: Line,
  at: { readonly asOf: Minute; readonly shelf: readonly (Book | null)[]; readonly firstDay: Day },
): Assessment => {
  const count = (row: Row, from: Minute, to: Minute): number => {
    let sum = 0;
    for (let day = dayOf(from); day * minutesPerDay < to; day += 1)
      sum += at.shelf[day - at.firstDay]?.count(line, row, from, to) ?? 0;
    return sum;
  };
  const tally = (from: Minute, to: Minute) => ({
    good: count('good', from, to),
    bad: count('bad', from, to),
    unknown: count('unknown', from, to),
  });
  const { from, to } = windowAt(promised.span, at.asOf);
  const counts = {
    ...tally(from, to),
    excluded: count('excluded', from, to),
    simulated: count('simulated', from, to),
  };
  const sure = { surelyGood: count('surelyGood', from, to), surelyBad: count('surelyBad', from, to) };
  const { id, node, objective, window } = promised;
  return {
    ...{ promise: id, node, objective, window, ...counts },
    ...sliOf(objective, { ...counts, ...sure }),
    ...burnOf(
      objective,
      talliesOf((before, until) => tally(to - before, to - until)),
    ),
    asOf: at.asOf * minuteMs,
  };
};

/**
 * Rule 6 for all promises of a landscape. Slices go in by `load` (whole days) and `add` (new or late minutes), in any
 * order; `assess` counts again only what they touched. Memory is bounded by `drop`.
 */
export const createAccounts = (landscape: Landscape, calendar: Calendar) => {
  const { streams, gates, gateOf } = createCircuit(landscape);
  const numbers = new Map<StreamId, number>(streams.map((stream, number) => [stream, number]));
  const store = createStore(streams.length);
  const lines: readonly Line[] = Object.values(landscape.nodes).flatMap(({ id, promises }) => {
    const gate = gateOf.get(id);
    return gate === undefined
      ? []
      : promises.filter(({ indicator }) => indicator.kind === 'availability').map((promised) => ({ promised, gate }));
  });
  const promisedGates = coneOfGates(lines.map(({ gate }) => gate));
  const reach = Math.max(0, ...lines.map(({ promised }) => reachOf(promised)));
  const books = new Map<Day, Book>();
  let first = firstWatched(gates, store.since);
  /** The earliest minute from which some stream turned out to be watched since `first` was worked out. */
  let begun: Minute = Number.POSITIVE_INFINITY;
  let assessed: Minute = Number.NEGATIVE_INFINITY;

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
  return {
    /** Whole days of one stream, as the history gives them. A stream that is not of a state check is passed over. */
    load: (stream: StreamId, planes: readonly DayPlanes[]): void => {
      const number = numbers.get(stream);
      if (number !== undefined) for (const day of planes) note(number, store.load(number, day));
    },
    /** Streams that are due from a moment (wall ms) on: from then a minute without a slice is unknown, told or not. */
    watch: (streams: readonly { readonly stream: StreamId; readonly watchedSince: number }[]): void => {
      for (const { stream, watchedSince } of streams) {
        const number = numbers.get(stream);
        if (number !== undefined) note(number, store.begin(number, Math.floor(watchedSince / minuteMs)));
      }
    },
    add: (slices: readonly SliceAt[]): void => {
      for (const one of slices) {
        const number = numbers.get(one.stream);
        if (number !== undefined) note(number, store.add(number, one));
      }
    },
    /** Every promise over its window of whole UTC minutes up to `asOf`, which is the open minute and not counted. */
    assess: (asOf: Minute): readonly Assessment[] => {
      assessed = Math.max(assessed, asOf);
      const firstDay = dayOf(asOf - reach);
      const shelf = settle(firstDay, dayOf(asOf - 1));
      return lines.map((line, index) => assessLine(index, line, { asOf, shelf, firstDay }));
    },
    /** The states of one node, minute by minute, as rule 6 counts them before any exclusion; nothing from `asOf` on. */
    nodeDay: (node: NodeId, day: Day, asOf: Minute = Math.max(assessed, store.told())): DayPlanes => {
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
    },
    /** Forgets the days before this one. An `assess` that still reaches them finds them unknown, never good. */
    drop: (before: Day): void => {
      store.drop(before);
      for (const day of [...books.keys()]) if (day < before) books.delete(day);
    },
    /** How many minutes back the longest window looks. */
    reach,
  };
};

export type Accounts = ReturnType<typeof createAccounts>;
