import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Graph, graphOf } from './graph.ts';
import { fewestFailures, furthest, marginOf } from './margin.ts';
import type { Check, Expression, Level, NodeId } from './model.ts';
import { breaks, landscapeOf, nodeOf as node, on } from './testing/landscapes.ts';

/** The truth by its definition: does the node work when these have failed? */
const works = (graph: Graph, failed: ReadonlySet<NodeId>, id: NodeId): boolean => {
  const holds = (expression: Expression): boolean =>
    'node' in expression
      ? works(graph, failed, expression.node)
      : expression.of.filter((choice) => holds(choice)).length >= expression.atLeast;
  return !failed.has(id) && (graph.breaks.get(id) ?? []).every((expression) => holds(expression));
};
const bruteForce = (graph: Graph, top: NodeId, level: Level, failed: ReadonlySet<NodeId>) => {
  const candidates = Object.values(graph.nodes)
    .filter(({ id, kind }) => kind === level && id !== graph.site && !failed.has(id))
    .map(({ id }) => id);
  let chosen: (readonly NodeId[])[] = [[]];
  for (let order = 0; order <= furthest; order += 1) {
    const sets = chosen.filter((set) => !works(graph, new Set([...failed, ...set]), top));
    if (sets.length > 0) return { order, sets: order === 0 ? [] : sets };
    chosen = chosen.flatMap((set) =>
      candidates.slice(set.length === 0 ? 0 : candidates.indexOf(set.at(-1) ?? '') + 1).map((id) => [...set, id]),
    );
  }
  return { order: furthest + 1, sets: [] };
};
const sorted = (sets: readonly (readonly NodeId[])[]) => sets.map((set) => [...set].sort().join(' ')).sort();

/** Random estates: sites, components that share each other, nested `atLeast`, one workflow, some already failed. */
const estates = fc
  .record({ components: fc.integer({ min: 1, max: 9 }), seed: fc.infiniteStream(fc.nat(1_000_000)) })
  .map(({ components, seed }) => {
    const pick = (below: number): number => (seed.next().value ?? 0) % below;
    const expression = (below: number, depth: number): Expression => {
      if (depth === 0 || pick(3) === 0) return on(`c${pick(below)}`);
      const of = Array.from({ length: 1 + pick(4) }, () => expression(below, depth - 1));
      return { atLeast: 1 + pick(of.length), of };
    };
    const nodes = [node('s0', 'site'), node('s1', 'site')];
    for (let index = 0; index < components; index += 1) {
      const needs = index > 0 && pick(2) === 0 ? breaks(expression(index, 2)) : [];
      nodes.push(node(`c${index}`, 'component', { standsOn: pick(4) === 0 ? null : `s${pick(2)}`, needs }));
    }
    const needs = breaks(...Array.from({ length: 1 + pick(3) }, () => expression(components, 2)));
    nodes.push(node('w', 'workflow', { needs, usedAt: ['s0'] }));
    const some = () => new Set(nodes.filter(({ kind }) => kind === 'component' && pick(5) === 0).map(({ id }) => id));
    return { landscape: landscapeOf(nodes), failed: some(), unknown: some() };
  });

