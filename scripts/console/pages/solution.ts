import { html } from 'hono/html';
import { minuteMs } from '../../../monitors/history/slicer.ts';
import type { SliState } from '../../../monitors/picture.ts';
import { etaText, type Markup, moment, nothing, sign } from '../marks.ts';
import { affectedBy, cardsOf, troublesOf } from '../troubles.ts';
import { nodeIn, titleOf, type View } from '../view.ts';
import type { Voice } from '../voice.ts';
import { cardList } from './cards.ts';
import type { Page } from './page.ts';
import {
  becauseOf,
  carriedBy,
  checkList,
  daysSection,
  headOf,
  linkList,
  needsList,
  section,
  signalChart,
  spanLinks,
  spanOf,
} from './parts.ts';

const verdictTone = { kept: 'good', broken: 'bad', undecided: 'unknown' } as const;

/** What is left of a budget, in time or in requests. */
const left = (voice: Voice, { counted }: SliState, amount: number): string => {
  const { solution } = voice.words;
  const said = (value: number): string =>
    counted === 'requests' ? solution.left(voice.number(Math.floor(value))) : voice.duration(value * minuteMs);
  return amount < 0 ? `−${said(-amount)} (${solution.overspent})` : said(amount);
};

/** What is surely left, and what is left if everything unseen was good: two ends of one bar. */
const budgetBar = (voice: Voice, { allowed, leftLower, leftUpper }: SliState['budget']): Markup => {
  const share = (value: number) => (allowed <= 0 ? 0 : Math.min(1, Math.max(0, value / allowed)));
  const [sure, perhaps] = [share(leftLower) * 200, share(leftUpper) * 200];
  const said = voice.words.solution.budgetBar(voice.percent(share(leftLower), 0), voice.percent(share(leftUpper), 0));
  return html`<svg class="budget" viewBox="0 0 200 10" preserveAspectRatio="none" role="img" aria-label="${said}"><rect class="c-none" width="200" height="10" rx="2" /><rect class="c-unknown" width="${perhaps}" height="10" rx="2" /><rect class="c-good" width="${sure}" height="10" rx="2" /></svg>`;
};

/** What was taken out, by whom and why; and the SLI as if nothing had been. */
const excludedRows = (voice: Voice, { excluded, exclusions, raw }: SliState): Markup => {
  const { solution } = voice.words;
  if (excluded === 0) return nothing;
  const each = exclusions.map(
    ({ minutes, why, who }) =>
      html`<li>${solution.exclusion(voice.duration(minutes * minuteMs), voice.text(why), who)}</li>`,
  );
  return html`${raw === null ? nothing : html`<div><dt>${solution.raw}</dt><dd>${voice.percent(raw)}</dd></div>`}
      <div><dt>${solution.exclusions}</dt><dd>${each.length === 0 ? voice.duration(excluded * minuteMs) : html`<ul>${each}</ul>`}</dd></div>`;
};

/** How the figures were made: enough to make them again. */
const howRows = (voice: Voice, state: SliState): Markup => {
  const { solution } = voice.words;
  const { method, counted, from, asOf, closes, good, bad, unknown, excluded, simulated } = state;
  const unit = solution.units[counted];
  const [start, end] = [voice.full(from), voice.full(asOf)];
  const minutes = solution.minutes(
    voice.number(good, 2),
    voice.number(bad, 2),
    voice.number(unknown, 2),
    unit,
    voice.number(excluded),
  );
  return html`<p>${solution.methodName(method.name, method.version, unit)} ${solution.method}</p><p>${minutes} ${simulated === 0 ? '' : solution.simulatedMinutes(voice.number(simulated))}</p><p>${solution.span(start, end)} ${closes === null ? '' : solution.closes(voice.full(closes))}</p><p class="soft">${solution.asOf} ${moment(voice, asOf)}</p>`;
};

const burnTable = (voice: Voice, { burn }: SliState): Markup => {
  const { solution } = voice.words;
  if (Object.values(burn).every((rate) => rate === null)) return nothing;
  return html`<table class="narrow"><caption>${solution.burn}</caption><thead><tr><th scope="col">${solution.window}</th><th scope="col">${solution.rate}</th></tr></thead><tbody>${Object.entries(
    burn,
  ).map(
    ([window, rate]) =>
      html`<tr><th scope="row">${voice.window(window)}</th><td>${rate === null ? voice.words.states.unknown : voice.number(rate, 2)}</td></tr>`,
  )}</tbody></table><p class="soft">${solution.burnHow}</p>`;
};

