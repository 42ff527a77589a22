import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, test } from 'vitest';

/** Real servers of Debian as peers of tests: each in a folder of its own, on 127.0.0.1 alone, ended by its process id. */

const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'];
const runnable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
/** Where a program is; null when it is not installed. */
export const programAt = (name: string): string | null =>
  name.includes('/') ? (runnable(name) ? name : null) : (places.map((at) => join(at, name)).find(runnable) ?? null);

/**
 * A suite that needs programs of this machine. Without one it says so and is skipped; where FORVARSEL_PEERS is `all`, as
 * in the gate, that is a failure.
 */
export const describePeer = (name: string, programs: readonly string[], suite: () => void): void => {
  const missing = programs.filter((program) => programAt(program) === null);
  if (missing.length === 0) return void describe(name, suite);
  const why = `${name}: ${missing.join(', ')} not installed`;
  if (process.env['FORVARSEL_PEERS'] === 'all')
    test(why, () => {
      throw new Error(`expected ${missing.join(', ')} to be installed`);
    });
  else test.skip(why);
};

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0));
    });
  });

/** A folder for a peer's files, owned by whoever runs it. */
export const peerFolder = (name: string): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), `forvarsel-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

export type Peer = { readonly said: () => string; readonly stop: () => Promise<void>; readonly process: ChildProcess };
export type Starting = {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Runs as this user; files it needs must be his. */
  readonly uid?: number;
  readonly gid?: number;
  /** It stands when this port accepts, or when this says so of what it has written. */
  readonly ready: number | ((said: string) => boolean) | (() => Promise<boolean>);
  readonly withinMs?: number;
};

/** Starts a server and waits until it stands. It must stay in the foreground; `stop` ends it and waits for its end. */
export const startPeer = async (how: Starting): Promise<Peer> => {
  const file = programAt(how.program);
  if (file === null) throw new Error(`expected ${how.program} to be installed`);
  const child = spawn(file, [...how.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: false,
    ...(how.cwd === undefined ? {} : { cwd: how.cwd }),
    ...(how.uid === undefined ? {} : { uid: how.uid }),
    ...(how.gid === undefined ? {} : { gid: how.gid }),
    env: { ...process.env, ...how.env },
  });
  let said = '';
  let gone: string | null = null;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(-64 * 1024);
    });
  const exit = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      gone = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      gone = `ended with ${code ?? signal}`;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    if (gone !== null) return;
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exit;
    clearTimeout(force);
  };
  const stands = async (): Promise<boolean> => {
    if (typeof how.ready === 'number') return await accepts(how.ready);
    return await how.ready(said);
  };
  const until = performance.now() + (how.withinMs ?? 30_000);
  while (!(await stands())) {
    if (gone !== null || performance.now() > until) {
      await stop();
      throw new Error(`expected ${how.program} to stand, got ${gone ?? 'no answer in time'}: ${said.slice(-2000)}`);
    }
    await pause(50);
  }
  return { said: () => said, stop, process: child };
};
