import { html } from 'hono/html';
import type { Language } from '../../../infra/landscape/model.ts';
import type { StoredEvent } from '../../../monitors/history/history.ts';
import type { Alert } from '../../../monitors/picture.ts';
import { linkTo, type Markup, moment, nothing, sign } from '../marks.ts';
import { cardsOf, pendingIn, type Trouble, troublesOf } from '../troubles.ts';
import type { View } from '../view.ts';
import { cardList, saidOf } from './cards.ts';
import type { Page } from './page.ts';
import { section } from './parts.ts';

const overItem = (view: View, alert: Alert): Markup => {
  const { voice } = view;
  const { words } = voice;
  const span = alert.resolvedAt === null ? '' : voice.duration(alert.resolvedAt - alert.since);
  return html`<li>${sign('good')} <span>${saidOf(view, alert, [alert.node])}${alert.site === null ? nothing : html` · ${linkTo(view, alert.site)}`} <span class="soft">· ${words.warningsPage.resolvedAt} ${moment(voice, alert.resolvedAt)}${span === '' ? '' : ` · ${span}`}</span></span></li>`;
};

/** What an event says in the reader's language, where it carries both. */
const said = (data: unknown, language: Language): string | null => {
  if (typeof data !== 'object' || data === null || !('said' in data)) return null;
  const { said: both } = data;
  if (typeof both !== 'object' || both === null) return null;
  const text: unknown = Reflect.get(both, language);
  return typeof text === 'string' ? text : null;
};

const log = (view: View, events: readonly StoredEvent[]): Markup => {
  const { voice } = view;
  const words = voice.words.warningsPage;
  if (events.length === 0) return html`<p class="soft">${words.noEvents}</p>`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${words.events}"><table><thead><tr><th scope="col">${words.when}</th><th scope="col">${words.what}</th><th scope="col">${words.who}</th><th scope="col">${words.why}</th></tr></thead><tbody>${events.map(
    ({ at, kind, who, why, data }) =>
      html`<tr><th scope="row">${moment(voice, at)}</th><td>${words.kinds[kind] ?? html`<code>${kind}</code>`}</td><td>${who}</td><td>${said(data, voice.language) ?? why}</td></tr>`,
  )}</tbody></table></div>`;
};

export const warningsPage: Page = async (view) => {
  const { voice, landscape, picture, source } = view;
  const words = voice.words.warningsPage;
  const cards = (wanted: readonly Trouble[]) =>
    wanted.length === 0 ? html`<p class="soft">${words.nothing}</p>` : cardList(view, cardsOf(landscape, wanted));
  const over = picture.alerts
    .filter(({ phase }) => phase === 'resolved')
    .sort((one, other) => (other.resolvedAt ?? 0) - (one.resolvedAt ?? 0));
  const main = html`<section class="head"><h1>${words.title}</h1><p class="head-state stale-only">${sign('unknown')} ${voice.words.lead.stale}</p></section>
  ${section('firing', words.firing, cards(troublesOf(landscape, picture)))}
  ${section('pending', words.pending, cards(pendingIn(picture)))}
  ${section('resolved', words.resolved, over.length === 0 ? html`<p class="soft">${words.nothing}</p>` : html`<ul class="plain over">${over.map((alert) => overItem(view, alert))}</ul>`)}
  ${section('log', words.events, log(view, await source.events(50)))}`;
  return { title: words.title, main };
};
