import { html, raw } from 'hono/html';
import { type Check, type Signal, streamOf } from '../../../infra/landscape/model.ts';
import type { Eta, Vote } from '../../../monitors/picture.ts';
import { lookMark } from '../looks.ts';
import { linkTo, type Markup, moment, nothing, sign, stateMark } from '../marks.ts';
import { isImpact, troublesOf } from '../troubles.ts';
import { titleOf, type View } from '../view.ts';
import type { Page } from './page.ts';
import { newestOf, section, signalChart, spanLinks, spanOf, spans, type Wanted } from './parts.ts';

const voteItem = (view: View, { vantage, state, why, reason, message, at }: Vote): Markup => {
  const { voice } = view;
  const { words } = voice;
  return html`<li>${linkTo(view, vantage)} ${stateMark(voice, state)} <span class="soft">${moment(voice, at)}</span>
    <p>${words.votes[why]}${reason === null ? nothing : html`: ${words.reasons[reason]}`}${message === '' ? nothing : html` <code lang="en">${message}</code>`}</p></li>`;
};

const votes = (view: View, all: readonly Vote[]): Markup =>
  all.length === 0
    ? html`<p class="soft">${view.voice.words.check.noVotes}</p>`
    : html`<ul class="plain votes">${all.map((vote) => voteItem(view, vote))}</ul>`;

const transcript = (
  view: View,
  id: string,
  of: {
    readonly name: string;
    readonly open: boolean;
    readonly kept: { readonly at: number; readonly text: string } | null;
  },
): Markup => {
  const { voice } = view;
  if (of.kept === null) return html`<p>${of.name}: <span class="soft">${voice.words.check.noneKept}</span></p>`;
  return html`<details id="${id}"${raw(of.open ? ' open' : '')}><summary>${of.name} ${moment(voice, of.kept.at)}</summary><pre class="scroll" tabindex="0" lang="en">${of.kept.text}</pre></details>`;
};

/** The last good and the last failed run of each vantage, word for word. */
const transcripts = async (view: View, check: Check, failed: boolean): Promise<Markup> => {
  const words = view.voice.words.check;
  const kept = await Promise.all(
    check.vantages.map(async (vantage) => ({
      vantage,
      ...(await view.source.transcripts(streamOf(check.id, vantage))),
    })),
  );
  return html`${kept.map(
    ({ vantage, good, bad }) =>
      html`<div class="said"><h3>${titleOf(view, vantage)}</h3>${transcript(view, `bad-${vantage}`, { name: words.lastBad, kept: bad, open: failed })}${transcript(view, `good-${vantage}`, { name: words.lastGood, kept: good, open: false })}</div>`,
  )}`;
};

/** The estimate of a warning belongs to the signal its evidence names, or to the only one that has a limit. */
const etaOf = (view: View, check: Check, signal: Signal): Eta | null => {
  const limited = check.signals.filter(({ limit }) => limit !== null);
  for (const { about } of troublesOf(view.landscape, view.picture)) {
    if (isImpact(about) || about.eta === null || about.node !== check.node) continue;
    const named = signal.limit !== null && about.evidence.en.includes(signal.title.en);
    if (about.rule === 'runs-out' && (named || (limited.length === 1 && limited[0] === signal))) return about.eta;
  }
  return null;
};

const wantedOf = (view: View, check: Check): readonly Wanted[] => {
  const { voice } = view;
  const duration = {
    check: check.id,
    vantages: check.vantages,
    name: 'duration',
    title: voice.words.check.duration,
    unit: 'seconds',
    limit: check.timeoutMs / 1000,
    eta: null,
  } as const;
  const signals = check.signals.map((signal) => ({
    check: check.id,
    vantages: check.vantages,
    name: signal.name,
    title: voice.text(signal.title),
    unit: signal.unit,
    limit: signal.limit,
    eta: etaOf(view, check, signal),
  }));
  return [...signals, duration];
};

