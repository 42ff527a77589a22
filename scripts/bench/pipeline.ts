import { streamOf } from '../../infra/landscape/model.ts';
import { type Lifecycle, noAlerts } from '../../monitors/alert/lifecycle.ts';
import { calendarOf } from '../../monitors/exclusions.ts';
import { type DayPlanes, wordsPerDay } from '../../monitors/history/history.ts';
import { coneOf, createJudge, prepare } from '../../monitors/judge/judge.ts';
import { assess } from '../../monitors/pipeline.ts';
import { createSeen } from '../../monitors/seen.ts';
import { createAccounts } from '../../monitors/slo/account.ts';
import { runOf } from '../../monitors/testing/estate.ts';
import { createForecaster } from '../../monitors/warning/forecaster.ts';
import { paceOf } from '../../monitors/warning/rules.ts';
import { largeEstate } from './estates.ts';
import { machine, row, timed } from './figures.ts';

/** One pass of the whole pipeline over 1,000 solutions and 5,000 checks with 30 days of history: from cold, and a minute later. */
const landscape = largeEstate(1000);
const checks = Object.values(landscape.checks);
const days = 30;
const now = 20_000 * 86_400_000 + 12 * 3_600_000;
const minute = Math.floor(now / 60_000);
const today = Math.floor(minute / 1440);
console.log(`pipeline, ${machine()}`);
console.log(
  `${Object.keys(landscape.nodes).length} nodes, ${checks.length} checks, ${checks.length * 2} streams, ${days} days\n`,
);

const history = new Map<string, DayPlanes[]>();
for (const [index, check] of checks.entries())
  for (const vantage of check.vantages) {
    const planes = Array.from({ length: days + 1 }, (_, ago): DayPlanes => {
      const low = new Uint32Array(wordsPerDay).fill(0xffffffff);
      const high = new Uint32Array(wordsPerDay);
      // Two bad minutes and two unknown ones on every tenth day of a stream, elsewhere for each check.
      if ((index + ago) % 10 === 0) {
        const word = (index * 7 + ago) % wordsPerDay;
        low[word] = 0xfffffffc;
        high[word] = 0b1111;
      }
      return { day: today - days + ago, provenance: 'measured', low, high };
    });
    history.set(streamOf(check.id, vantage), planes);
  }

const { seen, take } = createSeen(landscape);
const see = (mono: number, bad: ReadonlySet<string>): void => {
  for (const vantage of Object.keys(landscape.vantages)) {
    take({ type: 'anchor', vantage, at: mono, wall: mono });
    take({ type: 'watermark', vantages: [vantage], at: mono, wall: mono });
  }
  for (const check of checks)
    for (const vantage of check.vantages)
      take({
        type: 'observations',
        batch: [
          runOf(check.id, vantage, mono - 10, { outcome: bad.has(check.node) ? 'bad' : 'good', began: mono - 50 }),
        ],
      });
};
see(now, new Set());

let lifecycle: Lifecycle = noAlerts;
const cold = () => {
  const prepared = prepare(landscape);
  const graph = prepared.graphs.get(null);
  const cones = new Map(prepared.workflows.map(({ workflow, cone }) => [workflow, cone]));
  if (graph === undefined) throw new Error('no graph');
  for (const id of Object.keys(landscape.nodes)) if (!cones.has(id)) cones.set(id, coneOf(graph, id));
  const stages = {
    prepared,
    judge: createJudge(prepared),
    pace: paceOf(landscape, cones),
    forecast: createForecaster(),
  };
  const fresh = createAccounts(landscape, calendarOf(landscape, []));
  for (const [stream, planes] of history) fresh.load(stream, planes);
  return { stages, accounts: fresh };
};
const pass = ({ stages, accounts: books }: ReturnType<typeof cold>, at: number, mono: number) => {
  const promises = books.assess(at);
  const recording = { state: 'recording', since: 0, message: '' } as const;
  const assessed = assess(
    stages,
    { seen, now: { wall: mono, mono }, maintained: new Set(), promises, recording, undelivered: [] },
    lifecycle,
  );
  lifecycle = assessed.lifecycle;
  return assessed.picture;
};

console.log('| pass | ms median | ms worst |');
console.log('|---|---|---|');
let state = cold();
const fromCold = timed(3, () => {
  state = cold();
  pass(state, minute, now);
});
row('from cold: prepare, load 30 days, first picture', fromCold.median, fromCold.worst);
const still = timed(20, (run) => void pass(state, minute, now + run));
row('a second later, nothing changed', still.median, still.worst);
const minuteLater = timed(10, (run) => {
  const slices = checks.flatMap((check) =>
    check.vantages.map((vantage) => ({
      stream: streamOf(check.id, vantage),
      minute: minute + run,
      slice: 1 as const,
      provenance: 'measured' as const,
    })),
  );
  state.accounts.add(slices);
  pass(state, minute + run + 1, now + run);
});
row('a minute later: 10,000 new slices, promises and picture', minuteLater.median, minuteLater.worst);
const death = timed(10, (run) => {
  see(now + 100 * (run + 1), new Set(run % 2 ? [] : ['db-1', 's7-1']));
  pass(state, minute + 11, now + 100 * (run + 1));
});
row('a shared database dies or returns: every margin anew (10,000 runs taken in as well)', death.median, death.worst);
const memory = process.memoryUsage();
console.log(
  `\nresident ${Math.round(memory.rss / 2 ** 20)} MiB, heap ${Math.round(memory.heapUsed / 2 ** 20)} MiB, outside the heap ${Math.round(memory.arrayBuffers / 2 ** 20)} MiB`,
);
