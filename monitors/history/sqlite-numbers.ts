import type { DatabaseSync } from 'node:sqlite';
import { dayOf, hourMs, keeps } from './batch.ts';
import type { Day, NumberAt, Provenance } from './history.ts';
import {
  coarsen,
  mergePoints,
  type Point,
  packDayOfNumbers,
  packOpen,
  unpackDayOfNumbers,
  unpackOpen,
} from './numbers.ts';
import { hoursPerDay } from './slices.ts';
import type { Marks, Names } from './sqlite-names.ts';
import { asBlob, asNumber } from './sqlite-rows.ts';

export type StoredNumber = Point & { readonly provenance: Provenance };

export const createNumberStore = (db: DatabaseSync, names: Names, marks: Marks) => {
  const getHour = db.prepare('SELECT points FROM number_hour WHERE hour = ? AND series = ?');
  const putHour = db.prepare('INSERT OR REPLACE INTO number_hour VALUES (?, ?, ?)');
  const getDay = db.prepare('SELECT points FROM number_day WHERE day = ? AND series = ?');
  const putDay = db.prepare('INSERT OR REPLACE INTO number_day VALUES (?, ?, ?)');
  const openDays = db.prepare('SELECT DISTINCT hour / 24 AS day FROM number_hour WHERE hour < ? ORDER BY 1');
  const hoursOf = db.prepare(
    'SELECT hour, series, points FROM number_hour WHERE hour >= ? AND hour < ? ORDER BY series, hour',
  );
  const dropHours = db.prepare('DELETE FROM number_hour WHERE hour >= ? AND hour < ?');
  const daysToCoarsen = db.prepare('SELECT DISTINCT day FROM number_day WHERE day > ? AND day <= ?');
  const seriesOn = db.prepare('SELECT series, points FROM number_day WHERE day = ?');
  const dropDays = db.prepare('DELETE FROM number_day WHERE day < ?');
  const bounds = db.prepare('SELECT min(day) AS first, max(day) AS last FROM number_day');
  const daysOf =
    db.prepare(`WITH RECURSIVE wanted(day) AS (SELECT ?1 UNION ALL SELECT day + 1 FROM wanted WHERE day < ?2)
    SELECT d.points FROM wanted CROSS JOIN number_day d WHERE d.day = wanted.day AND d.series = ?3`);
  const openBounds = db.prepare('SELECT min(hour) AS first, max(hour) AS last FROM number_hour');
  const openOf =
    db.prepare(`WITH RECURSIVE wanted(hour) AS (SELECT ?1 UNION ALL SELECT hour + 1 FROM wanted WHERE hour < ?2)
    SELECT h.hour, h.points FROM wanted CROSS JOIN number_hour h WHERE h.hour = wanted.hour AND h.series = ?3`);

  const keepOpen = (hour: number, series: number, told: readonly Point[]): void => {
    const row = getHour.get(hour, series);
    const before = row ? unpackOpen(asBlob(row['points']), hour * hourMs) : [];
    putHour.run(hour, series, packOpen(mergePoints([...before, ...told]), hour * hourMs));
  };
  const keepFolded = (day: Day, series: number, told: readonly Point[]): void => {
    const row = getDay.get(day, series);
    const before = row ? unpackDayOfNumbers(asBlob(row['points'])) : [];
    // A folded day knows whole seconds: told in them, the same number again is the same number.
    const seconds = told.map(({ at, value }) => ({ at: at - (at % 1000), value }));
    putDay.run(day, series, packDayOfNumbers(mergePoints([...before, ...seconds])));
  };
  /** Within the caller's transaction. */
  const keep = (numbers: readonly NumberAt[]): void => {
    const cells = new Map<string, { series: number; hour: number; points: Point[] }>();
    for (const { stream, name, at, value, provenance } of numbers) {
      const [series, hour] = [names.seriesId(stream, name, provenance), Math.floor(at / hourMs)];
      const cell = cells.get(`${hour} ${series}`) ?? { series, hour, points: [] };
      cells.set(`${hour} ${series}`, cell);
      cell.points.push({ at: Math.floor(at), value });
    }
    for (const { series, hour, points } of cells.values()) {
      const day = Math.floor(hour / hoursPerDay);
      if (day <= marks.get('folded')) keepFolded(day, series, points);
      else keepOpen(hour, series, points);
    }
  };
  const foldDay = (day: Day): void => {
    const found = new Map<number, Point[]>();
    for (const row of hoursOf.iterate(day * hoursPerDay, (day + 1) * hoursPerDay)) {
      const points = found.get(asNumber(row['series'])) ?? [];
      found.set(asNumber(row['series']), points);
      points.push(...unpackOpen(asBlob(row['points']), asNumber(row['hour']) * hourMs));
    }
    for (const [series, points] of found) putDay.run(day, series, packDayOfNumbers(points));
    dropHours.run(day * hoursPerDay, (day + 1) * hoursPerDay);
  };
  const coarsenDay = (day: Day): void => {
    for (const row of seriesOn.all(day)) {
      const points = unpackDayOfNumbers(asBlob(row['points']));
      const fewer = coarsen(points, keeps.bucketMs);
      if (fewer.length < points.length) putDay.run(day, asNumber(row['series']), packDayOfNumbers(fewer));
    }
  };
  const span = (known: ReturnType<typeof bounds.get>, from: number, to: number): readonly [number, number] => [
    Math.max(from, asNumber(known?.['first'] ?? 0)),
    Math.min(to, asNumber(known?.['last'] ?? -1)),
  ];
  const pointsOf = (series: number, from: number, to: number): Point[] => {
    const points: Point[] = [];
    const [firstDay, lastDay] = span(bounds.get(), dayOf(from), dayOf(to));
    if (firstDay <= lastDay)
      for (const row of daysOf.iterate(firstDay, lastDay, series))
        points.push(...unpackDayOfNumbers(asBlob(row['points'])));
    const [firstHour, lastHour] = span(openBounds.get(), Math.floor(from / hourMs), Math.floor(to / hourMs));
    if (firstHour <= lastHour)
      for (const row of openOf.iterate(firstHour, lastHour, series))
        points.push(...unpackOpen(asBlob(row['points']), asNumber(row['hour']) * hourMs));
    return points.filter(({ at }) => at >= from && at <= to);
  };

  return {
    keep,
    foldable: (before: Day): readonly Day[] => openDays.all(before * hoursPerDay).map((row) => asNumber(row['day'])),
    foldDay,
    coarsenable: (upTo: Day): readonly Day[] =>
      daysToCoarsen.all(marks.get('coarsened'), upTo).map((row) => asNumber(row['day'])),
    coarsenDay,
    forget: (today: Day): void => void dropDays.run(today - keeps.sliceDays),
    read: (stream: string, name: string, from: number, to: number): readonly StoredNumber[] => {
      const of = (provenance: Provenance): readonly StoredNumber[] => {
        const series = names.knownSeries(stream, name, provenance);
        return series === undefined ? [] : pointsOf(series, from, to).map((point) => ({ ...point, provenance }));
      };
      const measured = of('measured');
      const taken = new Set(measured.map(({ at }) => at));
      return [...measured, ...of('simulated').filter(({ at }) => !taken.has(at))].sort((a, b) => a.at - b.at);
    },
  };
};
