import { html, raw } from 'hono/html';
import type { Language } from '../../infra/landscape/model.ts';
import { type Markup, sign, sprite, type Tone } from './marks.ts';
import { staleAfterMs } from './source.ts';
import type { Voice } from './voice.ts';

export type Shell = {
  readonly voice: Voice;
  readonly title: string;
  /** The page's own path and query below the language, for the way to the other one. */
  readonly path: string;
  readonly main: Markup;
  /** Ms since the picture was judged; null when the page shows no picture. */
  readonly age: number | null;
  readonly stale: boolean;
};

const navigation = (voice: Voice, path: string): Markup => {
  const { nav } = voice.words;
  const items = [
    { to: '', name: nav.overview },
    { to: 'warnings', name: nav.warnings },
    { to: 'vantages', name: nav.vantages },
  ];
  const here = path.split('?')[0] ?? '';
  return html`<nav aria-label="${nav.name}">${items.map(
    ({ to, name }) =>
      html`<a href="/${voice.language}/${to}"${raw(to === here ? ' aria-current="page"' : '')}>${name}</a>`,
  )}</nav>`;
};

const other: Readonly<Record<Language, Language>> = { da: 'en', en: 'da' };

const header = (voice: Voice, path: string): Markup => html`<header class="top">
  <a class="brand" href="/${voice.language}/">${voice.words.product} <span class="soft">${voice.words.productMeans}</span></a>
  ${navigation(voice, path)}
  <a class="tongue" href="/${other[voice.language]}/${path}" lang="${other[voice.language]}" hreflang="${other[voice.language]}">${voice.words.otherLanguage}</a>
</header>`;

/** In the page from the start, so that the script needs only to show it when no new picture comes. */
const staleBanner = ({ voice, age, stale }: Shell): Markup => {
  const { banner } = voice.words;
  const text = (span: string) => banner.stale.replace('{age}', span);
  return html`<div id="stale" class="banner banner-stale" role="alert" data-title="${voice.words.lead.stale}" data-template="${banner.stale}" data-minute="${voice.words.units.minute}" data-second="${voice.words.units.second}"${raw(stale ? '' : ' hidden')}>${sign('unknown')}<p>${stale ? text(voice.duration(age ?? 0)) : ''}</p></div>`;
};

/** The whole document. Without the script it fetches itself anew; with it, `main` is swapped. */
export const documentOf = (shell: Shell): Markup => {
  const { voice, title, age, stale, main } = shell;
  const live = age === null ? '' : ` data-age="${Math.round(age)}" data-stale-after="${staleAfterMs}"`;
  return html`<!doctype html>
<html lang="${voice.language}"${raw(stale ? ' data-stale' : '')}>
<head>
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <meta name="color-scheme" content="light dark" />
  <title>${title} · ${voice.words.product}</title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
  <link rel="stylesheet" href="/assets/console.css" />
  <noscript><meta http-equiv="refresh" content="10" /></noscript>
  <script type="module" src="/assets/live.js"></script>
</head>
<body>
  <a class="skip" href="#main">${voice.words.skip}</a>
  ${sprite()}
  ${header(voice, shell.path)}
  ${staleBanner(shell)}
  <main id="main" tabindex="-1"${raw(live)}>${main}</main>
  <p id="said" class="unseen" role="status"></p>
  <footer class="bottom"><p>${voice.words.footer.zone(voice.zone)} <a href="/api/picture">${voice.words.footer.picture}</a> · <a href="/metrics">${voice.words.footer.metrics}</a></p></footer>
</body>
</html>`;
};

/** A page that says one thing: waiting, not found, failed. */
export const plainMain = (words: { readonly tone: Tone; readonly sentence: string; readonly more: string }): Markup =>
  html`<section class="lead t-${words.tone}">${sign(words.tone, 'big')}<div><h1>${words.sentence}</h1><p>${words.more}</p></div></section>`;
