import { html } from 'hono/html';
import { criticalities, type NodeId } from '../../../infra/landscape/model.ts';
import type { State, WorkflowAtSite } from '../../../monitors/picture.ts';
import { type Lead, leadOf } from '../lead.ts';
import { badness, worstOf } from '../looks.ts';
import { isThin, linkTo, type Markup, marginText, moment, nothing, sign, stateMark } from '../marks.ts';
import { affectedBy, cardsOf, isHit, isImpact, type Trouble, troublesOf } from '../troubles.ts';
import { titleOf, type View } from '../view.ts';
import { cardList } from './cards.ts';
import type { Page } from './page.ts';

const worstState = (places: readonly WorkflowAtSite[]) => worstOf(places.map(({ state }) => state.state));

/** The thinnest margin of a workflow over its sites, at the level of components. */
const thinnest = (places: readonly WorkflowAtSite[]) =>
  places
    .map(({ margins }) => margins.component)
    .sort((one, other) => one.upper - other.upper || one.lower - other.lower)[0];

type Row = {
  readonly workflow: NodeId;
  readonly places: readonly WorkflowAtSite[];
  readonly state: State;
  readonly troubles: readonly Trouble[];
};

export const workflowRows = ({ landscape, picture }: View, troubles: readonly Trouble[]): readonly Row[] => {
  const judged = Map.groupBy(picture.workflows, ({ workflow }) => workflow);
  const declared = Object.values(landscape.nodes).filter(({ kind }) => kind === 'workflow');
  const rows = declared.map(({ id }): Row => {
    const places = judged.get(id) ?? [];
    const own = troubles.filter(({ about }) => affectedBy(about).some(({ workflow }) => workflow === id));
    return { workflow: id, places, state: worstState(places), troubles: own };
  });
  const weight = ({ workflow }: Row) => criticalities.indexOf(landscape.nodes[workflow]?.criticality ?? 'supporting');
  return rows.sort(
    (one, other) =>
      badness[one.state] - badness[other.state] ||
      Math.sign(other.troubles.length) - Math.sign(one.troubles.length) ||
      (thinnest(one.places)?.upper ?? 0) - (thinnest(other.places)?.upper ?? 0) ||
      weight(one) - weight(other),
  );
};

/** One chip when all sites agree; else a chip for each, worst first. */
export const siteChips = (view: View, places: readonly WorkflowAtSite[]): Markup => {
  const { voice } = view;
  const state = worstState(places);
  if (places.length > 1 && places.every((place) => place.state.state === state))
    return html`<ul class="chips"><li class="chip t-${state}">${sign(state)}<span>${voice.words.states[state]} ${voice.words.workflows.all(places.length)}</span></li></ul>`;
  const sorted = [...places].sort((one, other) => badness[one.state.state] - badness[other.state.state]);
  return html`<ul class="chips">${sorted.map(
    ({ site, state: { state: at } }) =>
      html`<li class="chip t-${at}">${sign(at)}<span>${titleOf(view, site)}<span class="unseen">: ${voice.words.states[at]}</span></span></li>`,
  )}</ul>`;
};

const etaOf = (view: View, troubles: readonly Trouble[]): Markup => {
  const etas = troubles.flatMap(({ about }) => (isImpact(about) || about.eta === null ? [] : [about.eta.at]));
  if (etas.length === 0) return nothing;
  return html` · <strong>${view.voice.words.card.left.toLowerCase()}: ${view.voice.duration(Math.min(...etas) - view.voice.now)}</strong>`;
};

const workflowItem = (view: View, { workflow, places, state, troubles }: Row): Markup => {
  const { voice } = view;
  const margin = thinnest(places);
  const warned = state === 'good' && troubles.length > 0;
  const thin = margin !== undefined && isThin(margin);
  return html`<li class="workflow">
    ${sign(warned ? 'warn' : state, 'middle')}
    <div>
      <h3>${linkTo(view, workflow)} <span class="unseen">${voice.words.states[state]}</span></h3>
      ${siteChips(view, places)}
      <p class="soft">${margin === undefined || state === 'bad' ? nothing : html`<span class="${thin ? 'thin' : ''}">${marginText(voice, margin)}</span>`}${etaOf(view, troubles)}</p>
    </div>
  </li>`;
};

