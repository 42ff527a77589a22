import {
  type Day,
  type DayPlanes,
  slice as kinds,
  type Minute,
  minutesPerDay,
  type Slice,
  type SliceAt,
  wordsPerDay,
} from '../history/history.ts';
import type { Source } from './circuit.ts';
import { createPlane, type Plane, type Span, wordsPerStream } from './planes.ts';

type Held = { readonly words: Uint32Array; readonly simulated: Map<number, Plane>; readonly plain: Uint8Array };
type Written = {
  readonly stream: number;
  readonly word: number;
  readonly low: number;
  readonly high: number;
  readonly provenance: DayPlanes['provenance'];
};

/** The lowest bit that is set, 0 to 31. */
const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);

/** Whether every minute of a day is good. */
const isPlain = (low: Uint32Array, high: Uint32Array): boolean => {
  for (let word = 0; word < wordsPerDay; word += 1) if (low[word] !== 0xffffffff || high[word] !== 0) return false;
  return true;
};

export const dayOf = (minute: Minute): Day => Math.floor(minute / minutesPerDay);

/**
 * The slices of all streams, a block of words per day. What is *not yet watched* overwrites nothing, a measured minute
 * is never overwritten by a simulated one; else the later word on a minute stands, but one that was told
 * alone as bad stays bad (unless what is told is worked out anew: `revised`).
 */
export const createStore = (streams: number) => {
  const days = new Map<Day, Held>();
  const touched = new Map<Day, Span>();
  const since = new Float64Array(streams).fill(Number.POSITIVE_INFINITY);
  let blank: Uint32Array | null = null;
  let told: Minute = Number.NEGATIVE_INFINITY;

  const heldAt = (day: Day): Held => {
    const known = days.get(day);
    if (known !== undefined) return known;
    const held = {
      words: new Uint32Array(streams * wordsPerStream),
      simulated: new Map<number, Plane>(),
      plain: new Uint8Array(streams),
    };
    days.set(day, held);
    return held;
  };
  const touch = (day: Day, span: Span): void => {
    const { from, to } = touched.get(day) ?? span;
    touched.set(day, { from: Math.min(from, span.from), to: Math.max(to, span.to) });
  };
  /** Before a stream's first watched minute its silence is nothing, after it it is unknown: an earlier one changes days. */
  const begin = (stream: number, minute: Minute): boolean => {
    if (minute >= (since[stream] ?? 0)) return false;
    since[stream] = minute;
    return true;
  };
  const write = (held: Held, { stream, word, low, high, provenance }: Written): void => {
    const { words, simulated, plain } = held;
    plain[stream] = 0;
    const at = stream * wordsPerStream + word;
    const [oldLow, oldHigh] = [words[at] ?? 0, words[at + wordsPerDay] ?? 0];
    const plane = simulated.get(stream);
    const measured = (oldLow | oldHigh) & ~(plane?.[word] ?? 0);
    const taken = (low | high) & (provenance === 'measured' ? 0xffffffff : ~measured);
    words[at] = (oldLow & ~taken) | (low & taken);
    words[at + wordsPerDay] = (oldHigh & ~taken) | (high & taken);
    if (taken === 0 || (provenance === 'measured' && plane === undefined)) return;
    const marks = plane ?? createPlane();
    simulated.set(stream, marks);
    marks[word] = provenance === 'measured' ? (marks[word] ?? 0) & ~taken : (marks[word] ?? 0) | taken;
  };
  const wasBad = ({ words, simulated }: Held, stream: number, at: { word: number; bit: number }): boolean => {
    const place = stream * wordsPerStream + at.word;
    const bad = ~(words[place] ?? 0) & (words[place + wordsPerDay] ?? 0) & ~(simulated.get(stream)?.[at.word] ?? 0);
    return (bad & at.bit) !== 0;
  };
  /** A whole measured day of good overwrites whatever there was. */
  const loadPlain = (held: Held, stream: number): void => {
    const start = stream * wordsPerStream;
    held.words.fill(0xffffffff, start, start + wordsPerDay).fill(0, start + wordsPerDay, start + wordsPerStream);
    held.simulated.delete(stream);
    held.plain[stream] = 1;
  };
  const load = (stream: number, { day, provenance, low, high }: DayPlanes): boolean => {
    const held = heldAt(day);
    const plain = provenance === 'measured' && isPlain(low, high);
    if (plain) loadPlain(held, stream);
    let [first, last] = plain ? [0, minutesPerDay] : [-1, 0];
    for (let word = 0; !plain && word < wordsPerDay; word += 1) {
      const [l, h] = [low[word] ?? 0, high[word] ?? 0];
      if ((l | h) === 0) continue;
      if (first < 0) first = word * 32 + lowest(l | h);
      last = word * 32 + 32 - Math.clz32(l | h);
      write(held, { stream, word, low: l, high: h, provenance });
    }
    if (first < 0) return false;
    touch(day, { from: first >>> 5, to: ((last - 1) >>> 5) + 1 });
    told = Math.max(told, day * minutesPerDay + last);
    return begin(stream, day * minutesPerDay + first);
  };
  const add = (stream: number, { minute, slice, provenance }: SliceAt, revised = false): boolean => {
    if (slice === 0) return false;
    const day = dayOf(minute);
    const inDay = minute - day * minutesPerDay;
    const [word, bit] = [inDay >>> 5, (1 << (inDay & 31)) >>> 0];
    const [low, high] = [(slice & 1) === 0 ? 0 : bit, (slice & 2) === 0 ? 0 : bit];
    const held = heldAt(day);
    // As the history keeps it: a clock that was set back tells a minute again, and what was bad in it stays bad.
    if (!revised && slice !== kinds.bad && wasBad(held, stream, { word, bit })) return false;
    write(held, { stream, word, low, high, provenance });
    touch(day, { from: word, to: word + 1 });
    told = Math.max(told, minute + 1);
    return begin(stream, minute);
  };
  return {
    /** First watched minute per stream; Infinity while there is none. */
    since,
    /** All three answer whether the stream turned out to be watched from an earlier minute than was known. */
    load,
    add,
    begin,
    /** What is held of one minute, whoever told it. */
    sliceIn: (stream: number, minute: Minute): Slice => {
      const held = days.get(dayOf(minute));
      const inDay = minute - dayOf(minute) * minutesPerDay;
      const at = stream * wordsPerStream + (inDay >>> 5);
      const bit = (place: number): number => ((held?.words[place] ?? 0) >>> (inDay & 31)) & 1;
      // Safe: two bits are one of the four slices.
      return (bit(at) + 2 * bit(at + wordsPerDay)) as Slice;
    },
    day: (day: Day): Source => {
      const held = days.get(day);
      if (held === undefined) blank ??= new Uint32Array(streams * wordsPerStream);
      return {
        words: held?.words ?? blank ?? new Uint32Array(0),
        simulated: held?.simulated ?? new Map(),
        plain: held?.plain ?? new Uint8Array(0),
        watchedFrom: (stream) => (since[stream] ?? Number.POSITIVE_INFINITY) - day * minutesPerDay,
      };
    },
    /** The end of the newest minute that was ever written. */
    told: (): Minute => told,
    /** The words written since this was last asked, by day. */
    takeTouched: (): ReadonlyMap<Day, Span> => {
      const taken = new Map(touched);
      touched.clear();
      return taken;
    },
    drop: (before: Day): void => {
      for (const day of [...days.keys()]) if (day < before) days.delete(day);
    },
  };
};
