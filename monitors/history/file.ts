import { closeSync, existsSync, fsyncSync, linkSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HistoryError } from './history.ts';
import { refuse, wordsOf } from './refusal.ts';

/** "Forv" as the file says it in its header. */
export const applicationId = 0x466f7276;
export const formatVersion = 1;

/**
 * Days up to `folded` live in `day` and `number_day`, younger ones in `hour` and `number_hour`, never in both. Tables that
 * every minute writes to are ordered by time, so that a minute touches few pages. Provenance: 0 measured, 1 simulated.
 */
const schema = `
CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO mark VALUES ('folded', -1), ('coarsened', -1);
CREATE TABLE stream (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE watch (stream INTEGER NOT NULL, provenance INTEGER NOT NULL, check_id TEXT NOT NULL, vantage TEXT NOT NULL,
  since REAL NOT NULL, PRIMARY KEY (stream, provenance)) STRICT, WITHOUT ROWID;
CREATE TABLE begun (stream INTEGER NOT NULL, provenance INTEGER NOT NULL, minute INTEGER NOT NULL,
  PRIMARY KEY (stream, provenance)) STRICT, WITHOUT ROWID;
CREATE TABLE hour (hour INTEGER NOT NULL, stream INTEGER NOT NULL, provenance INTEGER NOT NULL, slices BLOB NOT NULL,
  PRIMARY KEY (hour, stream, provenance)) STRICT, WITHOUT ROWID;
CREATE TABLE day (day INTEGER NOT NULL, stream INTEGER NOT NULL, provenance INTEGER NOT NULL, slices BLOB NOT NULL,
  good INTEGER NOT NULL, bad INTEGER NOT NULL, unknown INTEGER NOT NULL,
  PRIMARY KEY (day, stream, provenance)) STRICT, WITHOUT ROWID;
CREATE TABLE series (id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, name TEXT NOT NULL, provenance INTEGER NOT NULL,
  UNIQUE (stream, name, provenance)) STRICT;
CREATE TABLE number_hour (hour INTEGER NOT NULL, series INTEGER NOT NULL, points BLOB NOT NULL,
  PRIMARY KEY (hour, series)) STRICT, WITHOUT ROWID;
CREATE TABLE number_day (day INTEGER NOT NULL, series INTEGER NOT NULL, points BLOB NOT NULL,
  PRIMARY KEY (day, series)) STRICT, WITHOUT ROWID;
CREATE TABLE transcript (stream INTEGER NOT NULL, outcome TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (stream, outcome)) STRICT, WITHOUT ROWID;
CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL,
  why TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE INDEX event_at ON event (at);
CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TABLE landscape (hash TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE validity (at REAL PRIMARY KEY, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE picture (at REAL PRIMARY KEY, first REAL, zstd BLOB NOT NULL) STRICT;
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${formatVersion};
`;

/** Made beside its place and linked there whole: a crash leaves either no history or an empty one. */
const create = (path: string): void => {
  const beside = `${path}.new-${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    // What was said by systems and of patients' systems is for its owner alone; the log beside it takes the same rights.
    closeSync(openSync(beside, 'wx', 0o600));
    const db = new DatabaseSync(beside);
    try {
      db.exec(`PRAGMA page_size = 4096; BEGIN; ${schema} COMMIT`);
    } finally {
      db.close();
    }
    try {
      linkSync(beside, path);
    } catch (error) {
      // Another opener was first, or the file system has no links.
      if (!existsSync(path)) renameSync(beside, path);
      else if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } finally {
    rmSync(beside, { force: true });
    rmSync(`${beside}-journal`, { force: true });
  }
};

/** Whose file it is, read from its first hundred bytes without SQLite touching it. */
const recognise = (path: string): void => {
  const head = Buffer.alloc(100);
  const file = openSync(path, 'r');
  const length = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  if (length < head.length || head.toString('latin1', 0, 16) !== 'SQLite format 3\0')
    throw new HistoryError('foreign', `expected a history, got a file that is not SQLite: ${path} is left as it is`);
  const [version, id] = [head.readUInt32BE(60), head.readUInt32BE(68)];
  if (id !== applicationId)
    throw new HistoryError('foreign', `expected a history, got another program's database: ${path} is left as it is`);
  if (version !== formatVersion)
    throw new HistoryError(
      'foreign',
      `expected a history of version ${formatVersion}, got version ${version}: ${path} is left as it is, open it with the program that wrote it`,
    );
};

/** Read-only, because closing a connection that may write would checkpoint a broken log into a broken file. */
const examine = (path: string): void => {
  const hadIndex = existsSync(`${path}-shm`);
  const hadLog = existsSync(`${path}-wal`);
  const db = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  let found: unknown;
  try {
    found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  } finally {
    db.close();
    if (!hadIndex) rmSync(`${path}-shm`, { force: true });
    if (!hadLog) rmSync(`${path}-wal`, { force: true });
  }
  if (found !== 'ok')
    throw new HistoryError('corrupt', `expected a sound history, got ${String(found)}: ${path} is left as it is`);
};

/** The open file, ours alone until it is closed. */
export const openFile = (path: string): DatabaseSync =>
  refuse(path, () => {
    if (!existsSync(path)) create(path);
    recognise(path);
    examine(path);
    const db = new DatabaseSync(path, { timeout: 0 });
    try {
      // FULL: a commit returns after its log is on the disk. The log is cut back to 16 MB after a burst.
      db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;
        BEGIN IMMEDIATE; COMMIT;`);
    } catch (error) {
      db.close();
      throw new HistoryError(wordsOf(error).code, `${path}: ${wordsOf(error).message}`, { cause: error });
    }
    return db;
  });
