import { html } from 'hono/html';
import type { NodeId } from '../../../infra/landscape/model.ts';
import type { Alert, Impact, Margin, Warning } from '../../../monitors/picture.ts';
import {
  etaText,
  isThin,
  join,
  linkTo,
  type Markup,
  marginText,
  moment,
  nothing,
  runbookLink,
  sign,
} from '../marks.ts';
import { type Card, isHit, isImpact, type Trouble } from '../troubles.ts';
import { namesText, nodeIn, sitesText, titleOf, type View } from '../view.ts';

const row = (name: string, value: Markup): Markup => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** Workflows with their sites: one line when all share the same sites. */
export const affected = (view: View, { affects }: Pick<Card, 'affects'>): Markup => {
  const groups = Map.groupBy(affects, ({ sites }) => [...sites].sort().join(' '));
  return html`<ul class="plain">${[...groups.values()].map((same) => {
    const workflows = same.map(({ workflow }) => linkTo(view, workflow));
    const ids = same.map(({ workflow }) => workflow);
    const sites = sitesText(view, ids, same[0]?.sites ?? []);
    return html`<li>${join(workflows, ', ')} <span class="soft">· ${sites}</span></li>`;
  })}</ul>`;
};

const firstOf = <Value>(
  troubles: readonly Trouble[],
  pick: (about: Warning | Impact) => Value | null,
): Value | null => {
  for (const { about } of troubles) {
    const value = pick(about);
    if (value !== null) return value;
  }
  return null;
};

const action = (view: View, troubles: readonly Trouble[]): Markup => {
  const { voice } = view;
  const { card } = voice.words;
  const first = firstOf(troubles, ({ firstAction }) => firstAction);
  const runbook = firstOf(troubles, (about) => about.runbook);
  const runbookLine = runbook === null ? nothing : html`<p>${card.runbook}: ${runbookLink(runbook)}</p>`;
  if (first === null) return html`<div class="action action-none"><p>${card.noFirstAction}</p>${runbookLine}</div>`;
  return html`<div class="action"><h4>${card.firstAction}</h4><p>${voice.text(first)}</p>${runbookLine}</div>`;
};

const sinceOf = (view: View, { alert, about }: Trouble): number | null => {
  if (alert !== null) return alert.since;
  return isImpact(about) ? (view.picture.since[`${about.workflow}@${about.site}`] ?? null) : null;
};
const earliestSince = (view: View, troubles: readonly Trouble[]): number | null => {
  const times = troubles.map((trouble) => sinceOf(view, trouble)).filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times);
};

/** How long each fallback bears, told once for those that bear alike. */
const fallback = (view: View, impacts: readonly Trouble[], since: number | null): Markup => {
  const { voice } = view;
  const { card } = voice.words;
  const told = impacts.flatMap(({ about }) => (isImpact(about) && about.fallback !== null ? [about.fallback] : []));
  const left = (bearsMs: number): string => {
    if (since === null) return card.fallbackBears(voice.duration(bearsMs));
    const end = since + bearsMs;
    return end > voice.now
      ? card.fallbackUntil(voice.clock(end), voice.duration(end - voice.now))
      : card.fallbackOver(voice.clock(end));
  };
  const groups = Map.groupBy(told, ({ bearsMs }) => left(bearsMs));
  if (groups.size === 0) return nothing;
  const lines = [...groups].map(([time, same]) => {
    const titles = voice.list([...new Set(same.map(({ title }) => voice.text(title)))]);
    return html`<li>${titles}: <strong>${time}</strong></li>`;
  });
  return row(card.fallback, html`<ul class="plain">${lines}</ul>`);
};

const conditionNotes = (view: View, { about, alert, ending }: Trouble): Markup => {
  const { card } = view.voice.words;
  if (ending) return html`<p class="note">${card.ending}</p>`;
  if (about.condition === 'unknown' || alert?.frozen === true)
    return html`<p class="note">${sign('unknown')} ${card.frozen}</p>`;
  return nothing;
};

const pageTag = (view: View, alerts: readonly (Alert | null)[]): Markup =>
  alerts.some((alert) => alert?.severity === 'page' && alert.phase === 'firing')
    ? html` <span class="tag tag-page">${view.voice.words.card.page}</span>`
    : nothing;

const marginRow = (view: View, margin: Margin | null): Markup => {
  if (margin === null) return nothing;
  const { card, levels } = view.voice.words;
  const thin = isThin(margin) ? ` · ${card.designed(String(margin.designed))}` : '';
  return row(
    card.margin,
    html`${marginText(view.voice, margin)} <span class="soft">(${levels[margin.level]}${thin})</span>`,
  );
};

/** Warnings that say the same of several nodes or sites are told as one; where, is told by the card. */
const alike = (view: View, warnings: readonly Trouble[]): readonly (readonly Trouble[])[] => [
  ...Map.groupBy(warnings, ({ rule, about, alert, ending }) => {
    if (isImpact(about)) return about.id;
    const margin = about.margin === null ? '' : marginText(view.voice, about.margin);
    const life = [alert?.phase, alert?.severity, alert?.frozen, ending, about.condition];
    return JSON.stringify([rule, view.voice.text(about.evidence), margin, about.eta, ...life]);
  }).values(),
];

/** What a trouble is, in a sentence: not seeing is told by what does not see, or is not seen. */
export const saidOf = (
  view: View,
  { rule, about }: Pick<Trouble, 'rule' | 'about'>,
  nodes: readonly NodeId[],
): string => {
  const { rules, blindness } = view.voice.words;
  const [first] = nodes;
  const kind = first === undefined ? undefined : nodeIn(view, first)?.kind;
  const say =
    rule !== 'blind' || kind === 'workflow' ? rules[rule] : about.site === null ? blindness.numbers : blindness.vantage;
  return say(namesText(view, nodes), nodes.length > 1);
};

