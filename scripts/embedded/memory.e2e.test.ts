import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { slice } from '../../monitors/history/history.ts';
import { landscapeOf } from './testing/estate.ts';
import { minuteMs, readMemory } from './testing/memory.ts';
import { isWell, onStage, phaseOf, promiseOf, stateOf } from './testing/program.ts';

const works = (program: string, ...rest: readonly string[]): boolean => {
  try {
    execFileSync(program, rest, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
/** Writes until there is no room left, whatever else is being written beside it. */
const fillUp = (file: string): void => {
  for (let size = 1 << 20; size > 64; size >>= 1)
    try {
      for (let count = 0; count < 16; count += 1) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full at this size: smaller ones may still fit.
    }
};

type Disk = {
  readonly wrap: (command: readonly string[], folder: string) => readonly string[];
  /** The folder of the program as this process sees it. */
  readonly seenFrom: (folder: string, pid: number) => string;
  readonly fill: (folder: string, pid: number) => void;
  readonly free: (folder: string, pid: number) => void;
};

/** A small disk of its own, seen by the program alone and ended with it. */
const mounted: Disk = {
  wrap: (command, folder) => [
    ...['unshare', '--mount', 'sh', '-c'],
    'mount -t tmpfs -o size=2m tmpfs "$1" && shift && exec "$@"',
    ...['sh', folder, ...command],
  ],
  seenFrom: (folder, pid) => `/proc/${pid}/root${folder}`,
  fill: (folder) => fillUp(join(folder, 'ballast')),
  free: (folder) => rmSync(join(folder, 'ballast')),
};
const limitTo = (pid: number, bytes: string): void =>
  void execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
/** No file may be written beyond its first page. */
const limited: Disk = {
  wrap: (command) => command,
  seenFrom: (folder) => folder,
  fill: (_, pid) => limitTo(pid, '4096'),
  free: (_, pid) => limitTo(pid, 'unlimited'),
};
const disks = [
  { name: 'a small disk', disk: mounted, can: works('unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()) },
  { name: 'a file-size limit', disk: limited, can: works('prlimit', '--version') },
];
const possible = disks.find(({ can }) => can) ?? {
  name: 'needs to mount a tmpfs, or prlimit',
  disk: limited,
  can: false,
};

(possible.can ? test.concurrent : test.skip)(
  `a full disk under the whole program: said aloud, judged on, resumed, and nothing lost (${possible.name})`,
  onStage(async ({ stands, orders, landscape, dataFolder, folder, start }) => {
    const { disk } = possible;
    orders.toSecond(51);
    const program = await start((command) => disk.wrap(command, dataFolder));
    const pid = program.child.pid ?? 0;
    const inside = disk.seenFrom(dataFolder, pid);
    await program.until('all well', isWell);
    disk.fill(inside, pid);
    await stands['db-2'].shut();
    await stands.lab.shut();
    const full = await program.until(
      'not recording',
      (picture) => phaseOf(picture, 'not-recording|forvarsel|') === 'firing',
    );
    expect(full.recording).toMatchObject({ state: 'paused', message: expect.stringContaining('the disk is full') });
    await program.until('judging', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'firing');
    const minute = Math.floor(full.at / minuteMs);
    const later = await program.until('the minute', (seen) => promiseOf(seen, 'results').asOf > minute * minuteMs);
    expect(promiseOf(later, 'results').bad, 'a minute that is not durable is not shown').toBe(0);
    disk.free(inside, pid);
    const again = await program.until('recording again', ({ recording }) => recording.state === 'recording');
    expect(phaseOf(again, 'impact|see-results|ward')).toBe('firing');
    await program.until('what waited', (picture) => promiseOf(picture, 'results').bad > 0);
    // The disk ends with the program, and the file is sound only as a whole.
    program.child.kill('SIGSTOP');
    for (const name of ['history.sqlite', 'history.sqlite-wal']) copyFileSync(join(inside, name), join(folder, name));
    await program.kill('SIGKILL');
    const kept = await readMemory(join(folder, 'history.sqlite'), landscape, orders.wall());
    expect(kept.sound).toBe('ok');
    expect(kept.slicesOf(minute)['lab/port@north']).toBe(slice.bad);
    const fired = kept.events.filter(({ kind }) => kind === 'alert-firing').map(({ data }) => data);
    expect(fired).toContainEqual(
      expect.objectContaining({ alerts: expect.arrayContaining(['impact|see-results|ward']) }),
    );
  }),
);

test.concurrent(
  'an alert that fired a moment before kill -9 goes on firing, though nobody can see its cause any more',
  onStage(async ({ stands, orders, recall, start }) => {
    orders.toSecond(10);
    const first = await start();
    await first.until('all well', isWell);
    await stands.lab.shut();
    const fired = await first.until('impact', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'firing');
    await setTimeout(1_000);
    await first.kill('SIGKILL');
    expect((await recall()).sound).toBe('ok');
    await stands.north.shut();
    await stands.lab.open();
    const second = await start();
    const again = await second.until('blind', (picture) => phaseOf(picture, 'blind|north|north') === 'firing');
    expect(stateOf(again, 'see-results')).toBe('unknown');
    const [before, after] = [fired, again].map(({ alerts }) =>
      alerts.find(({ id }) => id === 'impact|see-results|ward'),
    );
    expect(after).toMatchObject({ phase: 'firing', frozen: true, since: before?.since, firedAt: before?.firedAt });
    for (const picture of second.pictures) expect(phaseOf(picture, 'impact|see-results|ward')).toBe('firing');
  }),
);

test.concurrent(
  'the clock was set back while the program was down: what fired before still fires',
  onStage(async ({ stands, orders, start }) => {
    const first = await start();
    await first.until('all well', isWell);
    await stands.lab.shut();
    await first.until('impact', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'firing');
    await setTimeout(1_000);
    await first.kill('SIGKILL');
    await stands.north.shut();
    orders.shift(-3_600_000);
    const second = await start();
    const again = await second.until('a picture', ({ alerts }) => alerts.length > 0);
    expect(phaseOf(again, 'impact|see-results|ward')).toBe('firing');
  }),
);

test.concurrent(
  'a node that leaves the landscape takes its alerts with it, and says so; the others stay',
  onStage(async ({ stands, estate, declare, recall, start }) => {
    const first = await start();
    await first.until('all well', isWell);
    await stands.lab.shut();
    await stands['db-2'].shut();
    const both = ['impact|see-results|ward', 'thin|order|ward'];
    await first.until('both', (picture) => both.every((id) => phaseOf(picture, id) === 'firing'));
    await setTimeout(1_000);
    await first.kill('SIGKILL');
    const { components, solutions, workflows, ...rest } = landscapeOf(estate);
    const { lab: _, ...otherComponents } = components ?? {};
    const { results: __, ...otherSolutions } = solutions ?? {};
    const { 'see-results': ___, ...otherWorkflows } = workflows ?? {};
    await declare({ ...rest, components: otherComponents, solutions: otherSolutions, workflows: otherWorkflows });
    const second = await start();
    await second.until('the other', (picture) => stateOf(picture, 'order') === 'good');
    for (const picture of second.pictures) {
      expect(phaseOf(picture, 'thin|order|ward')).toBe('firing');
      expect(picture.alerts.filter(({ node }) => node === 'see-results' || node === 'lab')).toEqual([]);
      expect(Object.keys(picture.since).filter((id) => /lab|results/.test(id))).toEqual([]);
    }
    for (const path of ['/en/', '/da/warnings', '/en/workflow/order', '/metrics', '/-/ready'])
      expect((await fetch(second.url + path)).status, path).toBe(200);
    expect((await fetch(`${second.url}/en/workflow/see-results`)).status).toBe(404);
    await second.kill('SIGKILL');
    const ends = (await recall()).events.filter(({ kind }) => kind === 'alert-resolved');
    expect(ends.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ alerts: expect.arrayContaining(['impact|see-results|ward']) }),
    );
  }),
);
