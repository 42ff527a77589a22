import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** One number of one series, wall ms. */
export type Point = { readonly at: number; readonly value: number };

/** In order of time; the same moment told twice is the later telling. */
export const mergePoints = (points: readonly Point[]): readonly Point[] => {
  const byTime = new Map(points.map((point) => [point.at, point]));
  return [...byTime.values()].sort((a, b) => a.at - b.at);
};

/** Keeps the lowest and the highest of each bucket as they were measured: a mean would hide the peak somebody looks for. */
export const coarsen = (points: readonly Point[], bucketMs: number): readonly Point[] => {
  const ends = new Map<number, { low: Point; high: Point }>();
  for (const point of points) {
    const bucket = Math.floor(point.at / bucketMs);
    const { low, high } = ends.get(bucket) ?? { low: point, high: point };
    ends.set(bucket, { low: point.value < low.value ? point : low, high: point.value > high.value ? point : high });
  }
  return mergePoints([...ends.values()].flatMap(({ low, high }) => [low, high]));
};

const openBytes = 12;

/** An open hour, exact: ms since `base` (32 bits) and the number as it is (64 bits). */
export const packOpen = (points: readonly Point[], base: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(points.length * openBytes));
  for (const [index, { at, value }] of points.entries()) {
    view.setUint32(index * openBytes, at - base, true);
    view.setFloat64(index * openBytes + 4, value, true);
  }
  return new Uint8Array(view.buffer);
};
export const unpackOpen = (blob: Uint8Array, base: number): readonly Point[] => {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  return Array.from({ length: blob.length / openBytes }, (_, index) => ({
    at: base + view.getUint32(index * openBytes, true),
    value: view.getFloat64(index * openBytes + 4, true),
  }));
};

type Writer = { readonly bytes: number[] };
type Reader = { readonly view: DataView; at: number };

/** Signed whole numbers of any safe size, small ones in one byte. Arithmetic, because bit operators end at 32 bits. */
const putInteger = ({ bytes }: Writer, value: number): void => {
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
};
const getInteger = (reader: Reader): number => {
  let [value, scale] = [0, 1];
  for (;;) {
    const byte = reader.view.getUint8(reader.at);
    reader.at += 1;
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
};
const putFloat = ({ bytes }: Writer, value: number): void => {
  bytes.push(...new Uint8Array(Float64Array.of(value).buffer));
};
const getFloat = (reader: Reader): number => {
  reader.at += 8;
  return reader.view.getFloat64(reader.at - 8, true);
};

type Way = {
  readonly fits: (values: readonly number[]) => boolean;
  readonly put: (writer: Writer, values: readonly number[]) => void;
  readonly get: (reader: Reader, count: number) => number[];
};

const steps = 65_535;
/** 16-bit steps between the least and the greatest, on a scale on which each step is the same share of the whole. */
const stepped = (fits: Way['fits'], to: (value: number) => number, from: (scaled: number) => number): Way => ({
  fits,
  put: (writer, values) => {
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
    putFloat(writer, least);
    putFloat(writer, greatest);
    const [low, span] = [to(least), to(greatest) - to(least)];
    for (const value of values) {
      const step = span === 0 ? 0 : Math.round(((to(value) - low) / span) * steps);
      writer.bytes.push(step & 255, step >> 8);
    }
  },
  get: (reader, count) => {
    const [least, greatest] = [getFloat(reader), getFloat(reader)];
    const [low, span] = [to(least), to(greatest) - to(least)];
    return Array.from({ length: count }, () => {
      const step = reader.view.getUint16(reader.at, true);
      reader.at += 2;
      // The ends are exact, so that packing again what was unpacked changes nothing.
      if (step === 0) return least;
      return step === steps ? greatest : from(low + (span * step) / steps);
    });
  },
});

const safe = (value: number): boolean => Number.isSafeInteger(value) && Math.abs(value) < 2 ** 50;
const exactly: Way = {
  fits: () => true,
  put: (writer, values) => {
    for (const value of values) putFloat(writer, value);
  },
  get: (reader, count) => Array.from({ length: count }, () => getFloat(reader)),
};
const differences: Way = {
  fits: (values) => values.every(safe),
  put: (writer, values) => {
    let before = 0;
    for (const value of values) {
      putInteger(writer, value - before);
      before = value;
    }
  },
  get: (reader, count) => {
    let value = 0;
    return Array.from({ length: count }, () => {
      value += getInteger(reader);
      return value;
    });
  },
};
const identity = (value: number): number => value;

/** First that fits. The place in the list is written down: never reorder. Only spans that a double holds are stepped. */
const ways: readonly Way[] = [
  differences,
  stepped((values) => values.every((value) => value > 1e-300 && value < 1e300), Math.log, Math.exp),
  stepped((values) => values.every((value) => Math.abs(value) < 1e300), identity, identity),
  exactly,
];

const deflated = 128;

/**
 * A closed day: whole seconds as differences of differences; whole numbers exact, others in 65,535 steps between the
 * day's least and greatest (by ratio when all are positive, then within 0.1 %).
 */
export const packDayOfNumbers = (points: readonly Point[]): Uint8Array => {
  const values = points.map(({ value }) => value);
  const way = ways.findIndex(({ fits }) => fits(values));
  const writer: Writer = { bytes: [] };
  putInteger(writer, points.length);
  let [before, step] = [0, 0];
  for (const { at } of points) {
    const second = Math.floor(at / 1000);
    putInteger(writer, second - before - step);
    [before, step] = [second, second - before];
  }
  ways[way]?.put(writer, values);
  const plain = Uint8Array.from(writer.bytes);
  const packed = deflateRawSync(plain);
  return packed.length < plain.length ? Uint8Array.of(way | deflated, ...packed) : Uint8Array.of(way, ...plain);
};

export const unpackDayOfNumbers = (blob: Uint8Array): readonly Point[] => {
  const head = blob[0] ?? 0;
  const way = ways[head & ~deflated];
  if (way === undefined) throw new RangeError(`expected one of ${ways.length} ways to pack numbers, got ${head}`);
  const body = head & deflated ? inflateRawSync(blob.subarray(1)) : blob.subarray(1);
  const reader: Reader = { view: new DataView(body.buffer, body.byteOffset, body.byteLength), at: 0 };
  const count = getInteger(reader);
  let [second, step] = [0, 0];
  const times = Array.from({ length: count }, () => {
    step += getInteger(reader);
    second += step;
    return second * 1000;
  });
  const values = way.get(reader, count);
  return times.map((at, index) => ({ at, value: values[index] ?? Number.NaN }));
};
