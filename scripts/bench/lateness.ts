import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Landscape } from '../../infra/landscape/model.ts';
import { checkOf, landscapeOf, nodeOf, vantageOf } from '../../infra/landscape/testing/landscapes.ts';
import type { FromProbes } from '../../probes/observation.ts';
import { startProbes } from '../../probes/workers.ts';
import { startEmbedded } from '../embedded/embedded.ts';
import { machine, quantile, row } from './figures.ts';

/** How late probes start at 1,000 a second: with nobody looking, and while the console is hammered: a client that asks for the next page the moment it has the last. */
const seconds = Number(process.argv[2] ?? 15);
const perSecond = 1000;
const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address() as AddressInfo;
const estate = (): Landscape => {
  const sites = ['north', 'south'];
  const nodes = [
    ...sites.map((id) => nodeOf(id, 'site')),
    ...Array.from({ length: 500 }, (_, index) => nodeOf(`c${index}`, 'component', { standsOn: 'north' })),
    nodeOf('s', 'solution', { criticality: 'clinical-critical', needs: [{ effect: 'breaks', on: { node: 'c1' } }] }),
    nodeOf('w', 'workflow', {
      criticality: 'clinical-critical',
      usedAt: ['north'],
      needs: [{ effect: 'breaks', on: { node: 's' } }],
    }),
  ];
  const target = { text: `127.0.0.1:${port}` };
  const checks = nodes
    .filter(({ kind }) => kind === 'component')
    .map(({ id }) => checkOf(`${id}/up`, { target, vantages: sites, intervalMs: 1000, timeoutMs: 400 }));
  return landscapeOf(
    nodes,
    checks,
    sites.map((id) => vantageOf(id, { anchors: [`127.0.0.1:${port}`] })),
  );
};

const latenessOf = (observed: readonly { readonly slot: number; readonly startedAt: number }[]) => {
  const late = observed.map(({ slot, startedAt }) => startedAt - slot);
  return [observed.length / seconds, quantile(late, 0.5), quantile(late, 0.99), Math.max(...late)] as const;
};
console.log(`schedule lateness, ${machine()}; ${perSecond} probes/s for ${seconds} s\n`);
console.log('| console | probes/s | ms p50 | ms p99 | ms worst |');
console.log('|---|---|---|---|---|');

const landscape = estate();
const aims = Object.fromEntries(Object.values(landscape.checks).map(({ id }) => [id, `127.0.0.1:${port}`]));
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const quiet: { slot: number; startedAt: number }[] = [];
let missed = 0;
const note = (into: typeof quiet) => (message: FromProbes) => {
  if (message.type === 'observations') into.push(...message.batch);
  if (message.type === 'missed') missed += message.count;
};
let into: typeof quiet = [];
const alone = startProbes(
  { landscape, aims, trust: [], secrets: {} },
  { message: (message) => note(into)(message), died: () => undefined },
);
await wait(2000);
into = quiet;
await wait(seconds * 1000);
await alone.stop();
row('none: probes alone', ...latenessOf(quiet));

const folder = mkdtempSync(join(tmpdir(), 'forvarsel-bench-'));
const embedded = await startEmbedded({
  landscape,
  folder,
  dataFolder: folder,
  listen: '127.0.0.1:0',
  tell: (line) => console.error(line),
});
const hammered: { slot: number; startedAt: number }[] = [];
const clients = Array.from(
  { length: 1 },
  () =>
    new Worker(
      `const { parentPort, workerData } = require('node:worker_threads'); let served = 0; let on = true;
     parentPort.once('message', () => { on = false; });
     (async () => { while (on) { await (await fetch(workerData + '/en/')).text(); await (await fetch(workerData + '/metrics')).text(); served += 2; } parentPort.postMessage(served); process.exit(); })();`,
      { eval: true, workerData: embedded.url },
    ),
);
await wait(2000);
const stop = embedded.onMessage((message) => note(hammered)(message));
await wait(seconds * 1000);
stop();
const served = await Promise.all(
  clients.map(
    (client) =>
      new Promise<number>((resolve) => {
        client.once('message', resolve);
        client.postMessage('stop');
      }),
  ),
);
row(
  `hammered: ${Math.round(served.reduce((sum, one) => sum + one, 0) / (seconds + 2))} pages/s`,
  ...latenessOf(hammered),
);
console.log(`\nmissed slots: ${missed}`);
await embedded.stop();
server.close();
rmSync(folder, { recursive: true, force: true });
