import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ask, createAsk } from './ask.ts';
import { startClinicians, type Tried, workflows } from './clinician.ts';
import { type DemoMessage, startDemo } from './demo-thread.ts';
import { type Estate, startEstate } from './estate.ts';
import type { Place } from './network.ts';

let folder: string;
let estate: Estate;
let startedIn: number;
const asks: Ask[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forvarsel-demo-'));
  const began = performance.now();
  estate = await startEstate({ seed: 3, dataFolder: folder });
  startedIn = performance.now() - began;
});
afterAll(async () => {
  for (const ask of asks) ask.close();
  await estate.stop();
  await rm(folder, { recursive: true });
});

/** Asks from a place as a stranger there would: a new connection each time, and once more when it was noise. */
const from = (place: Place) => {
  const { network, trust } = estate;
  const ask = createAsk({ source: network.sourceOf(place), lookup: network.resolver(place), trust, keepAlive: false });
  asks.push(ask);
  const http = (url: string) => {
    const once = () => ask.http(url, { timeout: 3_000 });
    return once().catch(once);
  };
  return { http, status: async (url: string): Promise<number> => (await http(url)).status };
};

/** Asks until the answer is the expected one; its last answer when the time is up. */
const until = async <T>(expected: T, task: () => Promise<T>, withinMs = 5_000): Promise<T> => {
  const end = performance.now() + withinMs;
  for (;;) {
    const seen = await task();
    if (seen === expected || performance.now() > end) return seen;
    await sleep(50);
  }
};

test('the region is there within three seconds, and its authority is on file', async () => {
  expect(startedIn).toBeLessThan(3_000);
  expect(estate.machines).toBeGreaterThan(90);
  expect(await readFile(estate.trustFile, 'utf8')).toContain('BEGIN CERTIFICATE');
});

test('the record survives one database node and not two', async () => {
  const { status } = from('auh');
  const { kill, revive } = estate.controls;
  expect(await status('https://epj/record')).toBe(200);
  await kill('epj-db-1');
  expect(await status('https://epj/record')).toBe(200);
  await kill('epj-db-2');
  expect(await status('https://epj/record')).toBe(503);
  expect(await status('https://epj-web-1/health')).toBe(200);
  await revive('epj-db-1');
  await revive('epj-db-2');
  expect(await until(200, () => status('https://epj/record'))).toBe(200);
});

test('the record needs two of its three application nodes', async () => {
  const { status } = from('rhv');
  const { kill, revive } = estate.controls;
  await kill('epj-app-1');
  expect(await until(200, () => status('https://epj/record'))).toBe(200);
  await kill('epj-app-2');
  expect(await until(503, () => status('https://epj/record'))).toBe(503);
  await revive('epj-app-1');
  await revive('epj-app-2');
  expect(await until(200, () => status('https://epj/record'))).toBe(200);
});

test('names go with the two DNS machines, for the region’s own systems', async () => {
  const { status } = from('auh');
  const { kill, revive } = estate.controls;
  await kill('dns-1');
  await sleep(1_100);
  expect(await status('https://epj/record')).toBe(200);
  await kill('dns-2');
  await sleep(1_100);
  expect(await status('https://epj/record')).toBeGreaterThanOrEqual(502);
  await revive('dns-1');
  await revive('dns-2');
  expect(await until(200, () => status('https://epj/record'))).toBe(200);
});

test('a board cannot be moved when both disks are full, and can when there is room again', async () => {
  const { status } = from('horsens');
  const { grow, free } = estate.controls;
  for (const disk of ['kl-db-1', 'kl-db-2']) grow(disk, 1);
  expect(await until(503, () => status('https://kl/board'))).toBe(503);
  const { body } = await from('horsens').http('https://kl/board');
  expect(body).toContain('could not extend file');
  const { body: page } = await from('aarhus').http('http://kl-db-1:9100/metrics');
  const [used, size] = ['used', 'size'].map((what) => Number(page.match(`disk_${what}_bytes\\{[^}]*\\} (\\d+)`)?.[1]));
  expect(used).toBe(size);
  for (const disk of ['kl-db-1', 'kl-db-2']) {
    grow(disk, 0);
    free(disk, 0.5);
  }
  expect(await until(200, () => status('https://kl/board'))).toBe(200);
});

