import { DatabaseSync } from 'node:sqlite';
import { createMachine, type Draft, draft, type Series } from '../machine.ts';
import type { Place } from '../network.ts';
import { postgres } from '../protocols/postgres.ts';
import type { Disk, World } from '../world.ts';

/** A small real store stands for a big disk: SQLite refuses to grow past its pages, and each page stands for 128 MiB. */
const pages = 2_048;
const pageStandsFor = 128 * 1024 * 1024;
const logRow = 4_000;
const tickMs = 250;
/** Above this share nothing is cleaned up any more: cleaning needs room of its own. */
const cleansBelow = 0.97;

const schema = `
  pragma page_size = 4096; pragma max_page_count = ${pages};
  create table log (id integer primary key, bytes blob);
  create table orders (id integer primary key, kind text, made text);
  create table board (id integer primary key, place text, note text);
  create table scratch (id integer primary key, bytes blob);
  create table loads (id integer primary key, name text);
  insert into loads (name) values ('hourly');`;

const append = (store: DatabaseSync, table: 'log' | 'scratch', rows: number): void => {
  const insert = store.prepare(`insert into ${table} (bytes) values (zeroblob(${logRow}))`);
  try {
    for (let left = rows; left > 0; left -= 1) insert.run();
  } catch {
    // Full: what asked for the room does without, as the next real write will have to.
  }
};

export const createDisk = (world: World, store: DatabaseSync, startShare: number): Disk => {
  store.exec(schema);
  const count = store.prepare(
    'select page_count - freelist_count as used from pragma_page_count(), pragma_freelist_count()',
  );
  const usedPages = (): number => Number(count.get()?.['used'] ?? 0);
  const size = pages * pageStandsFor;
  let share = 0;
  let owed = 0;
  let grown = world.now();
  store.exec('begin');
  append(store, 'log', Math.round(startShare * pages) - usedPages());
  store.exec('commit');
  world.every(tickMs, () => {
    const passed = (world.now() - grown) / 1000;
    grown = world.now();
    owed += share * pages * passed * 2 * world.random();
    append(store, 'log', Math.floor(owed));
    owed -= Math.floor(owed);
    if (usedPages() > cleansBelow * pages) return;
    for (const [table, keep] of [
      ['board', 10],
      ['orders', 200],
      ['scratch', 0],
    ] as const)
      store.exec(`delete from ${table} where id <= (select max(id) from ${table}) - ${keep}`);
    append(store, 'scratch', Math.floor(world.random() * 8));
  });
  return {
    size,
    used: () => usedPages() * pageStandsFor,
    grow: (sharePerSecond) => {
      share = sharePerSecond;
    },
    free: (toShare) => {
      const excess = usedPages() - Math.round(toShare * pages);
      if (excess > 0) store.exec(`delete from log where id in (select id from log order by id limit ${excess})`);
    },
  };
};

export type DatabaseOptions = { readonly startShare?: number; readonly more?: () => Series };

/** A database machine: PostgreSQL's protocol before a real store, and its numbers as a metrics page. */
export const database = (world: World, name: string, stands: Place, options: DatabaseOptions = {}): Draft => {
  const { startShare = 0.4, more = () => [] } = options;
  const kit = createMachine(world, name, stands);
  const store = new DatabaseSync(':memory:');
  const disk = createDisk(world, store, startShare);
  world.disks.set(name, disk);
  let connections = 0;
  const serve = postgres({ store, beforeQuery: () => undefined });
  const pool = (): number => 40 + world.ramps.at(`connections:${name}`) + connections;
  return draft(
    kit,
    kit.line(5432, (socket) => {
      connections += 1;
      socket.on('close', () => {
        connections -= 1;
      });
      serve(socket);
    }),
    kit.metrics(() => [
      ['pg_connections', Math.round(world.living(`connections:${name}`, pool(), 0.06))],
      ['pg_connections_max', 200],
      ['disk_used_bytes{mount="/data"}', disk.used()],
      ['disk_size_bytes{mount="/data"}', disk.size],
      ['replication_lag_seconds', world.living(`lag:${name}`, 0.08, 0.5)],
      ...more(),
    ]),
  );
};
