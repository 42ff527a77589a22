import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { streamOf } from '../../infra/landscape/model.ts';
import { readLandscape } from '../../infra/landscape/read.ts';
import type { LandscapeInput } from '../../infra/landscape/schema.ts';
import { slice } from '../../monitors/history/history.ts';
import type { Picture } from '../../monitors/picture.ts';
import { createEstate, type Estate, landscapeOf } from '../embedded/testing/estate.ts';
import { readMemory } from '../embedded/testing/memory.ts';

/** The ward's probes run in an agent, a process of its own; the hub is the whole program. */
const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
const token = 'a token of many letters';
const env = { ...process.env, LC_ALL: 'C', AGENT_TOKEN: token, FORVARSEL_AGENT_TOKEN: token };

let folder = '';
let estate: Estate;
const running: ChildProcess[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'forvarsel-agent-'));
  estate = await createEstate();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((child) => end(child, 'SIGKILL')));
  await estate.close();
  rmSync(folder, { recursive: true, force: true });
});
const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
};

const started = async (...args: readonly string[]): Promise<{ child: ChildProcess; url: string }> => {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  running.push(child);
  const said: string[] = [];
  child.stderr?.on('data', (text: Buffer) => void said.push(text.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('expected a pipe'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(said.join('\n'))));
  });
  return { child, url };
};
const landscapeFile = (): string => join(folder, 'landscape.json');
const declare = (agentUrl: string): void => {
  const input = landscapeOf(estate);
  const ward = input.sites?.['ward'];
  if (ward?.vantage === undefined || ward.vantage === true) throw new Error('expected a vantage at the ward');
  const vantage = { ...ward.vantage, agent: { url: agentUrl, token: { env: 'AGENT_TOKEN' } } };
  const told: LandscapeInput = { ...input, sites: { ...input.sites, ward: { ...ward, vantage } } };
  writeFileSync(landscapeFile(), JSON.stringify(told));
};
const startAgent = (listen: string) =>
  started('agent', landscapeFile(), '--vantage', 'ward', '--listen', listen, '--data', join(folder, 'agent'));
const startHub = () =>
  started('start', '--estate', landscapeFile(), '--data', join(folder, 'hub'), '--listen', '127.0.0.1:0');

const pictureOf = async (url: string): Promise<Picture | null> => {
  try {
    const answer = await fetch(`${url}/api/picture`, { signal: AbortSignal.timeout(2000) });
    // The program serves its own picture here.
    return answer.ok ? ((await answer.json()) as Picture) : null;
  } catch {
    return null;
  }
};
const until = async (
  url: string,
  what: string,
  holds: (picture: Picture) => boolean,
  withinS = 40,
): Promise<Picture> => {
  let last: Picture | null = null;
  for (const stop = performance.now() + withinS * 1000; performance.now() < stop; await pause(200)) {
    last = await pictureOf(url);
    if (last !== null && holds(last)) return last;
  }
  throw new Error(
    `waited ${withinS} s for ${what}: ${JSON.stringify(last?.vantages)} ${JSON.stringify(last?.verdicts['epj/front'])}`,
  );
};
const ward = ({ vantages }: Picture): string | undefined => vantages.find(({ vantage }) => vantage === 'ward')?.state;
const wardVote = ({ verdicts }: Picture) => verdicts['epj/front']?.votes.find(({ vantage }) => vantage === 'ward');

test('an agent sees for its vantage; its silence is unknown and not good; what it saw meanwhile is told afterwards', async () => {
  declare('http://127.0.0.1:1');
  const first = await startAgent('127.0.0.1:0');
  declare(first.url);
  const port = new URL(first.url).port;
  const hub = await startHub();
  await until(
    hub.url,
    'the ward to be seen',
    (picture) => ward(picture) === 'connected' && wardVote(picture)?.state === 'good',
  );

  // The agent goes on seeing while the hub is away, killed in the middle.
  await end(hub.child, 'SIGKILL');
  const dark = Date.now();
  await estate.stands.front.shut();
  await pause(65_000 - (Date.now() % 60_000) + 4_000);
  await estate.stands.front.open();
  const again = await startHub();
  await until(
    again.url,
    'the ward to be seen again',
    (picture) => ward(picture) === 'connected' && wardVote(picture)?.state === 'good',
  );

  // And the agent's own death makes its vantage silent, never well.
  await end(first.child, 'SIGKILL');
  const blind = await until(again.url, 'silence', (picture) => ward(picture) === 'silent');
  expect(wardVote(blind)?.state).toBe('unknown');
  await startAgent(`127.0.0.1:${port}`);
  await until(
    again.url,
    'the agent to be back',
    (picture) => ward(picture) === 'connected' && wardVote(picture)?.state === 'good',
  );

  const { landscape } = await readLandscape(landscapeFile());
  if (landscape === null) throw new Error('expected a landscape');
  // Long enough for the minutes since to be closed and durable; then the memory is read when nobody has it open.
  await pause(12_000);
  await end(again.child, 'SIGTERM');
  const memory = await readMemory(join(folder, 'hub', 'history.sqlite'), landscape, Date.now());
  const minute = Math.floor(dark / 60_000);
  const stream = streamOf('epj/front', 'ward');
  const told = [minute, minute + 1].map((one) => memory.slicesOf(one)[stream]);
  expect(told, 'the failure that the hub did not live to see').toContain(slice.bad);
  const north = [minute, minute + 1].map((one) => memory.slicesOf(one)[streamOf('epj/front', 'north')]);
  expect(north, 'what nobody saw stays unknown').not.toContain(slice.bad);
}, 240_000);

test('an agent without a token, or open to a network, is refused and nothing is started', async () => {
  declare('http://127.0.0.1:1');
  await expect(
    started('agent', landscapeFile(), '--vantage', 'ward', '--listen', '0.0.0.0:0', '--data', join(folder, 'agent')),
  ).rejects.toThrow(/only by TLS/);
  await expect(started('agent', landscapeFile(), '--vantage', 'nowhere')).rejects.toThrow(
    /no vantage is called nowhere/,
  );
  expect(() => readFileSync(join(folder, 'agent', 'spool'))).toThrow();
});
