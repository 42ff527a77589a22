import { type Graph, namesIn } from '../../infra/landscape/graph.ts';
import type { NodeId } from '../../infra/landscape/model.ts';
import { stateOfExpression } from '../judge/state.ts';
import type { State } from '../picture.ts';

type States = Readonly<Record<NodeId, { readonly state: State }>>;

/** The nodes a node is in a state because of: those named by its needs that are in that state, where the need as a whole is. */
const below = (graph: Graph, states: States, id: NodeId, state: State): readonly NodeId[] =>
  (graph.breaks.get(id) ?? [])
    .filter((need) => stateOfExpression(need, (name) => states[name]?.state ?? 'unknown') === state)
    .flatMap((need) => namesIn(need))
    .filter((name) => states[name]?.state === state);

/**
 * Where a state comes from: the nodes at the bottom that are in it and need nothing that is, and one shortest way there,
 * from the top down. Both are empty where the node is not in that state.
 */
export const rootsOf = (
  graph: Graph,
  states: States,
  of: { readonly node: NodeId; readonly state: State },
): { readonly causes: readonly NodeId[]; readonly path: readonly NodeId[] } => {
  if (states[of.node]?.state !== of.state) return { causes: [], path: [] };
  const cameFrom = new Map<NodeId, NodeId | null>([[of.node, null]]);
  const causes: NodeId[] = [];
  for (const id of cameFrom.keys()) {
    const next = below(graph, states, id, of.state);
    if (next.length === 0) causes.push(id);
    for (const name of next) if (!cameFrom.has(name)) cameFrom.set(name, id);
  }
  const path: NodeId[] = [];
  for (let at: NodeId | null = causes[0] ?? null; at !== null; at = cameFrom.get(at) ?? null) path.unshift(at);
  return { causes: [...new Set(causes)].sort(), path };
};
