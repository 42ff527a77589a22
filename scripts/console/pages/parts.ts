import { html, raw } from 'hono/html';
import type { CheckId, Expression, Node, NodeId, Signal } from '../../../infra/landscape/model.ts';
import { streamOf } from '../../../infra/landscape/model.ts';
import type { Eta } from '../../../monitors/picture.ts';
import { lineChart } from '../charts/line.ts';
import { dayStrip } from '../charts/strip.ts';
import { lookMark, worstOf } from '../looks.ts';
import { join, linkTo, type Markup, nothing, stateMark } from '../marks.ts';
import type { NumberSeen } from '../source.ts';
import { pathToCheck, titleOf, type View } from '../view.ts';

export const spans = { '1h': 3_600_000, '24h': 86_400_000, '30d': 30 * 86_400_000 } as const;
export type Span = keyof typeof spans;
export const spanOf = (query: URLSearchParams): Span => {
  const asked = query.get('span') ?? '';
  // The keys are the closed list; Object.hasOwn has just said that it is one of them.
  return Object.hasOwn(spans, asked) ? (asked as Span) : '1h';
};

export const section = (id: string, title: string, body: Markup): Markup =>
  html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;

export const spanLinks = ({ voice }: View, current: Span): Markup => {
  const { chart } = voice.words;
  return html`<nav class="spans" aria-label="${chart.span}">${(Object.keys(spans) as Span[]).map(
    (span) =>
      html`<a href="?span=${span}"${raw(span === current ? ' aria-current="true"' : '')}>${chart.spans[span]}</a>`,
  )}</nav>`;
};

/** Since when it has been as it is said to be; null where sites differ, or nobody has counted. */
const sinceOf = ({ picture, landscape, sights }: View, id: NodeId): number | null => {
  if (landscape.nodes[id]?.kind !== 'workflow')
    return sights.of(id).size > 0 && picture.nodes[id]?.state === 'good' ? null : (picture.since[id] ?? null);
  const places = picture.workflows.filter(({ workflow }) => workflow === id);
  const worst = worstOf(places.map(({ state }) => state.state));
  const times = places
    .filter(({ state }) => state.state === worst)
    .flatMap(({ site }) => picture.since[`${id}@${site}`] ?? []);
  if (times.length === 0) return null;
  // Bad since the first site was; good since the last one is.
  return worst === 'good' ? Math.max(...times) : Math.min(...times);
};

/** The state of the thing, said large, with since when. */
export const headOf = (view: View, id: NodeId, more: Markup = nothing): Markup => {
  const { voice } = view;
  const kind = view.landscape.nodes[id]?.kind ?? 'component';
  const since = sinceOf(view, id);
  return html`<section class="head"><p class="kind">${voice.words.kinds[kind]}</p><h1>${titleOf(view, id)}</h1>
    <p class="head-state fresh-only">${lookMark(view, id)}${since === null ? nothing : html` <span class="soft">${voice.words.card.since.toLowerCase()} <time datetime="${new Date(since).toISOString()}" title="${voice.full(since)}">${voice.clock(since)}</time> (${voice.relative(since)})</span>`}</p>
    <p class="head-state stale-only">${stateMark(voice, 'unknown')}</p>${more}</section>`;
};

/** Why it is not good: the nodes and checks behind it, each with its own state; of a workflow, at any of its sites. */
export const becauseOf = (view: View, id: NodeId): Markup => {
  const places = view.picture.workflows.filter(({ workflow }) => workflow === id).map(({ state }) => state);
  const states = places.length > 0 ? places : [view.picture.nodes[id] ?? []].flat();
  const because = [...new Set(states.flatMap((state) => state.because))];
  if (because.length === 0) return nothing;
  return html`<p class="because">${view.voice.words.node.because}:</p><ul class="plain">${because.map((of) => html`<li>${linkTo(view, of)} ${lookMark(view, of)}</li>`)}</ul>`;
};

const expression = (view: View, on: Expression): Markup => {
  if ('node' in on) return html`${linkTo(view, on.node)} ${lookMark(view, on.node)}`;
  const { workflow } = view.voice.words;
  return html`${workflow.enough(on.atLeast, on.of.length)}:<ul>${on.of.map((choice) => html`<li>${expression(view, choice)}</li>`)}</ul>`;
};

