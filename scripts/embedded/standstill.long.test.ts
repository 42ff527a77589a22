import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { slice } from '../../monitors/history/history.ts';
import { groupsOf } from '../../probes/workers.ts';
import { minuteMs } from './testing/memory.ts';
import { isWell, onStage, phaseOf, promiseOf, type Running, type Stage, stateOf } from './testing/program.ts';

const standMs = 22_000;

/** Starts shortly before a minute that is then watched from its beginning; gives that minute. */
const startBeforeMinute = async ({ orders, remember, start }: Stage) => {
  orders.toSecond(53);
  await remember(30);
  const minute = Math.floor(orders.wall() / minuteMs) + 1;
  const program = await start();
  await program.until('all well', (picture) => isWell(picture) && picture.at > minute * minuteMs + 2_000, 30);
  return { program, minute };
};
const closed = (program: Running, minute: number, withinS = 80) =>
  program.until('the minute', (picture) => promiseOf(picture, 'results').asOf > minute * minuteMs, withinS);

test.concurrent(
  'a probe thread that blocks itself: what it watched is unknown, live and in the minute, and comes back',
  onStage(async (stage) => {
    const { stands, orders, landscape } = stage;
    const { program, minute } = await startBeforeMinute(stage);
    const blocked = groupsOf(landscape, 2).find((group) => group.includes('north')) ?? [];
    const before = promiseOf(await program.until('a promise', () => true), 'results');
    orders.freezeProbes(standMs);
    await program.until('blind', (picture) => phaseOf(picture, 'blind|north|north') === 'firing');
    await program.until('blind to the workflow', (picture) => phaseOf(picture, 'blind|see-results|ward') === 'firing');
    // What nobody sees fail must not be good either.
    await stands.lab.shut();
    const from = program.pictures.length;
    await setTimeout(8_000);
    for (const picture of program.pictures.slice(from)) {
      for (const { vantage, state } of picture.vantages) if (blocked.includes(vantage)) expect(state).toBe('silent');
      expect(stateOf(picture, 'see-results')).toBe('unknown');
      expect(phaseOf(picture, 'blind|see-results|ward')).toBe('firing');
    }
    await stands.lab.open();
    await program.until('sight again', isWell, 30);
    const after = promiseOf(await closed(program, minute), 'results');
    expect(after).toMatchObject({ good: before.good, bad: 0 });
    // The minute of the start, and this one.
    expect(after.unknown).toBe(2);
    expect(after.lower).toBeLessThan(before.lower ?? 0);
    expect(after.upper).toBe(1);
    await program.kill('SIGKILL');
    const kept = await stage.recall();
    for (const [stream, is] of Object.entries(kept.slicesOf(minute)))
      if (blocked.some((vantage) => stream.endsWith(`@${vantage}`))) expect(is, stream).toBe(slice.unknown);
      else expect(is, stream).not.toBe(slice.bad);
  }),
);

test.concurrent(
  'the whole program stands still: no stale good afterwards, what fires goes on, and the gap is unknown',
  onStage(async (stage) => {
    const { stands, orders } = stage;
    const { program, minute } = await startBeforeMinute(stage);
    await stands.front.shut();
    await program.until('impact', (picture) => phaseOf(picture, 'impact|order|ward') === 'firing');
    const before = promiseOf(await program.until('a promise', () => true), 'results');
    program.child.kill('SIGSTOP');
    await setTimeout(standMs);
    const from = program.pictures.length;
    const woke = orders.wall();
    program.child.kill('SIGCONT');
    await program.until('a picture', ({ at }) => at >= woke);
    await setTimeout(5_000);
    const woken = program.pictures.slice(from).filter(({ at }) => at >= woke);
    expect(woken.length).toBeGreaterThan(3);
    for (const picture of woken) {
      expect(phaseOf(picture, 'impact|order|ward')).toBe('firing');
      const good = Object.values(picture.verdicts).flatMap(({ votes }) =>
        votes.filter(({ state }) => state === 'good'),
      );
      for (const { at } of good) expect(at).toBeGreaterThanOrEqual(woke);
    }
    const after = promiseOf(await closed(program, minute), 'results');
    expect(after).toMatchObject({ good: before.good, bad: 0, unknown: 2 });
    await program.kill('SIGKILL');
    const kept = await stage.recall();
    for (const [stream, is] of Object.entries(kept.slicesOf(minute)))
      expect(is, stream).toBe(stream.startsWith('epj/front') ? slice.bad : slice.unknown);
  }),
);

test.concurrent(
  'judging stands still while probes go on: nobody is told all is well meanwhile, and what fires goes on',
  onStage(async ({ stands, orders, start }) => {
    const program = await start();
    await program.until('all well', isWell);
    await stands.lab.shut();
    await program.until('impact', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'firing');
    orders.freezeJudge(standMs);
    await setTimeout(1_000);
    const from = program.pictures.length;
    const woken = orders.wall() + standMs - 3_000;
    for (const end = woken; orders.wall() < end; await setTimeout(1_000)) {
      const ready = await fetch(`${program.url}/-/ready`, { signal: AbortSignal.timeout(500) }).catch(() => null);
      expect(ready?.status ?? 503).toBe(503);
    }
    // The probes that went on saw it end; that is news, but not yet an end to what fires.
    await stands.lab.open();
    const first = await program.until('a picture', ({ at }) => at > woken);
    expect(phaseOf(first, 'impact|see-results|ward')).toBe('firing');
    expect(program.pictures.slice(from).filter(({ at }) => at < woken)).toEqual([]);
    await program.until('the impact ends', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'resolved');
  }),
);