/** The earliest end among what the vantages were last shown; told only where a certificate was seen. */
const certificateEnd = async (view: View, check: Check): Promise<Markup> => {
  if (check.kind !== 'tls' && check.kind !== 'http') return nothing;
  const { voice, source } = view;
  const range = { from: voice.now - spans['24h'], to: voice.now };
  const seen = await Promise.all(
    check.vantages.map((vantage) =>
      source.numbers({ stream: streamOf(check.id, vantage), name: 'certificate', ...range }),
    ),
  );
  const ends = seen.flatMap((numbers) => newestOf(numbers)?.value ?? []);
  return ends.length === 0
    ? nothing
    : html`<p>${voice.words.check.certificate} ${moment(voice, Math.min(...ends) * 1000)}</p>`;
};

/** Numbers are remembered once a minute; three runs may be missed before it is said that they do not come (as the judge has it). */
const patienceOf = ({ intervalMs, timeoutMs }: Check): number => 3 * intervalMs + timeoutMs + 60_000;

/** What judges no state is missed by nobody: whether its numbers still come is said here, of each signal. */
const freshness = async (view: View, check: Check): Promise<Markup> => {
  const { voice, source } = view;
  const words = voice.words.check;
  const range = { from: voice.now - spans['24h'], to: voice.now };
  const ages = await Promise.all(
    check.signals.map(async ({ name, title }) => {
      const streams = check.vantages.map((vantage) => streamOf(check.id, vantage));
      const seen = await Promise.all(streams.map((stream) => source.numbers({ stream, name, ...range })));
      const measured = seen.flat().filter(({ provenance }) => provenance === 'measured');
      return { title: voice.text(title), at: newestOf(measured)?.at ?? null };
    }),
  );
  const isOld = ({ at }: { readonly at: number | null }) => at === null || voice.now - at > patienceOf(check);
  const feeds = html`<span class="soft">${words.notJudging}</span>`;
  if (!ages.some(isOld)) return feeds;
  const lines = ages.filter(isOld).map(({ title, at }) => {
    const newest = at === null ? html`${words.noneInADay}` : html`${words.newest} ${moment(voice, at)}`;
    return html`<li>${title}: ${newest}</li>`;
  });
  return html`<span class="state t-unknown long">${sign('unknown')}<span>${words.notFresh}</span></span><ul class="plain">${lines}</ul>${feeds}`;
};

export const checkPage: Page = async (view, { id, query }) => {
  const { voice, landscape, picture } = view;
  const check = Object.hasOwn(landscape.checks, id) ? landscape.checks[id] : undefined;
  if (check === undefined) return null;
  const { words } = voice;
  const verdict = picture.verdicts[id];
  const span = spanOf(query);
  const charts = await Promise.all(wantedOf(view, check).map((wanted) => signalChart(view, wanted, span)));
  const head = check.judges ? lookMark(view, id) : await freshness(view, check);
  const main = html`<section class="head"><p class="kind">${words.check.title} ${words.check.of} ${linkTo(view, check.node)}</p><h1>${titleOf(view, check.node)}: ${check.name}</h1>
    <div class="head-state fresh-only">${head}</div><p class="head-state stale-only">${stateMark(voice, 'unknown')}</p>
    ${verdict?.disputed === true ? html`<p class="note">${words.check.disputed}</p>` : nothing}
    <p class="soft"><code>${check.kind}</code> · ${words.check.every(voice.duration(check.intervalMs), voice.value(check.timeoutMs / 1000, 'seconds'))} · ${words.check.reaches} ${words.depths[check.depth]}</p>${await certificateEnd(view, check)}</section>
  ${check.judges ? section('votes', words.check.votes, votes(view, verdict?.votes ?? [])) : nothing}
  ${section('transcripts', words.check.transcripts, await transcripts(view, check, verdict?.votes.some(({ state }) => state === 'bad') === true))}
  ${section('signals', words.check.signals, html`${spanLinks(view, span)}<div class="charts">${charts}</div>`)}`;
  return { title: `${titleOf(view, check.node)}: ${check.name}`, main };
};