test('a cut closes what stands there for one place alone, and leaves it what stands elsewhere', async () => {
  const there = from('randers');
  const elsewhere = from('horsens');
  await estate.controls.cut('randers', 'aarhus');
  await expect(there.status('https://pacs-1/dicom-web/studies')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(await there.status('https://epj/record')).toBe(200);
  expect(await elsewhere.status('https://pacs-1/dicom-web/studies')).toBe(200);
  await estate.controls.mend('randers');
  expect(await there.status('https://pacs-1/dicom-web/studies')).toBe(200);
});

test('a certificate that is renewed wrongly ends, and citizens are refused by name of the reason', async () => {
  const portal = ['portal', 'portal-1', 'portal-2'];
  await estate.controls.renew(portal, 2);
  expect(await from('home').status('https://portal/')).toBe(200);
  await sleep(3_000);
  await expect(from('home').status('https://portal/')).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  await estate.controls.renew(portal, null);
  expect(
    await until(200, () =>
      from('home')
        .status('https://portal/')
        .catch(() => 0),
    ),
  ).toBe(200);
});

test('slow profile stores make a slow sign-on', async () => {
  const { http } = from('auh');
  const took = async (): Promise<number> => {
    const began = performance.now();
    expect((await http('https://kita/session')).body).toBe('session ready');
    return performance.now() - began;
  };
  for (const store of ['profile-1', 'profile-2']) estate.controls.ramp(`delay:${store}`, 900);
  expect(await took()).toBeGreaterThan(890);
  for (const store of ['profile-1', 'profile-2']) estate.controls.ramp(`delay:${store}`, 0);
  expect(await took()).toBeLessThan(890);
});

test('values that the record does not take wait in the engine, and arrive later', async () => {
  const { http } = from('aarhus');
  const queued = async (): Promise<number> => {
    const { body } = await http('http://engine-1:9100/metrics');
    return Number(body.match(/^engine_queue_length (\d+)$/m)?.[1]);
  };
  await estate.controls.kill('epj');
  expect(await until(true, async () => (await queued()) > 4, 8_000)).toBe(true);
  await estate.controls.revive('epj');
  expect(await until(true, async () => (await queued()) < 4)).toBe(true);
});

test('the clinicians notice a fault, say why, and notice when it is over; noise alone never stops them', async () => {
  const tries: Tried[] = [];
  const clinicians = startClinicians(estate, (tried) => tries.push(tried));
  const failing = () => tries.some(({ ok, workflow, site }) => !ok && workflow === 'read-record' && site === 'auh');
  try {
    await sleep(4_000);
    expect(tries.filter(({ ok }) => !ok)).toEqual([]);
    expect(new Set(tries.map(({ workflow }) => workflow))).toEqual(new Set(workflows));
    expect(new Set(tries.map(({ site }) => site)).size).toBe(6);
    for (const node of ['epj-db-1', 'epj-db-2']) await estate.controls.kill(node);
    expect(await until(true, async () => failing())).toBe(true);
    const stopped = () => new Set(tries.filter(({ ok }) => !ok).map(({ workflow }) => workflow));
    const onTheRecord = ['discharge', 'order-medication', 'order-tests', 'read-record', 'vitals-to-record'];
    await until(true, async () => onTheRecord.every((workflow) => stopped().has(workflow)));
    expect([...stopped()].toSorted()).toEqual(onTheRecord);
    expect(tries.find(({ ok }) => !ok)?.message).toContain('503');
    for (const node of ['epj-db-1', 'epj-db-2']) await estate.controls.revive(node);
    await sleep(1_500);
    const back = tries.length;
    await sleep(3_000);
    expect(tries.slice(back).filter(({ ok, at }) => !ok && at > Date.now() - 2_500)).toEqual([]);
  } finally {
    clinicians.stop();
  }
}, 40_000);

test('a stopped region leaves no socket and no timer behind, and breaks off its story', async () => {
  const left = () =>
    process.getActiveResourcesInfo().filter((kind) => /^(TCP|UDP|TLS|Timeout|GetAddrInfo)/i.test(kind)).length;
  const before = left();
  const second = await startEstate({ seed: 4, dataFolder: join(folder, 'second') });
  const clinicians = startClinicians(second, () => undefined);
  const story = second.play('database-nodes', () => undefined).catch((error: Error) => error.name);
  await sleep(1_500);
  expect(left()).toBeGreaterThan(before + 500);
  clinicians.stop();
  await second.stop();
  expect(await story).toBe('AbortError');
  expect(await until(true, async () => left() <= before + 2, 3_000)).toBe(true);
});

test('the thread brings the region, tells a story’s beginning, and ends at once when asked', async () => {
  const heard: DemoMessage[] = [];
  const demo = startDemo({ seed: 5, dataFolder: join(folder, 'third') }, (message) => heard.push(message));
  const { base, trustFile } = await demo.ready;
  expect(base).toBeGreaterThan(0);
  expect(await readFile(trustFile, 'utf8')).toContain('BEGIN CERTIFICATE');
  const story = demo.play('ordinary-day').catch((error: Error) => error.message);
  expect(await until(true, async () => heard.some(({ type }) => type === 'clinician'))).toBe(true);
  expect(heard.find(({ type }) => type === 'story')).toMatchObject({ name: 'ordinary-day', phase: 'begins' });
  const began = performance.now();
  await demo.stop();
  expect(performance.now() - began).toBeLessThan(1_500);
  expect(await story).toBe('the simulated region has stopped');
});
