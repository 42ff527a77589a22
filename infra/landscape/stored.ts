import { parseDuration } from './duration.ts';
import type { Landscape, Promised } from './model.ts';

/** What the normal form of an earlier version had: availability over a rolling window, by the minute. */
type EarlierPromise = Pick<Promised, 'id' | 'node' | 'objective' | 'window' | 'during'>;
const promiseFrom = (kept: Promised | EarlierPromise): Promised => {
  if ('span' in kept) return kept;
  const { id, node, objective, window, during } = kept;
  return {
    ...{ id, node, objective, window, during },
    span: { kind: 'rolling', ms: parseDuration(window) ?? 0 },
    indicator: { kind: 'availability' },
    method: { name: 'timeslices', version: 1, slice: { ms: 60_000, target: 100 } },
    fewestBad: 3,
  };
};

/** A normal form as it was kept, by this version or by one that knew less. What it meant then must not change with a default. */
export const landscapeFrom = (json: string): Landscape => {
  // Safe: what is kept was a landscape in its normal form, of this version or of one that lacked what is added here.
  const kept = JSON.parse(json) as Landscape;
  const { authority, teams, nodes } = kept;
  if (Object.hasOwn(authority, 'alertmanagers')) return kept;
  const unsaid = { mail: null, alertmanagers: [], engine: null, links: { console: null, runbooks: null } };
  return {
    ...kept,
    authority: { ...authority, ...unsaid },
    teams: Object.fromEntries(Object.entries(teams).map(([id, team]) => [id, { ...team, notify: [] }])),
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([id, node]) => [id, { ...node, promises: node.promises.map(promiseFrom) }]),
    ),
  };
};
