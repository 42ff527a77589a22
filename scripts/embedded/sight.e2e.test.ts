import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isWell, onStage, phaseOf, promiseOf, stateOf } from './testing/program.ts';

const hour = 3_600_000;

test.concurrent(
  'a vantage whose anchors close is not believed in either direction, and what fires stays',
  onStage(async (stage) => {
    const { stands, start } = stage;
    const program = await start();
    await program.until('all well', isWell);
    await stands.front.shut();
    await program.until('impact', (picture) => phaseOf(picture, 'impact|order|ward') === 'firing');
    await stands.ward.shut();
    await program.until('blind', (picture) => phaseOf(picture, 'blind|ward|ward') === 'firing');
    const from = program.pictures.length;
    await stands.front.open();
    await setTimeout(4_000);
    const blind = program.pictures.slice(from);
    expect(blind.length).toBeGreaterThan(2);
    for (const picture of blind) {
      expect(stateOf(picture, 'order')).toBe('unknown');
      const impact = picture.alerts.find(({ id }) => id === 'impact|order|ward');
      expect(impact).toMatchObject({ phase: 'firing', frozen: true });
      const votes = picture.verdicts['epj/front']?.votes.find(({ vantage }) => vantage === 'ward');
      expect(votes).toMatchObject({ state: 'unknown', why: 'vantage-cut-off' });
      expect(picture.vantages.find(({ vantage }) => vantage === 'ward')?.state).toBe('cut-off');
    }
    await stands.ward.open();
    await program.until('the impact ends', (picture) => phaseOf(picture, 'impact|order|ward') === 'resolved');
  }),
);

test.concurrent(
  'probes that stand still make what they alone watched unknown, and nothing resolves',
  onStage(async (stage) => {
    const { stands, orders, start } = stage;
    const program = await start();
    await program.until('all well', isWell);
    await stands.lab.shut();
    await program.until('impact', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'firing');
    orders.freezeProbes(8_000);
    await stands.lab.open();
    const blind = await program.until('blind', (picture) => phaseOf(picture, 'blind|north|north') === 'firing');
    expect(stateOf(blind, 'see-results')).toBe('unknown');
    expect(blind.alerts.find(({ id }) => id === 'impact|see-results|ward')).toMatchObject({ frozen: true });
    const back = await program.until('sight again', isWell);
    expect(phaseOf(back, 'impact|see-results|ward')).toBe('firing');
    await program.until('the impact ends', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'resolved');
  }),
);

test.concurrent(
  'the wall clock steps while nobody can see: what fires stays frozen and nothing is good',
  onStage(async ({ stands, orders, start }) => {
    const program = await start();
    await program.until('all well', isWell);
    await stands.front.shut();
    await program.until('impact', (picture) => phaseOf(picture, 'impact|order|ward') === 'firing');
    await Promise.all([stands.north, stands.south, stands.ward].map(({ shut }) => shut()));
    await stands.front.open();
    await program.until('all cut off', ({ vantages }) => vantages.every(({ state }) => state === 'cut-off'));
    const from = program.pictures.length;
    for (const step of [hour, -2 * hour]) {
      orders.shift(step);
      const wall = orders.wall();
      await program.until('a picture of the new time', ({ at }) => Math.abs(at - wall) < 5_000);
      await setTimeout(2_000);
    }
    expect(program.pictures.length - from).toBeGreaterThan(4);
    for (const picture of program.pictures.slice(from)) {
      expect(picture.alerts.find(({ id }) => id === 'impact|order|ward')).toMatchObject({
        phase: 'firing',
        frozen: true,
      });
      expect(Object.values(picture.nodes).filter(({ observed }) => observed === 'good')).toEqual([]);
    }
  }),
);

test.concurrent(
  'an hour forward: it was not watched, so no promise gains a good minute by it',
  onStage(async ({ orders, remember, start }) => {
    orders.toSecond(30);
    await remember(30);
    const program = await start();
    const before = promiseOf(await program.until('all well', isWell), 'results');
    expect(before).toMatchObject({ good: 30, bad: 0 });
    orders.shift(hour);
    const after = promiseOf(
      await program.until('the hour', (seen) => promiseOf(seen, 'results').unknown > 50),
      'results',
    );
    expect(after).toMatchObject({ good: 30, bad: 0, verdict: 'undecided' });
    expect(after.unknown).toBeGreaterThanOrEqual(before.unknown + 59);
    expect(after.lower).toBeLessThan(before.lower ?? 0);
    expect(after.upper).toBe(1);
  }),
);

test.concurrent(
  'an hour back: what fires goes on firing, and a failure in an hour that comes again is counted',
  onStage(async ({ stands, orders, remember, start }) => {
    orders.toSecond(47);
    await remember(90);
    const program = await start();
    await program.until('all well', isWell);
    await stands.lab.shut();
    await program.until('impact', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'firing');
    orders.shift(-hour);
    const stepped = orders.wall();
    const from = program.pictures.length;
    await program.until('a picture of the new time', ({ at }) => at >= stepped + 3_000 && at < stepped + hour / 2);
    for (const picture of program.pictures.slice(from))
      expect(phaseOf(picture, 'impact|see-results|ward')).toBe('firing');
    await stands.lab.open();
    await program.until('the impact ends', (picture) => phaseOf(picture, 'impact|see-results|ward') === 'resolved');
    const told = await program.until('the minute', (picture) => promiseOf(picture, 'results').asOf > stepped, 25);
    expect(promiseOf(told, 'results').bad).toBe(1);
    expect(promiseOf(told, 'epj').bad).toBe(0);
  }),
);
