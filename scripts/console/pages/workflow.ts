import { html } from 'hono/html';
import { levels } from '../../../infra/landscape/model.ts';
import type { Margin, WorkflowAtSite } from '../../../monitors/picture.ts';
import { graphOf } from '../charts/graph.ts';
import { isThin, linkTo, type Markup, marginNumber, marginText, moment, nothing, sign, stateMark } from '../marks.ts';
import { affectedBy, cardsOf, troublesOf } from '../troubles.ts';
import { nodeIn, titleOf, type View } from '../view.ts';
import { cardList } from './cards.ts';
import type { Page } from './page.ts';
import { becauseOf, headOf, needsList, section } from './parts.ts';

const siteList = (view: View, places: readonly WorkflowAtSite[]): Markup => {
  const { voice, picture } = view;
  const { workflow, node, card } = voice.words;
  return html`<ul class="plain votes">${places.map(({ site, workflow: id, state }) => {
    const since = picture.since[`${id}@${site}`];
    return html`<li>${linkTo(view, site)} ${stateMark(voice, state.state)}${since === undefined ? nothing : html` <span class="soft">${workflow.since.toLowerCase()} ${moment(voice, since)}</span>`}${state.degraded ? html` <span class="tag">${node.degraded}</span>` : nothing}${state.contradicted ? html` <span class="tag">${card.contradicted}</span>` : nothing}</li>`;
  })}</ul>`;
};

const shown = 6;
const setsOf = (view: View, { sets, total }: Margin): Markup => {
  const { margin, more } = view.voice.words;
  if (sets.length === 0) return nothing;
  const lines = sets.slice(0, shown).map((set) => {
    const names = view.voice.list(set.map((id) => titleOf(view, id)));
    return html`<li>${set.length > 1 ? margin.together(names) : names}</li>`;
  });
  return html`<p class="soft">${margin.breakers}:</p><ul>${lines}${total > shown ? html`<li class="soft">${more(total - shown)}</li>` : nothing}</ul>`;
};

const marginItem = (view: View, margin: Margin): Markup => {
  const { voice } = view;
  const words = voice.words.margin;
  const broken = margin.upper === 0;
  const thin = isThin(margin) && !broken;
  const designed = `${words.designed.toLowerCase()}: ${marginNumber(voice, margin.designed)}${thin ? `; ${words.thin}` : ''}`;
  return html`<li class="margin"><h3>${voice.words.levels[margin.level]}</h3>
    <p>${broken ? sign('bad') : thin ? sign('warn') : nothing} <strong>${marginText(voice, margin)}</strong> <span class="soft">(${designed})</span></p>
    ${margin.contradicted ? html`<p class="note">${voice.words.card.contradicted}</p>` : nothing}${setsOf(view, margin)}</li>`;
};

/** Sites whose margins are alike are told once. */
const margins = (view: View, places: readonly WorkflowAtSite[]): Markup => {
  const { voice } = view;
  const groups = Map.groupBy(places, ({ margins: all }) => JSON.stringify(all));
  return html`${[...groups.values()].map((same) => {
    const all = same[0]?.margins;
    if (all === undefined) return nothing;
    const sites = voice.list(same.map(({ site }) => titleOf(view, site)));
    const told = levels.filter((level) => Object.values(view.landscape.nodes).some(({ kind }) => kind === level));
    return html`${groups.size > 1 ? html`<p class="soft">${sites}</p>` : nothing}<ul class="plain margins">${told.map((level) => marginItem(view, all[level]))}</ul>`;
  })}<p class="how">${voice.words.margin.how}</p>`;
};

export const workflowPage: Page = async (view, { id }) => {
  const { voice, landscape, picture } = view;
  const node = nodeIn(view, id);
  if (node?.kind !== 'workflow') return null;
  const { workflow, criticalities } = voice.words;
  const places = picture.workflows.filter((place) => place.workflow === id);
  const own = troublesOf(landscape, picture).filter(({ about }) =>
    affectedBy(about).some((hit) => hit.workflow === id),
  );
  const fallback =
    node.fallback === null
      ? html`<p class="soft">${workflow.noFallback}</p>`
      : html`<p>${voice.text(node.fallback.title)} <span class="soft">· ${voice.words.card.fallbackBears(voice.duration(node.fallback.bearsMs))}</span></p>`;
  const critical = node.criticality === null ? nothing : html`<p class="soft">${criticalities[node.criticality]}</p>`;
  const main = html`${headOf(view, id, critical)}
  ${own.length === 0 ? nothing : section('troubles', workflow.troubles, cardList(view, cardsOf(landscape, own)))}
  ${section('sites', workflow.sites, html`${siteList(view, places)}${becauseOf(view, id)}`)}
  ${section('margins', workflow.margins, margins(view, places))}
  ${section('fallback', workflow.fallback, fallback)}
  ${section('graph', workflow.graph, graphOf(view, id))}
  ${section('needs', workflow.needs, needsList(view, node))}`;
  return { title: titleOf(view, id), main };
};
