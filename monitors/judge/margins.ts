import type { Graph } from '../../infra/landscape/graph.ts';
import { marginOf } from '../../infra/landscape/margin.ts';
import type { Landscape, Level, NodeId } from '../../infra/landscape/model.ts';
import type { Margin, NodeState } from '../picture.ts';
import { unwatchedLeaf } from './state.ts';

type States = Readonly<Record<NodeId, NodeState>>;

/** How many sets a margin carries along; `total` says how many there are. */
export const shownSets = 20;

/** A node's own word as a basic event: its checks say bad, or nothing is known of it. Only the nodes below one count for it. */
const ownWords = (landscape: Landscape, graph: Graph, states: States, cone: Iterable<NodeId>) => {
  const failed = new Set<NodeId>();
  const unknown = new Set<NodeId>();
  for (const id of cone) {
    const observed = states[id]?.observed ?? null;
    if (observed === 'bad') failed.add(id);
    else if (observed === 'unknown' || unwatchedLeaf(landscape, graph, id)) unknown.add(id);
  }
  return { failed, unknown };
};

const nothing: ReadonlySet<NodeId> = new Set();
/** The margin when everything works: it never changes, so it is worth keeping. */
export const designedMargin = (graph: Graph, node: NodeId, level: Level): number =>
  marginOf(graph, node, { level, failed: nothing, unknown: nothing }).upper;

/**
 * Rule 4, for one node at one level. It cannot disagree with the state: upper end 0 means bad, lower end 0 means not good;
 * where an observation lifted or overrode what the needs say, the contradicting end is 1 and marked. Maintenance alone may
 * bring the lower end of a good node to 0: one more failure than planned would be impact.
 */
export const marginAt = (
  landscape: Landscape,
  graph: Graph,
  of: {
    readonly node: NodeId;
    readonly level: Level;
    readonly states: States;
    /** Every node below it, itself included: all of the landscape unless said. */
    readonly cone?: Iterable<NodeId>;
    readonly designed?: number;
    /** In a service window: counted as failed in the lower end, by their checks in the upper. */
    readonly maintained?: ReadonlySet<NodeId>;
  },
): Margin => {
  const words = ownWords(landscape, graph, of.states, of.cone ?? Object.keys(of.states));
  const maintained = of.maintained ?? new Set<NodeId>();
  const { lower: plain, upper, sets } = marginOf(graph, of.node, { level: of.level, ...words });
  const unknown = words.unknown.union(maintained).difference(words.failed);
  const lower =
    maintained.size === 0 ? plain : marginOf(graph, of.node, { level: of.level, failed: words.failed, unknown }).lower;
  const state = of.states[of.node]?.state ?? 'unknown';
  const lifted = { lower: state === 'good' && plain === 0, upper: state !== 'bad' && upper === 0 };
  return {
    level: of.level,
    lower: lifted.lower ? 1 : lower,
    upper: lifted.upper ? 1 : upper,
    sets: sets.slice(0, shownSets),
    total: sets.length,
    designed: of.designed ?? designedMargin(graph, of.node, of.level),
    contradicted: lifted.lower || lifted.upper,
  };
};
