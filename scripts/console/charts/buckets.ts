import type { NumberSeen } from '../source.ts';

/** One of many equal spans of time: what was in it. Null values: nothing was. */
export type Bucket = {
  readonly from: number;
  readonly median: number | null;
  readonly highest: number | null;
  readonly simulated: boolean;
};

const medianOf = (sorted: readonly number[]): number | null => {
  const middle = sorted.length / 2;
  if (sorted.length === 0) return null;
  const upper = sorted[Math.floor(middle)] ?? null;
  const lower = sorted[Math.ceil(middle) - 1] ?? null;
  return upper === null || lower === null ? null : (upper + lower) / 2;
};

/** Numbers in `count` equal spans of [from, to]; an empty span stays empty, so that a gap is seen as one. */
export const bucketsOf = (
  numbers: readonly NumberSeen[],
  over: { readonly from: number; readonly to: number; readonly count: number },
): readonly Bucket[] => {
  const width = (over.to - over.from) / over.count;
  const held = Array.from({ length: over.count }, () => ({ values: [] as number[], simulated: false }));
  for (const { at, value, provenance } of numbers) {
    if (at < over.from || at > over.to || !Number.isFinite(value)) continue;
    const bucket = held[Math.min(over.count - 1, Math.floor((at - over.from) / width))];
    bucket?.values.push(value);
    if (bucket !== undefined && provenance === 'simulated') bucket.simulated = true;
  }
  return held.map(({ values, simulated }, index) => {
    const sorted = values.sort((one, other) => one - other);
    return { from: over.from + index * width, median: medianOf(sorted), highest: sorted.at(-1) ?? null, simulated };
  });
};
