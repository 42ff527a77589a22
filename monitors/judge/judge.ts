import { type Graph, graphOf, namesIn } from '../../infra/landscape/graph.ts';
import {
  type CheckId,
  type Criticality,
  type Landscape,
  type Level,
  levels,
  type NodeId,
  type SiteId,
} from '../../infra/landscape/model.ts';
import type { Affected, Margin, Moment, NodeState, Seen, VantageState, Verdict, WorkflowAtSite } from '../picture.ts';
import { designedMargin, marginAt } from './margins.ts';
import { statesOf } from './state.ts';
import { sightOf, verdictOf } from './verdict.ts';

/** A landscape made ready for judging: what does not change from one moment to the next. */
export type Prepared = {
  readonly landscape: Landscape;
  /** The sites of use of any workflow. */
  readonly sites: readonly SiteId[];
  /** By site of use; null is nowhere in particular. */
  readonly graphs: ReadonlyMap<SiteId | null, Graph>;
  readonly workflows: readonly {
    readonly workflow: NodeId;
    readonly site: SiteId;
    readonly criticality: Criticality;
    /** Every node the workflow rests on there by `breaks` needs, itself included. */
    readonly cone: ReadonlySet<NodeId>;
  }[];
  /** Which workflows at which sites rest on a node. */
  readonly serves: ReadonlyMap<NodeId, readonly Affected[]>;
};

export type States = Readonly<Record<NodeId, NodeState>>;

export type Judged = {
  readonly verdicts: Readonly<Record<CheckId, Verdict>>;
  /** Seen from nowhere in particular. */
  readonly nodes: States;
  /** Rule 3: as it is at each site of use. */
  readonly atSite: ReadonlyMap<SiteId, States>;
  readonly workflows: readonly WorkflowAtSite[];
  readonly vantages: readonly VantageState[];
};

/** Every node below one, itself included. */
export const coneOf = (graph: Graph, top: NodeId): ReadonlySet<NodeId> => {
  const cone = new Set<NodeId>([top]);
  for (const id of cone)
    for (const need of graph.breaks.get(id) ?? [])
      for (const name of namesIn(need)) if (graph.nodes[name]) cone.add(name);
  return cone;
};

export const prepare = (landscape: Landscape): Prepared => {
  const workflows = Object.values(landscape.nodes).filter(({ kind }) => kind === 'workflow');
  const sites = [...new Set(workflows.flatMap(({ usedAt }) => usedAt))];
  const graphs = new Map<SiteId | null, Graph>([null, ...sites].map((site) => [site, graphOf(landscape, site)]));
  const used = workflows.flatMap(({ id, usedAt, criticality }) =>
    usedAt.flatMap((site) => {
      const graph = graphs.get(site);
      const worth: Criticality = criticality ?? 'supporting';
      return graph === undefined ? [] : [{ workflow: id, site, criticality: worth, cone: coneOf(graph, id) }];
    }),
  );
  const serves = new Map<NodeId, Map<NodeId, SiteId[]>>();
  for (const { workflow, site, cone } of used)
    for (const node of cone) {
      const at = serves.get(node) ?? new Map<NodeId, SiteId[]>();
      serves.set(node, at.set(workflow, [...(at.get(workflow) ?? []), site]));
    }
  const affected = [...serves].map(([node, at]): [NodeId, readonly Affected[]] => [
    node,
    [...at].map(([workflow, where]) => ({ workflow, sites: where })),
  ]);
  return { landscape, sites, graphs, workflows: used, serves: new Map(affected) };
};

const vantagesAt = (landscape: Landscape, seen: Seen, now: Moment): readonly VantageState[] =>
  Object.values(landscape.vantages).map((vantage) => {
    const anchored = seen.anchors.get(vantage.id);
    const told = seen.watermarks.get(vantage.id);
    const wall = (mono: number | undefined) => (mono === undefined ? null : now.wall - (now.mono - mono));
    const patience = sightOf(vantage);
    const silent = told === undefined || now.mono - told > patience;
    const connected = anchored !== undefined && now.mono - anchored <= patience;
    return {
      vantage: vantage.id,
      state: silent ? 'silent' : connected ? 'connected' : 'cut-off',
      anchorAt: wall(anchored),
      watermarkAt: wall(told),
    };
  });

