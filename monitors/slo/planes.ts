import { minutesPerDay, wordsPerDay } from '../history/history.ts';

/** One bit per minute of a UTC day: bit m of word w is minute w * 32 + m. */
export type Plane = Uint32Array;
/** Three-valued logic, a day at a time: a minute set in neither is unknown, none is set in both. */
export type Kleene = { readonly good: Plane; readonly bad: Plane };
/** Words from (inclusive) to (exclusive). */
export type Span = { readonly from: number; readonly to: number };

export const allWords: Span = { from: 0, to: wordsPerDay };
export const createPlane = (word = 0): Plane => new Uint32Array(wordsPerDay).fill(word);
export const createKleene = (): Kleene => ({ good: createPlane(), bad: createPlane() });
/** Good in every minute of the day. */
export const setGood = ({ good, bad }: Kleene): void => {
  good.fill(0xffffffff);
  bad.fill(0);
};
/** Words of the two bit planes of one stream and one day as they lie in a store: the low plane, then the high one. */
export const wordsPerStream = 2 * wordsPerDay;

export const popcount = (word: number): number => {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};

/** The minutes of word `index` that lie in from (inclusive) to (exclusive), minutes of the day. */
export const wordMask = (index: number, from: number, to: number): number => {
  if (from <= index * 32 && to >= index * 32 + 32) return 0xffffffff;
  const [first, last] = [Math.max(0, from - index * 32), Math.min(32, to - index * 32)];
  return last <= first ? 0 : ((0xffffffff >>> (32 - (last - first))) << first) >>> 0;
};

/** The minutes of a day from (inclusive) to (exclusive), clipped to the day. */
export const planeOf = (from: number, to: number = minutesPerDay): Plane => {
  const plane = createPlane();
  for (let word = 0; word < wordsPerDay; word += 1) plane[word] = wordMask(word, from, to);
  return plane;
};

/** How many minutes are set in from (inclusive) to (exclusive) of the plane that begins at `offset`. */
export const countIn = (words: Uint32Array, offset: number, range: { readonly from: number; readonly to: number }) => {
  const [first, last] = [Math.max(0, range.from), Math.min(minutesPerDay, range.to)];
  let count = 0;
  for (let word = first >>> 5; word * 32 < last; word += 1)
    count += popcount((words[offset + word] ?? 0) & wordMask(word, first, last));
  return count;
};

/** Kleene's *and* with one more: any bad is bad, all good is good. */
export const meet = (into: Kleene, one: Kleene, span: Span): void => {
  for (let word = span.from; word < span.to; word += 1) {
    into.good[word] = (into.good[word] ?? 0) & (one.good[word] ?? 0);
    into.bad[word] = (into.bad[word] ?? 0) | (one.bad[word] ?? 0);
  }
};

export const join = (into: Plane, one: Plane, span: Span): void => {
  for (let word = span.from; word < span.to; word += 1) into[word] = (into[word] ?? 0) | (one[word] ?? 0);
};

/**
 * One more into a tally of 32 minutes at once. The tally is a thermometer: bit m of level j says that minute m has been
 * counted more than j times, which turns every comparison of counts into *and* and *not*.
 */
const count = (tally: Uint32Array, levels: number, bits: number): void => {
  let carry = bits;
  for (let level = 0; level < levels && carry !== 0; level += 1) {
    const before = tally[level] ?? 0;
    tally[level] = before | carry;
    carry &= before;
  }
};

/** The minutes in which at least `wanted` of the planes are set, of one word. */
const reached = (planes: readonly Plane[], wanted: number, word: number, tally: Uint32Array): number => {
  if (wanted <= 0) return 0xffffffff;
  if (wanted > planes.length) return 0;
  for (let level = 0; level < wanted; level += 1) tally[level] = 0;
  for (const plane of planes) count(tally, wanted, plane[word] ?? 0);
  return tally[wanted - 1] ?? 0;
};

/** Kleene's *at least so many*: good when that many are good, bad when fewer than that are not bad. */
export const createAtLeast = (wanted: number, choices: readonly Kleene[]) => {
  const into = createKleene();
  const tally = new Uint32Array(choices.length + 1);
  const goods = choices.map((choice) => choice.good);
  const bads = choices.map((choice) => choice.bad);
  const run = (span: Span): void => {
    for (let word = span.from; word < span.to; word += 1) {
      into.good[word] = reached(goods, wanted, word, tally);
      into.bad[word] = reached(bads, choices.length - wanted + 1, word, tally);
    }
  };
  return { into, run };
};

