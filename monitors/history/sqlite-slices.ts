import type { DatabaseSync } from 'node:sqlite';
import type { StreamId } from '../../infra/landscape/model.ts';
import type { Conflict } from './batch.ts';
import { keeps } from './batch.ts';
import { type Day, minutesPerDay, type Provenance, type SliceAt, slice } from './history.ts';
import { type PackedPlanes, packPlanes, type Span, type StreamDays } from './planes.ts';
import { minuteMs } from './slicer.ts';
import {
  hoursPerDay,
  type Minutes,
  minutesPerHour,
  packDay,
  packHour,
  type Since,
  type StoredDay,
  settle,
  sliceAt,
  totalsOf,
  unpackDay,
  unpackHour,
} from './slices.ts';
import type { Marks, Names } from './sqlite-names.ts';
import { asBlob, asNumber, codeOf, type Row } from './sqlite-rows.ts';

/** One hour or one folded day of one stream, being changed. */
type Cell = { readonly begins: number; readonly minutes: Minutes; readonly write: (minutes: Minutes) => void };

type Stored = { measured: StoredDay['measured']; simulated: StoredDay['simulated'] };
/** Both provenances of one stream by day; packed later. */
type Days = Map<Day, Stored>;

export const createSliceStore = (db: DatabaseSync, names: Names, marks: Marks) => {
  const getHour = db.prepare('SELECT slices FROM hour WHERE hour = ? AND stream = ? AND provenance = ?');
  const putHour = db.prepare('INSERT OR REPLACE INTO hour VALUES (?, ?, ?, ?)');
  const getDay = db.prepare('SELECT slices FROM day WHERE day = ? AND stream = ? AND provenance = ?');
  const putDay = db.prepare('INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?, ?, ?, ?)');
  const openDays = db.prepare('SELECT DISTINCT hour / 24 AS day FROM hour WHERE hour < ? ORDER BY 1');
  const hoursOf = db.prepare('SELECT hour, stream, provenance, slices FROM hour WHERE hour >= ? AND hour < ?');
  const dropHours = db.prepare('DELETE FROM hour WHERE hour >= ? AND hour < ?');
  const dropDays = db.prepare('DELETE FROM day WHERE day < ?');
  const bounds = db.prepare('SELECT min(day) AS first, max(day) AS last FROM day');
  // The days are walked so that each is one search in the primary key: the wanted streams may be few among thousands.
  const daysOf =
    db.prepare(`WITH RECURSIVE wanted(day) AS (SELECT ?1 UNION ALL SELECT day + 1 FROM wanted WHERE day < ?2)
    SELECT d.day, d.stream, d.provenance, d.slices FROM wanted CROSS JOIN day d
    WHERE d.day = wanted.day AND d.stream IN (SELECT value FROM json_each(?3))`);
  const youngOf = db.prepare(`SELECT hour, stream, provenance, slices FROM hour
    WHERE hour >= ? AND hour < ? AND stream IN (SELECT value FROM json_each(?))`);

  const writeDay = (day: Day, stream: number, provenance: number, minutes: Minutes): void => {
    const { good, bad, unknown } = totalsOf(minutes);
    putDay.run(day, stream, provenance, packDay(minutes), good, bad, unknown);
  };
  const openCell = ({ stream, minute, provenance }: SliceAt): Cell => {
    const [id, code] = [names.streamId(stream), codeOf[provenance]];
    const day = Math.floor(minute / minutesPerDay);
    if (day <= marks.get('folded')) {
      const row = getDay.get(day, id, code);
      const minutes = row ? unpackDay(asBlob(row['slices'])) : new Uint8Array(minutesPerDay);
      return { begins: day * minutesPerDay, minutes, write: (changed) => writeDay(day, id, code, changed) };
    }
    const hour = Math.floor(minute / minutesPerHour);
    const row = getHour.get(hour, id, code);
    const minutes = row ? unpackHour(asBlob(row['slices'])) : new Uint8Array(minutesPerHour);
    return {
      begins: hour * minutesPerHour,
      minutes,
      write: (changed) => void putHour.run(hour, id, code, packHour(changed)),
    };
  };
  /** Within the caller's transaction. */
  const keep = (slices: readonly SliceAt[]): readonly Conflict[] => {
    const cells = new Map<string, Cell>();
    const conflicts: Conflict[] = [];
    for (const one of slices) {
      const { stream, minute, slice: told, provenance } = one;
      if (told === slice.notYetWatched) continue;
      names.begin(stream, provenance, minute);
      const key = `${Math.floor(minute / minutesPerHour)} ${provenance} ${stream}`;
      let cell = cells.get(key);
      if (cell === undefined) {
        const folded = Math.floor(minute / minutesPerDay) <= marks.get('folded');
        const byDay = `d${Math.floor(minute / minutesPerDay)} ${provenance} ${stream}`;
        cell = (folded ? cells.get(byDay) : undefined) ?? openCell(one);
        cells.set(key, cell);
        if (folded) cells.set(byDay, cell);
      }
      const was = sliceAt(cell.minutes, minute - cell.begins);
      const kept = settle(was, told);
      cell.minutes[minute - cell.begins] = kept;
      if (was !== slice.notYetWatched && was !== told && provenance === 'measured')
        conflicts.push({ stream, minute, was, told, kept });
    }
    for (const cell of new Set(cells.values())) cell.write(cell.minutes);
    return conflicts;
  };

  const foldDay = (day: Day): void => {
    const found = new Map<string, { stream: number; provenance: number; minutes: Minutes }>();
    for (const row of hoursOf.iterate(day * hoursPerDay, (day + 1) * hoursPerDay)) {
      const [stream, provenance] = [asNumber(row['stream']), asNumber(row['provenance'])];
      const key = `${stream} ${provenance}`;
      const one = found.get(key) ?? { stream, provenance, minutes: new Uint8Array(minutesPerDay) };
      found.set(key, one);
      one.minutes.set(unpackHour(asBlob(row['slices'])), (asNumber(row['hour']) % hoursPerDay) * minutesPerHour);
    }
    for (const { stream, provenance, minutes } of found.values()) writeDay(day, stream, provenance, minutes);
    dropHours.run(day * hoursPerDay, (day + 1) * hoursPerDay);
  };

  const sinceOf = (stream: StreamId): Since => {
    const of = (provenance: Provenance): number => {
      const since = names.watchedSince(stream, provenance);
      return since === undefined ? names.begun(stream, provenance) : Math.floor(since / minuteMs);
    };
    return { measured: of('measured'), simulated: of('simulated') };
  };

  const read = (ids: ReadonlyMap<number, Days>, { first, last }: Span): void => {
    const wanted = JSON.stringify([...ids.keys()]);
    const stored = (row: Row, day: Day): Stored => {
      const days = ids.get(asNumber(row['stream']));
      const one = days?.get(day) ?? { measured: null, simulated: null };
      days?.set(day, one);
      return one;
    };
    const provenance = (row: Row): Provenance => (row['provenance'] === codeOf.simulated ? 'simulated' : 'measured');
    const known = bounds.get();
    const [from, to] = [
      Math.max(first, asNumber(known?.['first'] ?? 0)),
      Math.min(last, asNumber(known?.['last'] ?? -1)),
    ];
    if (from <= to)
      for (const row of daysOf.iterate(from, to, wanted))
        stored(row, asNumber(row['day']))[provenance(row)] = asBlob(row['slices']);
    const young = new Map<string, { row: Row; day: Day; minutes: Minutes }>();
    for (const row of youngOf.iterate(first * hoursPerDay, (last + 1) * hoursPerDay, wanted)) {
      const hour = asNumber(row['hour']);
      const day = Math.floor(hour / hoursPerDay);
      const key = `${day} ${row['stream']} ${row['provenance']}`;
      const one = young.get(key) ?? { row, day, minutes: new Uint8Array(minutesPerDay) };
      young.set(key, one);
      one.minutes.set(unpackHour(asBlob(row['slices'])), (hour % hoursPerDay) * minutesPerHour);
    }
    for (const { row, day, minutes } of young.values()) stored(row, day)[provenance(row)] = packDay(minutes);
  };

  return {
    keep,
    foldable: (before: Day): readonly Day[] => openDays.all(before * hoursPerDay).map((row) => asNumber(row['day'])),
    foldDay,
    forget: (today: Day): void => void dropDays.run(today - keeps.sliceDays),
    planes: (streams: readonly StreamId[], span: Span): PackedPlanes => {
      const ids = new Map<number, Days>();
      const wanted = [...new Set(streams)].map((stream): StreamDays => {
        const [id, days] = [names.knownStream(stream), new Map<Day, StoredDay>()];
        const own: Days = new Map();
        if (id !== undefined) ids.set(id, own);
        return { stream, since: sinceOf(stream), days: id === undefined ? days : own };
      });
      read(ids, span);
      return packPlanes(wanted, span);
    },
  };
};
