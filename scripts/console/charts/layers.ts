import type { Expression, Landscape, NodeId, NodeKind } from '../../../infra/landscape/model.ts';

export type Edge = { readonly from: NodeId; readonly to: NodeId; readonly weak: boolean };
/** Of a group of which some are enough: `of` the group's size. */
export type Enough = { readonly atLeast: number; readonly of: number };
export type Layered = {
  /** From the workflow to what everything stands on. */
  readonly layers: readonly (readonly NodeId[])[];
  readonly edges: readonly Edge[];
  readonly enough: ReadonlyMap<NodeId, Enough>;
};

/** The kinds from left to right; a host may stand on a cluster. */
const ranks: Readonly<Record<NodeKind, number>> = {
  workflow: 0,
  solution: 1,
  component: 2,
  host: 3,
  cluster: 4,
  site: 5,
};
/** More than any way through nodes of one kind is long. */
const deepest = 10_000;

const namesIn = (expression: Expression): readonly NodeId[] =>
  'node' in expression ? [expression.node] : expression.of.flatMap(namesIn);

const noteGroups = (expression: Expression, enough: Map<NodeId, Enough>): void => {
  if ('node' in expression) return;
  for (const choice of expression.of) {
    if ('node' in choice) enough.set(choice.node, { atLeast: expression.atLeast, of: expression.of.length });
    noteGroups(choice, enough);
  }
};

/** Everything a node stands on, by `breaks` and `degrades` and what lies underneath. */
const reach = (landscape: Landscape, top: NodeId) => {
  const edges: Edge[] = [];
  const enough = new Map<NodeId, Enough>();
  const met = new Set<NodeId>([top]);
  for (const id of met) {
    const node = landscape.nodes[id];
    if (node === undefined) continue;
    const needs = node.needs.filter(({ effect }) => effect !== 'starts');
    for (const { effect, on } of needs) {
      noteGroups(on, enough);
      for (const to of namesIn(on)) edges.push({ from: id, to, weak: effect === 'degrades' });
    }
    if (node.standsOn !== null) edges.push({ from: id, to: node.standsOn, weak: false });
    for (const { to } of edges) if (Object.hasOwn(landscape.nodes, to)) met.add(to);
  }
  return { met, enough, edges: edges.filter(({ to }) => met.has(to)) };
};

/** The longest way to each node through nodes of its own kind; a circle among needs ends where it closes. */
const depthsOf = (kindOf: (id: NodeId) => NodeKind, met: ReadonlySet<NodeId>, edges: readonly Edge[]) => {
  const above = Map.groupBy(edges, ({ to }) => to);
  const depths = new Map<NodeId, number>();
  const depth = (id: NodeId, open: ReadonlySet<NodeId>): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    if (open.has(id)) return 0;
    const next = new Set(open).add(id);
    const same = (above.get(id) ?? []).filter(({ from }) => kindOf(from) === kindOf(id) && from !== id);
    const found = Math.max(0, ...same.map(({ from }) => depth(from, next) + 1));
    depths.set(id, found);
    return found;
  };
  return new Map([...met].map((id) => [id, depth(id, new Set())]));
};

/** Fewer crossings: each layer is ordered by the mean place of what it hangs from. */
const ordered = (layers: readonly (readonly NodeId[])[], edges: readonly Edge[]): readonly (readonly NodeId[])[] => {
  const place = new Map<NodeId, number>();
  const above = Map.groupBy(edges, ({ to }) => to);
  return layers.map((layer) => {
    const mean = (id: NodeId): number => {
      const places = (above.get(id) ?? []).flatMap(({ from }) => place.get(from) ?? []);
      return places.length === 0 ? 0 : places.reduce((sum, at) => sum + at, 0) / places.length;
    };
    const sorted = layer
      .map((id) => ({ id, at: mean(id) }))
      .sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
    for (const [index, { id }] of sorted.entries()) place.set(id, (index + 0.5) / sorted.length);
    return sorted.map(({ id }) => id);
  });
};

/** Workflow, solutions, components, hosts and clusters, sites; within a kind by the longest way down. */
export const layersOf = (landscape: Landscape, top: NodeId): Layered => {
  const { met, edges, enough } = reach(landscape, top);
  const kindOf = (id: NodeId): NodeKind => landscape.nodes[id]?.kind ?? 'component';
  const depths = depthsOf(kindOf, met, edges);
  const layerOf = (id: NodeId): number => ranks[kindOf(id)] * deepest + (depths.get(id) ?? 0);
  const groups = Map.groupBy([...met], layerOf);
  const layers = [...groups].sort(([one], [other]) => one - other).map(([, ids]) => ids);
  return { layers: ordered(layers, edges), edges, enough };
};