export const needsList = (view: View, node: Node): Markup => {
  const { workflow, none } = view.voice.words;
  if (node.needs.length === 0) return html`<p class="soft">${none}</p>`;
  return html`<ul class="needs">${node.needs.map(({ effect, on }) => html`<li>${expression(view, on)}${effect === 'breaks' ? nothing : html` <span class="tag">${workflow.stated[effect]}</span>`}</li>`)}</ul>`;
};

const namesIn = (on: Expression): readonly NodeId[] => ('node' in on ? [on.node] : on.of.flatMap(namesIn));

/** Nodes that need it or stand on it directly. */
export const neededBy = ({ landscape }: View, id: NodeId): readonly NodeId[] =>
  Object.values(landscape.nodes)
    .filter(({ standsOn, needs }) => standsOn === id || needs.some(({ on }) => namesIn(on).includes(id)))
    .map((node) => node.id);

/** Everything above it, up to the workflows. */
export const carriedBy = (view: View, id: NodeId): readonly NodeId[] => {
  const met = new Set<NodeId>([id]);
  for (const at of met) for (const above of neededBy(view, at)) met.add(above);
  return [...met].filter((node) => node !== id && view.landscape.nodes[node]?.kind === 'workflow');
};

export const linkList = (view: View, ids: readonly NodeId[]): Markup =>
  ids.length === 0
    ? html`<p class="soft">${view.voice.words.none}</p>`
    : html`<ul class="plain">${ids.map((id) => html`<li>${linkTo(view, id)} ${lookMark(view, id)}</li>`)}</ul>`;

export const checkList = (view: View, ids: readonly CheckId[]): Markup => {
  const { voice, landscape, picture } = view;
  if (ids.length === 0) return html`<p class="soft">${voice.words.node.noChecks}</p>`;
  return html`<ul class="plain">${ids.map((id) => {
    const check = landscape.checks[id];
    const verdict = picture.verdicts[id];
    const reasons = (verdict?.votes ?? []).flatMap(({ reason }) =>
      reason === null ? [] : [voice.words.reasons[reason]],
    );
    const state =
      check?.judges === false ? html`<span class="soft">${voice.words.check.notJudging}</span>` : lookMark(view, id);
    return html`<li><a href="${pathToCheck(view, id)}">${check?.name ?? id}</a> <span class="soft">${check?.kind ?? ''}</span> ${state}${
      reasons.length === 0
        ? nothing
        : html` <span class="soft">${join(
            [...new Set(reasons)].map((reason) => html`${reason}`),
            ', ',
          )}</span>`
    }</li>`;
  })}</ul>`;
};

export const daysSection = async (view: View, id: NodeId): Promise<Markup> => {
  const { voice, source } = view;
  const planes = await source.nodeDays(id, 30);
  const { days } = voice.words.solution;
  return section('days', days, dayStrip(voice, { id: 'strip', title: `${days}: ${titleOf(view, id)}`, planes }));
};

export type Wanted = {
  readonly check: CheckId;
  readonly vantages: readonly string[];
  readonly name: string;
  readonly title: string;
  readonly unit: Signal['unit'];
  readonly limit: Signal['limit'];
  readonly eta: Eta | null;
};

const seenBy = async ({ source, voice }: View, wanted: Pick<Wanted, 'check' | 'vantages' | 'name'>, span: Span) => {
  const range = { from: voice.now - spans[span], to: voice.now };
  const all = wanted.vantages.map((vantage) =>
    source.numbers({ stream: streamOf(wanted.check, vantage), name: wanted.name, ...range }),
  );
  return { ...range, numbers: (await Promise.all(all)).flat() };
};

export const newestOf = (numbers: readonly NumberSeen[]): NumberSeen | null =>
  numbers.reduce<NumberSeen | null>((newest, seen) => (newest === null || seen.at > newest.at ? seen : newest), null);

/** A number over time with its limit: a fixed one, or the newest value of the signal that is the limit. */
export const signalChart = async (view: View, wanted: Wanted, span: Span): Promise<Markup> => {
  const { limit } = wanted;
  const seen = await seenBy(view, wanted, span);
  const bound =
    limit === null || typeof limit === 'number'
      ? limit
      : (newestOf((await seenBy(view, { ...wanted, name: limit.signal }, span)).numbers)?.value ?? null);
  const id = `c-${wanted.check}-${wanted.name}`.replaceAll(/[^a-zA-Z0-9-]/g, '-');
  const chart = {
    ...seen,
    id,
    title: wanted.title,
    span: view.voice.words.chart.spans[span],
    unit: wanted.unit,
    limit: bound,
    eta: wanted.eta,
  };
  return lineChart(view.voice, chart);
};
