import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createMonitorExporter } from '../../monitors/exporter.ts';
import { createPlay, smallEstate } from '../../monitors/testing/estate.ts';
import { monotonic } from '../clock.ts';
import type { Observation } from '../observation.ts';
import { describePeer } from '../testing/peer.ts';
import { checkOf, landscapeOf, signalOf, vantageOf } from '../testing/servers.ts';
import { createSeries } from './series.ts';

/** Where the gate has built it; otherwise whatever is installed. */
const promtool = process.env['FORVARSEL_PROMTOOL'] ?? 'promtool';
const linted = (page: string): string => {
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
  return `${status} ${stdout}${stderr}`.trim();
};

describePeer('promtool reads every page', [promtool], () => {
  test('the series of the probes, whatever has been seen', () => {
    const check = checkOf('http', {}, { id: 'epj/"quoted\\"', vantages: ['north'], signals: [signalOf('used', 'x')] });
    const series = createSeries(landscapeOf([check], [vantageOf('north')]));
    const run = (more: Partial<Observation>): Observation => ({
      check: check.id,
      vantage: 'north',
      slot: 0,
      startedAt: 1,
      endedAt: 1,
      began: 0,
      ended: monotonic(),
      outcome: 'good',
      reason: null,
      message: '',
      depth: 'protocol',
      phases: { resolve: 0.1, connect: 0.1, tls: 0.1, processing: 0.1, transfer: 0.1 },
      duration: 0.5,
      signals: { used: Number.POSITIVE_INFINITY, certificate: 1 },
      transcript: '',
      facts: { tls: { version: 'TLS 1.3', cipher: 'x', chain: [], wrong: 'certificate-expired', verifiedUntil: null } },
      first: { reason: 'refused', message: '', duration: 1 },
      stalledMs: 5,
      ...more,
    });
    series.take({ type: 'observations', batch: [run({}), run({ outcome: 'bad', reason: 'refused' })] });
    series.take({ type: 'missed', check: check.id, vantage: 'north', slot: 0, count: 2 });
    series.take({ type: 'anchor', vantage: 'north', at: 1, wall: 1 });
    series.take({ type: 'watermark', vantages: ['north'], at: 1, wall: 1 });
    series.take({ type: 'health', vantages: ['north'], loopDelay: 0.1, resolving: 1, calibration: 0.001 });
    expect(linted(series.page())).toBe('0');
  });

  test('what is judged', async () => {
    const { world, play } = createPlay();
    const exporter = createMonitorExporter(smallEstate);
    for (const id of ['epj/front', 'db-1/up', 'db-2/up']) world.outcomes.set(id, 'bad');
    world.cut.add('ward');
    const promise = {
      promise: 'epj/99-30d',
      node: 'epj',
      objective: 99,
      window: '30d',
      indicator: 'availability',
      method: { name: 'timeslices', version: 1 },
      counted: 'minutes',
      from: 0,
      closes: null,
      good: 1,
      bad: 1,
      unknown: 1,
      excluded: 0,
      simulated: 1,
      sli: 0.5,
      raw: 0.5,
      exclusions: [],
      lower: 0.3,
      upper: 0.6,
      verdict: 'broken',
      budget: { allowed: 1, leftLower: -1, leftUpper: 0 },
      exhausts: null,
      burn: { '1h': 2 },
      firing: null,
      asOf: 0,
    } as const;
    exporter.show({ ...play(15), promises: [promise], landscape: '', provenance: 'measured', since: {} });
    expect(linted(await exporter.metrics())).toBe('0');
  });

  test('a page that breaks the rules is refused: the check can fail', () => {
    expect(linted('# TYPE x_total gauge\nx_total 1\n')).not.toBe('0');
  });
});
