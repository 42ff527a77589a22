import type { Landscape, Node, NodeId, SiteId } from '../../infra/landscape/model.ts';
import type { Picture } from '../../monitors/picture.ts';
import type { Sights } from './sights.ts';
import { type ConsoleSource, staleAfterMs } from './source.ts';
import type { Voice } from './voice.ts';

/** What a page is made of: one reader, one picture. */
export type View = {
  readonly voice: Voice;
  readonly source: ConsoleSource;
  readonly landscape: Landscape;
  readonly picture: Picture;
  readonly sights: Sights;
  /** Ms since the picture was judged. */
  readonly age: number;
  readonly stale: boolean;
};

export const ageOf = (picture: Picture, now: number): number => Math.max(0, now - picture.at);
/** A picture from the future is as little to be trusted as an old one: a wall clock has stepped. */
export const isStale = (picture: Picture | null, now: number): boolean =>
  picture === null || Math.abs(now - picture.at) > staleAfterMs;

export const nodeIn = ({ landscape }: Pick<View, 'landscape'>, id: NodeId): Node | undefined => {
  // Own keys only: an id such as `constructor` in an address names no node.
  return Object.hasOwn(landscape.nodes, id) ? landscape.nodes[id] : undefined;
};

/** The title of a node, or its id when the landscape no longer has it: never nothing. */
export const titleOf = (view: Pick<View, 'landscape' | 'voice'>, id: NodeId): string => {
  const node = nodeIn(view, id);
  return node === undefined ? id : view.voice.text(node.title);
};

const sections: Partial<Record<Node['kind'], string>> = { workflow: 'workflow', solution: 'solution' };
export const pathTo = (view: Pick<View, 'landscape' | 'voice'>, id: NodeId): string => {
  const section = sections[nodeIn(view, id)?.kind ?? 'component'] ?? 'node';
  return `/${view.voice.language}/${section}/${encodeURIComponent(id)}`;
};
export const pathToCheck = (view: Pick<View, 'voice'>, id: string): string =>
  `/${view.voice.language}/check/${id.split('/').map(encodeURIComponent).join('/')}`;

/** Sites by name, or `all` of them when it is wherever these workflows are used: what does not work at *all* sites may work at some. */
export const sitesText = (
  view: View,
  workflows: readonly NodeId[],
  sites: readonly SiteId[],
  all: (n: number) => string = view.voice.words.allSites,
): string => {
  const used = new Set(workflows.flatMap((id) => nodeIn(view, id)?.usedAt ?? []));
  const everywhere = used.size > 1 && [...used].every((site) => sites.includes(site));
  return everywhere ? all(used.size) : namesText(view, sites);
};

/** Names while there are few, a count of the rest when there are many: it must be read at a glance. */
export const namesText = (view: View, ids: readonly NodeId[]): string => {
  const { voice } = view;
  const unique = [...new Set(ids)];
  const shown = unique.length > 3 ? unique.slice(0, 2) : unique;
  const names = shown.map((id) => titleOf(view, id));
  const rest = unique.length - shown.length;
  return voice.list(rest > 0 ? [...names, voice.words.others(rest)] : names);
};
