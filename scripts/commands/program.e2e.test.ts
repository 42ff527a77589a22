import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createEstate, type Estate, landscapeOf } from '../embedded/testing/estate.ts';

/** The whole program as a stranger meets it: processes, over real sockets, told one thing after the other. */
const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'forvarsel-program-'));
const [data, yaml] = [join(folder, 'data'), join(folder, 'landscape.yaml')];
const env = { ...process.env, LC_ALL: 'C', NO_COLOR: '' };
const startArgs = ['start', '--estate', yaml, '--data', data, '--listen', '127.0.0.1:0'];

/** A process group of its own: what is left of it can be asked for. */
const launch = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [cli, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });

/** What a process says until it ends, and the code it ends with. */
const heard = async (child: ChildProcess): Promise<{ code: number; out: string; err: string }> => {
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout?.on('data', (text: Buffer) => void out.push(text.toString()));
  child.stderr?.on('data', (text: Buffer) => void err.push(text.toString()));
  const [code] = await once(child, 'close');
  return { code: Number(code), out: out.join(''), err: err.join('') };
};
const run = (...args: readonly string[]) => heard(launch(args));

/** Asks until the answer is as wanted, for at most so many seconds; the last answer. */
const until = async (wanted: { code: number; out: RegExp }, seconds: number, ...args: readonly string[]) => {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await run(...args);
    const good = answer.code === wanted.code && wanted.out.test(answer.out);
    if (good || performance.now() > end) return answer;
    await setTimeout(200);
  }
};

const anybodyIn = (group: number): boolean => {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
};
const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    socket.on('connect', () => resolve(socket.destroy() !== null));
    socket.on('error', () => resolve(false));
  });
const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

let estate: Estate;
let program: ChildProcess;
let url = '';

beforeAll(async () => {
  estate = await createEstate();
  writeFileSync(yaml, stringify(landscapeOf(estate)));
  program = launch(startArgs);
  const said: string[] = [];
  program.stderr?.on('data', (text: Buffer) => void said.push(text.toString()));
  url = await new Promise<string>((resolve, reject) => {
    program.stdout?.on('data', (text: Buffer) => {
      said.push(text.toString());
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said.join(''))?.[0];
      if (address !== undefined) resolve(address);
    });
    program.once('close', () => reject(new Error(`it ended before it began: ${said.join('')}`)));
  });
});
afterAll(async () => {
  if (program.pid !== undefined && anybodyIn(program.pid)) process.kill(-program.pid, 'SIGKILL');
  await estate.close();
  rmSync(folder, { recursive: true, force: true });
});

test('when all works, status and explain end with 0, in both languages and as JSON', async () => {
  const english = await until({ code: 0, out: /All is well/ }, 30, 'status', '--data', data);
  expect(english).toMatchObject({ code: 0, err: '' });
  expect(english.out).toMatch(
    /^as of .+ Europe\/Copenhagen \(http:[^)]+\)\n✔ All is well\n\nWarnings and alerts\nnone\n/,
  );
  expect(english.out).toMatch(/✔ up +Order medication +2 of 2\n/);
  const danish = await run('status', '--url', url, '--lang', 'da');
  expect(danish.out).toMatch(/✔ Alt virker[\s\S]+✔ virker +Order medication +2 af 2\n/);
  const json = await run('status', '--url', url, '--format', 'json');
  expect(JSON.parse(json.out)).toMatchObject({
    stale: false,
    allIsWell: true,
    groups: [],
    picture: { provenance: 'measured' },
  });
  const explained = await run('explain', 'order', '--url', url);
  expect(explained.out).toMatch(
    /✔ up +Order medication \(order, workflow\)\n\n@ Ward\n[\s\S]+components +2 of 2 +Database 1 \+ Database 2/,
  );
  expect(explained.code).toBe(0);
});

test('one probe now tells its phases and transcript; a folder with the note of a dead process is not taken for a living one', async () => {
  const probed = await run('probe', yaml, 'epj/front');
  expect(probed).toMatchObject({ code: 0, err: '' });
  expect(probed.out).toMatch(/^✔ up +epj\/front @ \w+\n\n[\s\S]+connect +\d+\.\d ms/);
  const dead = launch(['--version']);
  await once(dead, 'close');
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'running.json'), JSON.stringify({ url, pid: dead.pid }));
  expect(await run('status', '--data', elsewhere)).toMatchObject({ code: 3, out: '' });
});

test('a second start on the same folder is refused by name, and the first goes on', async () => {
  const second = await run(...startArgs);
  expect(second).toMatchObject({ code: 2, out: '' });
  expect(second.err).toContain(join(data, 'history.sqlite'));
  expect((await run('status', '--data', data)).code).toBe(0);
});

