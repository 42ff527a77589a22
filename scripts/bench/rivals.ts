import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Other probers, run beside ours on the same target: their own programs, named by the environment. */

/** What each kind of probe is aimed at. */
export type Targets = { readonly http: string; readonly https: string; readonly tls: string; readonly trust: string };
export type Kind = 'http' | 'https' | 'tls';
export type Cost = { readonly perCpuSecond: number; readonly residentMb: number };
type Rival = { readonly cost: (kind: Kind, seconds: number) => Promise<Cost | null>; readonly stop: () => void };

const ticks = 100;
/** CPU-seconds a process has used, and its memory now. */
const usedBy = ({ pid }: ChildProcess): { readonly cpu: number; readonly residentMb: number } => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { cpu: (Number(fields[11]) + Number(fields[12])) / ticks, residentMb: (Number(fields[21]) * 4096) / 2 ** 20 };
};

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      // A server that listens on TCP has such an address.
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

export const page = (url: string, agent?: Agent): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, agent === undefined ? {} : { agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(Buffer.concat(chunks).toString()));
    }).on('error', reject);
  });

export const standing = async (url: string): Promise<void> => {
  for (let left = 100; left > 0; left -= 1) {
    if (await page(url).then(Boolean, () => false)) return;
    await pause(50);
  }
  throw new Error(`expected an answer at ${url}, got none`);
};

const folder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'forvarsel-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** One scrape is one probe: it is asked as Prometheus asks it, over kept connections. */
export const blackbox = async (program: string, targets: Targets, together: number): Promise<Rival> => {
  const place = folder();
  writeFileSync(join(place.path, 'ca.pem'), targets.trust);
  const tls = `{ ca_file: ${join(place.path, 'ca.pem')} }`;
  writeFileSync(
    join(place.path, 'modules.yml'),
    `modules:
  http: { prober: http, timeout: 5s, http: { preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: [ready], tls_config: ${tls} } }
  tls: { prober: tcp, timeout: 5s, tcp: { preferred_ip_protocol: ip4, tls: true, tls_config: ${tls} } }
`,
  );
  const port = await freePort();
  const args = [`--config.file=${join(place.path, 'modules.yml')}`, `--web.listen-address=127.0.0.1:${port}`];
  const child = spawn(program, [...args, '--log.level=error'], { stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}`;
  await standing(`${base}/-/healthy`);
  const agent = new Agent({ keepAlive: true, maxSockets: together });
  return {
    cost: async (kind, seconds) => {
      const url = `${base}/probe?module=${kind === 'tls' ? 'tls' : 'http'}&target=${encodeURIComponent(targets[kind])}`;
      const first = await page(url, agent);
      if (!first.includes('probe_success 1')) throw new Error(`blackbox_exporter: no success for ${targets[kind]}`);
      const before = usedBy(child);
      const end = performance.now() + seconds * 1000;
      let done = 0;
      const ask = async (): Promise<void> => {
        while (performance.now() < end) {
          if ((await page(url, agent)).includes('probe_success 1')) done += 1;
        }
      };
      await Promise.all(Array.from({ length: together }, ask));
      const after = usedBy(child);
      return { perCpuSecond: done / (after.cpu - before.cpu), residentMb: after.residentMb };
    },
    stop: () => {
      agent.destroy();
      child.kill();
      place.remove();
    },
  };
};

/** It has its own clock, and a probe that is late is lost: so many of one target, so often each, that it keeps up. */
const pace = {
  http: { probes: 60, everyMs: 50 },
  https: { probes: 20, everyMs: 100 },
  tls: { probes: 20, everyMs: 100 },
} as const satisfies Readonly<Record<Kind, object>>;

export const cloudprober = (program: string, targets: Targets): Rival => {
  const started: { readonly child: ChildProcess; readonly remove: () => void }[] = [];
  const start = async (kind: Kind) => {
    const place = folder();
    writeFileSync(join(place.path, 'ca.pem'), targets.trust);
    const port = await freePort();
    const { hostname, port: targetPort } = new URL(targets[kind === 'tls' ? 'https' : kind]);
    const tls = `tls_config { ca_cert_file: "${join(place.path, 'ca.pem')}" server_name: "localhost" }`;
    const own = {
      http: `type: HTTP http_probe { port: ${targetPort} }`,
      https: `type: HTTP http_probe { scheme: HTTPS port: ${targetPort} ${tls} }`,
      tls: `type: TCP tcp_probe { port: ${targetPort} tls_handshake: true ${tls} }`,
    }[kind];
    const validator = kind === 'tls' ? '' : 'validator { name: "ready" regex: "ready" }';
    const probes = Array.from(
      { length: pace[kind].probes },
      (_, at) =>
        `probe { name: "p${at}" ip_version: IPV4 ${own} targets { host_names: "${hostname}" } interval_msec: ${pace[kind].everyMs} timeout_msec: ${pace[kind].everyMs} stats_export_interval_msec: 500 ${validator} }`,
    );
    writeFileSync(join(place.path, 'own.cfg'), `${probes.join('\n')}\nhost: "127.0.0.1"\nport: ${port}\n`);
    const args = ['--config_file', join(place.path, 'own.cfg'), '--cloud_metadata=none', '--disable_cloud_logging'];
    const child = spawn(program, [...args, '--min_log_level=CRITICAL'], { stdio: 'ignore' });
    started.push({ child, remove: place.remove });
    const metrics = `http://127.0.0.1:${port}/metrics`;
    await standing(metrics);
    return { child, metrics };
  };
  const successes = async (metrics: string): Promise<number> =>
    [...(await page(metrics)).matchAll(/^success\{[^}]*\bprobe="p\d+"[^}]*\} (\d+)/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  return {
    cost: async (kind, seconds) => {
      const { child, metrics } = await start(kind);
      await pause(2000);
      const before = { ...usedBy(child), done: await successes(metrics) };
      await pause(seconds * 1000);
      const after = { ...usedBy(child), done: await successes(metrics) };
      child.kill();
      const done = after.done - before.done;
      return done === 0 ? null : { perCpuSecond: done / (after.cpu - before.cpu), residentMb: after.residentMb };
    },
    stop: () => {
      for (const { child, remove } of started) {
        child.kill();
        remove();
      }
    },
  };
};
