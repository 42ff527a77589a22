import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphOf } from '../../infra/landscape/graph.ts';
import type { Expression, Landscape, Node, NodeId } from '../../infra/landscape/model.ts';
import { breaks, checkOf, nodeOf, on, landscapeOf as small } from '../../infra/landscape/testing/landscapes.ts';
import type { State, Verdict } from '../picture.ts';
import { marginAt } from './margins.ts';
import { statesOf } from './state.ts';

/** A landscape of nodes by id: what they need, whether they are watched, what they stand on. */
type Sketch = {
  readonly kind: Node['kind'];
  readonly needs?: readonly Expression[];
  readonly degradedBy?: NodeId;
  readonly watched?: boolean;
  readonly on?: NodeId;
};
const landscapeOf = (sketches: Readonly<Record<NodeId, Sketch>>): Landscape =>
  small(
    Object.entries(sketches).map(([id, { kind, needs = [], degradedBy, on: standsOn = null }]) =>
      nodeOf(id, kind, {
        standsOn,
        needs: [
          ...breaks(...needs),
          ...(degradedBy === undefined ? [] : [{ effect: 'degrades' as const, on: on(degradedBy) }]),
        ],
      }),
    ),
    Object.entries(sketches).flatMap(([id, { watched = false }]) => (watched ? [checkOf(`${id}/c`)] : [])),
  );
type Seen = Readonly<Record<NodeId, State>>;
const judged = (landscape: Landscape, seen: Seen, depth: Verdict['depth'] = 'transport') => {
  const verdicts = Object.entries(seen).map(([node, state]): [string, Verdict] => [
    `${node}/c`,
    { check: `${node}/c`, state, disputed: false, depth, votes: [] },
  ]);
  const graph = graphOf(landscape, null);
  const states = statesOf(landscape, graph, Object.fromEntries(verdicts));
  return { states, margin: marginAt(landscape, graph, { node: 'order', level: 'component', states }) };
};
const pair: Expression = { atLeast: 1, of: [on('db-1'), on('db-2')] };
const epj = landscapeOf({
  north: { kind: 'site' },
  'db-1': { kind: 'component', watched: true, on: 'north' },
  'db-2': { kind: 'component', watched: true, on: 'north' },
  epj: { kind: 'solution', needs: [pair], watched: true },
  order: { kind: 'workflow', needs: [on('epj')] },
});

describe('two database nodes under a workflow', () => {
  test.each<[string, Seen, State, number, number]>([
    ['all is well two failures away from impact', { 'db-1': 'good', 'db-2': 'good', epj: 'good' }, 'good', 2, 2],
    ['one dead leaves one', { 'db-1': 'bad', 'db-2': 'good', epj: 'good' }, 'good', 1, 1],
    [
      'both dead is impact, even while the front still answers',
      { 'db-1': 'bad', 'db-2': 'bad', epj: 'good' },
      'bad',
      0,
      0,
    ],
    ['one not seen is an interval', { 'db-1': 'unknown', 'db-2': 'good', epj: 'good' }, 'good', 1, 2],
    [
      'neither seen: the front lifts it, the margin says what is contradicted',
      { 'db-1': 'unknown', 'db-2': 'unknown', epj: 'good' },
      'good',
      1,
      2,
    ],
    [
      'nothing seen at all is unknown, not good',
      { 'db-1': 'unknown', 'db-2': 'unknown', epj: 'unknown' },
      'unknown',
      0,
      2,
    ],
    ['the front itself bad is impact', { 'db-1': 'good', 'db-2': 'good', epj: 'bad' }, 'bad', 0, 0],
  ])('%s', (_, seen, state, lower, upper) => {
    const { states, margin } = judged(epj, seen);
    expect({
      state: states['order']?.state,
      lower: margin.lower,
      upper: margin.upper,
      designed: margin.designed,
    }).toEqual({
      state,
      lower,
      upper,
      designed: 2,
    });
  });
  test('a business round trip against dead needs wins, and is marked', () => {
    const { states, margin } = judged(epj, { 'db-1': 'bad', 'db-2': 'bad', epj: 'good' }, 'transaction');
    expect([states['epj']?.contradicted, states['order']?.state]).toEqual([true, 'good']);
    expect(margin).toMatchObject({ lower: 1, upper: 1, contradicted: true });
  });
});

