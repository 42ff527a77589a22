import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keptMinutes } from './crash.case.ts';
import { openSqlite } from './sqlite.ts';
import { type Feed, feed } from './testing/feed.ts';

const works = (...command: readonly string[]): boolean => {
  const [program = '', ...rest] = command;
  try {
    execFileSync(program, rest, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const canLimit = works('prlimit', '--version');
const canMount = works('unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir());

const begin = 29_000_160;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-full-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The disk fills under the writer, it reads on, room is made, it goes on without being opened again. */
const fillAndFree = async (running: Feed, path: string, { free }: { readonly free: () => void }): Promise<void> => {
  try {
    await running.until(({ said }) => said.filter((line) => line === 'full').length >= 3);
    const before = running.kept.length;
    expect(before).toBeGreaterThan(0);
    expect(running.said).toContain('read');
    expect(new Set(running.said.filter((line) => !line.startsWith('kept ')))).toEqual(
      new Set(['open', 'full', 'read']),
    );
    free();
    await running.until(({ kept }) => kept.length > before + 200);
    running.child.stdin?.end();
    await running.until(({ said }) => said.includes('closed'));
    if (!existsSync(path)) copyFileSync(`/proc/${running.child.pid}/root${path}`, path);
  } finally {
    await running.kill();
  }
  const history = openSqlite(path);
  const kept = await keptMinutes(history, begin, begin + running.kept.length);
  expect(running.kept.filter((minute) => !kept.has(minute))).toEqual([]);
  await history.close();
};

test.skipIf(!canLimit)('a file-size limit: nothing acknowledged is lost, and it resumes (needs prlimit)', async () => {
  const path = join(folder, 'limited.db');
  const running = feed(path, begin, (command) => ['prlimit', '--fsize=600000:unlimited', ...command]);
  await fillAndFree(running, path, {
    free: () => execFileSync('prlimit', ['--pid', String(running.child.pid), '--fsize=unlimited:unlimited']),
  });
});

test.skipIf(!canMount)(
  'a full disk: nothing acknowledged is lost, and it resumes (needs to mount a tmpfs)',
  async () => {
    const place = mkdtempSync(join(folder, 'small-'));
    const path = join(place, 'history.db');
    const running = feed(path, begin, (command) => [
      ...['unshare', '--mount', 'sh', '-c'],
      // The mount is seen by the writer alone and ends with it.
      'mount -t tmpfs -o size=24m tmpfs "$1" && head -c 23000000 /dev/zero > "$1/ballast" && shift && exec "$@"',
      ...['sh', place, ...command],
    ]);
    await fillAndFree(running, path, { free: () => rmSync(`/proc/${running.child.pid}/root${place}/ballast`) });
  },
);
