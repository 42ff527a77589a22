import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '../demo/protocols/authority.ts';
import { machine, row } from './figures.ts';

/** Memory of the whole agent, as a process of its own, while it probes so many checks once a minute each. */
const counts = (process.argv[2] ?? '100,5000').split(',').map(Number);
const seconds = Number(process.argv[3] ?? 75);

const authority = await createAuthority();
const issued = await authority.issue(['localhost'], new Date(Date.now() + 86_400_000));
const target = fork(fileURLToPath(new URL('target.ts', import.meta.url)));
const ports = new Promise<{ readonly http: number }>((resolve) =>
  // It is what target.ts sends, once.
  target.once('message', (sent) => resolve(sent as { readonly http: number })),
);
target.send(issued);
const { http } = await ports;

const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

const landscapeOf = (count: number): object => ({
  authority: { title: 'Bench', zone: 'Europe/Copenhagen' },
  sites: {
    here: { title: 'Here', kind: 'on-premises', vantage: { source: '127.0.0.1', anchors: [`127.0.0.1:${http}`] } },
  },
  components: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `c${index}`,
      {
        title: `C${index}`,
        site: 'here',
        checks: {
          front: {
            kind: 'http',
            target: `http://127.0.0.1:${http}/${index}`,
            every: '60s',
            within: '5s',
            expect: { body: 'ready' },
          },
        },
      },
    ]),
  ),
});

console.log(`memory of the whole agent, ${machine()}; after ${seconds} s\n`);
console.log('| checks | resident MB | runs |');
console.log('|---|---|---|');
const folder = mkdtempSync(join(tmpdir(), 'forvarsel-resident-'));
try {
  for (const count of counts) {
    const file = join(folder, `${count}.json`);
    writeFileSync(file, JSON.stringify(landscapeOf(count)));
    const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
    const args = [
      cli,
      'agent',
      file,
      '--vantage',
      'here',
      '--listen',
      '127.0.0.1:0',
      '--data',
      join(folder, `data-${count}`),
    ];
    const env = { ...process.env, FORVARSEL_AGENT_TOKEN: 'a token of the bench' };
    const agent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    const url = await new Promise<string>((resolve) =>
      agent.stdout.on('data', (said: Buffer) => {
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said.toString())?.[0];
        if (address !== undefined) resolve(address);
      }),
    );
    await pause(seconds * 1000);
    const headers = { authorization: 'Bearer a token of the bench' };
    const page = await (await fetch(`${url}/metrics`, { headers })).text();
    const runs = [...page.matchAll(/^forvarsel_probe_runs_total\{[^}]*outcome="good"[^}]*\} (\d+)/gm)];
    row(
      String(count),
      residentMb(agent.pid ?? 0),
      runs.reduce((sum, [, one]) => sum + Number(one), 0),
    );
    agent.kill();
    await new Promise((resolve) => agent.once('exit', resolve));
  }
} finally {
  target.disconnect();
  rmSync(folder, { recursive: true, force: true });
}
