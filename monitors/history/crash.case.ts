import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { sliceIn } from './contract.case.ts';
import { type History, minutesPerDay, slice } from './history.ts';
import { openSqlite } from './sqlite.ts';
import { type Feed, feed } from './testing/feed.ts';
import { streams, toldAt } from './testing/told.ts';

/** Small and seeded, so that a run that failed can be played again. */
const createRandom = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** The minutes of which anything was kept. Throws when a minute is kept in part, or otherwise than it was told. */
export const keptMinutes = async (history: History, first: number, asOf: number): Promise<ReadonlySet<number>> => {
  const span = { first: Math.floor(first / minutesPerDay), last: Math.floor(asOf / minutesPerDay) };
  const planes = await history.planes({ streams, ...span, asOf });
  const kept = new Set<number>();
  const events = await history.events({ from: 0, to: Number.MAX_SAFE_INTEGER, kind: 'minute' });
  const told = new Set(events.map(({ data }) => data));
  for (let minute = first; minute < asOf; minute += 1) {
    const is = streams.map((stream) => {
      const day = planes.get(stream)?.find((one) => one.day === Math.floor(minute / minutesPerDay));
      return day ? sliceIn(day, minute % minutesPerDay) : slice.notYetWatched;
    });
    const whole = is.every((one, index) => one === toldAt(streams[index] ?? '', minute));
    const gap = is.every((one) => one === slice.unknown);
    if (!whole && !gap) throw new Error(`expected minute ${minute} whole or unknown, got ${is.join('')}`);
    if (whole) kept.add(minute);
    expect(told.has(minute), `the event of minute ${minute} came with its slices`).toBe(whole);
  }
  return kept;
};

const integrity = (path: string): unknown => {
  const db = new DatabaseSync(path);
  const found = db.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  db.close();
  return found;
};

type Life = { readonly from: number; readonly kept: readonly number[] };

/** Lets the writer live for a while and kills it: sometimes while it opens, mostly while it writes. */
const live = async (running: Feed, random: () => number): Promise<void> => {
  if (random() < 0.1) await setTimeout(random() * 400);
  else {
    await running.until(({ kept }) => kept.length > 0);
    await setTimeout(random() * 250);
  }
  await running.kill();
};

/** Kills the real writer so many times and checks after each that all it acknowledged is there, and nothing by halves. */
export const survive = async (kills: number, seed: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'history-crash-'));
  const path = join(folder, 'history.db');
  const random = createRandom(seed);
  const begin = 29_000_000;
  const lives: Life[] = [];
  let next = begin;
  try {
    for (let count = 0; count < kills; count += 1) {
      const running = feed(path, next);
      await live(running, random);
      lives.push({ from: next, kept: running.kept });
      next = Math.max(next, ...running.kept.map((minute) => minute + 2)) + Math.floor(random() * 300);
      // A writer that was killed before it had made its file leaves none.
      if (lives.every(({ kept }) => kept.length === 0)) continue;
      expect(integrity(path)).toBe('ok');
      const history = openSqlite(path);
      const [first] = await history.streams();
      const kept = await keptMinutes(history, Math.floor((first?.watchedSince ?? 0) / 60_000), next);
      await history.close();
      const lost = lives.flatMap((life) => life.kept).filter((minute) => !kept.has(minute));
      expect(lost, `lost after kill ${count + 1} of seed ${seed}`).toEqual([]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { acknowledged: lives.reduce((sum, { kept }) => sum + kept.length, 0) };
};
