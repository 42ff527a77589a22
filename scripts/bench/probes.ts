import { createServer as createHttp } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createServer as createTls } from 'node:tls';
import type { Check } from '../../infra/landscape/model.ts';
import { checkOf } from '../../infra/landscape/testing/landscapes.ts';
import { runCheck } from '../../probes/attempt.ts';
import { createPulse } from '../../probes/clock.ts';
import { createAuthority } from '../demo/protocols/authority.ts';
import { machine, row } from './figures.ts';

/** Probes per CPU-second of this process, servers and all in it, beside a bare loop over the same server that only connects. */
const seconds = Number(process.argv[2] ?? 5);
const together = 16;
console.log(`probes, ${machine()}; ${seconds} s each, ${together} at a time, both ends in one thread\n`);
console.log('| kind | per CPU-second | bare connects per CPU-second | share |');
console.log('|---|---|---|---|');

const authority = await createAuthority();
const issued = await authority.issue(['localhost'], new Date(Date.now() + 90 * 86_400_000));
const plain = createHttp((_, response) => response.end('ready'));
const secure = createTls({ ...issued }, (socket) => socket.end());
const listen = (server: {
  listen: (port: number, host: string, done: () => void) => unknown;
  address: () => unknown;
}) =>
  new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
const [httpPort, tlsPort] = [await listen(plain), await listen(secure)];

const perCpuSecond = async (step: () => Promise<void>): Promise<number> => {
  const end = performance.now() + seconds * 1000;
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
  return done / ((user + system) / 1e6);
};
const bare = (port: number) => () =>
  new Promise<void>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.destroy());
    socket.on('close', () => resolve()).on('error', reject);
  });

const pulse = createPulse();
const trust = [authority.pem];
const probing = (check: Check, target: string) => async (): Promise<void> => {
  const context = {
    source: null,
    resolve: async () => ['127.0.0.1'],
    trust,
    now: () => performance.now(),
  };
  const run = await runCheck({ check, target }, (signal) => ({ ...context, signal }), {
    slot: Date.now(),
    vantage: 'bench',
    stalled: pulse.stalled,
  });
  if (run.outcome !== 'good') throw new Error(`${check.kind}: ${run.reason} ${run.message}`);
};
const kinds: readonly (readonly [string, Check, string, number])[] = [
  ['tcp', checkOf('b/tcp', { kind: 'tcp', timeoutMs: 5000 }), `localhost:${httpPort}`, httpPort],
  [
    'http, body matched',
    checkOf('b/http', { kind: 'http', depth: 'protocol', timeoutMs: 5000, options: { bodyMatches: 'ready' } }),
    `http://localhost:${httpPort}/`,
    httpPort,
  ],
  [
    'tls, full handshake',
    checkOf('b/tls', { kind: 'tls', depth: 'protocol', timeoutMs: 5000 }),
    `localhost:${tlsPort}`,
    tlsPort,
  ],
];
for (const [name, check, target, port] of kinds) {
  await perCpuSecond(probing(check, target)).catch((error: unknown) => console.log(String(error)));
  const [ours, connects] = [await perCpuSecond(probing(check, target)), await perCpuSecond(bare(port))];
  row(name, ours, connects, `${((ours / connects) * 100).toFixed(0)} %`);
}
pulse.stop();
plain.close();
plain.closeAllConnections();
secure.close();
