import { type Graph, graphOf } from '../../infra/landscape/graph.ts';
import {
  type CheckId,
  type Landscape,
  type Level,
  levels,
  type NodeId,
  type SiteId,
} from '../../infra/landscape/model.ts';
import { rootsOf } from '../../monitors/impact/roots.ts';
import { coneOf, type States } from '../../monitors/judge/judge.ts';
import { marginAt } from '../../monitors/judge/margins.ts';
import { statesOf } from '../../monitors/judge/state.ts';
import { majority } from '../../monitors/judge/verdict.ts';
import type { Margin, NodeState, Picture, Verdict } from '../../monitors/picture.ts';

/** One node as it is seen from one place: its state, where that comes from, and what would break it next. */
export type SeenFrom = {
  /** Null: from nowhere in particular. */
  readonly site: SiteId | null;
  readonly state: NodeState;
  readonly path: readonly NodeId[];
  readonly causes: readonly NodeId[];
  /** What is not good of itself anywhere below, whether or not it is borne. */
  readonly hurt: readonly NodeId[];
  readonly margins: Readonly<Record<Level, Margin>>;
  /** Of its own checks, of its causes, and of what is hurt below. */
  readonly verdicts: readonly Verdict[];
};

/** Rule 3, from the votes a picture keeps: a check that the site's own vantage runs is judged by that one alone. */
const verdictAt = (landscape: Landscape, verdict: Verdict, site: SiteId | null): Verdict => {
  const check = landscape.checks[verdict.check];
  if (site === null || check?.vantages.includes(site) !== true) return verdict;
  const votes = verdict.votes.filter(({ vantage }) => vantage === site);
  const { state, disputed } = majority(votes.map((vote) => vote.state));
  const reached = verdict.state === 'good' ? verdict.depth : check.depth;
  return { ...verdict, state, disputed, votes, depth: state === 'good' ? reached : 'none' };
};

const marginsOf = (margin: (level: Level) => Margin): Readonly<Record<Level, Margin>> => ({
  component: margin('component'),
  host: margin('host'),
  cluster: margin('cluster'),
  site: margin('site'),
});

const hurtBelow = (graph: Graph, states: States, id: NodeId): readonly NodeId[] =>
  [...coneOf(graph, id)].filter(
    (name) =>
      states[name]?.state !== 'good' && states[name]?.because.every((below) => !Object.hasOwn(graph.nodes, below)),
  );

/** What the picture and its landscape say of a node, seen from one site of use; null where the picture does not know it. */
export const seenFrom = (
  { picture, landscape }: { readonly picture: Picture; readonly landscape: Landscape },
  id: NodeId,
  site: SiteId | null,
): SeenFrom | null => {
  if (!Object.hasOwn(picture.nodes, id) || !Object.hasOwn(landscape.nodes, id)) return null;
  const graph = graphOf(landscape, site);
  const verdicts: Readonly<Record<CheckId, Verdict>> = Object.fromEntries(
    Object.values(picture.verdicts).map((verdict) => [verdict.check, verdictAt(landscape, verdict, site)]),
  );
  // What was judged at the time counts; only what a picture does not keep is judged again, by the same rules.
  const used = picture.workflows.find((at) => at.workflow === id && at.site === site);
  const judged = site === null ? picture.nodes : statesOf(landscape, graph, verdicts);
  const states = used === undefined ? judged : { ...judged, [id]: used.state };
  const state = states[id];
  if (state === undefined) return null;
  const said = picture.impacts.find((impact) => impact.workflow === id && impact.site === site);
  const { path, causes } = state.state === 'good' ? { path: [], causes: [] } : (said ?? rootsOf(graph, states, state));
  const hurt = hurtBelow(graph, states, id).filter((name) => name !== id);
  return {
    site,
    state,
    path,
    causes,
    hurt,
    margins: used?.margins ?? marginsOf((level) => marginAt(landscape, graph, { node: id, level, states })),
    verdicts: [...new Set([id, ...causes, ...hurt])]
      .flatMap((name) => landscape.nodes[name]?.checks ?? [])
      .flatMap((check) => verdicts[check] ?? []),
  };
};

/** Whether any level is within reach of the failures that are looked for. */
export const breakable = ({ margins }: SeenFrom): readonly Margin[] =>
  levels.map((level) => margins[level]).filter(({ upper, sets }) => upper === 0 || sets.length > 0);
