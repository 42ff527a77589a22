import { problem } from '../findings.ts';
import { graphOf } from '../graph.ts';
import { fewestFailures } from '../margin.ts';
import { isCritical, type NodeId, type SiteId } from '../model.ts';
import type { Rule } from './context.ts';

const most = 5;
const none: ReadonlySet<NodeId> = new Set();

/** A critical workflow survives any one component when everything else works. */
const designed: Rule = ({ landscape }) => {
  const critical = Object.values(landscape.nodes).filter(
    ({ kind, criticality }) => kind === 'workflow' && criticality !== null && isCritical(criticality),
  );
  const alone = new Map<NodeId, Map<NodeId, SiteId[]>>(critical.map(({ id }) => [id, new Map()]));
  for (const site of new Set(critical.flatMap(({ usedAt }) => usedAt))) {
    const graph = graphOf(landscape, site);
    for (const { id, usedAt } of critical) {
      if (!usedAt.includes(site)) continue;
      const { order, sets } = fewestFailures(graph, id, { level: 'component', failed: none });
      const breakers = alone.get(id);
      for (const component of order === 1 ? sets.flat() : [])
        breakers?.set(component, [...(breakers.get(component) ?? []), site]);
    }
  }
  return critical.flatMap(({ id, usedAt }) => {
    const breakers = [...(alone.get(id) ?? [])].map(([component, sites]) =>
      sites.length === usedAt.length ? component : `${component} (at ${sites.join(', ')})`,
    );
    if (breakers.length === 0) return [];
    const shown = breakers.slice(0, most).join(', ');
    const more = breakers.length > most ? ` and ${breakers.length - most} more` : '';
    return [
      problem('designed-margin-one', ['workflows', id, 'needs'], {
        expected: 'a critical workflow that any one component may fail under',
        got: `a margin of 1: broken alone by ${shown}${more}`,
        remedy: 'make it redundant ({ atLeast: 1, of: [...] }), or know that the first failure is impact',
      }),
    ];
  });
};

export const margins: readonly Rule[] = [designed];
