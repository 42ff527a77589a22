import type { Expression, Landscape, Node, NodeId, SiteId } from './model.ts';

/** What must hold, seen from one site of use (or from nowhere in particular). */
export type Graph = {
  readonly nodes: Readonly<Record<NodeId, Node>>;
  readonly site: SiteId | null;
  /** Every `breaks` expression of a node, the implicit ones too: what it stands on, the way to it, the site of use. */
  readonly breaks: ReadonlyMap<NodeId, readonly Expression[]>;
};

/** The site a node stands on, through host and cluster; null where it stands on none. */
export const siteUnder = (nodes: Graph['nodes'], id: NodeId): SiteId | null => {
  const seen = new Set<NodeId>();
  for (let at = nodes[id]; at !== undefined && !seen.has(at.id); at = nodes[at.standsOn ?? '']) {
    if (at.kind === 'site') return at.id;
    seen.add(at.id);
  }
  return null;
};

/** The routes of the site of use that a node needs: its vantage probes the node directly, and the node stands elsewhere. */
const routesTo = (landscape: Landscape, node: Node, site: SiteId): readonly Expression[] => {
  const reached = node.checks.some((id) => {
    const check = landscape.checks[id];
    return check?.judges === true && check.vantages.includes(site);
  });
  const elsewhere = siteUnder(landscape.nodes, node.id);
  const route = elsewhere === null ? undefined : landscape.nodes[site]?.routes[elsewhere];
  return reached && route !== undefined ? [route] : [];
};

/** The graph of `breaks` needs as seen at a site of use; `null` sees it without routes and without a site of use. */
export const graphOf = (landscape: Landscape, site: SiteId | null): Graph => {
  const breaks = new Map<NodeId, readonly Expression[]>();
  for (const node of Object.values(landscape.nodes)) {
    const atSite = node.kind === 'workflow' && site !== null && node.usedAt.includes(site);
    breaks.set(node.id, [
      ...node.needs.filter(({ effect }) => effect === 'breaks').map(({ on }) => on),
      ...(node.standsOn === null ? [] : [{ node: node.standsOn }]),
      ...(atSite ? [{ node: site }] : []),
      ...(site === null ? [] : routesTo(landscape, node, site)),
    ]);
  }
  return { nodes: landscape.nodes, site, breaks };
};

/** The nodes an expression names, choices of choices included. */
export const namesIn = (expression: Expression): readonly NodeId[] =>
  'node' in expression ? [expression.node] : expression.of.flatMap((choice) => namesIn(choice));