/** One warning inside a card: what, how long left, margin, evidence. */
const warningItem = (view: View, same: readonly Trouble[]): Markup => {
  const { voice } = view;
  const [first] = same;
  if (first === undefined || isImpact(first.about)) return nothing;
  const { about } = first;
  const { card } = voice.words;
  const nodes = [
    ...new Set(same.map((trouble) => (isImpact(trouble.about) ? trouble.about.workflow : trouble.about.node))),
  ];
  const site =
    same.length === 1 && about.site !== null && about.site !== about.node ? ` · ${titleOf(view, about.site)}` : '';
  const evidence = voice.text(about.evidence);
  const since = earliestSince(view, same);
  const tags = pageTag(
    view,
    same.map(({ alert }) => alert),
  );
  return html`<li class="warning">
    <h4>${sign('warn')}<span>${saidOf(view, first, nodes)}${site}${tags}</span></h4>
    ${conditionNotes(view, first)}
    <dl>
      ${about.eta === null ? nothing : row(card.left, etaText(voice, about.eta))}
      ${marginRow(view, about.margin)}
      ${since === null ? nothing : row(card.since, moment(voice, since))}
      ${evidence === '' ? nothing : row(card.evidence, html`${evidence}`)}
    </dl>
  </li>`;
};
const warningItems = (view: View, warnings: readonly Trouble[]): Markup =>
  html`<ul class="plain">${alike(view, warnings).map((same) => warningItem(view, same))}</ul>`;

const causeRow = (view: View, { causes }: Card): Markup =>
  row(
    view.voice.words.card.cause,
    causes.length === 0
      ? html`${view.voice.words.card.causeUnknown}`
      : html`${join(
          causes.map((cause) => linkTo(view, cause)),
          ', ',
        )}`,
  );

const pathRow = (view: View, impacts: readonly Trouble[]): Markup => {
  const path = impacts.map(({ about }) => (isImpact(about) ? about.path : [])).find(({ length }) => length > 1);
  if (path === undefined) return nothing;
  return row(
    view.voice.words.card.path,
    html`${join(
      path.map((id) => linkTo(view, id)),
      ' → ',
    )}`,
  );
};

/** What does not work, where, since when, what to do, how long the fallback bears. */
const impactCard = (view: View, card: Card): Markup => {
  const { voice } = view;
  const { impacts, warnings } = card;
  const said = voice.words.card;
  const since = earliestSince(view, impacts);
  const warned = earliestSince(view, warnings);
  const lead =
    since !== null && warned !== null && warned < since ? said.warnedBefore(voice.duration(since - warned)) : null;
  const hit = {
    affects: card.affects.filter(({ workflow }) =>
      impacts.some(({ about }) => isImpact(about) && about.workflow === workflow),
    ),
  };
  const evidence = [...new Set(impacts.map(({ about }) => voice.text(about.evidence)).filter((text) => text !== ''))];
  const workflows = hit.affects.map(({ workflow }) => workflow);
  const hits = isHit(card);
  const say = hits ? voice.words.rules.impact : said.worksAgain;
  const title = say(namesText(view, workflows), workflows.length > 1);
  const frozen = impacts.find(({ about, alert }) => about.condition === 'unknown' || alert?.frozen === true);
  const noted = frozen ?? (impacts.every(({ ending }) => ending) ? impacts[0] : undefined);
  const tone = hits ? 'bad' : 'warn';
  return html`<article class="card t-${tone}">
    <h3>${sign(tone)}<span>${title}${pageTag(
      view,
      impacts.map(({ alert }) => alert),
    )}</span></h3>
    ${noted === undefined ? nothing : conditionNotes(view, noted)}
    ${action(view, [...impacts, ...warnings])}
    <dl>
      ${row(said.affects, affected(view, hit))}
      ${row(said.since, html`${moment(voice, since)}${lead === null ? '' : html` · ${lead}`}`)}
      ${causeRow(view, card)}
      ${fallback(view, impacts, since)}
      ${pathRow(view, impacts)}
      ${
        evidence.length === 0
          ? nothing
          : row(
              said.evidence,
              html`${join(
                evidence.map((text) => html`${text}`),
                ' ',
              )}`,
            )
      }
    </dl>
    ${warnings.length === 0 ? nothing : html`<details id="also-${card.id.replaceAll(' ', '')}"><summary>${said.warnings} (${warnings.length})</summary>${warningItems(view, warnings)}</details>`}
  </article>`;
};

const warningCard = (view: View, card: Card): Markup => {
  const said = view.voice.words.card;
  const causes = card.causes.map((cause) => linkTo(view, cause));
  return html`<article class="card t-warn">
    <h3 class="cause"><span>${said.cause}: ${causes.length === 0 ? said.causeUnknown : join(causes, ', ')}</span></h3>
    ${warningItems(view, card.warnings)}
    ${action(view, card.warnings)}
    ${card.affects.length === 0 ? nothing : html`<dl>${row(said.atRisk, affected(view, card))}</dl>`}
  </article>`;
};

export const cardOf = (view: View, card: Card): Markup =>
  card.impacts.length > 0 ? impactCard(view, card) : warningCard(view, card);

export const cardList = (view: View, cards: readonly Card[]): Markup =>
  html`<div class="cards">${cards.map((card) => cardOf(view, card))}</div>`;