/** What the judging of one site rests on, as text: equal texts, equal states. */
const keyOf = (verdicts: Readonly<Record<CheckId, Verdict>>): string => {
  let key = '';
  for (const id in verdicts) key += `${verdicts[id]?.state[0]}${verdicts[id]?.depth === 'transaction' ? '!' : ''}`;
  return key;
};

/** The basic events of a cone, as text: equal texts, equal margins. */
const wordsOf = (cone: ReadonlySet<NodeId>, states: States, maintained: ReadonlySet<NodeId>): string => {
  let key = '';
  for (const id of cone) {
    const state = states[id];
    key += `${state?.observed?.[0] ?? '-'}${state?.state[0]}${maintained.has(id) ? 'm' : ''}`;
  }
  return key;
};

/**
 * Rules 1 to 4 over everything, at one moment. The answer depends on its arguments alone; states and margins whose
 * ground has not changed since the last moment are kept, for most of an estate stands still most of the time.
 */
export const createJudge = (prepared: Prepared) => {
  const { landscape, graphs, workflows } = prepared;
  const checks = Object.values(landscape.checks).filter(({ judges }) => judges);
  const keptStates = new Map<SiteId | null, { readonly key: string; readonly states: States }>();
  const keptMargins = new Map<string, { readonly key: string; readonly margins: Readonly<Record<Level, Margin>> }>();

  const designs = new Map<string, number>();

  const statesAt = (site: SiteId | null, verdicts: Readonly<Record<CheckId, Verdict>>): States => {
    const graph = graphs.get(site);
    if (graph === undefined) return {};
    const key = keyOf(verdicts);
    const kept = keptStates.get(site);
    if (kept?.key === key) return kept.states;
    const states = statesOf(landscape, graph, verdicts);
    keptStates.set(site, { key, states });
    return states;
  };
  const marginsOf = (
    used: Prepared['workflows'][number],
    states: States,
    maintained: ReadonlySet<NodeId>,
  ): Readonly<Record<Level, Margin>> => {
    const name = `${used.workflow}@${used.site}`;
    const key = wordsOf(used.cone, states, maintained);
    const kept = keptMargins.get(name);
    const graph = graphs.get(used.site);
    if (kept?.key === key) return kept.margins;
    if (graph === undefined) throw new Error(`expected a graph for site ${used.site}`);
    const margin = (level: Level): Margin => {
      const designed = designs.get(`${name}@${level}`) ?? designedMargin(graph, used.workflow, level);
      designs.set(`${name}@${level}`, designed);
      return marginAt(landscape, graph, { node: used.workflow, level, states, maintained, cone: used.cone, designed });
    };
    const [component, host, cluster, site] = levels.map((level) => margin(level));
    if (!component || !host || !cluster || !site) throw new Error('a level without a margin');
    const margins = { component, host, cluster, site };
    keptMargins.set(name, { key, margins });
    return margins;
  };

  return (seen: Seen, now: Moment, maintained: ReadonlySet<NodeId>): Judged => {
    const verdictsAt = (site: SiteId | null, base: Readonly<Record<CheckId, Verdict>>) => {
      const all: Record<CheckId, Verdict> = { ...base };
      for (const check of checks)
        if (site === null || check.vantages.includes(site))
          all[check.id] = verdictOf(check, landscape.vantages, { seen, now, site });
      return all;
    };
    const verdicts = verdictsAt(null, {});
    const atSite = new Map(prepared.sites.map((site) => [site, statesAt(site, verdictsAt(site, verdicts))]));
    return {
      verdicts,
      nodes: statesAt(null, verdicts),
      atSite,
      workflows: workflows.flatMap((used) => {
        const states = atSite.get(used.site);
        const state = states?.[used.workflow];
        if (states === undefined || state === undefined) return [];
        const { workflow, site, criticality } = used;
        return [{ workflow, site, criticality, state, margins: marginsOf(used, states, maintained) }];
      }),
      vantages: vantagesAt(landscape, seen, now),
    };
  };
};
