import { expect, test } from 'vitest';
import type { FromProbes } from '../probes/observation.ts';
import { calendarOf } from './exclusions.ts';
import type { Batch } from './history/history.ts';
import { createMonitor } from './monitor.ts';
import type { Moment, Picture } from './picture.ts';
import { createAccounts } from './slo/account.ts';
import { createPlay, runOf, smallEstate } from './testing/estate.ts';

const start: Moment = { wall: 1_700_000_000_000, mono: 50_000 };

/** A monitor on its own clock; `see` lets every check be probed, `pass` moves the clock. */
const stage = (before: Picture | null = null) => {
  let now = start;
  const kept: Batch[] = [];
  const monitor = createMonitor({
    landscape: smallEstate,
    hash: 'h',
    history: { commit: async (batch) => void kept.push(batch) },
    accounts: createAccounts(smallEstate, calendarOf(smallEstate, [])),
    now: () => now,
    before,
  });
  const tell = (message: FromProbes) => monitor.take(message);
  return {
    monitor,
    kept,
    pass: (ms: number) => {
      now = { wall: now.wall + ms, mono: now.mono + ms };
    },
    see: (bad: ReadonlySet<string> = new Set()) => {
      const { mono, wall } = now;
      for (const vantage of Object.keys(smallEstate.vantages)) {
        tell({ type: 'anchor', vantage, at: mono, wall });
        tell({ type: 'watermark', vantages: [vantage], at: mono, wall });
      }
      for (const check of Object.values(smallEstate.checks))
        for (const vantage of check.vantages) {
          const outcome = bad.has(check.id) ? 'bad' : 'good';
          const run = runOf(check.id, vantage, mono - 10, { outcome, reason: outcome === 'bad' ? 'refused' : null });
          tell({
            type: 'observations',
            batch: [{ ...run, startedAt: wall - 60, endedAt: wall - 10, slot: wall - 60 }],
          });
          tell({ type: 'anchor', vantage, at: mono, wall });
        }
    },
  };
};

const stored = (() => {
  const { world, play } = createPlay();
  play(10);
  world.outcomes.set('db-1/up', 'bad');
  return { ...play(5), landscape: 'h', provenance: 'measured', since: { 'db-1': 111, 'db-2': 222 } } satisfies Picture;
})();

test('a restart changes nothing about since when a state lasts, and what did change meanwhile is told', () => {
  const { monitor, see, pass } = stage(stored);
  expect(monitor.tick().since).toMatchObject({ 'db-1': 111, 'db-2': 222 });
  pass(1000);
  see(new Set(['db-1/up', 'db-2/up']));
  const { since, nodes } = monitor.tick();
  expect({ 'db-1': nodes['db-1']?.state, 'db-2': nodes['db-2']?.state }).toEqual({ 'db-1': 'bad', 'db-2': 'bad' });
  expect(since).toMatchObject({ 'db-1': 111, 'db-2': start.wall + 1000 });
});
test('what nobody has looked at long after a restart is unknown, and that is a change', () => {
  const { monitor, pass } = stage(stored);
  monitor.tick();
  pass(60_000);
  expect(monitor.tick().since['db-1']).toBe(start.wall + 60_000);
});
test('the last picture is written when it ends, and an alert that turns at once', async () => {
  const { monitor, see, pass, kept } = stage();
  for (let second = 0; second < 12; second += 1) {
    pass(1000);
    see(second < 5 ? new Set() : new Set(['db-1/up', 'db-2/up']));
    monitor.tick();
  }
  await new Promise((resolve) => setImmediate(resolve));
  const events = kept.flatMap((batch) => batch.events ?? []);
  expect(events.map(({ kind }) => kind)).toContain('alert-firing');
  expect(kept.some((batch) => (batch.events?.length ?? 0) > 0 && batch.picture !== undefined)).toBe(true);
  pass(1000);
  const { at } = monitor.tick();
  expect(await monitor.finish()).toBe(true);
  expect(kept.at(-1)?.picture?.at).toBe(at);
});
