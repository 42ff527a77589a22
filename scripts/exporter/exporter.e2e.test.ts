import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { answering, type Stand, tcpStand } from '../../probes/testing/servers.ts';

/** The program as a team meets it that had a blackbox_exporter: a file, a process, a signal. */
const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'forvarsel-exporter-'));
const file = join(folder, 'blackbox.yml');
let child: ChildProcess | null = null;
let stand: Stand | null = null;
afterAll(async () => {
  child?.kill('SIGKILL');
  await stand?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('it probes by its file, reads it anew at a signal, and ends when asked', async () => {
  stand = await tcpStand(answering('200 OK', 'ready'));
  writeFileSync(file, 'modules: {http_2xx: {prober: http}}\n');
  const args = ['exporter', '--config.file', file, '--listen', '127.0.0.1:0', '--probe-allow', '127.0.0.0/8'];
  const started = spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  child = started;
  let said = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  const url = await vi.waitFor(
    () => {
      const [, found] = /at (http:\S+)\/probe/.exec(said) ?? [];
      if (found === undefined) throw new Error(said);
      return found;
    },
    { timeout: 60_000 },
  );
  const get = async (path: string) => {
    const reply = await fetch(`${url}${path}`);
    return { status: reply.status, text: await reply.text() };
  };
  const probe = (module: string) => get(`/probe?module=${module}&target=${stand?.target}`);
  expect((await probe('http_2xx')).text).toMatch(/^probe_success 1$/m);
  expect(await probe('tcp')).toMatchObject({ status: 400 });

  writeFileSync(file, 'modules: {tcp: {prober: tcp}}\n');
  started.kill('SIGHUP');
  await vi.waitFor(async () => expect((await probe('tcp')).text).toMatch(/^probe_success 1$/m), { timeout: 10_000 });

  writeFileSync(file, 'modules: {tcp: {prober: tcp, frob: 1}}\n');
  started.kill('SIGHUP');
  await vi.waitFor(
    async () => expect((await get('/metrics')).text).toContain('blackbox_exporter_config_last_reload_successful 0'),
    { timeout: 10_000 },
  );
  expect(said).toContain(`${file}:1:30 modules.tcp.frob: expected one of`);
  expect((await probe('tcp')).text).toMatch(/^probe_success 1$/m);

  started.kill('SIGTERM');
  const [code] = await once(started, 'exit');
  expect(code).toBe(0);
});
