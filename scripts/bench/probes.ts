import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Check } from '../../infra/landscape/model.ts';
import { checkOf } from '../../infra/landscape/testing/landscapes.ts';
import { runCheck } from '../../probes/attempt.ts';
import { createPulse } from '../../probes/clock.ts';
import { contextFrom } from '../../probes/station.ts';
import { createAuthority } from '../demo/protocols/authority.ts';
import { machine, row } from './figures.ts';
import { blackbox, type Cost, cloudprober, type Kind, type Targets } from './rivals.ts';

/** Probes per CPU-second of the probing process alone: ours with the full verdict, a bare loop, and other probers. */
const seconds = Number(process.argv[2] ?? 5);
const rounds = Number(process.argv[3] ?? 3);
const together = 16;

const authority = await createAuthority();
const issued = await authority.issue(['localhost'], new Date(Date.now() + 90 * 86_400_000));
const target = fork(fileURLToPath(new URL('target.ts', import.meta.url)));
const ports = new Promise<{ readonly http: number; readonly tls: number }>((resolve) =>
  // It is what target.ts sends, once.
  target.once('message', (sent) => resolve(sent as { readonly http: number; readonly tls: number })),
);
target.send(issued);
const { http, tls } = await ports;
const targets: Targets = {
  http: `http://localhost:${http}/`,
  https: `https://localhost:${tls}/`,
  tls: `localhost:${tls}`,
  trust: authority.pem,
};

const costOf = async (step: () => Promise<void>, within: number): Promise<Cost> => {
  const end = performance.now() + within * 1000;
  const began = process.cpuUsage();
  let done = 0;
  await Promise.all(
    Array.from({ length: together }, async () => {
      while (performance.now() < end) {
        await step();
        done += 1;
      }
    }),
  );
  const { user, system } = process.cpuUsage(began);
  return { perCpuSecond: done / ((user + system) / 1e6), residentMb: process.memoryUsage.rss() / 2 ** 20 };
};

const request = 'GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
const secureContext = createSecureContext({ ca: authority.pem });
/** The least a Node program can do: connect, ask, read to the end. */
const bare: Readonly<Record<Kind, () => Promise<void>>> = {
  http: () =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: http }, () => socket.write(request, 'latin1'));
      socket.on('data', () => undefined);
      socket.on('close', () => resolve()).on('error', reject);
    }),
  https: () =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port: tls, servername: 'localhost', secureContext }, () =>
        socket.write(request, 'latin1'),
      );
      socket.on('data', () => undefined);
      socket.on('close', () => resolve()).on('error', reject);
    }),
  tls: () =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port: tls, servername: 'localhost', secureContext }, () =>
        socket.destroy(),
      );
      socket.on('close', () => resolve()).on('error', reject);
    }),
};

const pulse = createPulse();
const stop = new AbortController().signal;
const contextOf = contextFrom({ source: null, resolver: null }, [authority.pem]);
const checks: Readonly<Record<Kind, Check>> = {
  http: checkOf('b/http', { kind: 'http', depth: 'protocol', timeoutMs: 5000, options: { bodyMatches: 'ready' } }),
  https: checkOf('b/https', { kind: 'http', depth: 'protocol', timeoutMs: 5000, options: { bodyMatches: 'ready' } }),
  tls: checkOf('b/tls', { kind: 'tls', depth: 'protocol', timeoutMs: 5000 }),
};
const ours = (kind: Kind) => async (): Promise<void> => {
  const at = { slot: Date.now(), vantage: 'bench', stalled: pulse.stalled, stop };
  const run = await runCheck(
    { check: checks[kind], target: targets[kind] },
    // Names cost every prober the same, and the system's resolver is not what is measured.
    (signal) => ({ ...contextOf(signal), resolve: async () => ['127.0.0.1'] }),
    at,
  );
  if (run.outcome !== 'good') throw new Error(`${kind}: ${run.reason} ${run.message}`);
};

const named = (variable: string): string | null => process.env[variable] || null;
const rivals = {
  blackbox_exporter: named('FORVARSEL_BLACKBOX'),
  cloudprober: named('FORVARSEL_CLOUDPROBER'),
};
const shown = (cost: Cost | null): string =>
  cost === null ? '' : `${cost.perCpuSecond.toFixed(0)} (${cost.residentMb.toFixed(0)} MB)`;
const times = (own: Cost, other: Cost | null): string =>
  other === null ? '' : `${(own.perCpuSecond / other.perCpuSecond).toFixed(2)} ×`;
/** A machine that does other things makes everything dearer, never cheaper. */
const best = (costs: readonly (Cost | null)[]): Cost | null =>
  costs.reduce((a, b) => (a === null || (b !== null && b.perCpuSecond > a.perCpuSecond) ? b : a), null);

console.log(
  `probes per CPU-second (memory), ${machine()}; the best of ${rounds} rounds of ${seconds} s each, ${together} at a time, server elsewhere\n`,
);
console.log('| kind | ours | a bare loop | blackbox_exporter | ours to it | cloudprober | ours to it |');
console.log('|---|---|---|---|---|---|---|');
const black = rivals.blackbox_exporter === null ? null : await blackbox(rivals.blackbox_exporter, targets, together);
const cloud = rivals.cloudprober === null ? null : cloudprober(rivals.cloudprober, targets);
try {
  for (const kind of ['http', 'https', 'tls'] as const) {
    // What runs hot is compiled first.
    await costOf(ours(kind), 3 * seconds);
    const seen: (readonly (Cost | null)[])[] = [];
    for (let round = 0; round < rounds; round += 1)
      seen.push([
        await costOf(ours(kind), seconds),
        await costOf(bare[kind], seconds),
        (await black?.cost(kind, seconds)) ?? null,
        (await cloud?.cost(kind, seconds)) ?? null,
      ]);
    const [own = null, least = null, one = null, two = null] = [0, 1, 2, 3].map((at) =>
      best(seen.map((costs) => costs[at] ?? null)),
    );
    if (own !== null) row(kind, shown(own), shown(least), shown(one), times(own, one), shown(two), times(own, two));
  }
} finally {
  black?.stop();
  cloud?.stop();
  pulse.stop();
  target.disconnect();
}
