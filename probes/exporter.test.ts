import { afterEach, expect, test } from 'vitest';
import type { Target } from '../infra/landscape/model.ts';
import { createProbeExporter } from './exporter.ts';
import type { Reading } from './one.ts';
import { answering, checkOf, landscapeOf, refusedPort, type Stand, tcpStand, vantageOf } from './testing/servers.ts';

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
const askable = (target: Target, reading?: Reading) => {
  let now = 0;
  const declared = checkOf(
    'http',
    { bodyMatches: 'ready' },
    { id: 'epj/front', target, intervalMs: 60_000, vantages: ['here', 'there'] },
  );
  const landscape = landscapeOf([declared], [vantageOf('here'), vantageOf('there')]);
  const exporter = createProbeExporter(landscape, reading, () => now);
  return {
    ask: (query: string) => exporter.probe(new URLSearchParams(query)),
    at: (ms: number) => {
      now = ms;
    },
  };
};
const asking = (target: string, query: string) => askable({ text: target }).ask(query);

test('/probe runs a declared target and answers in the words of blackbox_exporter', async () => {
  const stand = await tcpStand(answering('200 OK', 'ready'));
  stands.push(stand);
  const target = `http://${stand.target}/`;
  const { status, contentType, body } = await asking(target, `target=${encodeURIComponent(target)}&module=http`);
  expect(status).toBe(200);
  expect(contentType).toContain('version=0.0.4');
  expect(body).toMatch(/^probe_success 1$/m);
  expect(body).toMatch(/^probe_duration_seconds 0\.\d+$/m);
  // 127.0.0.1 as a number, and what http tells beside.
  for (const line of [
    'probe_ip_protocol 4',
    'probe_ip_addr_hash 3668918509',
    'probe_http_status_code 200',
    'probe_http_version 1.1',
    'probe_failed_due_to_regex 0',
  ])
    expect(body).toContain(`\n${line}\n`);
  expect(body).toMatch(/^probe_http_duration_seconds\{phase="processing"\} 0\.\d+$/m);
  const debug = await asking(target, 'target=epj/front&debug=true');
  expect(debug.body).toContain('< 200');
});

test('/probe of a target that is down is an answer: probe_success 0', async () => {
  const { status, body } = await asking(`http://127.0.0.1:${await refusedPort()}/`, 'target=epj/front');
  expect(status).toBe(200);
  expect(body).toMatch(/^probe_success 0$/m);
});

test.each([
  ['a target nobody declared is refused, with the remedy', 'target=http://169.254.169.254/', 403, 'add a check'],
  ['no target is bad usage', '', 400, 'target='],
  ['a module of another kind is bad usage', 'target=epj/front&module=dns', 400, 'module='],
  ['a vantage that does not run it is bad usage', 'target=epj/front&vantage=moon', 400, 'vantage='],
  ['what could not run is no success and no failure', 'target=epj/front', 503, 'could not run'],
])('/probe: %s', async (_, query, status, said) => {
  const reply = await asking('not a url', query);
  expect(reply.status).toBe(status);
  expect(reply.body).toContain(said);
  expect(reply.body).not.toContain('probe_success');
});

test('/probe runs a check at most once per interval, and says of the rest that they are of that run', async () => {
  let requests = 0;
  const stand = await tcpStand((socket) => {
    requests += 1;
    answering('200 OK', 'ready')(socket);
  });
  stands.push(stand);
  const { ask, at } = askable({ text: `http://${stand.target}/` });
  const [first, beside] = await Promise.all([ask('target=epj/front'), ask('target=epj/front')]);
  expect(first.body).not.toContain('# cached');
  expect(beside.body).toMatch(/^# cached/);
  at(59_999);
  const later = await ask('target=epj/front');
  expect(later).toEqual({ ...first, body: `# cached: run 60.0 s ago, at most one in 60.0 s\n${first.body}` });
  expect((await ask('target=epj/front&debug=true')).body).toMatch(/^# cached[\s\S]*< 200/);
  expect(requests).toBe(1);
  expect((await ask('target=epj/front&vantage=there')).body, 'another vantage is another run').not.toContain(
    '# cached',
  );
  at(60_000);
  expect((await ask('target=epj/front')).body).not.toContain('# cached');
  expect(requests).toBe(3);
});

test('/probe never runs a check beside itself, also when a run outlasts its interval', async () => {
  let requests = 0;
  const stand = await tcpStand((socket) => {
    requests += 1;
    setTimeout(() => answering('200 OK', 'ready')(socket), 100);
  });
  stands.push(stand);
  const { ask, at } = askable({ text: `http://${stand.target}/` });
  const first = ask('target=epj/front');
  at(60_000);
  expect((await ask('target=epj/front')).body).toMatch(/^# cached/);
  expect((await first).status).toBe(200);
  expect(requests).toBe(1);
});

test('/probe repeats what could not run too, so that it costs no more than any other', async () => {
  const { ask } = askable({ text: 'not a url' });
  expect((await ask('target=epj/front')).body).toMatch(/^could not run/);
  expect(await ask('target=epj/front')).toMatchObject({ status: 503, body: expect.stringMatching(/^# cached/) });
});

test('/probe: a target that is read from elsewhere cannot be guessed', async () => {
  const target = `http://127.0.0.1:${await refusedPort()}/`;
  const { ask } = askable({ env: 'EPJ' }, { aims: { 'epj/front': target }, trust: [], secrets: {} });
  const guessed = await ask(`target=${encodeURIComponent(target)}`);
  expect(guessed).toEqual(await ask('target=http://127.0.0.1:1/'));
  expect(guessed.status).toBe(403);
  expect((await ask('target=epj/front')).status, 'its check can be asked for').toBe(200);
});
