import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { type HistoryErrorCode, slice } from './history.ts';
import { openSqlite } from './sqlite.ts';
import { openHistory } from './thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'history-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const nextFile = (): string => {
  files += 1;
  return join(folder, `${files}.db`);
};

/** A sound history of a few days, closed. */
const sound = async (): Promise<string> => {
  const path = nextFile();
  const history = openSqlite(path);
  for (let index = 0; index < 300; index += 1)
    await history.commit({
      slices: [{ stream: `${index}@x`, minute: index * 60, slice: slice.bad, provenance: 'measured' }],
    });
  await history.close();
  return path;
};
const changed = (path: string, change: (bytes: Buffer) => Buffer): string => {
  writeFileSync(path, change(readFileSync(path)));
  return path;
};
/** Every page but the first is overwritten in its middle: headers, cells and all. */
const scribble = (bytes: Buffer): Buffer => {
  for (let page = 4096; page < bytes.length; page += 4096) bytes.fill(0xa5, page, page + 600);
  return bytes;
};
const otherProgram = (): string => {
  const path = nextFile();
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
  db.close();
  return path;
};
const text = (content: string): string => {
  const path = nextFile();
  writeFileSync(path, content);
  return path;
};

const cases: readonly (readonly [string, HistoryErrorCode, () => string | Promise<string>])[] = [
  ['a text file', 'foreign', () => text('not a database, and longer than a hundred bytes. '.repeat(9))],
  ['an empty file', 'foreign', () => text('')],
  ['the database of another program', 'foreign', otherProgram],
  [
    'a history of a later version',
    'foreign',
    async () =>
      changed(await sound(), (bytes) => {
        bytes.writeUInt32BE(99, 60);
        return bytes;
      }),
  ],
  ['a history with overwritten pages', 'corrupt', async () => changed(await sound(), scribble)],
  [
    'a history cut in half',
    'corrupt',
    async () => changed(await sound(), (bytes) => bytes.subarray(0, 4096 * 4 + 100)),
  ],
];

describe('refused by name and left byte for byte', () => {
  test.each(cases)('%s is %s', async (_, code, make) => {
    const path = await make();
    const [before, beside] = [readFileSync(path), readdirSync(folder)];
    for (const open of [async () => openSqlite(path), () => openHistory(path)]) {
      const refused = open();
      await expect(refused).rejects.toMatchObject({ name: 'HistoryError', code });
      await expect(refused).rejects.toThrow(path);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(beside);
  });
  test('a broken history is not touched by the log that a crash left beside it', async () => {
    const path = await sound();
    const [crashed, history] = [nextFile(), openSqlite(path)];
    await history.commit({ events: [{ at: 1, kind: 'x', who: 'a', why: 'b', data: null }] });
    writeFileSync(crashed, scribble(readFileSync(path)));
    writeFileSync(`${crashed}-wal`, readFileSync(`${path}-wal`));
    await history.close();
    const before = [readFileSync(crashed), readFileSync(`${crashed}-wal`)];
    expect(before[1]?.length).toBeGreaterThan(0);
    expect(() => openSqlite(crashed)).toThrow(expect.objectContaining({ code: 'corrupt' }));
    expect([readFileSync(crashed), readFileSync(`${crashed}-wal`)]).toEqual(before);
  });
});

describe('one owner at a time', () => {
  test('a second opener is told that it is busy, and the first goes on', async () => {
    const path = nextFile();
    const first = await openHistory(path);
    await expect(openHistory(path)).rejects.toMatchObject({ code: 'busy' });
    expect(() => openSqlite(path)).toThrow(expect.objectContaining({ code: 'busy' }));
    await first.commit({ events: [{ at: 1, kind: 'x', who: 'a', why: 'b', data: null }] });
    await first.close();
    const second = openSqlite(path);
    expect(await second.events({ from: 0, to: 9 })).toHaveLength(1);
    await second.close();
  });
  test('closing waits for what was committed before it', async () => {
    const path = nextFile();
    const history = await openHistory(path);
    const commits = Array.from({ length: 50 }, (_, at) =>
      history.commit({ events: [{ at, kind: 'x', who: 'a', why: 'b', data: null }] }),
    );
    await Promise.all([...commits, history.close()]);
    const again = openSqlite(path);
    expect(await again.events({ from: 0, to: 99 })).toHaveLength(50);
    await again.close();
  });
  test('commits that pile up beyond the queue are refused, and only those', async () => {
    const history = await openHistory(nextFile());
    const event = { at: 1, kind: 'x', who: 'a', why: 'b', data: null };
    const all = await Promise.allSettled(Array.from({ length: 300 }, () => history.commit({ events: [event] })));
    const refused = all.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(300 - 256);
    expect(refused[0]?.reason).toMatchObject({ code: 'busy' });
    expect(await history.events({ from: 0, to: 9 })).toHaveLength(256);
    await history.commit({ events: [event] });
    await history.close();
  });
  test('a folder that is not there is a failure with its name', async () => {
    const path = join(folder, 'nowhere', 'x.db');
    await expect(openHistory(path)).rejects.toThrow(path);
  });
  test('events cannot be changed or taken away, not even with SQL', async () => {
    const path = nextFile();
    const history = openSqlite(path);
    await history.commit({ events: [{ at: 1, kind: 'x', who: 'a', why: 'b', data: null }] });
    await history.close();
    const db = new DatabaseSync(path);
    expect(() => db.exec('DELETE FROM event')).toThrow('append-only');
    expect(() => db.exec("UPDATE event SET who = 'me'")).toThrow('append-only');
    db.close();
  });
});

test('nobody else on the machine may read a history or its log', async () => {
  const path = nextFile();
  const history = openSqlite(path);
  await history.commit({ slices: [{ stream: 'a/b@c', minute: 1, slice: slice.good, provenance: 'measured' }] });
  for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o077).toBe(0);
  await history.close();
});
