import { html } from 'hono/html';
import { linkTo, type Markup, nothing, stateMark } from '../marks.ts';
import { cardsOf, troublesOf } from '../troubles.ts';
import { nodeIn, titleOf, type View } from '../view.ts';
import { cardList } from './cards.ts';
import type { Page } from './page.ts';
import {
  becauseOf,
  carriedBy,
  checkList,
  daysSection,
  headOf,
  linkList,
  neededBy,
  needsList,
  section,
} from './parts.ts';
import { solutionPage } from './solution.ts';
import { workflowPage } from './workflow.ts';

const evidence = (view: View, id: string): Markup => {
  const { voice, picture } = view;
  const state = picture.nodes[id];
  const { node } = voice.words;
  if (state === undefined) return nothing;
  return html`<dl class="facts"><div><dt>${node.observed}</dt><dd>${state.observed === null ? html`<span class="soft">${node.noChecks}</span>` : stateMark(voice, state.observed)}</dd></div>
    <div><dt>${node.inferred}</dt><dd>${stateMark(voice, state.inferred)}</dd></div></dl>
    ${state.contradicted ? html`<p class="note">${voice.words.card.contradicted}</p>` : nothing}
    ${state.degraded ? html`<p class="note">${node.degraded}</p>` : nothing}`;
};

/** A component or a fault domain; what has a page of its own is shown by that. */
export const nodePage: Page = async (view, asked) => {
  const { voice, landscape, picture } = view;
  const node = nodeIn(view, asked.id);
  if (node === undefined) return null;
  if (node.kind === 'workflow') return workflowPage(view, asked);
  if (node.kind === 'solution') return solutionPage(view, asked);
  const words = voice.words.node;
  const own = troublesOf(landscape, picture).filter(
    ({ about }) => about.causes.includes(node.id) || ('node' in about && about.node === node.id),
  );
  const carried = carriedBy(view, node.id);
  const neutral = node.kind !== 'component' && node.checks.length === 0;
  const stands = node.standsOn === null ? nothing : html`<p>${words.standsOn} ${linkTo(view, node.standsOn)}</p>`;
  const main = html`${headOf(view, node.id, html`${stands}${neutral ? html`<p class="soft">${words.neutral}</p>` : nothing}`)}
  ${becauseOf(view, node.id)}
  ${own.length === 0 ? nothing : section('troubles', voice.words.workflow.troubles, cardList(view, cardsOf(landscape, own)))}
  ${section('checks', voice.words.solution.checks, html`${evidence(view, node.id)}${checkList(view, node.checks)}`)}
  ${section('carries', words.carries, carried.length === 0 ? html`<p class="soft">${words.carriesNone}</p>` : linkList(view, carried))}
  ${node.checks.length === 0 ? nothing : await daysSection(view, node.id)}
  ${section('needs', words.needs, needsList(view, node))}
  ${section('needed', words.neededBy, linkList(view, neededBy(view, node.id)))}`;
  return { title: titleOf(view, node.id), main };
};
