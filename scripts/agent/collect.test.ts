import { createServer } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import type { FromProbes, Observation } from '../../probes/observation.ts';
import { type CollectorState, type Late, startCollector } from './collect.ts';
import type { Entry } from './spool.ts';
import type { Spooled } from './wire.ts';

/** An agent whose answers a test writes, and a hub that collects from it. */
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});
const base = 1_800_000_000_000;
const hub = { mono: 50_000, wall: base };
const run = (more: Partial<Observation> = {}): Observation => ({
  check: 'epj/front',
  vantage: 'ward',
  slot: base - 1000,
  startedAt: base - 1000,
  endedAt: base - 900,
  began: 9000,
  ended: 9100,
  outcome: 'good',
  reason: null,
  message: '',
  depth: 'protocol',
  phases: {},
  duration: 0.1,
  signals: {},
  transcript: '',
  facts: {},
  first: null,
  ...more,
});
const entriesOf = (messages: readonly FromProbes[], more: Partial<Entry> = {}): readonly Entry[] =>
  messages.map((message, index) => ({ seq: index + 1, boot: 'b', asked: 'hash', at: base - 500, message, ...more }));
const answering = (more: Partial<Spooled>): Spooled => ({
  spool: 's',
  vantage: 'ward',
  boot: 'b',
  entries: [],
  first: 1,
  last: more.entries?.at(-1)?.seq ?? 0,
  now: { wall: base, mono: 10_000 },
  ...more,
});
const collected = async (answers: readonly Spooled[]) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(JSON.stringify(answers[Math.min(asked.length, answers.length) - 1]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const taken: FromProbes[] = [];
  const late: Late[] = [];
  const said: string[] = [];
  const collector = startCollector({
    vantage: 'ward',
    way: { url: `http://127.0.0.1:${port}`, token: 't', client: null, trust: null },
    asked: 'hash',
    from: base - 60_000,
    take: (message) => void taken.push(message),
    settle: () => undefined,
    late: (one) => void late.push(one),
    tell: (line) => void said.push(line),
    mono: () => hub.mono,
    wall: () => hub.wall,
    everyMs: 20,
  });
  stops.push(
    async () => await new Promise((resolve) => server.close(() => resolve(undefined))),
    async () => await collector.stop(),
  );
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(answers.length));
  const runs = taken.flatMap((message) => (message.type === 'observations' ? message.batch : []));
  return { runs, taken, late, said, asked, state: (): CollectorState => collector.state() };
};
const observed = (...batch: readonly Observation[]): FromProbes => ({ type: 'observations', batch });

test('what was seen is put on our clock, and given once', async () => {
  const { runs, asked } = await collected([answering({ entries: entriesOf([observed(run())]) })]);
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatchObject({ outcome: 'good', ended: 49_100, endedAt: base - 900 });
  expect(asked.slice(0, 2)).toEqual([`/spool?from=${base - 60_000}`, '/spool?after=1']);
});

test.each<[string, FromProbes]>([
  ['another vantage', observed(run({ vantage: 'north' }))],
  ['a moment that has not come', observed(run({ ended: 99_000, endedAt: base + 89_000 }))],
  // A program of another version may say anything.
  ['an outcome that is none', observed(run({ outcome: 'fine' as never }))],
  ['a reason that is none', observed(run({ outcome: 'bad', reason: 'tired' as never }))],
  ['no time at all', observed(run({ ended: null as never }))],
])('%s is not taken', async (_, message) => {
  const { runs } = await collected([answering({ entries: entriesOf([message]) })]);
  expect(runs).toEqual([]);
});

test('an agent of another landscape is said, and what it sees is unknown', async () => {
  const { runs, said } = await collected([answering({ entries: entriesOf([observed(run())], { asked: 'other' }) })]);
  expect(runs).toEqual([expect.objectContaining({ outcome: 'unknown', reason: 'could-not-run', signals: {} })]);
  expect(said.join()).toContain('another landscape');
});

test('what a former start of the agent saw is counted back by the wall clock', async () => {
  const entries = entriesOf([observed(run({ began: 7e9, ended: 7e9 + 100 }))], { boot: 'before' });
  const { runs } = await collected([answering({ entries })]);
  expect(runs[0]?.ended).toBe(49_100);
});

test('an agent whose clock is wrong is corrected, and its messages are masked', async () => {
  const ahead = 3_600_000;
  const seen = run({
    startedAt: base + ahead - 1000,
    endedAt: base + ahead - 900,
    slot: base + ahead - 1000,
    transcript: 'password=hunter2 of 010190-1234',
  });
  const { runs, said } = await collected([
    answering({ now: { wall: base + ahead, mono: 10_000 }, entries: entriesOf([observed(seen)]) }),
  ]);
  expect(runs[0]).toMatchObject({ endedAt: base - 900, slot: base - 1000 });
  expect(runs[0]?.transcript).not.toMatch(/hunter2|010190/);
  expect(said.join()).toContain('clock');
});

test('what comes late is told when all of it has come, and what is gone is counted', async () => {
  const old = entriesOf([observed(run())], { at: base - 3_600_000 });
  const next = entriesOf([observed(run({ slot: base - 10 }))], { seq: 11, at: base - 3_000_000 });
  const { late, state } = await collected([
    answering({ entries: old, last: 11 }),
    answering({ entries: next, first: 11, last: 11 }),
  ]);
  expect(late).toEqual([{ from: base - 3_600_000, to: base - 3_000_000, entries: 2, lost: 9 }]);
  expect(state().lost).toBe(9);
});

test('a spool that was begun anew is read from its beginning', async () => {
  const { runs, said } = await collected([
    answering({ entries: entriesOf([observed(run()), observed(run({ slot: base - 5 }))]) }),
    answering({ spool: 'other', last: 1 }),
    answering({ spool: 'other', entries: entriesOf([observed(run({ slot: base - 1 }))]), last: 1 }),
  ]);
  expect(runs.map(({ slot }) => slot)).toEqual([base - 1000, base - 5, base - 1]);
  expect(said.join()).toContain('begun anew');
});
