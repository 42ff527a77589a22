import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PushOptions } from '../infra/landscape/kinds/push.ts';
import { createHeartbeats, type Remembered, type Said } from './heartbeats.ts';
import { push } from './kinds/push/push.ts';
import type { Heartbeat, Measurement } from './observation.ts';
import { checkOf, contextHere, signalOf } from './testing/servers.ts';

const second = 1000;
const minute = 60 * second;
const options: PushOptions = {
  token: { env: 'TOKEN' },
  graceMs: 10 * minute,
  maxDurationMs: 5 * minute,
  numbers: ['rows-loaded'],
};
const check = checkOf('push', options, {
  id: 'load/nightly',
  depth: 'transaction',
  signals: [signalOf('rows', 'rows-loaded')],
});
const landscape = { checks: { 'load/nightly': check, 'load/port': checkOf('tcp', {}, { id: 'load/port' }) } };
const secrets = { 'env:TOKEN': 'let-me-in' };
/** Wall and stopwatch begin far apart, so that none is taken for the other. */
const at = (ms: number, stepped = 0) => ({ wall: 1_800_000_000_000 + ms + stepped, mono: 5_000_000 + ms });

const see = async (
  heartbeat: Heartbeat | null,
  mono: number,
  given: typeof secrets | object = secrets,
): Promise<Measurement> => {
  const context = { ...contextHere()(AbortSignal.timeout(1000)), now: () => mono, heartbeat: () => heartbeat };
  return await push({ check, target: 'nightly load', secrets: given as typeof secrets }, context);
};
const started = (remembered: Remembered | null = null, now = at(0)) =>
  createHeartbeats(landscape, { secrets, remembered, now });
type Store = ReturnType<typeof started>;
const seen = (store: Store, ms: number) => see(store.of('load/nightly'), at(ms).mono);
const ok: Said = { status: 'ok', durationMs: minute, numbers: { 'rows-loaded': 1 } };
const missing = (message: unknown = expect.any(String)) => ({ outcome: 'bad', reason: 'heartbeat-missing', message });
const unable = { outcome: 'unknown', reason: 'could-not-run' };
const good = { outcome: 'good', depth: 'transaction' };

test('the story of a job: not known yet, good, silent, good again, failed', async () => {
  const store = started();
  expect(await seen(store, 9 * minute)).toMatchObject({ ...unable, message: expect.stringContaining('heard none') });
  expect(await seen(store, 11 * minute)).toMatchObject(missing('expected a report within 10m, heard none'));
  store.take('load/nightly', { ...ok, durationMs: 90 * second, numbers: { 'rows-loaded': 1200 } }, at(12 * minute));
  expect(await seen(store, 21 * minute)).toMatchObject({
    ...good,
    signals: { age: 540, 'job-duration': 90, 'rows-loaded': 1200, rows: 1200 },
  });
  expect(await seen(store, 23 * minute)).toMatchObject({
    ...missing('expected a report within 10m, heard the last 11m ago'),
    signals: { age: 660 },
  });
  const failed = store.take('load/nightly', { status: 'failed', message: 'no room for 010190-1234' }, at(24 * minute));
  expect(failed.last?.message, 'masked before it is remembered').toBe('no room for ***');
  expect(await seen(store, 25 * minute)).toMatchObject({
    outcome: 'bad',
    reason: 'job-failed',
    message: 'expected the job to succeed, it reports that it failed: no room for ***',
  });
  expect(await seen(store, 40 * minute)).toMatchObject(missing());
  store.take('load/nightly', { ...ok, durationMs: 6 * minute }, at(41 * minute));
  expect(await seen(store, 42 * minute)).toMatchObject({
    outcome: 'bad',
    reason: 'out-of-bounds',
    message: 'expected the job to take at most 5m, it took 6m',
  });
});

test('a token that could not be read, and a place where nobody listens, are our own trouble', async () => {
  const store = started();
  store.take('load/nightly', ok, at(minute));
  expect(await see(store.of('load/nightly'), at(2 * minute).mono, {})).toMatchObject(unable);
  expect(await see(null, at(2 * minute).mono)).toMatchObject(unable);
  const here = contextHere()(AbortSignal.timeout(1000));
  expect(await push({ check, target: 'x', secrets }, here)).toMatchObject(unable);
});

type Life = { readonly reports?: readonly number[]; readonly until: number };
/** Lives of a program one after another, on one clock; what each remembers is what the next begins with. */
const lives = (all: readonly (Life & { readonly from: number })[]): Store => {
  let remembered: Remembered | null = null;
  let store = started(null, at(0));
  for (const { from, reports = [], until } of all) {
    store = started(remembered, at(from));
    for (const report of reports) store.take('load/nightly', ok, at(report));
    remembered = JSON.parse(JSON.stringify(store.remember(at(until)))) as Remembered;
  }
  return store;
};

