import type { Language } from '../../infra/landscape/model.ts';
import type { Picture, State, WorkflowAtSite } from '../../monitors/picture.ts';
import { lasting } from '../../monitors/words.ts';
import { exitCodes } from './exit.ts';
import { columns, show, type Tone, toned, type Voice } from './output.ts';
import { findPicture, type Told } from './picture.ts';
import type { Run } from './program.ts';

export const stateWords: Readonly<Record<State, { readonly da: string; readonly en: string; readonly sign: string }>> =
  {
    bad: { da: 'virker ikke', en: 'down', sign: '✖' },
    unknown: { da: 'ukendt', en: 'unknown', sign: '?' },
    good: { da: 'virker', en: 'up', sign: '✔' },
  };
export const stateOf = (voice: Voice, state: State): string =>
  toned(voice, state, `${stateWords[state].sign} ${stateWords[state][voice.language]}`);

const worst: Readonly<Record<State, number>> = { bad: 0, unknown: 1, good: 2 };

/** `2`, `1–2` under unknown, `>3` beyond what is looked for. */
export const marginWords = ({ lower, upper }: { readonly lower: number; readonly upper: number }): string => {
  const number = (value: number) => (value > 3 ? '>3' : `${value}`);
  return lower === upper ? number(upper) : `${number(lower)}–${number(upper)}`;
};

/** How old what is said is, and where it came from; an old picture is said to be old first of all. */
export const heading = (voice: Voice, { picture, age, stale, from }: Told): readonly string[] => {
  const danish = voice.language === 'da';
  const when = `${new Date(picture.at).toISOString()} (${from})`;
  if (!stale) return [toned(voice, 'dim', `${danish ? 'som det var' : 'as of'} ${when}`)];
  const old = lasting(Math.abs(age), voice.language);
  return [toned(voice, 'bad', danish ? `GAMMELT: ${old} siden, ${when}` : `STALE: ${old} old, ${when}`)];
};

const workflowLines = (voice: Voice, told: Told): readonly string[] => {
  const { picture, landscape } = told;
  const byWorkflow = Object.entries(Object.groupBy(picture.workflows, ({ workflow }) => workflow)).map(([id, at]) => ({
    id,
    at: at ?? [],
    rank: Math.min(...(at ?? []).map(({ state }) => worst[state.state])),
  }));
  const title = (id: string) => landscape.nodes[id]?.title[voice.language] ?? id;
  const least = (at: readonly WorkflowAtSite[]) =>
    at.map(({ margins }) => margins.component).toSorted((a, b) => a.upper - b.upper || a.lower - b.lower)[0];
  return columns(
    byWorkflow
      .toSorted((a, b) => a.rank - b.rank || a.id.localeCompare(b.id))
      .map(({ id, at }) => {
        const not = at.filter(({ state }) => state.state !== 'good');
        const state = at.map((one) => one.state.state).toSorted((a, b) => worst[a] - worst[b])[0] ?? 'unknown';
        const margin = least(at);
        const thin = margin !== undefined && margin.upper < margin.designed;
        const words =
          margin === undefined
            ? ''
            : `${marginWords(margin)} ${voice.language === 'da' ? 'af' : 'of'} ${marginWords({ lower: margin.designed, upper: margin.designed })}`;
        return [
          stateOf(voice, state),
          title(id),
          toned(voice, thin ? 'warn' : 'dim', words),
          not.length === 0 ? '' : not.map(({ site }) => title(site)).join(', '),
        ];
      }),
  );
};

const alertLines = (voice: Voice, { picture, landscape }: Told): readonly string[] => {
  const shown = picture.alerts.filter(({ phase }) => phase !== 'resolved');
  const title = (id: string) => landscape.nodes[id]?.title[voice.language] ?? id;
  return columns(
    shown
      .toSorted((a, b) => a.severity.localeCompare(b.severity) || a.since - b.since)
      .map((alert) => {
        const tone: Tone = alert.severity === 'page' ? 'bad' : 'warn';
        const { about } = alert;
        const eta = 'eta' in about && about.eta !== null ? lasting(about.eta.at - picture.at, voice.language) : '';
        return [
          toned(voice, tone, alert.rule),
          `${alert.phase}${alert.frozen ? ' (frozen)' : ''}`,
          alert.site === null ? title(alert.node) : `${title(alert.node)} @ ${title(alert.site)}`,
          eta,
          about.evidence[voice.language],
        ];
      }),
  );
};

