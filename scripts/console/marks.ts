import { html, raw } from 'hono/html';
import type { CheckId, NodeId } from '../../infra/landscape/model.ts';
import { beyond, type Eta, type Margin, type State } from '../../monitors/picture.ts';
import { nodeIn, pathTo, pathToCheck, titleOf, type View } from './view.ts';
import type { Voice } from './voice.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'unknown';
export type Markup = ReturnType<typeof html>;
export const nothing: Markup = raw('');

/** The signs, drawn once on each page. Each has a shape of its own, so that no meaning hangs on colour. */
export const sprite = (): Markup => html`<svg class="sprite" aria-hidden="true" focusable="false">
  <symbol id="m-good" viewBox="0 0 24 24"><circle cx="12" cy="12" r="11" /><path class="ink" d="M6.5 12.5l3.8 3.8 7.2-8" /></symbol>
  <symbol id="m-bad" viewBox="0 0 24 24"><path d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z" /><path class="ink" d="M8 8l8 8M16 8l-8 8" /></symbol>
  <symbol id="m-unknown" viewBox="0 0 24 24"><path d="M12 .5L23.5 12 12 23.5 .5 12z" /><path class="ink" d="M9.2 9.600a2.9 2.9 0 1 1 4.3 2.500c-1 .6-1.5 1-1.5 2.100M12 17.200v.3" /></symbol>
  <symbol id="m-warn" viewBox="0 0 24 24"><path d="M12 1.500L23.5 22H.5z" /><path class="ink" d="M12 9v6M12 18.300v.3" /></symbol>
</svg>`;

export const sign = (tone: Tone, size = ''): Markup =>
  html`<svg class="mark ${size} t-${tone}" aria-hidden="true" focusable="false"><use href="#m-${tone}" /></svg>`;

/** Sign and word: a state is never a colour alone. */
export const stateMark = (voice: Voice, state: State): Markup =>
  html`<span class="state t-${state}">${sign(state)}<span>${voice.words.states[state]}</span></span>`;

export const stateOf = ({ picture }: Pick<View, 'picture'>, id: NodeId): State =>
  (Object.hasOwn(picture.nodes, id) ? picture.nodes[id]?.state : undefined) ?? 'unknown';

export const linkTo = (view: View, id: NodeId | CheckId): Markup => {
  if (nodeIn(view, id) !== undefined) return html`<a href="${pathTo(view, id)}">${titleOf(view, id)}</a>`;
  const check = Object.hasOwn(view.landscape.checks, id) ? view.landscape.checks[id] : undefined;
  if (check === undefined) return html`<span>${id}</span>`;
  return html`<a href="${pathToCheck(view, id)}">${titleOf(view, check.node)}: ${check.name}</a>`;
};

export const join = (parts: readonly Markup[], between: string): Markup =>
  html`${parts.map((part, index) => html`${index === 0 ? '' : between}${part}`)}`;

/** Clock time with its age; in full when pointed at. */
export const moment = (voice: Voice, at: number | null): Markup =>
  at === null
    ? html`${voice.words.never}`
    : html`<time datetime="${new Date(at).toISOString()}" title="${voice.full(at)}">${voice.clock(at)}</time> <span class="soft">(${voice.relative(at)})</span>`;

/** An estimate is never shown without its interval. */
export const etaText = (voice: Voice, { at, earliest, latest }: Eta): Markup =>
  html`<strong class="time-left">${voice.duration(at - voice.now)}</strong> <span class="soft">(${voice.clock(at)}; ${voice.words.between(
    voice.duration(earliest - voice.now),
    latest === null ? voice.words.never : voice.duration(latest - voice.now),
  )})</span>`;

const most = (voice: Voice, count: number): string => {
  const { margin } = voice.words;
  if (count >= beyond) return margin.beyond;
  return count === 1 ? margin.one : margin.some(String(count));
};

/** Rule 4 in words: unknown counted as failed … as working. */
export const marginText = (voice: Voice, { lower, upper }: Pick<Margin, 'lower' | 'upper'>): string => {
  const { margin } = voice.words;
  if (upper <= 0) return margin.broken;
  if (lower <= 0) return margin.maybeBroken(most(voice, upper));
  if (lower === upper) return most(voice, upper);
  return upper >= beyond ? margin.atLeast(lower) : margin.some(`${lower}–${upper}`);
};
export const marginNumber = (voice: Voice, count: number): string =>
  count >= beyond ? voice.words.margin.beyondShort : String(count);
export const isThin = ({ lower, upper, designed }: Margin): boolean => lower < designed || upper < designed;

/** A runbook may be an address or a name; only web addresses become links. */
export const runbookLink = (runbook: string): Markup =>
  /^https?:\/\//.test(runbook)
    ? html`<a href="${runbook}" rel="noreferrer">${runbook}</a>`
    : html`<code>${runbook}</code>`;
