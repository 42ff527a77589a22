import type { CheckId, Landscape, NodeId, SiteId } from '../../infra/landscape/model.ts';
import type { Picture, State } from '../../monitors/picture.ts';

type NotGood = Exclude<State, 'good'>;
/** Where sites of use see a node or a check otherwise than good: what the picture tells of it, judged by nobody anew. */
export type Sights = {
  readonly sites: ReadonlySet<SiteId>;
  readonly of: (id: NodeId | CheckId) => ReadonlyMap<SiteId, NotGood>;
};

const nowhere: ReadonlyMap<SiteId, NotGood> = new Map();

/** Impacts name the path and its causes, workflows what they are not good because of, and a vantage at a site of use votes alone there (rule 3). */
export const sightsOf = (landscape: Landscape, picture: Picture): Sights => {
  const sites = new Set(Object.values(landscape.nodes).flatMap(({ usedAt }) => usedAt));
  const met = new Map<NodeId | CheckId, Map<SiteId, NotGood>>();
  const note = (ids: Iterable<NodeId | CheckId>, site: SiteId, state: NotGood): void => {
    for (const id of ids) {
      const known = met.get(id) ?? new Map<SiteId, NotGood>();
      if (known.get(site) !== 'bad') known.set(site, state);
      met.set(id, known);
    }
  };
  for (const { path, causes, site, condition } of picture.impacts)
    note([...path, ...causes], site, condition === 'holds' ? 'bad' : 'unknown');
  for (const { workflow, site, state } of picture.workflows) {
    if (state.state !== 'good') note([workflow], site, state.state);
    // One reason alone must be as bad as what it explains; of several, none is known to be worse than not good.
    note(state.because, site, state.state === 'bad' && state.because.length === 1 ? 'bad' : 'unknown');
  }
  for (const { check, votes } of Object.values(picture.verdicts))
    for (const { vantage, state } of votes) {
      const node = landscape.checks[check]?.node;
      if (sites.has(vantage) && state !== 'good') note(node === undefined ? [check] : [check, node], vantage, state);
    }
  return { sites, of: (id) => met.get(id) ?? nowhere };
};