test('a component nobody watches is unknown even on ground that stands', () => {
  const estate = landscapeOf({
    north: { kind: 'site', watched: true },
    printer: { kind: 'component', on: 'north' },
    order: { kind: 'workflow', needs: [on('printer')] },
  });
  const { states, margin } = judged(estate, { north: 'good' });
  expect([states['printer']?.state, states['order']?.state]).toEqual(['unknown', 'unknown']);
  expect(margin).toMatchObject({ lower: 0, upper: 1 });
  expect(judged(estate, { north: 'bad' }).states['order']?.state).toBe('bad');
});

test('a `degrades` need that points back never hides an impact, whichever is declared first', () => {
  const a: Sketch = { kind: 'component', needs: [on('b')] };
  const b: Sketch = { kind: 'component', watched: true, degradedBy: 'a' };
  const order: Sketch = { kind: 'workflow', needs: [on('a')] };
  for (const estate of [landscapeOf({ a, b, order }), landscapeOf({ b, a, order })])
    for (const state of ['good', 'bad', 'unknown'] as const) {
      const { states } = judged(estate, { b: state });
      expect([states['a']?.state, states['order']?.state, states['b']?.degraded]).toEqual([
        state,
        state,
        state === 'bad',
      ]);
      expect(states['order']?.because).toEqual(state === 'good' ? [] : ['a']);
    }
});

test('a verdict that is missing is unknown, as one that says so', () => {
  expect(judged(epj, { 'db-1': 'good', epj: 'good' }).states['db-2']?.state).toBe('unknown');
});

test('a circle of needs is unknown, not good', () => {
  const circle = landscapeOf({
    a: { kind: 'component', needs: [on('b')] },
    b: { kind: 'component', needs: [on('a')] },
    order: { kind: 'workflow', needs: [on('a')] },
  });
  expect(judged(circle, {}).states['order']?.state).toBe('unknown');
});

test('margin and state cannot disagree', () => {
  const some = fc.constantFrom<State>('good', 'bad', 'unknown');
  const needs = fc.array(fc.tuple(fc.uniqueArray(fc.nat(4), { minLength: 1 }), fc.integer({ min: 1, max: 3 })), {
    minLength: 1,
    maxLength: 3,
  });
  const verdicts = fc.tuple(some, some, some, some, some, some);
  fc.assert(
    fc.property(
      needs,
      verdicts,
      fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      fc.boolean(),
      (shape, words, watched, deep) => {
        const component = (index: number): [NodeId, Sketch] => [
          `c${index}`,
          { kind: 'component', watched: watched[index] === true },
        ];
        const expressions = shape.map(
          ([of, k]): Expression => ({ atLeast: Math.min(k, of.length), of: of.map((index) => on(`c${index}`)) }),
        );
        const landscape = landscapeOf({
          ...Object.fromEntries([0, 1, 2, 3, 4].map((index) => component(index))),
          solution: { kind: 'solution', needs: expressions, watched: watched[5] === true },
          order: { kind: 'workflow', needs: [on('solution')] },
        });
        const seen = Object.fromEntries(words.map((state, index) => [index === 5 ? 'solution' : `c${index}`, state]));
        const { states, margin } = judged(landscape, seen, deep ? 'transaction' : 'transport');
        expect(margin.upper === 0).toBe(states['order']?.state === 'bad');
        expect(margin.lower === 0).toBe(states['order']?.state !== 'good');
        expect(margin.lower).toBeLessThanOrEqual(margin.upper);
      },
    ),
    { numRuns: 500 },
  );
});
