import { html } from 'hono/html';
import { linkTo, moment, sign } from '../marks.ts';
import type { Page } from './page.ts';

export const vantagesPage: Page = async (view) => {
  const { voice, landscape, picture } = view;
  const { vantagesPage: words, vantageStates, lead } = voice.words;
  const checks = Object.values(landscape.checks);
  const rows = picture.vantages.map(({ vantage, state, anchorAt, watermarkAt }) => {
    const tone = state === 'connected' ? 'good' : 'unknown';
    const own = checks.filter(({ vantages }) => vantages.includes(vantage)).length;
    return html`<tr><th scope="row">${linkTo(view, vantage)}</th><td><span class="state t-${tone}">${sign(tone)}<span>${vantageStates[state]}</span></span></td><td>${moment(voice, anchorAt)}</td><td>${moment(voice, watermarkAt)}</td><td>${own}</td></tr>`;
  });
  const main = html`<section class="head"><h1>${words.title}</h1><p>${words.intro}</p><p class="head-state stale-only">${sign('unknown')} ${lead.stale}</p></section>
  <div class="scroll" tabindex="0" role="group" aria-label="${words.title}"><table><thead><tr><th scope="col">${voice.words.check.vantage}</th><th scope="col">${voice.words.node.state}</th><th scope="col">${words.anchor}</th><th scope="col">${words.watermark}</th><th scope="col">${words.checks}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return { title: words.title, main };
};
