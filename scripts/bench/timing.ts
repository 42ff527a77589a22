import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '../demo/protocols/authority.ts';
import { machine, quantile } from './figures.ts';
import type { Measured, Paced } from './paced.ts';
import { freePort, page, standing } from './rivals.ts';
import type { Delays, Waited } from './slow.ts';

/**
 * How far each measured phase is from the truth: a server waits by known amounts and says how long it truly waited;
 * ours and blackbox_exporter probe it at the same pace, one after the other. Error is measured minus true, ms.
 */
const delays: Delays = { tls: 30, processing: 40, transfer: 20 };
const rates = (process.argv[2] ?? '1,100,1000').split(',').map(Number);
const phases = ['tls', 'processing', 'transfer'] as const;
const countOf = (perSecond: number): number => Math.min(3000, Math.max(10, perSecond * 5));

const authority = await createAuthority();
const issued = await authority.issue(['localhost'], new Date(Date.now() + 86_400_000));
const child = (file: string): ChildProcess => fork(fileURLToPath(new URL(file, import.meta.url)));
const next = <T>(from: ChildProcess): Promise<T> =>
  // Each of these programs sends one thing first, of the type its file exports.
  new Promise((resolve) => void from.once('message', (message) => resolve(message as T)));

const target = child('slow.ts');
const listening = next<{ http: number; tls: number }>(target);
target.send({ ...issued, delays });
const ports = await listening;
const waited = new Map<string, Waited>();
target.on('message', (one: Waited) => void waited.set(one.id, one));

const ours = async (url: string, perSecond: number, count: number): Promise<readonly Measured[]> => {
  const prober = child('paced.ts');
  const seen = next<readonly Measured[]>(prober);
  prober.send({ url, trust: authority.pem, perSecond, count } satisfies Paced);
  return await seen;
};

const folder = mkdtempSync(join(tmpdir(), 'forvarsel-timing-'));
const blackboxAt = async (program: string) => {
  writeFileSync(join(folder, 'ca.pem'), authority.pem);
  writeFileSync(
    join(folder, 'modules.yml'),
    `modules:
  http: { prober: http, timeout: 5s, http: { preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: [ready], tls_config: { ca_file: ${join(folder, 'ca.pem')} } } }
`,
  );
  const port = await freePort();
  const args = [`--config.file=${join(folder, 'modules.yml')}`, `--web.listen-address=127.0.0.1:${port}`];
  const exporter = spawn(program, [...args, '--log.level=error'], { stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}`;
  await standing(`${base}/-/healthy`);
  const agent = new Agent({ keepAlive: true });
  const phaseOf = (text: string, phase: string): number =>
    Number(
      new RegExp(`^probe_http_duration_seconds\\{phase="${phase}"\\} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN,
    ) * 1000;
  const probe = async (url: string, perSecond: number, count: number): Promise<readonly Measured[]> => {
    for (let index = 0; index < 20; index += 1)
      await page(`${base}/probe?module=http&target=${encodeURIComponent(`${url}${-1 - index}`)}`, agent);
    const began = performance.now();
    const going: Promise<Measured | null>[] = [];
    for (let index = 0; index < count; index += 1) {
      const wait = began + (index * 1000) / perSecond - performance.now();
      if (wait > 0.5) await pause(wait);
      const asked = page(`${base}/probe?module=http&target=${encodeURIComponent(`${url}${index}`)}`, agent);
      going.push(
        asked.then((text) => {
          if (!text.includes('probe_success 1')) return null;
          const [tls, processing, transfer] = phases.map((phase) => phaseOf(text, phase));
          return { id: String(index), tls: tls ?? 0, processing: processing ?? 0, transfer: transfer ?? 0 };
        }),
      );
    }
    return (await Promise.all(going)).filter((one) => one !== null);
  };
  return {
    probe,
    stop: () => {
      agent.destroy();
      exporter.kill();
    },
  };
};

const errorsOf = (seen: readonly Measured[], phase: (typeof phases)[number]): readonly number[] =>
  seen.flatMap((one) => {
    const truth = waited.get(one.id);
    return truth === undefined ? [] : [Math.abs(one[phase] - truth[phase])];
  });
const shown = (errors: readonly number[]): string =>
  errors.length === 0 ? '–' : `${quantile(errors, 0.5).toFixed(2)} / ${quantile(errors, 0.99).toFixed(2)}`;

console.log(`error of each phase, ms, p50 / p99, ${machine()}\n`);
console.log('| probes/s | phase | ours | blackbox_exporter | ours to it (p99) | runs |');
console.log('|---|---|---|---|---|---|');
const program = process.env['FORVARSEL_BLACKBOX'];
const rival = program === undefined || program === '' ? null : await blackboxAt(program);
try {
  for (const perSecond of rates) {
    // A thousand handshakes a second are more than both cores have: there the plain server is asked.
    const secure = perSecond <= 100;
    const url = secure ? `https://localhost:${ports.tls}/` : `http://localhost:${ports.http}/`;
    const count = countOf(perSecond);
    const take = async (probe: (url: string, perSecond: number, count: number) => Promise<readonly Measured[]>) => {
      waited.clear();
      const seen = await probe(url, perSecond, count);
      await pause(500);
      return new Map(phases.map((phase) => [phase, errorsOf(seen, phase)]));
    };
    const own = await take(ours);
    const other = rival === null ? null : await take(rival.probe);
    for (const phase of phases) {
      if (phase === 'tls' && !secure) continue;
      const [mine = [], theirs = []] = [own.get(phase), other?.get(phase)];
      const ratio = theirs.length === 0 ? '' : `${(quantile(mine, 0.99) / quantile(theirs, 0.99)).toFixed(2)} ×`;
      console.log(
        `| ${perSecond} | ${phase} | ${shown(mine)} | ${shown(theirs)} | ${ratio} | ${mine.length} and ${theirs.length} of ${count} |`,
      );
    }
  }
} finally {
  rival?.stop();
  target.disconnect();
  rmSync(folder, { recursive: true, force: true });
}
