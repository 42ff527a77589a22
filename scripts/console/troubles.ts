import { criticalities, type Landscape, type NodeId, type SiteId } from '../../infra/landscape/model.ts';
import type { Affected, Alert, Impact, Picture, Warning, WorkflowAtSite } from '../../monitors/picture.ts';

/** One warning or impact as it is shown, with the alert that carries its life. */
export type Trouble = {
  readonly id: string;
  readonly rule: Alert['rule'];
  readonly about: Warning | Impact;
  readonly alert: Alert | null;
  /** Judged gone, but the alert fires on for a while. */
  readonly ending: boolean;
};
/** One card per smallest common cause, with the workflows and sites under it. */
export type Card = {
  readonly id: string;
  readonly causes: readonly NodeId[];
  readonly impacts: readonly Trouble[];
  readonly warnings: readonly Trouble[];
  readonly affects: readonly Affected[];
};

export const isImpact = (about: Warning | Impact): about is Impact => !('rule' in about);
/** What cards are grouped by; without a known cause the node itself. */
export const causesOf = ({ about }: Pick<Trouble, 'about'>): string => {
  const own = isImpact(about) ? about.workflow : about.node;
  return about.causes.length === 0 ? own : [...about.causes].sort().join('+');
};
export const affectedBy = (about: Warning | Impact): readonly Affected[] =>
  isImpact(about) ? [{ workflow: about.workflow, sites: [about.site] }] : about.affects;

/** Workflows with the union of their sites, in the order they were met. */
export const merged = (affected: readonly Affected[]): readonly Affected[] => {
  const sites = new Map<NodeId, Set<SiteId>>();
  for (const { workflow, sites: met } of affected)
    sites.set(workflow, (sites.get(workflow) ?? new Set()).union(new Set(met)));
  return [...sites].map(([workflow, met]) => ({ workflow, sites: [...met] }));
};

/** A workflow that is bad and that no impact speaks of yet: shown all the same, for a missing impact must hide nothing. */
const unreported = (landscape: Landscape, { workflow, site, state }: WorkflowAtSite): Impact => {
  const node = landscape.nodes[workflow];
  const causes = state.because.filter((id) => Object.hasOwn(landscape.nodes, id));
  return {
    id: `impact|${workflow}|${site}`,
    workflow,
    site,
    path: [workflow, ...causes],
    causes: causes.length > 0 ? causes : [workflow],
    evidence: { da: '', en: '' },
    firstAction: node?.firstAction ?? null,
    runbook: node?.runbook ?? null,
    fallback: node?.fallback ?? null,
    condition: 'holds',
  };
};

/** Everything that is wrong now, or that has not been resolved. What is pending is not said yet. */
export const troublesOf = (landscape: Landscape, picture: Picture): readonly Trouble[] => {
  const reported = new Set(picture.impacts.map(({ workflow, site }) => `${workflow}@${site}`));
  const silent = picture.workflows
    .filter(({ workflow, site, state }) => state.state === 'bad' && !reported.has(`${workflow}@${site}`))
    .map((at) => unreported(landscape, at));
  const firing = picture.alerts.filter(({ phase }) => phase === 'firing');
  const alerts = new Map(firing.map((alert) => [alert.id, alert]));
  const held = [...picture.impacts, ...silent, ...picture.warnings].map((about): Trouble => {
    const alert = alerts.get(about.id) ?? null;
    const rule = isImpact(about) ? 'impact' : about.rule;
    return { id: about.id, rule, about, alert, ending: alert?.over ?? false };
  });
  const known = new Set(held.map(({ id }) => id));
  // A page for fast burn has no warning beside it: what fires is shown whether or not anything else names it.
  return [...held, ...firing.filter(({ id }) => !known.has(id)).map(alone)];
};

const alone = (alert: Alert): Trouble => ({
  id: alert.id,
  rule: alert.rule,
  about: alert.about,
  alert,
  ending: alert.over,
});
/** What has begun and is not confirmed: for the page of warnings, and for nothing that counts. */
export const pendingIn = (picture: Picture): readonly Trouble[] =>
  picture.alerts.filter(({ phase }) => phase === 'pending').map(alone);

/** Something under it does not work now; where all of it has been judged gone, it only stays to be sure. */
export const isHit = ({ impacts }: Pick<Card, 'impacts'>): boolean => impacts.some(({ ending }) => !ending);

const soonest = (troubles: readonly Trouble[]): number =>
  Math.min(...troubles.map(({ about }) => (isImpact(about) ? Infinity : (about.eta?.at ?? Infinity))));
const rung = (troubles: readonly Trouble[]): number =>
  Math.max(-1, ...troubles.map(({ about }) => (isImpact(about) ? 3 : about.rung)));
const pages = ({ impacts, warnings }: Card): number =>
  [...impacts, ...warnings].some(({ alert }) => alert?.severity === 'page') ? 1 : 0;
const weight = (landscape: Landscape, { affects }: Card): number =>
  Math.min(
    criticalities.length,
    ...affects.map(({ workflow }) => criticalities.indexOf(landscape.nodes[workflow]?.criticality ?? 'supporting')),
  );

/** Cards, the most urgent first: impacts, then what pages, the most critical, the highest rung, the shortest time left. */
export const cardsOf = (landscape: Landscape, troubles: readonly Trouble[]): readonly Card[] => {
  const groups = Map.groupBy(troubles, causesOf);
  const cards = [...groups].map(
    ([id, all]): Card => ({
      id,
      causes: all[0]?.about.causes ?? [],
      impacts: all.filter(({ about }) => isImpact(about)),
      warnings: all.filter(({ about }) => !isImpact(about)),
      affects: merged(all.flatMap(({ about }) => affectedBy(about))),
    }),
  );
  return cards.sort(
    (one, other) =>
      Number(isHit(other)) - Number(isHit(one)) ||
      pages(other) - pages(one) ||
      weight(landscape, one) - weight(landscape, other) ||
      rung(other.warnings) - rung(one.warnings) ||
      (soonest(one.warnings) < soonest(other.warnings) ? -1 : 1),
  );
};
