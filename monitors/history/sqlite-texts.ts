import type { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { StreamId } from '../../infra/landscape/model.ts';
import { landscapeFrom } from '../../infra/landscape/stored.ts';
import { hourMs, spentPictures } from './batch.ts';
import type { Batch, Event, StoredEvent } from './history.ts';
import type { Names } from './sqlite-names.ts';
import { asBlob, asNumber, asText, type Row } from './sqlite-rows.ts';

export const createEventStore = (db: DatabaseSync) => {
  const add = db.prepare('INSERT INTO event (at, kind, who, why, data) VALUES (?, ?, ?, ?, ?)');
  const find = db.prepare(`SELECT * FROM (SELECT id, at, kind, who, why, data FROM event
    WHERE at >= ?1 AND at <= ?2 AND (?3 IS NULL OR kind = ?3) ORDER BY at DESC, id DESC LIMIT ?4) ORDER BY at, id`);
  const told = (row: Row): StoredEvent => ({
    id: asNumber(row['id']),
    at: asNumber(row['at']),
    kind: asText(row['kind']),
    who: asText(row['who']),
    why: asText(row['why']),
    data: JSON.parse(asText(row['data'])),
  });
  return {
    keep: (events: readonly Event[]): void => {
      for (const { at, kind, who, why, data } of events) add.run(at, kind, who, why, JSON.stringify(data ?? null));
    },
    /** The newest `limit`, oldest first. */
    read: (from: number, to: number, kind: string | null, limit: number): readonly StoredEvent[] =>
      find.all(from, to, kind, Number.isFinite(limit) ? Math.max(0, Math.floor(limit)) : -1).map(told),
  };
};

export const createTranscriptStore = (db: DatabaseSync, names: Names) => {
  const put = db.prepare(`INSERT INTO transcript VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET at = excluded.at, text = excluded.text WHERE excluded.at >= transcript.at`);
  const get = db.prepare('SELECT at, text FROM transcript WHERE stream = ? AND outcome = ?');
  return {
    keep: (transcripts: NonNullable<Batch['transcripts']>): void => {
      for (const { stream, outcome, at, text } of transcripts) put.run(names.streamId(stream), outcome, at, text);
    },
    read: (stream: StreamId) => {
      const last = (outcome: 'good' | 'bad') => {
        const id = names.knownStream(stream);
        const row = id === undefined ? undefined : get.get(id, outcome);
        return row ? { at: asNumber(row['at']), text: asText(row['text']) } : null;
      };
      return { good: last('good'), bad: last('bad') };
    },
  };
};

export const createLandscapeStore = (db: DatabaseSync) => {
  const put = db.prepare('INSERT OR IGNORE INTO landscape VALUES (?, ?)');
  const validate = db.prepare('INSERT OR REPLACE INTO validity VALUES (?, ?)');
  const validAt = db.prepare(`SELECT v.at, v.hash, l.json FROM validity v JOIN landscape l ON l.hash = v.hash
    WHERE v.at <= ? ORDER BY v.at DESC LIMIT 1`);
  return {
    remember: ({ hash, json, at }: { readonly hash: string; readonly json: string; readonly at: number }): void => {
      if (validAt.get(at)?.['hash'] === hash) return;
      put.run(hash, json);
      validate.run(at, hash);
    },
    at: (at: number) => {
      const row = validAt.get(at);
      if (row === undefined) return null;
      const landscape = landscapeFrom(asText(row['json']));
      return { hash: asText(row['hash']), landscape, validFrom: asNumber(row['at']) };
    },
  };
};

/** Pictures of one hour differ little: each is packed with the hour's first as its dictionary. */
export const createPictureStore = (db: DatabaseSync) => {
  const firstOf = db.prepare('SELECT at, zstd FROM picture WHERE at >= ? AND at < ? AND first IS NULL LIMIT 1');
  const put = db.prepare('INSERT OR IGNORE INTO picture VALUES (?, ?, ?)');
  const newest = db.prepare(`SELECT p.at, p.zstd, f.zstd AS first FROM picture p LEFT JOIN picture f ON f.at = p.first
    WHERE p.at <= ? ORDER BY p.at DESC LIMIT 1`);
  const all = db.prepare('SELECT at, first IS NULL AS leads FROM picture');
  const drop = db.prepare('DELETE FROM picture WHERE at = ?');
  return {
    keep: ({ at, json }: NonNullable<Batch['picture']>): void => {
      const begins = Math.floor(at / hourMs) * hourMs;
      const first = firstOf.get(begins, begins + hourMs);
      const options = first ? { dictionary: zstdDecompressSync(asBlob(first['zstd'])) } : {};
      put.run(at, first ? asNumber(first['at']) : null, zstdCompressSync(json, options));
    },
    at: (at: number) => {
      const row = newest.get(at);
      if (row === undefined) return null;
      const first = row['first'];
      const options = first === null ? {} : { dictionary: zstdDecompressSync(asBlob(first)) };
      return { at: asNumber(row['at']), json: zstdDecompressSync(asBlob(row['zstd']), options).toString() };
    },
    forget: (now: number): void => {
      const kept = all.all().map((row) => ({ at: asNumber(row['at']), first: row['leads'] === 1 }));
      for (const at of spentPictures(kept, now)) drop.run(at);
    },
  };
};
