import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, Registry } from 'prom-client';
import { checkOf } from '../../infra/landscape/testing/landscapes.ts';
import type { Observation } from '../../probes/observation.ts';
import { createSeries } from '../../probes/series/series.ts';
import { startSeries } from '../../probes/series/thread.ts';
import { landscapeOf, vantageOf } from '../../probes/testing/servers.ts';
import { machine, row } from './figures.ts';

/** A page of 170,000 series: rendered here, in its own thread beside a loop that must not notice, and by prom-client. */
const wanted = Number(process.argv[2] ?? 170_000);
const perStream = 36;
const checks = Array.from({ length: Math.ceil(wanted / perStream / 2) }, (_, index) =>
  checkOf(`n${index}/front`, { kind: 'http', vantages: ['north', 'south'], intervalMs: 60_000, timeoutMs: 5_000 }),
);
const landscape = landscapeOf(checks, [vantageOf('north'), vantageOf('south')]);
const at = Date.now();
const runs = checks.flatMap(({ id }) =>
  ['north', 'south'].map(
    (vantage): Observation => ({
      check: id,
      vantage,
      slot: at,
      startedAt: at,
      endedAt: at,
      began: 0,
      ended: 20,
      outcome: 'good',
      reason: null,
      message: '',
      depth: 'protocol',
      phases: { resolve: 0.001, connect: 0.001, tls: 0.004, processing: 0.01, transfer: 0.001 },
      duration: 0.02,
      signals: { duration: 0.02, certificate: 2e9 },
      transcript: '',
      facts: {},
      first: null,
    }),
  ),
);
const seriesIn = (page: string): number =>
  page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;

console.log(`page of metrics, ${machine()}\n`);
console.log('| what | series | ms | bytes |');
console.log('|---|---|---|---|');
const series = createSeries(landscape);
series.take({ type: 'observations', batch: runs });
series.page();
let began = performance.now();
const page = series.page();
row('own writer, in this thread', seriesIn(page), performance.now() - began, page.length);

const registry = new Registry();
const count = seriesIn(page);
const gauge = new Gauge({ name: 'x', help: 'x', labelNames: ['check', 'vantage', 'n'], registers: [registry] });
for (let index = 0; index < count; index += 1)
  gauge.set({ check: `n${Math.floor(index / perStream)}/front`, vantage: 'north', n: String(index) }, index);
await registry.metrics();
began = performance.now();
const other = await registry.metrics();
row('prom-client, in this thread', count, performance.now() - began, other.length);

const thread = startSeries(landscape);
thread.take({ type: 'observations', batch: runs });
await thread.page();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
await new Promise((resolve) => setTimeout(resolve, 500));
const idle = delay.percentile(99) / 1e6;
delay.reset();
began = performance.now();
for (let turn = 0; turn < 5; turn += 1) await thread.page();
row('own writer, in its own thread', count, (performance.now() - began) / 5, page.length);
console.log(
  `\nloop delay of this thread meanwhile: p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, worst ${(delay.max / 1e6).toFixed(1)} ms (idle p99 ${idle.toFixed(1)} ms)`,
);
await thread.stop();
