import { graphOf } from '../../infra/landscape/graph.ts';
import { fewestFailures } from '../../infra/landscape/margin.ts';
import { breaks, landscapeOf, nodeOf, on } from '../../infra/landscape/testing/landscapes.ts';
import { machine, row, timed } from './figures.ts';

/** The exact margin of one workflow over layered estates and over one wide choice; the ratio is to a walk of the same graph. */
console.log(`margin, ${machine()}\n`);
console.log('| estate | nodes | order | sets | ms | times one walk |');
console.log('|---|---|---|---|---|---|');

const layered = (layers: number, width: number) => {
  const id = (layer: number, place: number) => `c${layer}-${place % width}`;
  const nodes = Array.from({ length: layers * width }, (_, index) => {
    const [layer, place] = [Math.floor(index / width), index % width];
    const below =
      layer + 1 === layers ? [] : [{ atLeast: 2, of: [0, 1, 2].map((next) => on(id(layer + 1, place + next))) }];
    return nodeOf(id(layer, place), 'component', { needs: breaks(...below) });
  });
  return [...nodes, nodeOf('top', 'workflow', { needs: breaks({ atLeast: 1, of: [on(id(0, 0)), on(id(0, 1))] }) })];
};
const wide = (width: number) => [
  ...Array.from({ length: width }, (_, index) => nodeOf(`c${index}`, 'component')),
  nodeOf('top', 'workflow', {
    needs: breaks({ atLeast: width - 2, of: Array.from({ length: width }, (_, index) => on(`c${index}`)) }),
  }),
];

for (const [name, nodes] of [
  ['layered, 2 of 3', layered(20, 10)],
  ['layered, 2 of 3', layered(100, 20)],
  ['38 of 40', wide(40)],
  ['118 of 120', wide(120)],
] as const) {
  const graph = graphOf(landscapeOf(nodes), null);
  const nothing: ReadonlySet<string> = new Set();
  const { order, sets } = fewestFailures(graph, 'top', { level: 'component', failed: nothing });
  const margin = timed(5, () => fewestFailures(graph, 'top', { level: 'component', failed: nothing }));
  const walk = timed(50, () => {
    const seen = new Set<string>(['top']);
    const named = (need: (typeof nodes)[number]['needs'][number]['on']): void => {
      if ('node' in need) seen.add(need.node);
      else for (const one of need.of) named(one);
    };
    for (const id of seen) for (const need of graph.breaks.get(id) ?? []) named(need);
  });
  row(name, String(nodes.length), String(order), String(sets.length), margin.median, margin.median / walk.median);
}
