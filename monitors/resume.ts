import type { Landscape, NodeId } from '../infra/landscape/model.ts';
import type { Event } from './history/history.ts';
import type { Alert, Picture } from './picture.ts';
import { both, titleOf } from './words.ts';

/** A picture further ahead was written by a clock that was wrong then, not by one that is wrong now. Ms. */
const furthestAhead = 86_400_000;

/**
 * What goes on after a restart, from the newest picture at or before now and the newest of all: they differ only when
 * the clock was set back, and then what fires in either still fires.
 */
export const lastPicture = (atNow: Picture | null, newest: Picture | null): Picture | null => {
  if (atNow === null || newest === null || newest.at <= atNow.at || newest.at - atNow.at > furthestAhead)
    return atNow ?? newest;
  const later = new Map(newest.alerts.filter(({ phase }) => phase === 'firing').map((alert) => [alert.id, alert]));
  const known = atNow.alerts.filter(({ id, phase }) => phase === 'firing' || !later.has(id));
  for (const { id } of known) later.delete(id);
  return { ...atNow, alerts: [...known, ...later.values()] };
};

const ended = (landscape: Landscape, { rule, severity, node, site, id, about }: Alert, at: number): Event => {
  const where = site === null ? '' : ` @ ${site}`;
  const said = both((language) => {
    const what = `${titleOf(landscape, node)[language]}${where}`;
    return language === 'da' ? `${what}: findes ikke mere i landskabet` : `${what}: no longer in the landscape`;
  });
  const data = { rule, severity, causes: about.causes, alerts: [id], said };
  return { at, kind: 'alert-resolved', who: 'forvarsel', why: said.en, data };
};

/** What of the last picture goes on under this landscape. A node that is gone takes its alerts with it, and that is said. */
export const carryOver = (landscape: Landscape, before: Picture | null, at: number) => {
  const has = (id: NodeId): boolean => Object.hasOwn(landscape.nodes, id);
  // Only what this landscape can still name can ever be judged to be over.
  const known = ({ rule, node: id, site, id: alert }: Alert): boolean => {
    // What is said of this program itself has no node.
    if (rule === 'not-recording' || rule === 'not-delivering') return true;
    const node = landscape.nodes[id];
    if (node === undefined || !has(id) || (site !== null && !has(site))) return false;
    const signals = node.checks.flatMap((check) => landscape.checks[check]?.signals ?? []);
    if (rule === 'runs-out' || rule === 'certificate') return signals.length > 0;
    if (rule === 'slow-burn' || rule === 'fast-burn')
      return node.promises.some((one) => alert === `${rule}|${one.id}|`);
    return node.kind !== 'workflow' || site === null || node.usedAt.includes(site);
  };
  const alerts = before?.alerts ?? [];
  const stays = (key: string): boolean => key.split('@').every(has);
  const states = [
    ...Object.values(before?.nodes ?? {}).map(({ node, state }) => [node, state] as const),
    ...(before?.workflows ?? []).map(({ workflow, site, state }) => [`${workflow}@${site}`, state.state] as const),
  ];
  return {
    alerts: alerts.filter(known),
    ended: alerts
      .filter((alert) => alert.phase === 'firing' && !known(alert))
      .map((alert) => ended(landscape, alert, at)),
    since: Object.fromEntries(Object.entries(before?.since ?? {}).filter(([key]) => stays(key))),
    states: new Map<string, string>(states.filter(([key]) => stays(key))),
  };
};