const promiseLines = (voice: Voice, { picture, landscape }: Told): readonly string[] => {
  const percent = (share: number | null) => (share === null ? '–' : `${(share * 100).toFixed(3)} %`);
  const verdicts: Readonly<
    Record<'kept' | 'broken' | 'undecided', { readonly text: Readonly<Record<Language, string>>; readonly tone: Tone }>
  > = {
    kept: { text: { da: 'holdt', en: 'kept' }, tone: 'good' },
    broken: { text: { da: 'brudt', en: 'broken' }, tone: 'bad' },
    undecided: { text: { da: 'uafgjort', en: 'undecided' }, tone: 'unknown' },
  };
  return columns(
    picture.promises.map((sli) => [
      toned(voice, verdicts[sli.verdict].tone, verdicts[sli.verdict].text[voice.language]),
      landscape.nodes[sli.node]?.title[voice.language] ?? sli.node,
      `${sli.objective} % / ${sli.window}`,
      percent(sli.sli),
      `${percent(sli.lower)} – ${percent(sli.upper)}`,
      sli.simulated > 0
        ? `${Math.round((sli.simulated / Math.max(1, sli.good + sli.bad + sli.unknown)) * 100)} % ${voice.language === 'da' ? 'simuleret' : 'simulated'}`
        : '',
    ]),
  );
};

/** Anything that is not well: impact, something not seen, or an alert that fires. */
export const somethingWrong = (picture: Picture): boolean =>
  picture.workflows.some(({ state }) => state.state !== 'good') ||
  picture.vantages.some(({ state }) => state !== 'connected') ||
  picture.alerts.some(({ phase }) => phase === 'firing');

/** `forvarsel status`: code 0 only when everything that was watched is well and the picture is fresh. */
export const status: Run = async (voice, { options }) => {
  const told = await findPicture(voice, options);
  const { picture, landscape } = told;
  const danish = voice.language === 'da';
  const solutions = Object.values(picture.nodes).filter(({ node }) => landscape.nodes[node]?.kind === 'solution');
  show(voice, { ...picture, stale: told.stale, from: told.from }, () => [
    ...heading(voice, told),
    '',
    toned(voice, 'strong', danish ? 'Arbejdsgange (tilstand, margin, hvor)' : 'Workflows (state, margin, where)'),
    ...workflowLines(voice, told),
    '',
    toned(voice, 'strong', danish ? 'Løsninger' : 'Solutions'),
    ...columns(
      solutions
        .toSorted((a, b) => worst[a.state] - worst[b.state])
        .map(({ node, state, degraded, contradicted }) => [
          stateOf(voice, state),
          landscape.nodes[node]?.title[voice.language] ?? node,
          [
            degraded ? (danish ? 'forringet' : 'degraded') : '',
            contradicted ? (danish ? 'modsagt' : 'contradicted') : '',
          ]
            .filter(Boolean)
            .join(', '),
        ]),
    ),
    '',
    toned(voice, 'strong', danish ? 'Varsler og alarmer' : 'Warnings and alerts'),
    ...(picture.alerts.some(({ phase }) => phase !== 'resolved')
      ? alertLines(voice, told)
      : [danish ? 'ingen' : 'none']),
    '',
    toned(voice, 'strong', danish ? 'Løfter' : 'Promises'),
    ...promiseLines(voice, told),
    ...picture.vantages
      .filter(({ state }) => state !== 'connected')
      .map(({ vantage, state }) => toned(voice, 'unknown', `${danish ? 'målepunkt' : 'vantage'} ${vantage}: ${state}`)),
  ]);
  return somethingWrong(picture) || told.stale ? exitCodes.wrong : exitCodes.fine;
};
