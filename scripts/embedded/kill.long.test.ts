import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Slice, slice } from '../../monitors/history/history.ts';
import { minuteMs } from './testing/memory.ts';
import { isWell, onStage, phaseOf, promiseOf, stateOf } from './testing/program.ts';

const impact = 'impact|see-results|ward';
const nodes = ['results', 'epj'] as const;

test(
  'three times kill -9: what was shown is there, the file is sound, the gap is unknown, what fired still fires',
  onStage(async ({ stands, orders, remember, recall, start }) => {
    orders.toSecond(47);
    await remember(30);
    const told = new Map<number, Readonly<Record<string, Slice>>>();
    const gaps: number[] = [];
    const shown = new Map<string, { good: number; bad: number }>();
    for (let life = 1; life <= 3; life += 1) {
      orders.toSecond(47);
      const minute = Math.floor(orders.wall() / minuteMs);
      const program = await start();
      const first = await program.until('a promise', ({ promises }) => promises.length > 0);
      for (const [node, { good, bad }] of shown) {
        const { good: goodNow, bad: badNow } = promiseOf(first, node);
        expect({ node, good: goodNow, bad: badNow }).toEqual({ node, good, bad });
      }
      if (life > 1) for (const picture of program.pictures) expect(phaseOf(picture, impact), 'fires on').toBe('firing');
      if (life === 1) await program.until('all well', isWell);
      await stands.lab.shut();
      await program.until('impact', (picture) => stateOf(picture, 'see-results') === 'bad');
      const last = await program.until('the minute', (seen) => promiseOf(seen, 'results').asOf > minute * minuteMs, 40);
      const after = await program.until('its slice', (seen) => promiseOf(seen, 'results').bad >= life);
      expect(phaseOf(last, impact)).toBe('firing');
      await setTimeout(Math.random() * 1_000);
      await program.kill('SIGKILL');
      const newest = program.pictures.at(-1) ?? after;
      for (const node of nodes) shown.set(node, promiseOf(newest, node));

      const kept = await recall();
      expect(kept.sound).toBe('ok');
      const slices = kept.slicesOf(minute);
      expect(slices['lab/port@north']).toBe(slice.bad);
      told.set(minute, slices);
      for (const [at, were] of told) expect(kept.slicesOf(at), `minute ${at}`).toEqual(were);
      for (const at of gaps) for (const is of Object.values(kept.slicesOf(at))) expect(is).toBe(slice.unknown);
      // Two whole minutes in which nothing runs, and the one that was cut short.
      gaps.push(...[1, 2, 3].map((next) => minute + next));
      orders.shift(3 * minuteMs - 20_000);
    }
  }),
);
