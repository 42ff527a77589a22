import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FromProbes } from '../../probes/observation.ts';
import { createSpool } from './spool.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forvarsel-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mark = (wall: number): FromProbes => ({ type: 'watermark', vantages: ['ward'], at: wall, wall });
const walls = (entries: readonly { message: FromProbes }[]): readonly number[] =>
  entries.flatMap(({ message }) => (message.type === 'watermark' ? [message.wall] : []));
const filled = (count: number, more: object = {}) => {
  let now = 0;
  const spool = createSpool({ folder, boot: 'one', asked: 'x', wall: () => now, ...more });
  for (now = 1; now <= count; now += 1) spool.append([mark(now)]);
  return spool;
};

test('what was appended is read in order, from any number on, once each', () => {
  const spool = filled(5);
  expect(walls(spool.read({ after: 0 }).entries)).toEqual([1, 2, 3, 4, 5]);
  expect(walls(spool.read({ after: 3 }).entries)).toEqual([4, 5]);
  expect(spool.read({ after: 5 })).toMatchObject({ entries: [], first: 1, last: 5 });
  spool.close();
});

test('a restart goes on numbering, and a hub goes on where it was', () => {
  filled(3).close();
  const spool = createSpool({ folder, boot: 'two', asked: 'x', wall: () => 9 });
  spool.append([mark(9)]);
  const { entries, last } = spool.read({ after: 2 });
  expect(entries.map(({ seq, boot }) => [seq, boot])).toEqual([
    [3, 'one'],
    [4, 'two'],
  ]);
  expect(last).toBe(4);
  spool.close();
});

test.each([
  ['half a line', '{"seq":4,"boot":"one","asked":"x","at":4,"mess'],
  ['a line of rubbish', 'rubbish\n'],
  ['a line out of turn', '{"seq":9,"boot":"one","asked":"x","at":4,"message":{}}\n'],
])('%s at the end is what a kill left: it is cut off, and what stood before stays', (_, torn) => {
  filled(3).close();
  const file = readdirSync(folder).find((name) => name.startsWith('spool-')) ?? '';
  appendFileSync(join(folder, file), torn);
  const spool = createSpool({ folder, boot: 'two', asked: 'x', wall: () => 4 });
  spool.append([mark(4)]);
  expect(walls(spool.read({ after: 0 }).entries)).toEqual([1, 2, 3, 4]);
  spool.close();
  const again = createSpool({ folder, boot: 'three', asked: 'x' });
  expect(walls(again.read({ after: 0 }).entries)).toEqual([1, 2, 3, 4]);
  again.close();
});

test('a spool that is begun anew says so, and one that goes on is the same', () => {
  const first = filled(1);
  const { spool: id } = first.read({ after: 0 });
  first.close();
  const again = createSpool({ folder, boot: 'two', asked: 'x' });
  expect(again.read({ after: 0 }).spool).toBe(id);
  again.close();
  rmSync(folder, { recursive: true });
  const other = createSpool({ folder, boot: 'three', asked: 'x' });
  expect(other.read({ after: 0 }).spool).not.toBe(id);
  other.close();
});

test('beyond its size the oldest goes, and whoever asks for it can see that', () => {
  const long = 'x'.repeat(1_500_000);
  const spool = createSpool({ folder, boot: 'one', asked: 'x', limitBytes: 12_000_000 });
  const big = (slot: number): FromProbes => ({ type: 'missed', check: long, vantage: 'ward', slot, count: 1 });
  for (let slot = 1; slot <= 20; slot += 1) spool.append([big(slot)]);
  const { first, last, entries } = spool.read({ after: 0 });
  expect(last).toBe(20);
  expect(first).toBeGreaterThan(1);
  expect(entries[0]?.seq).toBe(first);
  expect(spool.bytes()).toBeLessThan(20_000_000);
  spool.close();
});

test('one answer holds a bounded part, and the next goes on from there', () => {
  const spool = createSpool({ folder, boot: 'one', asked: 'x' });
  spool.append(Array.from({ length: 4_500 }, (_, index) => mark(index + 1)));
  const seen: number[] = [];
  for (let after = 0, turns = 0; after < 4_500 && turns < 10; turns += 1) {
    const { entries } = spool.read({ after });
    expect(entries.length).toBeLessThanOrEqual(2_000);
    seen.push(...entries.map(({ seq }) => seq));
    after = entries.at(-1)?.seq ?? after;
  }
  expect(seen).toEqual(Array.from({ length: 4_500 }, (_, index) => index + 1));
  spool.close();
});

test('from a wall time on nothing is missing, though some of what lay before may come along', () => {
  filled(3).close();
  const spool = createSpool({ folder, boot: 'two', asked: 'x', wall: () => 50 });
  spool.append([mark(50)]);
  expect(walls(spool.read({ from: 40 }).entries)).toEqual([50]);
  expect(walls(spool.read({ from: 2 }).entries)).toEqual([1, 2, 3, 50]);
  expect(spool.read({ from: 60 }).entries).toEqual([]);
  spool.close();
});
