import { html } from 'hono/html';
import type { CheckId, NodeId, SiteId } from '../../infra/landscape/model.ts';
import type { State } from '../../monitors/picture.ts';
import { type Markup, nothing, sign, stateOf, type Tone } from './marks.ts';
import { namesText, nodeIn, sitesText, type View } from './view.ts';

/** What a thing is said to be, and where, if that is not everywhere. */
export type Look = { readonly tone: Tone; readonly text: string; readonly where: string };

export const badness: Readonly<Record<State, number>> = { bad: 0, unknown: 1, good: 2 };
export const worstOf = (states: readonly State[]): State =>
  states.toSorted((one, other) => badness[one] - badness[other])[0] ?? 'unknown';

/** A workflow is as bad as at its worst site: seen from nowhere in particular, nobody does it. */
const workflowLook = (view: View, id: NodeId): Look => {
  const { words } = view.voice;
  const places = view.picture.workflows.filter(({ workflow }) => workflow === id);
  const worst = worstOf(places.map(({ state }) => state.state));
  const at = (state: State) => places.filter((place) => place.state.state === state).map(({ site }) => site);
  const all = at(worst).length === places.length;
  const also =
    worst === 'bad' && at('unknown').length > 0 ? [words.looks.unknownAt(namesText(view, at('unknown')))] : [];
  const where = all ? '' : [words.looks.at(sitesText(view, [id], at(worst))), ...also].join('; ');
  return { tone: worst, text: words.states[worst], where };
};

const baseOf = (view: View, id: NodeId | CheckId): State =>
  Object.hasOwn(view.landscape.checks, id) ? (view.picture.verdicts[id]?.state ?? 'unknown') : stateOf(view, id);

/** Its state from nowhere in particular, and the sites of use that see it worse. */
const worseOf = (view: View, id: NodeId | CheckId) => {
  const base = baseOf(view, id);
  const seen = [...view.sights.of(id)].filter(([, state]) => badness[state] < badness[base]);
  const at = (wanted: State): readonly SiteId[] => seen.flatMap(([site, state]) => (state === wanted ? [site] : []));
  return { base, bad: at('bad'), unknown: at('unknown') };
};

export const lookOf = (view: View, id: NodeId | CheckId): Look => {
  if (nodeIn(view, id)?.kind === 'workflow') return workflowLook(view, id);
  const { looks, states } = view.voice.words;
  const { base, bad, unknown } = worseOf(view, id);
  if (bad.length + unknown.length === 0) return { tone: base, text: states[base], where: '' };
  const { size } = view.sights.sites;
  const nowhere = bad.length === size && size > 1 ? looks.notAtAny(size) : looks.notAt(namesText(view, bad));
  const parts = [
    ...(bad.length === 0 ? [] : [base === 'good' ? nowhere : looks.badAt(namesText(view, bad))]),
    ...(unknown.length === 0 ? [] : [looks.unknownAt(namesText(view, unknown))]),
  ].join('; ');
  const text = base === 'good' ? `${states.good}${looks.but}${parts}` : `${states[base]}; ${parts}`;
  return { tone: base !== 'good' || bad.length === size ? 'bad' : 'warn', text, where: '' };
};

/** How a node is, of three and a half: broken everywhere, unknown, or good but not as every site sees it. */
export const shareOf = (view: View, id: NodeId): State | 'partly' => {
  const { base, bad, unknown } = worseOf(view, id);
  return base === 'good' && bad.length + unknown.length > 0 ? 'partly' : base;
};

export const lookMark = (view: View, id: NodeId | CheckId): Markup => {
  const { tone, text, where } = lookOf(view, id);
  // Only a word or two are kept on one line.
  const long = text.length > 20 ? ' long' : '';
  return html`<span class="state${long} t-${tone}">${sign(tone)}<span>${text}</span></span>${where === '' ? nothing : html` <span class="soft">${where}</span>`}`;
};
