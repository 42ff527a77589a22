import type { DatabaseSync } from 'node:sqlite';
import type { StreamId } from '../../infra/landscape/model.ts';
import type { Minute, Provenance, StreamInfo } from './history.ts';
import { asNumber, asText, codeOf, provenanceOf } from './sqlite-rows.ts';

/** Short numbers for long names, and since when each stream is watched. Held in memory; `forget` after a rollback. */
export const createNames = (db: DatabaseSync) => {
  const addStream = db.prepare('INSERT INTO stream (name) VALUES (?) RETURNING id');
  const addSeries = db.prepare('INSERT INTO series (stream, name, provenance) VALUES (?, ?, ?) RETURNING id');
  const putWatch = db.prepare('INSERT OR REPLACE INTO watch VALUES (?, ?, ?, ?, ?)');
  const allStreams = db.prepare('SELECT id, name FROM stream');
  const allSeries = db.prepare('SELECT id, stream, name, provenance FROM series');
  const allWatches = db.prepare(`SELECT s.name, w.provenance, w.check_id, w.vantage, w.since
    FROM watch w JOIN stream s ON s.id = w.stream ORDER BY w.stream, w.provenance`);
  const putBegun = db.prepare('INSERT OR REPLACE INTO begun VALUES (?, ?, ?)');
  const allBegun = db.prepare('SELECT s.name, b.provenance, b.minute FROM begun b JOIN stream s ON s.id = b.stream');
  const streams = new Map<StreamId, number>();
  const begun = { measured: new Map<StreamId, Minute>(), simulated: new Map<StreamId, Minute>() };
  const series = new Map<string, number>();
  const watches = new Map<string, StreamInfo>();
  const keyOf = (stream: number, name: string, provenance: Provenance): string =>
    `${stream} ${codeOf[provenance]} ${name}`;

  const load = (): void => {
    for (const known of [streams, series, watches, begun.measured, begun.simulated]) known.clear();
    for (const row of allStreams.all()) streams.set(asText(row['name']), asNumber(row['id']));
    for (const row of allSeries.all()) {
      const key = keyOf(asNumber(row['stream']), asText(row['name']), provenanceOf(row['provenance']));
      series.set(key, asNumber(row['id']));
    }
    for (const row of allWatches.all()) {
      const [stream, provenance] = [asText(row['name']), provenanceOf(row['provenance'])];
      const watchedSince = asNumber(row['since']);
      const [check, vantage] = [asText(row['check_id']), asText(row['vantage'])];
      watches.set(`${provenance} ${stream}`, { stream, check, vantage, watchedSince, provenance });
    }
    for (const row of allBegun.all())
      begun[provenanceOf(row['provenance'])].set(asText(row['name']), asNumber(row['minute']));
  };
  load();
  const streamId = (stream: StreamId): number => {
    const id = streams.get(stream) ?? asNumber(addStream.get(stream)?.['id']);
    streams.set(stream, id);
    return id;
  };
  return {
    forget: load,
    streamId,
    knownStream: (stream: StreamId): number | undefined => streams.get(stream),
    seriesId: (stream: StreamId, name: string, provenance: Provenance): number => {
      const key = keyOf(streamId(stream), name, provenance);
      const id = series.get(key) ?? asNumber(addSeries.get(streamId(stream), name, codeOf[provenance])?.['id']);
      series.set(key, id);
      return id;
    },
    knownSeries: (stream: StreamId, name: string, provenance: Provenance): number | undefined => {
      const id = streams.get(stream);
      return id === undefined ? undefined : series.get(keyOf(id, name, provenance));
    },
    watchedSince: (stream: StreamId, provenance: Provenance): number | undefined =>
      watches.get(`${provenance} ${stream}`)?.watchedSince,
    /** The earliest first due slot ever told stays. */
    watch: (info: StreamInfo): void => {
      const key = `${info.provenance} ${info.stream}`;
      const before = watches.get(key);
      const watchedSince = Math.min(info.watchedSince, before?.watchedSince ?? Number.POSITIVE_INFINITY);
      if (
        before &&
        before.watchedSince === watchedSince &&
        before.check === info.check &&
        before.vantage === info.vantage
      )
        return;
      putWatch.run(streamId(info.stream), codeOf[info.provenance], info.check, info.vantage, watchedSince);
      watches.set(key, { ...info, watchedSince });
    },
    /** What nobody introduced counts as watched from the first minute told of it. */
    begin: (stream: StreamId, provenance: Provenance, minute: Minute): void => {
      if ((begun[provenance].get(stream) ?? Number.POSITIVE_INFINITY) <= minute) return;
      putBegun.run(streamId(stream), codeOf[provenance], minute);
      begun[provenance].set(stream, minute);
    },
    begun: (stream: StreamId, provenance: Provenance): number =>
      begun[provenance].get(stream) ?? Number.POSITIVE_INFINITY,
    infos: (): readonly StreamInfo[] => [...watches.values()],
  };
};
export type Names = ReturnType<typeof createNames>;

export type Mark = 'folded' | 'coarsened';
/** How far a day's work has come. Held in memory; `forget` after a rollback. */
export const createMarks = (db: DatabaseSync) => {
  const all = db.prepare('SELECT name, value FROM mark');
  const put = db.prepare('UPDATE mark SET value = ? WHERE name = ?');
  const marks = new Map<string, number>();
  const load = (): void => {
    for (const row of all.all()) marks.set(asText(row['name']), asNumber(row['value']));
  };
  load();
  const get = (mark: Mark): number => marks.get(mark) ?? -1;
  return {
    forget: load,
    get,
    /** Never back: a clock that steps must not unfold a day. */
    advance: (mark: Mark, day: number): void => {
      if (day <= get(mark)) return;
      put.run(day, mark);
      marks.set(mark, day);
    },
  };
};
export type Marks = ReturnType<typeof createMarks>;
