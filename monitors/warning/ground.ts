import type { Landscape, NodeId, SiteId, Text } from '../../infra/landscape/model.ts';
import type { Judged, Prepared } from '../judge/judge.ts';
import type { Eta, Margin, Moment, Recording, Seen, Undelivered, Warning, WarningRule } from '../picture.ts';
import type { Assessment } from '../slo/account.ts';
import type { Forecaster } from './forecaster.ts';

/** What warnings are drawn from, at one moment. */
export type Ground = Judged & {
  readonly prepared: Prepared;
  readonly seen: Seen;
  readonly now: Moment;
  /** The nodes in a service window now: warnings caused by them alone are muted. */
  readonly maintained: ReadonlySet<NodeId>;
  readonly promises: readonly Assessment[];
  readonly recording: Recording;
  readonly undelivered: readonly Undelivered[];
  readonly forecast: Forecaster;
};

/** One rule of the ladder: every warning that holds or cannot be judged now; what is not named does not hold. */
export type Rule = (ground: Ground) => readonly Warning[];

type Draft = {
  readonly rule: WarningRule;
  readonly rung: Warning['rung'];
  readonly node: NodeId;
  readonly site: SiteId | null;
  readonly causes: readonly NodeId[];
  readonly evidence: Text;
  readonly condition: Warning['condition'];
  readonly affects?: Warning['affects'];
  readonly margin?: Margin;
  readonly eta?: Eta;
  readonly everyMs?: number;
};

/** What to do first, as written on the first of these nodes that says so. */
export const adviceOf = (
  landscape: Landscape,
  ids: readonly NodeId[],
): { readonly firstAction: Text | null; readonly runbook: string | null } => {
  const nodes = ids.flatMap((id) => landscape.nodes[id] ?? []);
  return {
    firstAction: nodes.find(({ firstAction }) => firstAction !== null)?.firstAction ?? null,
    runbook: nodes.find(({ runbook }) => runbook !== null)?.runbook ?? null,
  };
};

/** A warning from what is particular to it; its id is (rule, node, site), never a number that changes. */
export const warn = ({ prepared }: Ground, draft: Draft): Warning => ({
  ...draft,
  id: `${draft.rule}|${draft.node}|${draft.site ?? ''}`,
  affects: draft.affects ?? prepared.serves.get(draft.node) ?? [],
  margin: draft.margin ?? null,
  eta: draft.eta ?? null,
  ...adviceOf(prepared.landscape, [...draft.causes, draft.node]),
});
