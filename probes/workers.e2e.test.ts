import type { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { Check } from '../infra/landscape/model.ts';
import { monotonic } from './clock.ts';
import type { FromProbes, Observation } from './observation.ts';
import { probeOnce } from './one.ts';
import { checkOf, landscapeOf, type Stand, tcpStand, vantageOf } from './testing/servers.ts';
import { startProbes } from './workers.ts';

const stands: Stand[] = [];
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await Promise.all(stands.splice(0).map((stand) => stand.close()));
});
const standing = async (handle: (socket: Socket) => void): Promise<string> => {
  const stand = await tcpStand(handle);
  stands.push(stand);
  return stand.target;
};
const ready = (socket: Socket) => void socket.write('220 ready\r\n');
const greeting = (id: string, more: Partial<Check> = {}) =>
  checkOf('tcp', { dialogue: [{ expect: '^220' }] }, { id, intervalMs: 200, timeoutMs: 150, ...more });

type Heard = { readonly message: FromProbes; readonly at: number };
const listening = (options: Parameters<typeof startProbes>[0]) => {
  const heard: Heard[] = [];
  const deaths: string[] = [];
  const probes = startProbes(options, {
    message: (message) => void heard.push({ message, at: monotonic() }),
    died: (vantages, error) => void deaths.push(`${vantages.join()}: ${error.message}`),
  });
  stops.push(probes.stop);
  const runs = (): readonly Observation[] =>
    heard.flatMap(({ message }) => (message.type === 'observations' ? message.batch : []));
  return { heard, deaths, runs, probes };
};

/** What a watermark promises: nothing that ended before it comes after it. */
const holdWatermarks = (heard: readonly Heard[]): number => {
  const marks = new Map<string, number>();
  for (const { message } of heard) {
    if (message.type === 'watermark') for (const vantage of message.vantages) marks.set(vantage, message.at);
    if (message.type === 'observations')
      for (const run of message.batch)
        expect(run.ended, 'a run older than the watermark').toBeGreaterThanOrEqual(marks.get(run.vantage) ?? 0);
  }
  return marks.size;
};

test('threads probe from their vantages, say what they saw, and how far that is all', async () => {
  const target = await standing(ready);
  const checks = [
    greeting('a/good', { vantages: ['north', 'south', 'ward'] }),
    greeting('a/bad', { vantages: ['north', 'south'], timeoutMs: 80 }),
    greeting('a/unread', { vantages: ['north'] }),
  ];
  const silent = await standing(() => undefined);
  const vantages = ['north', 'south', 'ward'].map((id, index) =>
    vantageOf(id, { source: `127.0.0.${index + 11}`, anchors: [target], anchorIntervalMs: 60_000 }),
  );
  const { heard, runs, deaths } = listening({
    landscape: landscapeOf(checks, vantages),
    aims: { 'a/good': target, 'a/bad': silent },
    trust: [],
    secrets: {},
  });
  await vi.waitFor(() => expect(runs().length).toBeGreaterThan(40), { timeout: 10_000 });
  const of = (check: string) => runs().filter((run) => run.check === check);
  expect(new Set(of('a/good').map(({ vantage }) => vantage))).toEqual(new Set(['north', 'south', 'ward']));
  expect(of('a/good').every(({ outcome }) => outcome === 'good')).toBe(true);
  expect(of('a/bad').every(({ reason, first }) => reason === 'no-answer' && first?.reason === 'no-answer')).toBe(true);
  expect(of('a/unread').every(({ outcome, reason }) => outcome === 'unknown' && reason === 'could-not-run')).toBe(true);
  expect(holdWatermarks(heard)).toBe(3);
  expect(deaths).toEqual([]);
  // One clock for all threads: what they call now is now here.
  expect(Math.abs((runs().at(-1)?.ended ?? 0) - monotonic())).toBeLessThan(1000);
  // The anchors' round is a minute away; only a bad run has them asked sooner, and after it began.
  const began = of('a/bad').find(({ vantage }) => vantage === 'north')?.began ?? Number.POSITIVE_INFINITY;
  const answers = heard.flatMap(({ message }) =>
    message.type === 'anchor' && message.vantage === 'north' ? [message.at] : [],
  );
  expect(answers.some((at) => at > began)).toBe(true);
});