export const leadSection = (view: View, lead: Lead): Markup => {
  const { voice, picture, landscape } = view;
  const { words } = voice;
  const workflows = Object.values(landscape.nodes).filter(({ kind }) => kind === 'workflow').length;
  const counts = [words.workflowsCount(workflows), words.checksCount(Object.keys(landscape.checks).length)];
  return html`<section class="lead t-${lead.tone} fresh-only" data-tone="${words.lead.tones[lead.tone]}">
    ${sign(lead.tone, 'big')}
    <div><h1>${lead.sentence}</h1>${lead.beside.length === 0 ? nothing : html`<p>${lead.beside.join(' ')}</p>`}
    <p class="soft">${words.lead.judged} ${moment(voice, picture.at)} · ${counts.join(' · ')}</p></div>
  </section>
  <section class="lead t-unknown stale-only">${sign('unknown', 'big')}<div><h1>${words.lead.stale}</h1></div></section>`;
};

/** What is out of the ordinary about the picture itself: not recorded, simulated, told. */
export const remarks = (view: View): Markup => {
  const { voice, picture, source } = view;
  const { banner } = voice.words;
  const story = source.story();
  const { state, message } = picture.recording;
  return html`${state === 'recording' ? nothing : html`<div class="banner t-warn" role="status">${sign('warn')}<p>${banner.notRecording[state]}${message === '' ? nothing : html` <code lang="en">${message}</code>`}</p></div>`}
  ${picture.provenance === 'simulated' ? html`<div class="banner t-unknown">${sign('unknown')}<p>${banner.simulated}</p></div>` : nothing}
  ${story === null ? nothing : html`<p class="story"><strong>${banner.story} · ${voice.text(story.title)}.</strong> ${voice.text(story.tells)} <span class="soft">${banner.storyNext}: ${voice.text(story.next)}</span></p>`}`;
};

const vantageLine = (view: View): Markup => {
  const { voice, picture } = view;
  return html`<ul class="chips">${picture.vantages.map(({ vantage, state }) => {
    const tone = state === 'connected' ? 'good' : 'unknown';
    return html`<li class="chip t-${tone}">${sign(tone)}<span>${titleOf(view, vantage)}<span class="${tone === 'good' ? 'unseen' : ''}">: ${voice.words.vantageStates[state]}</span></span></li>`;
  })}</ul>`;
};

export const overview: Page = async (view) => {
  const { voice, landscape, picture } = view;
  const { words } = voice;
  const troubles = troublesOf(landscape, picture);
  const cards = cardsOf(landscape, troubles);
  const hit = cards.filter(isHit);
  const over = cards.filter((card) => card.impacts.length > 0 && !isHit(card));
  const warned = cards.filter(({ impacts }) => impacts.length === 0);
  const lead = leadOf(view, troubles);
  const main = html`${remarks(view)}
  ${leadSection(view, lead)}
  ${hit.length === 0 ? nothing : html`<section aria-labelledby="hit"><h2 id="hit">${words.card.impacts}</h2>${cardList(view, hit)}</section>`}
  ${warned.length === 0 ? nothing : html`<section aria-labelledby="warned"><h2 id="warned">${words.card.warnings}</h2>${cardList(view, warned)}</section>`}
  ${over.length === 0 ? nothing : html`<section aria-labelledby="over"><h2 id="over">${words.card.over}</h2>${cardList(view, over)}</section>`}
  <section aria-labelledby="workflows"><h2 id="workflows">${words.workflows.title} <span class="soft">${words.workflows.worstFirst}</span></h2>
    <ul class="plain workflows">${workflowRows(view, troubles).map((row) => workflowItem(view, row))}</ul>
    <p class="legend"><span class="soft">${words.workflows.legend}:</span> ${(['good', 'bad', 'unknown'] as const).map((state) => stateMark(voice, state))} <span class="state t-warn">${sign('warn')}<span>${words.lead.tones.warn}</span></span></p>
  </section>
  <section aria-labelledby="vantages"><h2 id="vantages"><a href="/${voice.language}/vantages">${words.nav.vantages}</a></h2>${vantageLine(view)}</section>`;
  return { title: lead.sentence, main };
};