test('an address that others can reach is refused with 4', async () => {
  const [wide, unsafe] = [join(folder, 'wide'), '0.0.0.0:9640'];
  const refused = await run('start', '--estate', yaml, '--data', wide, '--listen', unsafe);
  expect(refused).toMatchObject({ code: 4, out: '' });
  expect(refused.err).toMatch(/loopback only/);
});

test('a reader that has seen enough ends nothing with noise', async () => {
  const script = `"$0" "$1" status --data "$2" | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const child = spawn('bash', ['-c', script, process.execPath, cli, data], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = await heard(child);
  expect(said.err).toBe('');
  expect(said.out).toMatch(/^as of .+\n0\n$/);
});

test('one of two databases dies: a warning with its cause and margin, one line, before anybody is hit', async () => {
  await estate.stands['db-1'].shut();
  const warned = await until({ code: 1, out: /^thin(?!.*pending)/m }, 20, 'status', '--data', data);
  expect(warned.out).toMatch(/^thin +Order medication @ Ward +for \d+ s +Database 1 out of order/m);
  expect(warned.out).toMatch(/✔ up +Order medication +1 of 2/);
  expect(warned.out).toMatch(/Parts that are not good\n✖ down +Database 1/);
  const explained = await run('explain', 'order', '--site', 'ward', '--data', data, '--lang', 'da');
  expect(explained.out).toMatch(/ude af drift under det: Database 1[\s\S]+komponenter +1 af 2 +Database 2/);
  expect(explained.code).toBe(0);
});

test('then the other: impact, where, and the path to it', async () => {
  await estate.stands['db-2'].shut();
  const hit = await until({ code: 1, out: /^IMPACT(?!.*pending)/m }, 20, 'status', '--data', data);
  expect(hit.out).toMatch(/✖ 1 workflow is down/);
  expect(hit.out).toMatch(/^IMPACT +Order medication @ Ward/m);
  expect(hit.out).toMatch(/✖ down +Order medication +0 of 2 +@ Ward/);
  expect((await run('status', '--data', data, '--lang', 'da')).out).toMatch(/^RAMT +Order medication @ Ward/m);
  const explained = await run('explain', 'order', '--data', data);
  expect(explained.out).toMatch(
    /the path: Order medication → Patient record → Database \d\n +cause: Database 1, Database 2/,
  );
  expect(explained.code).toBe(1);
  const probed = await run('probe', yaml, 'db-2/port', '--lang', 'da');
  expect(probed).toMatchObject({ code: 1, err: '' });
  expect(probed.out).toMatch(/^✖ virker ikke +db-2\/port @ \w+ +forbindelsen blev afvist/);
  const elsewhere = await run('explain', 'order', '--site', 'north', '--data', data);
  expect(elsewhere).toMatchObject({ code: 2, out: '', err: expect.stringContaining('choose one of ward') });
});

test('Ctrl-C ends it within two seconds with 0, and nothing is left running', async () => {
  const { pid } = program;
  if (pid === undefined) throw new Error('expected a process');
  const ended = once(program, 'close');
  const before = performance.now();
  process.kill(pid, 'SIGINT');
  const [code] = await ended;
  expect(performance.now() - before).toBeLessThan(2_000);
  expect(code).toBe(0);
  expect(anybodyIn(pid)).toBe(false);
  expect(await answers(url)).toBe(false);
  expect(existsSync(join(data, 'running.json'))).toBe(false);
});

test('what was last known is remembered, and said to be old first of all', async () => {
  // Young enough, it is still of now; a picture is old after fifteen seconds.
  const later = new Date(Date.now() + 600_000).toISOString();
  const told = await run('status', '--data', data, '--at', later);
  expect(told.code).toBe(1);
  expect(told.out).toMatch(/^STALE: \d+ min .+\n\? How it is now is unknown\.\n[\s\S]+✖ was down +Order medication/);
  const now = await run('status', '--data', data, '--format', 'json');
  expect(JSON.parse(now.out)).toMatchObject({ from: data, allIsWell: false });
  const before = await run('status', '--data', data, '--at', '2020-01-01T00:00');
  expect(before).toMatchObject({ code: 3, out: '', err: expect.stringContaining('remembers nothing of 20') });
});

test('a database that is not whole is refused by name, by every command, and left as it is', async () => {
  const file = join(data, 'history.sqlite');
  const bytes = readFileSync(file);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x5a)]));
  const before = hashOf(file);
  for (const args of [startArgs, ['status', '--data', data], ['explain', 'order', '--data', data, '--lang', 'da']]) {
    const refused = await run(...args);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain(file);
  }
  expect(hashOf(file)).toBe(before);
});