test('a thread that stands still gives no watermark meanwhile, and its own standstill is nobody else’s failure', async () => {
  const target = await standing(ready);
  const slow = await standing((socket) => void setTimeout(() => ready(socket), 60));
  const checks = Array.from({ length: 20 }, (_, index) => greeting(`a/c${index}`, { vantages: ['north'] }));
  const { heard, runs } = listening({
    landscape: landscapeOf(checks, [vantageOf('north')]),
    aims: Object.fromEntries(checks.map(({ id }, index) => [id, index % 2 === 0 ? target : slow])),
    trust: [],
    secrets: {},
    workers: 1,
    entry: new URL('./testing/blocking.worker.ts', import.meta.url),
  });
  const missed = () => heard.flatMap(({ message }) => (message.type === 'missed' ? [message.count] : []));
  await vi.waitFor(() => expect(missed().length).toBeGreaterThan(10), { timeout: 15_000 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  const marks = heard.flatMap(({ message }) => (message.type === 'watermark' ? [message.at] : []));
  const gaps = marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark));
  expect(Math.max(...gaps), 'the standstill is a gap in the watermarks').toBeGreaterThan(1800);
  expect(runs().filter(({ outcome }) => outcome === 'bad')).toEqual([]);
  expect(missed().reduce((a, b) => a + b, 0)).toBeGreaterThan(20 * 7);
  holdWatermarks(heard);
});

test('a thread that dies is told of and started anew, each time after a longer pause', async () => {
  const { deaths } = listening({
    landscape: landscapeOf([], [vantageOf('north'), vantageOf('south')]),
    aims: {},
    trust: [],
    secrets: {},
    workers: 1,
    entry: new URL('./testing/dying.worker.ts', import.meta.url),
  });
  await vi.waitFor(() => expect(deaths).toHaveLength(2), { timeout: 10_000 });
  expect(deaths[0]).toBe('north,south: a thread that dies');
});

test('stopping takes a moment, also in the middle of runs that hang', async () => {
  const silent = await standing(() => undefined);
  const { probes, heard } = listening({
    landscape: landscapeOf(
      [greeting('a/hangs', { intervalMs: 100, timeoutMs: 60_000, vantages: ['north'] })],
      [vantageOf('north')],
    ),
    aims: { 'a/hangs': silent },
    trust: [],
    secrets: {},
  });
  await vi.waitFor(() => expect(stands[0]?.open()).toBe(1), { timeout: 5000 });
  const before = monotonic();
  await probes.stop();
  expect(monotonic() - before).toBeLessThan(1500);
  const said = heard.length;
  await vi.waitFor(() => expect(stands[0]?.open()).toBe(0));
  expect(heard.filter(({ message }) => message.type === 'observations')).toEqual([]);
  expect(heard.length).toBe(said);
});

test('one run on demand goes the same way', async () => {
  const target = await standing(ready);
  const landscape = landscapeOf([greeting('a/good', { vantages: ['north'] })], [vantageOf('north')]);
  const at = { check: 'a/good', vantage: 'north' };
  expect(await probeOnce(landscape, at, { aims: { 'a/good': target }, trust: [], secrets: {} })).toMatchObject({
    outcome: 'good',
  });
  expect(await probeOnce(landscape, at, { aims: {}, trust: [], secrets: {} })).toMatchObject({
    reason: 'could-not-run',
  });
  await expect(probeOnce(landscape, { ...at, check: 'a/none' }, { aims: {}, trust: [], secrets: {} })).rejects.toThrow(
    'a/none',
  );
});
