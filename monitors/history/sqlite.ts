import type { DatabaseSync } from 'node:sqlite';
import { checkBatch, dayOf, keeps, lateData, minutesIn } from './batch.ts';
import { openFile } from './file.ts';
import { type Batch, type History, HistoryError } from './history.ts';
import { type PackedPlanes, unpackPlanes } from './planes.ts';
import { refuse } from './refusal.ts';
import { createMarks, createNames } from './sqlite-names.ts';
import { createNumberStore } from './sqlite-numbers.ts';
import { asNumber } from './sqlite-rows.ts';
import { createSliceStore } from './sqlite-slices.ts';
import { createEventStore, createLandscapeStore, createPictureStore, createTranscriptStore } from './sqlite-texts.ts';

/** The same as `History`, at once, and with planes still packed: what a thread can serve. */
export type Ledger = ReturnType<typeof openLedger>;

const tablesOf = { slices: ['hour', 'day'], numbers: ['number_hour', 'number_day'] } as const;

const sizeOf = (db: DatabaseSync) => {
  const pages = db.prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name').all();
  const bytes = (names: readonly string[] | null): number =>
    pages
      .filter(({ name }) => names === null || names.includes(String(name)))
      .reduce((sum, row) => sum + asNumber(row['bytes']), 0);
  const [slices, numbers] = [bytes(tablesOf.slices), bytes(tablesOf.numbers)];
  return { slices, numbers, other: bytes(null) - slices - numbers };
};

/** Opens or makes the file; throws HistoryError `foreign`, `corrupt` or `busy` and then leaves it as it was. */
export const openLedger = (path: string, { now = Date.now }: { readonly now?: () => number } = {}) => {
  const db = openFile(path);
  const [names, marks] = [createNames(db), createMarks(db)];
  const slices = createSliceStore(db, names, marks);
  const numbers = createNumberStore(db, names, marks);
  const [events, transcripts] = [createEventStore(db), createTranscriptStore(db, names)];
  const [landscapes, pictures] = [createLandscapeStore(db), createPictureStore(db)];
  let open = true;

  const answer = <Of>(work: () => Of): Of => {
    if (!open) throw new HistoryError('closed', `expected an open history, got one that was closed: ${path}`);
    return refuse(path, work);
  };
  /** All or nothing, and on the disk when it returns. */
  const durably = <Of>(work: () => Of): Of =>
    answer(() => {
      db.exec('BEGIN IMMEDIATE');
      try {
        const made = work();
        db.exec('COMMIT');
        return made;
      } catch (error) {
        // SQLite may have rolled back by itself. What is held in memory goes back to what the file says.
        if (db.isTransaction) db.exec('ROLLBACK');
        for (const held of [names, marks]) held.forget();
        throw error;
      }
    });
  const keep = (batch: Batch): void => {
    checkBatch(batch);
    for (const info of batch.streams ?? []) names.watch(info);
    const conflicts = slices.keep(minutesIn(batch));
    numbers.keep(batch.numbers ?? []);
    transcripts.keep(batch.transcripts ?? []);
    events.keep([...(batch.events ?? []), ...lateData(conflicts, now())]);
    if (batch.picture) pictures.keep(batch.picture);
  };
  /** A day at a time, so that no commit waits longer than one day takes. */
  const foldSteps = (at: number): readonly (() => void)[] => {
    const today = dayOf(at);
    const days = [...new Set([...slices.foldable(today), ...numbers.foldable(today)])].sort((a, b) => a - b);
    const fine = today - keeps.fineNumberDays - 1;
    return [
      ...days.map((day) => () => {
        slices.foldDay(day);
        numbers.foldDay(day);
        marks.advance('folded', day);
      }),
      () => marks.advance('folded', today - 1),
      () => {
        for (const day of numbers.coarsenable(fine)) numbers.coarsenDay(day);
        marks.advance('coarsened', fine);
      },
      () => {
        slices.forget(today);
        numbers.forget(today);
        pictures.forget(at);
      },
    ];
  };

  return {
    commit: (batch: Batch): void => durably(() => keep(batch)),
    planes: ({ streams, ...span }: Parameters<History['planes']>[0]): PackedPlanes =>
      answer(() => slices.planes(streams, span)),
    numbers: ({ stream, name, from, to }: Parameters<History['numbers']>[0]) =>
      answer(() => numbers.read(stream, name, from, to)),
    transcripts: (stream: string) => answer(() => transcripts.read(stream)),
    streams: () => answer(() => names.infos()),
    events: ({ from, to, kind, limit = Number.POSITIVE_INFINITY }: Parameters<History['events']>[0]) =>
      answer(() => events.read(from, to, kind ?? null, limit)),
    remember: (landscape: Parameters<History['remember']>[0]): void => durably(() => landscapes.remember(landscape)),
    landscapeAt: (at: number) => answer(() => landscapes.at(at)),
    pictureAt: (at: number) => answer(() => pictures.at(at)),
    fold: (at: number): void => {
      for (const step of answer(() => foldSteps(at))) durably(step);
    },
    size: () => answer(() => sizeOf(db)),
    close: (): void => {
      if (!open) return;
      open = false;
      db.close();
    },
  };
};

/** The memory in a file, worked on in this thread: for tools and tests. A process that measures uses `openHistory`. */
export const openSqlite = (path: string, options: { readonly now?: () => number } = {}): History => {
  const ledger = openLedger(path, options);
  return {
    commit: async (batch) => ledger.commit(batch),
    planes: async (wanted) => unpackPlanes(ledger.planes(wanted)),
    numbers: async (wanted) => ledger.numbers(wanted),
    transcripts: async (stream) => ledger.transcripts(stream),
    streams: async () => ledger.streams(),
    events: async (wanted) => ledger.events(wanted),
    remember: async (landscape) => ledger.remember(landscape),
    landscapeAt: async (at) => ledger.landscapeAt(at),
    pictureAt: async (at) => ledger.pictureAt(at),
    fold: async (at) => ledger.fold(at),
    size: async () => ledger.size(),
    close: async () => ledger.close(),
  };
};