const promiseCard = (view: View, state: SliState): Markup => {
  const { voice, landscape } = view;
  const { words } = voice;
  const { solution } = words;
  const promised = landscape.nodes[state.node]?.promises.find(({ id }) => id === state.promise);
  const during = promised?.during ?? null;
  const hours = during === null ? '' : `, ${solution.during} ${during.from}–${during.to} (${during.zone})`;
  const { budget, sli, lower, upper } = state;
  const [all, low, high] = [budget.allowed, budget.leftLower, budget.leftUpper].map((one) => left(voice, state, one));
  const calendar: Readonly<Record<string, string>> = solution.calendar;
  const window = calendar[state.window] ?? voice.window(state.window);
  const tone = verdictTone[state.verdict];
  return html`<article class="card promise">
    <h3>${sign(tone)}<span>${solution.objective(voice.percent(state.objective / 100), solution.counted[state.indicator], window)}${hours}: <span class="state t-${tone}">${words.verdicts[state.verdict]}</span></span></h3>
    <p class="soft">${words.verdictMeanings[state.verdict]}</p>
    ${state.firing === null ? nothing : html`<p class="note">${sign('warn')} ${solution.firing}</p>`}
    <dl>
      <div><dt>${solution.sli}</dt><dd>${sli === null ? solution.nothing : html`<strong class="figure">${voice.percent(sli)}</strong>`} ${lower === null || upper === null || voice.percent(lower) === voice.percent(upper) ? nothing : html`<span class="soft">${solution.bounds(voice.percent(lower), voice.percent(upper))}</span>`}</dd></div>
      ${excludedRows(voice, state)}
      ${budget.allowed <= 0 ? nothing : html`<div><dt>${solution.budget}</dt><dd>${low === high ? solution.budgetLeft(low ?? '', all ?? '') : solution.budgetRange(low ?? '', high ?? '', all ?? '')}${budgetBar(voice, budget)}</dd></div>`}
      ${state.exhausts === null ? nothing : html`<div><dt>${solution.exhausts}</dt><dd>${etaText(voice, state.exhausts)}</dd></div>`}
    </dl>
    ${burnTable(voice, state)}
    <details id="how-${state.promise.replaceAll(/[^a-zA-Z0-9-]/g, '-')}"><summary>${solution.how}</summary>${howRows(voice, state)}</details>
    ${state.simulated === 0 ? nothing : html`<p class="soft simulated">${words.banner.partlySimulated}</p>`}
  </article>`;
};

const facts = (view: View, id: string): Markup => {
  const { voice, landscape } = view;
  const node = nodeIn(view, id);
  const { solution, criticalities } = voice.words;
  if (node === undefined) return nothing;
  const team = node.owner === null ? undefined : landscape.teams[node.owner];
  const parts = [
    ...(team === undefined ? [] : [`${solution.owner}: ${voice.text(team.title)}`]),
    ...(node.criticality === null ? [] : [criticalities[node.criticality]]),
    ...(node.data === null ? [] : [solution.dataClasses[node.data]]),
  ];
  return html`<p class="soft">${parts.join(' · ')}</p>`;
};

export const solutionPage: Page = async (view, { id, query }) => {
  const { voice, landscape, picture } = view;
  const node = nodeIn(view, id);
  if (node?.kind !== 'solution') return null;
  const { solution } = voice.words;
  const span = spanOf(query);
  const carried = carriedBy(view, id);
  const own = troublesOf(landscape, picture).filter(
    ({ about }) =>
      about.causes.includes(id) ||
      ('node' in about && about.node === id) ||
      ('path' in about && about.path.includes(id)),
  );
  const promises = picture.promises.filter((promise) => promise.node === id);
  const latencies = node.checks.flatMap((name) => {
    const check = landscape.checks[name];
    if (check?.judges !== true) return [];
    return [{ check: check.id, vantages: check.vantages, title: check.name, limit: check.timeoutMs / 1000 }];
  });
  const charts = await Promise.all(
    latencies.map((latency) => signalChart(view, { ...latency, name: 'duration', unit: 'seconds', eta: null }, span)),
  );
  const hit = own.filter(({ about }) => affectedBy(about).length > 0 || 'rule' in about);
  const main = html`${headOf(view, id, facts(view, id))}
  ${becauseOf(view, id)}
  ${hit.length === 0 ? nothing : section('troubles', voice.words.workflow.troubles, cardList(view, cardsOf(landscape, hit)))}
  ${section('promises', solution.promises, promises.length === 0 ? html`<p class="soft">${solution.noPromises}</p>` : html`<div class="cards">${promises.map((promise) => promiseCard(view, promise))}</div>`)}
  ${await daysSection(view, id)}
  ${charts.length === 0 ? nothing : section('latency', solution.latency, html`${spanLinks(view, span)}<div class="charts">${charts}</div>`)}
  ${section('checks', solution.checks, checkList(view, node.checks))}
  ${section('needs', voice.words.node.needs, needsList(view, node))}
  ${section('used', solution.usedBy, linkList(view, carried))}`;
  return { title: titleOf(view, id), main };
};
