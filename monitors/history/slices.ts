import { type Day, minutesPerDay, type Provenance, type Slice, slice } from './history.ts';

export const minutesPerHour = 60;
export const hoursPerDay = 24;
/** 60 and 1440 slices of two bits. */
const hourBytes = 15;
const dayBytes = 360;

/** The slices of an hour or a day, one per byte: what is worked on between reading and writing. */
export type Minutes = Uint8Array;
export type Totals = { readonly good: number; readonly bad: number; readonly unknown: number };

const worst: Readonly<Record<Slice, number>> = {
  [slice.notYetWatched]: 0,
  [slice.good]: 1,
  [slice.unknown]: 2,
  [slice.bad]: 3,
};
/** A minute told twice keeps the worse: bad, then unknown, then good. */
export const settle = (was: Slice, told: Slice): Slice => (worst[told] > worst[was] ? told : was);

/** Two bits can be nothing but a slice. */
const toSlice = (bits: number): Slice => (bits & 3) as Slice;
export const sliceAt = (minutes: Minutes, index: number): Slice => toSlice(minutes[index] ?? 0);

const pack = (minutes: Minutes): Uint8Array => {
  const packed = new Uint8Array(minutes.length / 4);
  for (let index = 0; index < minutes.length; index += 1)
    packed[index >> 2] = (packed[index >> 2] ?? 0) | ((minutes[index] ?? 0) << ((index & 3) * 2));
  return packed;
};
const unpack = (packed: Uint8Array): Minutes => {
  const minutes = new Uint8Array(packed.length * 4);
  for (let index = 0; index < minutes.length; index += 1)
    minutes[index] = ((packed[index >> 2] ?? 0) >> ((index & 3) * 2)) & 3;
  return minutes;
};

export const packHour = pack;
export const unpackHour = (blob: Uint8Array): Minutes => {
  if (blob.length !== hourBytes) throw new RangeError(`expected an hour of ${hourBytes} bytes, got ${blob.length}`);
  return unpack(blob);
};

/** Runs of one slice, each `length * 4 + slice` in one or two bytes; a day too broken for that is kept flat in 360. */
export const packDay = (minutes: Minutes): Uint8Array => {
  const bytes: number[] = [];
  for (let from = 0; from < minutesPerDay && bytes.length < dayBytes; ) {
    let to = from + 1;
    while (to < minutesPerDay && minutes[to] === minutes[from]) to += 1;
    const token = (to - from) * 4 + sliceAt(minutes, from);
    if (token < 128) bytes.push(token);
    else bytes.push(128 | (token & 127), token >> 7);
    from = to;
  }
  return bytes.length < dayBytes ? Uint8Array.from(bytes) : pack(minutes);
};

/** Calls back with each run of one slice in order; throws RangeError when the blob is not a whole day. */
const eachRun = (blob: Uint8Array, take: (from: number, to: number, told: Slice) => void): void => {
  let from = 0;
  for (let at = 0; at < blob.length; at += 1) {
    let token = blob[at] ?? 0;
    if (token >= 128) {
      at += 1;
      token = (token & 127) | ((blob[at] ?? 0) << 7);
    }
    const to = from + (token >> 2);
    if (to === from || to > minutesPerDay) throw new RangeError(`expected runs that make a day, got one up to ${to}`);
    take(from, to, toSlice(token));
    from = to;
  }
  if (from !== minutesPerDay) throw new RangeError(`expected a day of ${minutesPerDay} minutes, got ${from}`);
};

export const unpackDay = (blob: Uint8Array): Minutes => {
  if (blob.length === dayBytes) return unpack(blob);
  const minutes = new Uint8Array(minutesPerDay);
  eachRun(blob, (from, to, told) => minutes.fill(told, from, to));
  return minutes;
};

export const totalsOf = (minutes: Minutes): Totals => {
  const count = [0, 0, 0, 0];
  for (const one of minutes) count[one] = (count[one] ?? 0) + 1;
  return { good: count[slice.good] ?? 0, bad: count[slice.bad] ?? 0, unknown: count[slice.unknown] ?? 0 };
};

/** The bits of one 32-minute word that lie in [from, to), counted from its first minute. */
const maskOf = (from: number, to: number): number => {
  if (from <= 0 && to >= 32) return -1;
  const [first, last] = [from < 0 ? 0 : from, to > 32 ? 32 : to];
  if (last <= first) return 0;
  return (last === 32 ? -1 : (1 << last) - 1) & ~((1 << first) - 1);
};