describe('the fewest further failures', () => {
  test.each<[string, Expression[], number, string[]]>([
    ['one component that everything needs breaks it alone', [on('a')], 1, ['a']],
    ['a pair has to fail both', [{ atLeast: 1, of: [on('a'), on('b')] }], 2, ['a b']],
    ['two of three survive one failure', [{ atLeast: 2, of: [on('a'), on('b'), on('c')] }], 2, ['a b', 'a c', 'b c']],
    [
      'a component shared by both sides of a pair is the weak one',
      [{ atLeast: 1, of: [on('a'), { atLeast: 2, of: [on('a'), on('b')] }] }],
      1,
      ['a'],
    ],
    ['four of a kind are beyond what is looked for', [{ atLeast: 1, of: [on('a'), on('b'), on('c'), on('d')] }], 4, []],
    ['more asked for than there is has failed from the start', [{ atLeast: 3, of: [on('a'), on('b')] }], 0, []],
  ])('%s', (_, needs, order, sets) => {
    const components = ['a', 'b', 'c', 'd'].map((id) => node(id, 'component'));
    const graph = graphOf(landscapeOf([...components, node('w', 'workflow', { needs: breaks(...needs) })]), null);
    const fewest = fewestFailures(graph, 'w', { level: 'component', failed: new Set() });
    expect({ order: fewest.order, sets: sorted(fewest.sets) }).toEqual({ order, sets });
  });

  test('are those that brute force finds, for components and for sites', () => {
    fc.assert(
      fc.property(
        estates,
        fc.constantFrom('component', 'site'),
        fc.constantFrom('s0', null),
        ({ landscape, failed }, level, site) => {
          const graph = graphOf(landscape, site);
          const found = fewestFailures(graph, 'w', { level, failed });
          const truth = bruteForce(graph, 'w', level, failed);
          expect({ order: found.order, sets: sorted(found.sets) }).toEqual({
            order: truth.order,
            sets: sorted(truth.sets),
          });
        },
      ),
      { numRuns: 400 },
    );
  });

  test('stay in order under unknown: what is not known can only lower the lower end', () => {
    fc.assert(
      fc.property(estates, ({ landscape, failed, unknown }) => {
        const graph = graphOf(landscape, 's0');
        const certain = marginOf(graph, 'w', { level: 'component', failed, unknown: new Set() });
        const { lower, upper } = marginOf(graph, 'w', { level: 'component', failed, unknown });
        expect(lower).toBeLessThanOrEqual(upper);
        expect(upper).toBe(certain.upper);
        expect(upper === 0).toBe(!works(graph, failed, 'w'));
        expect(lower === 0).toBe(!works(graph, failed.union(unknown), 'w'));
      }),
      { numRuns: 300 },
    );
  });

  test('are exact in an estate of 2,000 components: 999 pairs in a row, one triple, and a pair whose halves share nothing', () => {
    const pairs = Array.from({ length: 999 }, (_, index) => [`p${index}a`, `p${index}b`]);
    const components = [...pairs.flat(), 't1', 't2'].map((id) => node(id, 'component'));
    const needs = breaks(...pairs.map((pair): Expression => ({ atLeast: 1, of: pair.map((id) => on(id)) })), {
      atLeast: 1,
      of: [on('t1'), on('t2'), on('p0a')],
    });
    const graph = graphOf(landscapeOf([...components, node('w', 'workflow', { needs })]), null);
    const fewest = fewestFailures(graph, 'w', { level: 'component', failed: new Set() });
    expect([fewest.order, fewest.sets.length]).toEqual([2, 999]);
    const afterOne = fewestFailures(graph, 'w', { level: 'component', failed: new Set(['p5a']) });
    expect(afterOne).toEqual({ order: 1, sets: [['p5b']] });
  });
});

describe('at a site of use', () => {
  const check: Check = {
    id: 'gateway/front',
    node: 'gateway',
    name: 'front',
    kind: 'tcp',
    depth: 'transport',
    target: { text: 'gateway.aarhus.region.example:443' },
    intervalMs: 30_000,
    timeoutMs: 5_000,
    vantages: ['goedstrup'],
    options: {},
    signals: [],
    judges: true,
    runbook: null,
    firstAction: null,
  };
  const estate = landscapeOf(
    [
      node('aarhus', 'site'),
      node('goedstrup', 'site', { routes: { aarhus: { atLeast: 1, of: [on('route-a'), on('route-b')] } } }),
      node('horsens', 'site'),
      node('route-a', 'component'),
      node('route-b', 'component'),
      node('gateway', 'component', { standsOn: 'aarhus', checks: ['gateway/front'] }),
      node('gateway-2', 'component', { standsOn: 'aarhus', checks: ['gateway/front'] }),
      node('patient-flow', 'workflow', {
        needs: breaks({ atLeast: 1, of: [on('gateway'), on('gateway-2')] }),
        usedAt: ['goedstrup', 'horsens'],
      }),
    ],
    [check],
  );
  const setsAt = (site: string | null, level: Level, failed: readonly NodeId[] = []) =>
    sorted(fewestFailures(graphOf(estate, site), 'patient-flow', { level, failed: new Set(failed) }).sets);

  test('the way there counts only where it is used', () => {
    expect(setsAt('goedstrup', 'component')).toEqual(['gateway gateway-2', 'route-a route-b']);
    expect(setsAt('horsens', 'component')).toEqual(['gateway gateway-2']);
  });
  test('one route lost leaves the other alone between the site and impact', () => {
    expect(setsAt('goedstrup', 'component', ['route-a'])).toEqual(['route-b']);
  });
  test('the datacenter counts as a site, the site of use itself does not', () => {
    expect(setsAt('goedstrup', 'site')).toEqual(['aarhus']);
  });
});
