import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Landscape } from '../../infra/landscape/model.ts';
import type { LandscapeInput } from '../../infra/landscape/schema.ts';
import type { Picture } from '../../monitors/picture.ts';
import { checkOf, landscapeOf as small, vantageOf } from '../../probes/testing/servers.ts';
import { openHeartbeats } from './heartbeats.ts';
import { landscapeOf } from './testing/estate.ts';
import { onStage, type Stage } from './testing/program.ts';

const graceS = 12;
const withJob = ({ estate }: Pick<Stage, 'estate'>): LandscapeInput => {
  const { components, ...rest } = landscapeOf(estate);
  const load = {
    title: 'Nightly load',
    site: 'north',
    checks: {
      done: {
        kind: 'push' as const,
        target: 'nightly load',
        every: '1s',
        within: '500ms',
        token: { file: 'token' },
        grace: `${graceS}s`,
        numbers: ['rows-loaded'],
        vantages: ['north'],
        signals: { rows: { unit: 'count' as const, of: 'rows-loaded' } },
      },
    },
  };
  return { ...rest, components: { ...components, load } };
};
const voteOf = ({ verdicts }: Picture) => verdicts['load/done']?.votes[0];
const isState = (state: string) => (picture: Picture) => voteOf(picture)?.state === state;

test(
  'a job reports to the whole program: good, and still good after kill -9; silence turns it bad; what it says counts',
  onStage(async (stage) => {
    await stage.declare(withJob(stage));
    writeFileSync(join(stage.folder, 'token'), 'let-me-in\n');
    const report = (url: string, body?: object, token = 'let-me-in') =>
      fetch(`${url}/push/load/done`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const first = await stage.start();
    const before = await first.until('nothing known yet', (picture) => voteOf(picture) !== undefined);
    expect(voteOf(before)?.state).toBe('unknown');
    expect((await report(first.url, {}, 'guess')).status).toBe(401);
    expect((await report(first.url, { numbers: { 'rows-loaded': 42 } })).status).toBe(204);
    await first.kill('SIGKILL');
    const second = await stage.start();
    await second.until('remembered', isState('good'), graceS);
    const metrics = await (await fetch(`${second.url}/metrics`)).text();
    expect(metrics).toMatch(/rows[^\n]* 42\n/);
    const silent = await second.until('silence', isState('bad'));
    expect(voteOf(silent)).toMatchObject({ reason: 'heartbeat-missing' });
    expect((await report(second.url, { numbers: { 'rows-loaded': 43 } })).status).toBe(204);
    await second.until('good again', isState('good'), graceS);
    const probed = await fetch(`${second.url}/probe?target=load/done&debug=true`);
    expect(await probed.text()).toContain('outcome good');
    expect((await report(second.url, { status: 'failed', message: 'the disk is full' })).status).toBe(204);
    const failed = await second.until('its own word', isState('bad'));
    expect(voteOf(failed)).toMatchObject({
      reason: 'job-failed',
      message: expect.stringContaining('the disk is full'),
    });
  }),
);

const opened = (dataFolder: string, told: string[] = []) => {
  const check = checkOf('push', { token: { env: 'TOKEN' }, graceMs: 60_000, numbers: [] }, { id: 'a/job' });
  const landscape: Landscape = small([check], [vantageOf('here')]);
  return openHeartbeats({ landscape, secrets: { 'env:TOKEN': 'x' }, dataFolder, tell: (line) => void told.push(line) });
};
const inFolder = async (play: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'forvarsel-heartbeats-'));
  try {
    await play(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

test('reports at once share writes, and each is durable when it is acknowledged', () =>
  inFolder(async (folder) => {
    const heartbeats = opened(folder);
    const durations = Array.from({ length: 50 }, (_, index) => index);
    await Promise.all(
      durations.map(async (durationMs) => {
        expect(await heartbeats.reports.take('a/job', { status: 'ok', durationMs })).toBe(true);
        const kept = JSON.parse(readFileSync(join(folder, 'heartbeats.json'), 'utf8'));
        expect(kept.jobs['a/job'].last.durationMs).toBeGreaterThanOrEqual(durationMs);
      }),
    );
    await heartbeats.close();
    const again = opened(folder);
    expect(again.of('a/job')?.last).toMatchObject({ status: 'ok', durationMs: 49 });
    await again.close();
  }));

test('a folder that cannot be written is said once, the report is heard and not acknowledged', () =>
  inFolder(async (folder) => {
    const told: string[] = [];
    const heartbeats = opened(folder, told);
    // Nothing is being written any more when the folder goes.
    expect(await heartbeats.reports.take('a/job', { status: 'ok' })).toBe(true);
    rmSync(folder, { recursive: true });
    for (const _ of [1, 2]) expect(await heartbeats.reports.take('a/job', { status: 'ok' })).toBe(false);
    expect(heartbeats.of('a/job')?.last).toMatchObject({ status: 'ok' });
    expect(told).toEqual([expect.stringContaining('cannot be remembered')]);
    mkdirSync(folder);
    chmodSync(folder, 0o700);
    expect(await heartbeats.reports.take('a/job', { status: 'ok' })).toBe(true);
    await heartbeats.close();
  }));

test.each(['', 'nonsense', '{"until":"x"}', '{"until":1,"jobs":{"a/job":{"since":1,"last":{"at":1,"status":"odd"}}}}'])(
  'a file that holds %j is said, and nothing is known',
  (text) =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'heartbeats.json'), text);
      const told: string[] = [];
      const heartbeats = opened(folder, told);
      expect(told).toEqual([expect.stringContaining('forgotten')]);
      expect(heartbeats.of('a/job')?.last).toBeNull();
      await heartbeats.close();
    }),
);
