import type { Check, Landscape, Node } from '../../infra/landscape/model.ts';
import { promisedOf } from '../../infra/landscape/promise.ts';
import {
  breaks,
  checkOf,
  landscapeOf,
  nodeOf,
  on,
  titled,
  vantageOf,
} from '../../infra/landscape/testing/landscapes.ts';

/** A large estate: each solution stands on four components of its own and on shared pairs; every fifth has a workflow. */
export const largeEstate = (solutions: number): Landscape => {
  const sites = ['north', 'south', 'ward-1', 'ward-2', 'ward-3'];
  const wards = sites.slice(2);
  const nodes: Node[] = sites.map((id) => nodeOf(id, 'site', { premises: 'on-premises' }));
  const checks: Check[] = [];
  const from = { vantages: ['north', 'south'], intervalMs: 60_000, timeoutMs: 5_000 };
  for (const shared of ['idp', 'dns', 'db'])
    for (const [index, site] of ['north', 'south'].entries())
      nodes.push(nodeOf(`${shared}-${index + 1}`, 'component', { standsOn: site }));
  for (const id of nodes.filter(({ kind }) => kind === 'component').map((one) => one.id))
    checks.push(checkOf(`${id}/up`, from));
  const pair = (name: string) => ({ atLeast: 1, of: [on(`${name}-1`), on(`${name}-2`)] });
  for (let number = 0; number < solutions; number += 1) {
    const id = `s${number}`;
    for (let part = 1; part <= 4; part += 1) {
      nodes.push(nodeOf(`${id}-${part}`, 'component', { standsOn: part % 2 ? 'north' : 'south' }));
      checks.push(checkOf(`${id}-${part}/up`, from));
    }
    const promised = promisedOf(id, { objective: 99.9, window: '30d' }, 'UTC');
    nodes.push(
      nodeOf(id, 'solution', {
        title: titled(id),
        criticality: 'clinical-critical',
        needs: breaks(
          { atLeast: 1, of: [on(`${id}-1`), on(`${id}-2`)] },
          { atLeast: 1, of: [on(`${id}-3`), on(`${id}-4`)] },
          pair('idp'),
          pair('dns'),
          pair('db'),
        ),
        promises: [promised],
      }),
    );
    checks.push(checkOf(`${id}/front`, { ...from, kind: 'http', depth: 'protocol' }));
    if (number % 5 === 0)
      nodes.push(
        nodeOf(`w${number}`, 'workflow', { criticality: 'clinical-critical', usedAt: wards, needs: breaks(on(id)) }),
      );
  }
  return landscapeOf(
    nodes,
    checks,
    sites.map((id) => vantageOf(id, { anchorIntervalMs: 30_000, anchorTimeoutMs: 2_000 })),
  );
};