/** Two planes of one day: low words, then high words. */
export type Planes = Uint32Array;
const half = minutesPerDay / 32;
const provenances: readonly Provenance[] = ['measured', 'simulated'];
export const planeWords = half * 2;

const evenBits = (byte: number): number => (byte & 1) | ((byte >> 1) & 2) | ((byte >> 2) & 4) | ((byte >> 3) & 8);

/** Writes a stored day over the planes, straight from runs to words: a day of one colour costs 90 words and no minutes. */
export const readDay = (blob: Uint8Array, planes: Planes): void => {
  planes.fill(0);
  const paint = (from: number, to: number, told: Slice): void => {
    for (let word = from >> 5; word * 32 < to; word += 1) {
      const mask = maskOf(from - word * 32, to - word * 32);
      if (told & 1) planes[word] = (planes[word] ?? 0) | mask;
      if (told & 2) planes[half + word] = (planes[half + word] ?? 0) | mask;
    }
  };
  if (blob.length !== dayBytes) eachRun(blob, paint);
  else
    for (const [at, byte] of blob.entries()) {
      // Four minutes a byte: even bits are the low plane, odd bits the high one.
      const [word, shift] = [at >> 3, (at & 7) * 4];
      planes[word] = (planes[word] ?? 0) | (evenBits(byte) << shift);
      planes[half + word] = (planes[half + word] ?? 0) | (evenBits(byte >> 1) << shift);
    }
};

/** First minute ever watched, by provenance; Infinity where it never was. */
export type Since = Readonly<Record<Provenance, number>>;
/** As `packDay` gave it. */
export type StoredDay = Readonly<Record<Provenance, Uint8Array | null>>;

/** Which minutes of a day may still be claimed: all, until somebody has spoken for them. */
type Free = Int32Array;
/** What saying one day after the other needs, made once. */
export type Scratch = { readonly free: Free; readonly planes: Planes };
export const createScratch = (): Scratch => ({ free: new Int32Array(half), planes: new Uint32Array(planeWords) });

type Claim = {
  readonly stored: Planes | null;
  /** Minutes of the day: unknown from the first (inclusive) up to the second (exclusive) where nothing is stored. */
  readonly silent: readonly [number, number];
  /** Nothing is claimed at or after this minute of the day. */
  readonly before: number;
};

/** Writes what is claimed of the free minutes into 90 words at `at`, and takes them; false when it claims nothing. */
const claimDay = ({ stored, silent: [from, to], before }: Claim, free: Free, out: Planes, at: number): boolean => {
  let any = 0;
  for (let word = 0; word < half; word += 1) {
    const base = word * 32;
    const allowed = (free[word] ?? 0) & maskOf(0, before - base);
    let [low, high] = [0, 0];
    if (stored !== null) {
      low = (stored[word] ?? 0) & allowed;
      high = (stored[half + word] ?? 0) & allowed;
    }
    const silent = maskOf(from - base, to - base) & allowed & ~(low | high);
    out[at + word] = low | silent;
    out[at + half + word] = high | silent;
    any |= low | high | silent;
    free[word] = (free[word] ?? 0) & ~(low | high | silent);
  }
  return any !== 0;
};

/**
 * What is said of a day: stored minutes, and *unknown* where a watched stream told nothing before `asOf` (exclusive).
 * Simulated is heard only before the first measured minute, and never where something measured is stored.
 * Returns which of the two had anything to say; each has its 90 words in `out` from `at` on, measured first.
 */
export const sayDay = (
  {
    day,
    stored,
    since,
    asOf,
  }: { readonly day: Day; readonly stored: StoredDay; readonly since: Since; readonly asOf: number },
  { scratch: { free, planes }, out, at }: { readonly scratch: Scratch; readonly out: Planes; readonly at: number },
): readonly Provenance[] => {
  const begins = day * minutesPerDay;
  free.fill(-1);
  const said: Provenance[] = [];
  for (const provenance of provenances) {
    const first = since[provenance] - begins;
    const before = provenance === 'measured' ? minutesPerDay : since.measured - begins;
    if (stored[provenance] === null && (first >= minutesPerDay || before <= 0)) continue;
    const blob = stored[provenance];
    if (blob !== null) readDay(blob, planes);
    const claim = { stored: blob && planes, silent: [first, asOf - begins], before } as const;
    if (claimDay(claim, free, out, at + said.length * planeWords)) said.push(provenance);
  }
  return said;
};
