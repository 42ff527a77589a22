import { DatabaseSync } from 'node:sqlite';
import type { Landscape } from '../../../infra/landscape/model.ts';
import { streamOf } from '../../../infra/landscape/model.ts';
import { type Minute, minutesPerDay, type Slice, type StoredEvent, slice } from '../../../monitors/history/history.ts';
import { openSqlite } from '../../../monitors/history/sqlite.ts';

export const minuteMs = 60_000;

/** The streams that judge, with what they are made of. */
const streamsOf = (landscape: Landscape) =>
  Object.values(landscape.checks)
    .filter(({ judges }) => judges)
    .flatMap(({ id, vantages }) => vantages.map((vantage) => ({ stream: streamOf(id, vantage), check: id, vantage })));

/** So many good minutes of every stream up to the one that goes on, as an earlier run would have left them. */
export const rememberGood = async (path: string, landscape: Landscape, of: { until: number; minutes: number }) => {
  const history = openSqlite(path);
  const last = Math.floor(of.until / minuteMs);
  const told = Array.from({ length: of.minutes }, (_, index) => last - of.minutes + index);
  const watchedSince = (last - of.minutes) * minuteMs;
  const streams = streamsOf(landscape).map((one) => ({ ...one, watchedSince, provenance: 'measured' as const }));
  const good = { slice: slice.good, provenance: 'measured' as const };
  await history.commit({
    streams,
    slices: streams.flatMap(({ stream }) => told.map((minute) => ({ stream, minute, ...good }))),
  });
  await history.close();
};

const integrity = (path: string): unknown => {
  const db = new DatabaseSync(path);
  try {
    return db.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  } finally {
    db.close();
  }
};

export type Kept = {
  readonly sound: unknown;
  readonly events: readonly StoredEvent[];
  /** Of one minute, by stream. */
  readonly slicesOf: (minute: Minute) => Readonly<Record<string, Slice>>;
};

/** What a file holds that no process has open. */
export const readMemory = async (path: string, landscape: Landscape, asOf: number): Promise<Kept> => {
  const sound = integrity(path);
  const history = openSqlite(path);
  const streams = streamsOf(landscape).map(({ stream }) => stream);
  const last = Math.floor(asOf / minuteMs);
  const days = { first: Math.floor(last / minutesPerDay) - 1, last: Math.floor(last / minutesPerDay) };
  const planes = await history.planes({ streams, ...days, asOf: last });
  const events = await history.events({ from: 0, to: Number.MAX_SAFE_INTEGER });
  await history.close();
  const sliceAt = (stream: string, minute: Minute): Slice => {
    const day = planes.get(stream)?.find((one) => one.day === Math.floor(minute / minutesPerDay));
    const [word, bit] = [(minute % minutesPerDay) >> 5, minute % 32];
    const code = (((day?.low[word] ?? 0) >>> bit) & 1) + 2 * (((day?.high[word] ?? 0) >>> bit) & 1);
    return Object.values(slice).find((one) => one === code) ?? slice.notYetWatched;
  };
  return {
    ...{ sound, events },
    slicesOf: (minute) => Object.fromEntries(streams.map((stream) => [stream, sliceAt(stream, minute)])),
  };
};
