import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offsetOf, planOf } from './plan.ts';
import { checkOf, landscapeOf, vantageOf } from './testing/servers.ts';
import { groupsOf } from './workers.ts';

const landscape = landscapeOf(
  [
    checkOf('http', {}, { id: 'epj/front', intervalMs: 2000, vantages: ['north', 'south', 'north'] }),
    checkOf('tcp', {}, { id: 'db/port', intervalMs: 500, vantages: ['south', 'nowhere'] }),
  ],
  [vantageOf('north', { anchors: ['a:1', 'b:1'], anchorIntervalMs: 4000 }), vantageOf('south'), vantageOf('idle')],
);

test('every check runs once from each of its vantages that exist', () =>
  expect(planOf(landscape).runs.map(({ stream }) => stream)).toEqual([
    'epj/front@north',
    'epj/front@south',
    'db/port@south',
  ]));

test('the rates count probes and anchors', () =>
  expect(planOf(landscape).rates).toEqual({ north: 0.5 + 0.5, south: 0.5 + 2, idle: 0 }));

test('an offset is inside its interval and the same every time', () =>
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 3_600_000 }), (stream, intervalMs) => {
      const offset = offsetOf(stream, intervalMs);
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThan(intervalMs);
      expect(offsetOf(stream, intervalMs)).toBe(offset);
    }),
  ));

test('offsets spread: no tenth of the interval gets a fifth of a thousand streams', () => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let index = 0; index < 1000; index += 1) {
    const tenth = Math.floor(offsetOf(`node-${index}/front@north`, 1000) / 100);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  expect(Math.max(...tenths)).toBeLessThan(200);
  expect(Math.min(...tenths)).toBeGreaterThan(40);
});

test('vantages share threads so that the busiest has least company, and each is in one thread', () => {
  expect(groupsOf(landscape, 2)).toEqual([['south'], ['north', 'idle']]);
  expect(groupsOf(landscape, 9).flat().toSorted()).toEqual(['idle', 'north', 'south']);
});