/** How an unknown slice votes: not at all, as rule 1 has it, or as the worst or the best it may have been. */
export const readings = ['told', 'worst', 'best'] as const;
export type Reading = (typeof readings)[number];
const lostAs = {
  told: { good: 0, bad: 0 },
  worst: { good: 0, bad: 0xffffffff },
  best: { good: 0xffffffff, bad: 0 },
} as const satisfies Record<Reading, { good: number; bad: number }>;

/** One day of slices: two planes per stream, and the minute of the day from which a stream is watched. */
export type Slices = {
  readonly words: Uint32Array;
  readonly watchedFrom: (stream: number) => number;
  /** 1 where every minute of the day is known to be good: most days of most streams, and nothing need be read. */
  readonly plain: Uint8Array;
};

/**
 * Rule 1 over the slices of a check's streams: the majority of good and bad; a tie is unknown. What is not yet watched
 * never votes; a watched minute without a slice is an unknown one. `run` says whether any slice was unknown.
 */
export const createMajority = (streams: readonly number[]) => {
  const into = createKleene();
  const most = streams.length;
  const [goods, bads] = [new Uint32Array(most), new Uint32Array(most)];
  const [votesGood, votesBad] = [new Uint32Array(most), new Uint32Array(most)];

  /** The minutes of one word in which good outnumbers bad, and the other way round: some level is reached by one alone. */
  const tallied = (word: number): void => {
    goods.fill(0);
    bads.fill(0);
    for (let index = 0; index < most; index += 1) {
      count(goods, most, votesGood[index] ?? 0);
      count(bads, most, votesBad[index] ?? 0);
    }
    let [good, bad] = [0, 0];
    for (let level = 0; level < most; level += 1) {
      good |= (goods[level] ?? 0) & ~(bads[level] ?? 0);
      bad |= (bads[level] ?? 0) & ~(goods[level] ?? 0);
    }
    into.good[word] = good;
    into.bad[word] = bad;
  };
  let plain = false;
  const isPlain = (of: Slices): boolean => {
    for (const stream of streams) if (of.plain[stream] !== 1) return false;
    return most > 0;
  };
  const run = (of: Slices, span: Span, reading: Reading): boolean => {
    const wasPlain = plain;
    plain = isPlain(of);
    if (plain && !wasPlain) setGood(into);
    if (plain) return false;
    const { words, watchedFrom } = of;
    const { good: lostGood, bad: lostBad } = lostAs[reading];
    const counted = most > 2;
    let anyLost = 0;
    for (let word = span.from; word < span.to; word += 1) {
      let anyGood = 0;
      let anyBad = 0;
      for (let index = 0; index < most; index += 1) {
        const stream = streams[index] ?? 0;
        const at = stream * wordsPerStream + word;
        const low = words[at] ?? 0;
        const high = words[at + wordsPerDay] ?? 0;
        const same = ~(low ^ high);
        const lost = same === 0 ? 0 : same & wordMask(word, watchedFrom(stream), minutesPerDay);
        anyLost |= lost;
        const good = (low & ~high) | (lost & lostGood);
        const bad = (high & ~low) | (lost & lostBad);
        if (counted) {
          votesGood[index] = good;
          votesBad[index] = bad;
        }
        anyGood |= good;
        anyBad |= bad;
      }
      into.good[word] = anyGood & ~anyBad;
      into.bad[word] = anyBad & ~anyGood;
      // Two that differ are a tie; only more than two need counting, and only where they differ.
      if (counted && (anyGood & anyBad) !== 0) tallied(word);
    }
    return anyLost !== 0;
  };
  return { into, run, plain: () => plain };
};

/**
 * Rule 2's meeting of what the needs say and what the own checks say, as `settle` of monitors/judge/state.ts has it:
 * observed bad is bad, inferred bad is overruled only by a good round trip, else the observation stands.
 */
export const settlePlanes = (
  into: Kleene,
  of: { readonly inferred: Kleene; readonly observed: Kleene; readonly roundTrip: Plane },
  span: Span,
): void => {
  const { inferred, observed, roundTrip } = of;
  for (let word = span.from; word < span.to; word += 1) {
    const lifted = (observed.good[word] ?? 0) & (roundTrip[word] ?? 0);
    const down = (inferred.bad[word] ?? 0) & ~lifted;
    into.good[word] = (observed.good[word] ?? 0) & ~down;
    into.bad[word] = (observed.bad[word] ?? 0) | down;
  }
};
