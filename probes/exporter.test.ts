import { afterEach, expect, test } from 'vitest';
import type { Target } from '../infra/landscape/model.ts';
import { couldNotRun } from './attempt.ts';
import { createProbeExporter } from './exporter.ts';
import type { Observation } from './observation.ts';
import type { Reading } from './one.ts';
import {
  answering,
  checkOf,
  landscapeOf,
  refusedPort,
  type Stand,
  signalOf,
  tcpStand,
  vantageOf,
} from './testing/servers.ts';

const check = checkOf(
  'http',
  {},
  { id: 'epj/front', target: { text: 'http://epj.example/' }, signals: [signalOf('disk', 'd')] },
);
const landscape = landscapeOf([check], [vantageOf('here'), vantageOf('there')]);
const seen = (more: Partial<Observation> = {}): Observation => ({
  ...couldNotRun(check, { slot: 1_000_000, vantage: 'here', wall: () => 1_000_040 }, 'x'),
  outcome: 'good',
  reason: null,
  message: '',
  duration: 0.25,
  phases: { connect: 0.05, processing: 0.2 },
  signals: { duration: 0.25, certificate: 2_000_000_000, disk: 7 },
  ended: 0,
  ...more,
});

const exported = (...batch: readonly Observation[]) => {
  let now = 0;
  const exporter = createProbeExporter(landscape, { aims: {}, trust: [], secrets: {} }, () => now);
  exporter.take({ type: 'observations', batch });
  return {
    exporter,
    at: (ms: number) => {
      now = ms;
    },
  };
};
const of = '{check="epj/front",vantage="here"}';

test('a good run is shown with its times', async () => {
  const text = await exported(seen()).exporter.metrics();
  for (const line of [
    `forvarsel_probe_success${of} 1`,
    `forvarsel_probe_duration_seconds${of} 0.25`,
    `forvarsel_probe_certificate_end_timestamp_seconds${of} 2000000000`,
    'forvarsel_probe_phase_seconds{check="epj/front",vantage="here",phase="connect"} 0.05',
    'forvarsel_probe_signal{check="epj/front",vantage="here",signal="disk"} 7',
    'forvarsel_probe_runs_total{check="epj/front",vantage="here",outcome="good",reason=""} 1',
    'forvarsel_probe_lag_seconds_bucket{le="0.05",vantage="here"} 1',
  ])
    expect(text).toContain(line);
});

test('a bad run is 0, by its reason, and the first attempt is counted too', async () => {
  const first = { reason: 'no-answer', message: '', duration: 1 } as const;
  const text = await exported(seen({ outcome: 'bad', reason: 'refused', signals: {}, first })).exporter.metrics();
  expect(text).toContain(`forvarsel_probe_success${of} 0`);
  expect(text).toContain('outcome="bad",reason="refused"} 1');
  expect(text).toContain('forvarsel_probe_retries_total{check="epj/front",vantage="here",reason="no-answer"} 1');
});

test('what is unknown is absent: neither a success nor a time is left standing from before', async () => {
  const text = await exported(
    seen(),
    seen({ outcome: 'unknown', reason: 'could-not-run', signals: {} }),
  ).exporter.metrics();
  expect(text).not.toContain(`forvarsel_probe_success${of}`);
  expect(text).not.toContain(`forvarsel_probe_duration_seconds${of}`);
  expect(text).not.toContain('signal="disk"');
  expect(text).toContain('outcome="unknown",reason="could-not-run"} 1');
});

test('a word that has grown old is taken away: a dead thread does not read as success', async () => {
  const { exporter, at } = exported(seen());
  at(check.intervalMs + check.timeoutMs);
  expect(await exporter.metrics()).toContain(`forvarsel_probe_success${of} 1`);
  at(check.intervalMs + check.timeoutMs + 1);
  expect(await exporter.metrics()).not.toContain(`forvarsel_probe_success${of}`);
  exporter.take({ type: 'observations', batch: [seen({ ended: 2000 })] });
  expect(await exporter.metrics()).toContain(`forvarsel_probe_success${of} 1`);
});

test('missed slots, anchors and watermarks are shown', async () => {
  const { exporter } = exported();
  exporter.take({ type: 'missed', check: 'epj/front', vantage: 'here', slot: 0, count: 3 });
  exporter.take({ type: 'anchor', vantage: 'here', at: 0, wall: 5000 });
  exporter.take({ type: 'watermark', vantages: ['here', 'there'], at: 0, wall: 6000 });
  const text = await exporter.metrics();
  expect(text).toContain(`forvarsel_probe_missed_slots_total${of} 3`);
  expect(text).toContain('forvarsel_vantage_anchor_timestamp_seconds{vantage="here"} 5');
  expect(text).toContain('forvarsel_vantage_watermark_timestamp_seconds{vantage="there"} 6');
});

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