test.each<readonly [string, readonly (Life & { readonly from: number })[], number, object]>([
  [
    'a report outlives a restart',
    [
      { from: 0, reports: [minute], until: 2 * minute },
      { from: 2.5 * minute, until: 0 },
    ],
    10,
    good,
  ],
  [
    'a short restart is no excuse for silence',
    [
      { from: 0, reports: [minute], until: 5 * minute },
      { from: 5.5 * minute, until: 0 },
    ],
    12,
    missing(),
  ],
  [
    'a long gap is: a report may have come in it',
    [
      { from: 0, reports: [minute], until: 5 * minute },
      { from: 8 * minute, until: 0 },
    ],
    12,
    unable,
  ],
  [
    'until the grace has passed since',
    [
      { from: 0, reports: [minute], until: 5 * minute },
      { from: 8 * minute, until: 0 },
    ],
    18.5,
    missing(),
  ],
  [
    'what was missing before a gap is missing after it',
    [
      { from: 0, reports: [minute], until: 15 * minute },
      { from: 60 * minute, until: 0 },
    ],
    61,
    missing(),
  ],
  [
    'what was heard well before a gap was not missing',
    [
      { from: 0, reports: [minute, 12 * minute], until: 15 * minute },
      { from: 60 * minute, until: 0 },
    ],
    61,
    unable,
  ],
  [
    'a report after the gap ends all that',
    [
      { from: 0, reports: [minute], until: 15 * minute },
      { from: 60 * minute, reports: [61 * minute], until: 0 },
    ],
    62,
    good,
  ],
  [
    'a job never heard of is missing across short restarts too',
    [
      { from: 0, until: 6 * minute },
      { from: 6.2 * minute, until: 0 },
    ],
    11,
    missing(),
  ],
])('%s', async (_, all, minutes, expected) => {
  expect(await seen(lives(all), minutes * minute)).toMatchObject(expected);
});

test('a check that is new in the landscape has its grace from now, however long the program listened before', async () => {
  const remembered: Remembered = { until: at(0).wall, jobs: {} };
  expect(await seen(started(remembered), minute)).toMatchObject(unable);
});

test('a clock that is set while the program runs changes no age', async () => {
  const store = started();
  store.take('load/nightly', ok, at(minute));
  const hour = 60 * minute;
  for (const step of [hour, -hour]) {
    const remembered = store.remember(at(2 * minute, step));
    const again = started(remembered, at(2.5 * minute, step));
    expect(await seen(again, 10 * minute)).toMatchObject(good);
    expect(await seen(again, 12 * minute)).toMatchObject(missing());
  }
});

test('a clock that was set back a little while the program was down makes no age younger', async () => {
  const store = started();
  store.take('load/nightly', ok, at(minute));
  const again = started(store.remember(at(20 * minute)), at(20.5 * minute, -12 * minute));
  expect(await seen(again, 21 * minute)).toMatchObject(unable);
});

test('a clock that was set back while the program was down makes what is remembered worth nothing', async () => {
  const store = started();
  store.take('load/nightly', ok, at(minute));
  const again = started(store.remember(at(2 * minute)), at(3 * minute, -60 * minute));
  expect(await seen(again, 4 * minute)).toMatchObject(unable);
});

test('who may report', () => {
  const store = started();
  expect(store.jobs).toEqual(['load/nightly']);
  expect(store.knock('load/nightly', 'let-me-in', 0)).toBe('welcome');
  for (const wrong of ['', 'let-me-i', 'let-me-in ', 'LET-ME-IN', 'x'.repeat(5000)])
    expect(store.knock('load/nightly', wrong, 0)).toBe('refused');
  expect(store.knock('load/port', 'let-me-in', 0)).toBe('unknown');
  expect(store.knock('nobody/none', 'let-me-in', 0)).toBe('unknown');
  expect(store.undeclared('load/nightly', { ...ok, numbers: { 'rows-loaded': 1, other: 2 } })).toEqual(['other']);
  const untold = createHeartbeats(landscape, { secrets: {}, remembered: null, now: at(0) });
  expect(untold.knock('load/nightly', '', 0)).toBe('unreadable');
  const empty = createHeartbeats(landscape, { secrets: { 'env:TOKEN': '' }, remembered: null, now: at(0) });
  expect(empty.knock('load/nightly', '', 0)).toBe('unreadable');
});

test('guesses and reports are counted, by the minute', () => {
  const store = started();
  const knocks = Array.from({ length: 70 }, (_, index) =>
    store.knock('load/nightly', index < 69 ? 'guess' : 'let-me-in', 10),
  );
  expect(knocks.filter((knock) => knock === 'refused')).toHaveLength(60);
  expect(knocks.at(-2)).toBe('often');
  expect(knocks.at(-1), 'whoever guesses does not take the turns of the job').toBe('welcome');
  const reports = Array.from({ length: 61 }, () => store.knock('load/nightly', 'let-me-in', 2 * minute));
  expect(reports.at(-1)).toBe('often');
  expect(store.knock('load/nightly', 'let-me-in', 3 * minute)).toBe('welcome');
});

test.each<[string, Said, object]>([
  ['how long it took', { status: 'ok', numbers: { 'rows-loaded': 1 } }, { reason: 'unexpected-answer' }],
  ['a declared number', { status: 'ok', durationMs: minute }, { reason: 'series-missing' }],
])('a report that does not say %s, though it was declared, is not good', async (_, said, expected) => {
  const store = started();
  store.take('load/nightly', said, at(minute));
  expect(await seen(store, 2 * minute)).toMatchObject({ outcome: 'bad', ...expected });
});

test('what is remembered and recalled tells the same of every job', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e7 }),
      fc.integer({ min: 0, max: 59_000 }),
      fc.boolean(),
      (ms, gap, reports) => {
        const store = started();
        if (reports)
          store.take('load/nightly', { status: 'failed', message: 'x', numbers: { 'rows-loaded': 3 } }, at(ms / 2));
        const again = started(store.remember(at(ms)), at(ms + gap));
        const [one, other] = [store.of('load/nightly'), again.of('load/nightly')];
        expect(other?.last?.heard ?? 0).toBeCloseTo(one?.last?.heard ?? 0, -1);
        expect({ ...other?.last, at: 0, heard: 0 }).toEqual({ ...one?.last, at: 0, heard: 0 });
        expect(other?.listened[0]?.from).toBeCloseTo(one?.listened[0]?.from ?? 0, -1);
      },
    ),
  );
});
