import { describe, expect, test } from 'vitest';
import { monotonic } from '../clock.ts';
import type { Observation } from '../observation.ts';
import { checkOf, landscapeOf, signalOf, vantageOf } from '../testing/servers.ts';
import { createSeries } from './series.ts';
import { startSeries } from './thread.ts';

const now = 1_000_000;
const front = checkOf('http', {}, { id: 'epj/front', vantages: ['north'], signals: [signalOf('used', 'disk_used')] });
const landscape = landscapeOf([front], [vantageOf('north')]);
const runOf = (more: Partial<Observation> = {}): Observation => ({
  check: 'epj/front',
  vantage: 'north',
  slot: now - 60,
  startedAt: now - 50,
  endedAt: now,
  began: 0,
  ended: 50,
  outcome: 'good',
  reason: null,
  message: '',
  depth: 'protocol',
  phases: { resolve: 0.001, processing: 0.04 },
  duration: 0.05,
  signals: { duration: 0.05, used: 7, certificate: 2_000_000 },
  transcript: '',
  facts: {},
  first: null,
  ...more,
});
const bad = { outcome: 'bad', reason: 'refused', signals: {} } as const;
/** At a moment of the monotonic clock; the runs ended at 50. */
const pageOf = (runs: readonly Observation[], at = 50): string => {
  const series = createSeries(landscape, () => at);
  series.take({ type: 'observations', batch: runs });
  return series.page();
};
const of = 'check="epj/front",vantage="north"';

test('before the first run nothing is said of success, and the counters stand at nothing', () => {
  const page = createSeries(landscape, () => 50).page();
  expect(page).not.toContain('forvarsel_probe_success{');
  expect(page).toContain(`probe_all_success_count{${of}} 0`);
  expect(page).not.toContain('last_run');
});

test('a good run tells its time, its phases, its depth, its signals and its certificate', () => {
  const page = pageOf([runOf()]);
  for (const line of [
    `forvarsel_probe_success{${of}} 1`,
    `forvarsel_probe_attempt_success{${of}} 1`,
    `forvarsel_probe_duration_seconds{${of}} 0.05`,
    `forvarsel_probe_phase_seconds{${of},phase="processing"} 0.04`,
    `forvarsel_probe_depth{${of}} 2`,
    `forvarsel_probe_signal{${of},signal="used"} 7`,
    `forvarsel_probe_certificate_end_timestamp_seconds{${of}} 2000000`,
    `forvarsel_probe_last_run_timestamp_seconds{${of}} 1000`,
    `forvarsel_probe_runs_total{${of},outcome="good",reason=""} 1`,
    `probe_all_success_sum{${of}} 1`,
    `probe_all_duration_seconds_bucket{${of},outcome="good",le="0.05"} 1`,
    `probe_all_duration_seconds_bucket{${of},outcome="good",le="0.025"} 0`,
    `forvarsel_probe_lag_seconds_bucket{vantage="north",le="0.01"} 1`,
  ])
    expect(page).toContain(`${line}\n`);
  expect(page).not.toContain('failure_info');
});

test('a retry that helped is a bad attempt and a confirmed success, and neither hides the other', () => {
  const page = pageOf([runOf({ first: { reason: 'refused', message: 'x', duration: 0.01 } })]);
  expect(page).toContain(`forvarsel_probe_attempt_success{${of}} 0`);
  expect(page).toContain(`forvarsel_probe_success{${of}} 1`);
  expect(page).toContain(`forvarsel_probe_retries_total{${of},reason="refused"} 1`);
  expect(page).toContain(`forvarsel_probe_attempts_good_total{${of}} 0`);
  expect(page).toContain(`forvarsel_probe_attempts_total{${of}} 1`);
});

test('a quick failure takes its whole deadline in the histogram, and says why', () => {
  const page = pageOf([runOf({ ...bad, duration: 0.001 })]);
  expect(page).toContain(`forvarsel_probe_failure_info{${of},reason="refused"} 1`);
  expect(page).toContain(`probe_all_duration_seconds_sum{${of},outcome="bad"} 0.3`);
  expect(page).toContain(`probe_all_success_sum{${of}} 0`);
});

test('a run that could not measure is in no share and no latency, and the old success is gone', () => {
  const page = pageOf([runOf(), runOf({ outcome: 'unknown', reason: 'could-not-run', signals: {}, stalledMs: 400 })]);
  expect(page).not.toContain('forvarsel_probe_success{');
  expect(page).not.toContain('forvarsel_probe_duration_seconds{');
  expect(page).toContain(`forvarsel_probe_failure_info{${of},reason="could-not-run"} 1`);
  expect(page).toContain(`probe_all_success_count{${of}} 1`);
  expect(page).toContain(`forvarsel_probe_loop_delay_seconds{${of}} 0.4`);
});

test('a word older than interval and timeout is no longer said; when it was said still is', () => {
  const page = pageOf([runOf()], 1351);
  expect(page).not.toContain('forvarsel_probe_success{');
  expect(page).toContain('forvarsel_probe_last_run_timestamp_seconds{');
  expect(pageOf([runOf()], 1350)).toContain('forvarsel_probe_success{');
});

test('a certificate that is not trusted tells its end and its reason', () => {
  const tls = {
    version: 'TLS 1.3',
    cipher: 'x',
    chain: [],
    wrong: 'certificate-expired',
    verifiedUntil: null,
  } as const;
  const page = pageOf([
    runOf({ ...bad, reason: 'certificate-expired', signals: { certificate: 900 }, facts: { tls } }),
  ]);
  expect(page).toContain(`forvarsel_probe_certificate_end_timestamp_seconds{${of}} 900`);
  expect(page).toContain(`forvarsel_probe_certificate_trusted{${of},reason="certificate-expired"} 0`);
});

test('what the landscape does not name is not kept', () => {
  expect(pageOf([runOf({ check: 'other/front' })])).not.toContain('other/front');
});

test('slots that were missed, and how far the thread can be trusted', () => {
  const series = createSeries(landscape, () => 50);
  series.take({ type: 'missed', check: 'epj/front', vantage: 'north', slot: 0, count: 3 });
  series.take({ type: 'health', vantages: ['north'], loopDelay: 0.2, resolving: 4, calibration: null });
  const page = series.page();
  expect(page).toContain(`forvarsel_probe_missed_slots_total{${of}} 3`);
  expect(page).toContain('forvarsel_prober_loop_delay_seconds{vantage="north"} 0.2');
  expect(page).toContain('forvarsel_prober_resolver_queue{vantage="north"} 4');
  expect(page).not.toContain('forvarsel_prober_calibration_error_seconds{');
});

describe('in a thread of its own', () => {
  test('the page is what it is here, and holds everything said before it was asked for', async () => {
    const thread = startSeries(landscape);
    const ended = monotonic();
    thread.take({ type: 'observations', batch: [runOf({ ended, transcript: 'never needed there' })] });
    const page = await thread.page();
    expect(page).toContain(`forvarsel_probe_success{${of}} 1`);
    expect(page).toContain(`forvarsel_probe_runs_total{${of},outcome="good",reason=""} 1`);
    await thread.stop();
    await expect(thread.page(), 'a thread that is gone gives no page').rejects.toThrow(/ended/);
  });
});
