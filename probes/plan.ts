import { type CheckId, type Landscape, type StreamId, streamOf, type VantageId } from '../infra/landscape/model.ts';

export type Run = {
  readonly stream: StreamId;
  readonly check: CheckId;
  readonly vantage: VantageId;
  readonly intervalMs: number;
  /** From the start of the schedule to the first slot: the same after every restart. */
  readonly offsetMs: number;
};

export type Plan = {
  readonly runs: readonly Run[];
  /** Probes and anchor connects per second, when nothing fails; a failed attempt is tried once more. */
  readonly rates: Readonly<Record<VantageId, number>>;
};

/** FNV-1a, 32 bits: spreads short texts well and is the same everywhere. */
const hash = (text: string): number =>
  Buffer.from(text).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, 0x811c9dc5);

export const offsetOf = (stream: StreamId, intervalMs: number): number =>
  Math.floor((hash(stream) / 2 ** 32) * intervalMs);

/** Who is probed, from where, how often; from the landscape alone. */
export const planOf = ({ checks, vantages }: Landscape): Plan => {
  const runs = Object.values(checks).flatMap(({ id, intervalMs, vantages: places }) =>
    [...new Set(places)].flatMap((vantage): Run[] => {
      const stream = streamOf(id, vantage);
      if (vantages[vantage] === undefined) return [];
      return [{ stream, check: id, vantage, intervalMs, offsetMs: offsetOf(stream, intervalMs) }];
    }),
  );
  const rates: Record<VantageId, number> = Object.fromEntries(
    Object.values(vantages).map(({ id, anchors, anchorIntervalMs }) => [
      id,
      (anchors.length * 1000) / anchorIntervalMs,
    ]),
  );
  for (const { vantage, intervalMs } of runs) rates[vantage] = (rates[vantage] ?? 0) + 1000 / intervalMs;
  return { runs, rates };
};
