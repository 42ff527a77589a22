import { type Graph, namesIn } from '../../infra/landscape/graph.ts';
import type { CheckId, Expression, Landscape, NodeId } from '../../infra/landscape/model.ts';
import type { NodeState, State, Verdict } from '../picture.ts';

/** Kleene's three-valued `at least k`: good when k are good, bad when fewer than k are not bad, else unknown. */
export const atLeast = (wanted: number, states: readonly State[]): State => {
  const good = states.filter((state) => state === 'good').length;
  const notBad = states.filter((state) => state !== 'bad').length;
  if (good >= wanted) return 'good';
  return notBad < wanted ? 'bad' : 'unknown';
};
/** Kleene's *and*: any bad is bad, all good is good (also over nothing), else unknown. */
export const all = (states: readonly State[]): State => atLeast(states.length, states);

/** What an expression comes to, given the states of the nodes it names. */
export const stateOfExpression = (expression: Expression, stateOf: (node: NodeId) => State): State =>
  'node' in expression
    ? stateOf(expression.node)
    : atLeast(
        expression.atLeast,
        expression.of.map((choice) => stateOfExpression(choice, stateOf)),
      );

/** A node's own checks together; null where there are none. */
const observedOf = (verdicts: readonly Verdict[]): State | null =>
  verdicts.length === 0 ? null : all(verdicts.map(({ state }) => state));

/**
 * Rule 2's meeting of what the needs say and what the node's own checks say. Observed bad is bad; observed good lifts
 * an unknown; against inferred bad it loses and is marked, unless it reached a business round trip, which then wins.
 */
export const settle = (
  inferred: State,
  observed: State | null,
  roundTrip: boolean,
): { readonly state: State; readonly contradicted: boolean } => {
  if (observed === null) return { state: inferred, contradicted: false };
  if (observed === 'bad') return { state: 'bad', contradicted: false };
  if (inferred === 'bad')
    return { state: observed === 'good' && roundTrip ? 'good' : 'bad', contradicted: observed === 'good' };
  return { state: observed, contradicted: false };
};

const neutralKinds: ReadonlySet<string> = new Set(['site', 'cluster', 'host']);
/**
 * Nobody looks at it and it needs nothing that is looked at: what it stands on does not speak for it.
 * A fault domain nobody checks is neutral instead: it says nothing against anybody.
 */
export const unwatchedLeaf = (landscape: Landscape, graph: Graph, id: NodeId): boolean => {
  const node = landscape.nodes[id];
  if (node === undefined) return true;
  if (neutralKinds.has(node.kind) || node.checks.some((check) => landscape.checks[check]?.judges === true))
    return false;
  const names = (graph.breaks.get(id) ?? []).flatMap((need) => namesIn(need));
  return names.every((name) => neutralKinds.has(landscape.nodes[name]?.kind ?? ''));
};

/** The states of all nodes as the graph sees them, by the verdicts on their state checks. A node in a circle of needs is unknown. */
export const statesOf = (
  landscape: Landscape,
  graph: Graph,
  verdicts: Readonly<Record<CheckId, Verdict>>,
): Readonly<Record<NodeId, NodeState>> => {
  const states = new Map<NodeId, Omit<NodeState, 'degraded' | 'because'>>();
  const open = new Set<NodeId>();
  const ofExpression = (expression: Expression): State => stateOfExpression(expression, stateOf);
  const ownVerdicts = (id: NodeId): readonly Verdict[] =>
    (landscape.nodes[id]?.checks ?? []).flatMap((check) => {
      const verdict = verdicts[check];
      return landscape.checks[check]?.judges === true && verdict !== undefined ? [verdict] : [];
    });
  const judge = (id: NodeId): Omit<NodeState, 'degraded' | 'because'> => {
    const node = landscape.nodes[id];
    const needs = graph.breaks.get(id) ?? [];
    const own = ownVerdicts(id);
    const missing = (node?.checks ?? []).some(
      (check) => landscape.checks[check]?.judges === true && verdicts[check] === undefined,
    );
    const observed = missing ? 'unknown' : observedOf(own);
    const inferred = all([
      ...needs.map((need) => ofExpression(need)),
      ...(unwatchedLeaf(landscape, graph, id) ? (['unknown'] as const) : []),
    ]);
    const roundTrip = own.some(({ state, depth }) => state === 'good' && depth === 'transaction');
    const { state, contradicted } = settle(inferred, observed, roundTrip);
    return { node: id, state, inferred, observed, contradicted };
  };
  const stateOf = (id: NodeId): State => {
    const known = states.get(id);
    if (known !== undefined) return known.state;
    if (landscape.nodes[id] === undefined || open.has(id)) return 'unknown';
    open.add(id);
    const judged = judge(id);
    open.delete(id);
    states.set(id, judged);
    return judged.state;
  };
  for (const id of Object.keys(landscape.nodes)) stateOf(id);
  // Marks come last: a `degrades` need may point back at what needs this node, and must not enter the judging of it.
  const marks = (id: NodeId): Pick<NodeState, 'degraded' | 'because'> => {
    const notGood = (graph.breaks.get(id) ?? [])
      .flatMap((need) => namesIn(need))
      .filter((name) => stateOf(name) !== 'good');
    const failing = ownVerdicts(id).filter((verdict) => verdict.state !== 'good');
    return {
      degraded: (landscape.nodes[id]?.needs ?? []).some(
        ({ effect, on }) => effect === 'degrades' && ofExpression(on) === 'bad',
      ),
      because: [...new Set([...failing.map(({ check }) => check), ...notGood])],
    };
  };
  return Object.fromEntries([...states].map(([id, judged]) => [id, { ...judged, ...marks(id) }]));
};
