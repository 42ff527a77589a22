import { isCritical, type Landscape, levels } from '../../infra/landscape/model.ts';
import type { Margin, Picture, SliState, WorkflowAtSite } from '../../monitors/picture.ts';
import { listed } from '../../monitors/words.ts';
import { sightsOf } from '../console/sights.ts';
import { words as shown } from '../console/words.ts';
import { alertLines, groupedAlerts } from './alerts.ts';
import { exitCodes } from './exit.ts';
import { columns, show, type Tone, toned, type Voice } from './output.ts';
import { findPicture, type Told } from './picture.ts';
import type { Run } from './program.ts';
import { badness, heading, marginWords, stateOf, worstOf } from './states.ts';

const titleIn = (voice: Voice, landscape: Landscape) => (id: string) =>
  landscape.nodes[id]?.title[voice.language] ?? id;

/** The margin that says most: the thinnest below what was designed, else that of components. */
const tellingMargin = (at: readonly WorkflowAtSite[]): Margin | undefined => {
  const all = at.flatMap(({ margins }) => levels.map((level) => margins[level]));
  const thin = all.filter(({ upper, designed }) => upper < designed);
  const among = thin.length > 0 ? thin : all.filter(({ level }) => level === 'component');
  return among.toSorted((a, b) => a.upper - b.upper || a.lower - b.lower)[0];
};

type Row = {
  readonly id: string;
  readonly at: readonly WorkflowAtSite[];
  readonly margin: Margin | undefined;
  readonly rank: readonly number[];
};
const rowsOf = ({ picture }: Told): readonly Row[] =>
  Object.entries(Object.groupBy(picture.workflows, ({ workflow }) => workflow))
    .map(([id, at = []]): Row => {
      const margin = tellingMargin(at);
      const short = margin === undefined ? 0 : margin.upper - margin.designed;
      const critical = at.some(({ criticality }) => isCritical(criticality)) ? 0 : 1;
      const state = worstOf(at.map((one) => one.state.state));
      return { id, at, margin, rank: [badness[state], Math.sign(short), critical, short, margin?.lower ?? 0] };
    })
    .toSorted((a, b) => {
      const order = a.rank.map((value, index) => value - (b.rank[index] ?? 0)).find((difference) => difference !== 0);
      return order ?? a.id.localeCompare(b.id);
    });

const workflowLines = (voice: Voice, told: Told): readonly string[] => {
  const title = titleIn(voice, told.landscape);
  const of = voice.language === 'da' ? 'af' : 'of';
  return columns(
    rowsOf(told).map(({ id, at, margin }) => {
      const not = at.filter(({ state }) => state.state !== 'good');
      const thin = margin !== undefined && margin.upper < margin.designed;
      const level =
        margin === undefined || margin.level === 'component' ? '' : ` ${shown[voice.language].levels[margin.level]}`;
      const designed = margin === undefined ? '' : marginWords({ lower: margin.designed, upper: margin.designed });
      return [
        stateOf(voice, worstOf(at.map((one) => one.state.state)), told),
        title(id),
        margin === undefined
          ? ''
          : toned(voice, thin ? 'warn' : 'dim', `${marginWords(margin)} ${of} ${designed}${level}`),
        not.length === 0
          ? ''
          : `@ ${listed(
              not.map(({ site }) => title(site)),
              voice.language,
              6,
            )}`,
      ];
    }),
  );
};

const nodeLines = (voice: Voice, told: Told, ids: readonly string[]): readonly string[] => {
  const danish = voice.language === 'da';
  const title = titleIn(voice, told.landscape);
  const of = (id: string) => told.picture.nodes[id];
  return columns(
    ids
      .toSorted((a, b) => badness[of(a)?.state ?? 'unknown'] - badness[of(b)?.state ?? 'unknown'] || a.localeCompare(b))
      .map((id) => {
        const marks = [
          of(id)?.degraded === true ? (danish ? 'nedsat' : 'degraded') : '',
          of(id)?.contradicted === true ? (danish ? 'modsagt' : 'contradicted') : '',
        ];
        return [
          stateOf(voice, of(id)?.state ?? 'unknown', told),
          title(id),
          toned(voice, 'warn', marks.filter(Boolean).join(', ')),
        ];
      }),
  );
};

const tones: Readonly<Record<SliState['verdict'], Tone>> = { kept: 'good', broken: 'bad', undecided: 'unknown' };
const promiseLines = (voice: Voice, { picture, landscape }: Told): readonly string[] => {
  const simulated = voice.language === 'da' ? 'simuleret' : 'simulated';
  const percent = (share: number | null) => (share === null ? '–' : `${(share * 100).toFixed(3)} %`);
  const share = (sli: SliState) => Math.round((sli.simulated / Math.max(1, sli.good + sli.bad + sli.unknown)) * 100);
  return columns(
    picture.promises
      .toSorted((a, b) => Object.keys(tones).indexOf(b.verdict) - Object.keys(tones).indexOf(a.verdict))
      .map((sli) => [
        toned(voice, tones[sli.verdict], shown[voice.language].verdicts[sli.verdict]),
        titleIn(voice, landscape)(sli.node),
        `${sli.objective} % / ${sli.window}`,
        percent(sli.sli),
        `${percent(sli.lower)} – ${percent(sli.upper)}`,
        sli.simulated > 0 ? `${share(sli)} % ${simulated}` : '',
      ]),
  );
};

/** What is neither workflow nor solution and not good: redundancy hides it, this list must not. */
const partsIn = ({ landscape, picture }: Pick<Told, 'landscape' | 'picture'>): readonly string[] =>
  Object.values(landscape.nodes)
    .filter(({ id, kind }) => kind !== 'workflow' && kind !== 'solution' && picture.nodes[id]?.state !== 'good')
    .map(({ id }) => id);

/** Whether nothing at all speaks against it: every workflow and part good, everybody sees, nothing fires, it is written down. */
export const allIsWell = ({ picture, landscape }: Pick<Told, 'landscape' | 'picture'>): boolean => {
  const nodes = Object.values(landscape.nodes);
  const sights = sightsOf(landscape, picture);
  return (
    nodes.length > 0 &&
    picture.workflows.length > 0 &&
    nodes.every(({ id }) => sights.of(id).size === 0) &&
    nodes.every(({ id }) => picture.nodes[id]?.state === 'good') &&
    picture.workflows.every(({ state }) => state.state === 'good') &&
    picture.vantages.every(({ state }) => state === 'connected') &&
    picture.alerts.every(({ phase }) => phase !== 'firing') &&
    picture.recording.state === 'recording'
  );
};

/** The one sentence of the whole; good is said last. */
const sentence = (voice: Voice, told: Told): string => {
  const { picture, stale } = told;
  const danish = voice.language === 'da';
  const count = (state: string) =>
    new Set(picture.workflows.filter((at) => at.state.state === state).map((at) => at.workflow)).size;
  const many = (n: number, da: readonly [string, string], en: readonly [string, string]) =>
    `${n} ${(danish ? da : en)[n === 1 ? 0 : 1]}`;
  const workflows = (n: number) => many(n, ['arbejdsgang', 'arbejdsgange'], ['workflow', 'workflows']);
  const warnings = groupedAlerts(picture).filter(({ phase, rule }) => phase === 'firing' && rule !== 'impact').length;
  const also = warnings === 0 ? '' : `; ${many(warnings, ['varsel', 'varsler'], ['warning', 'warnings'])}`;
  const [bad, unknown] = [count('bad'), count('unknown')];
  if (stale)
    return toned(voice, 'unknown', danish ? '? Hvordan det står til nu, er ukendt.' : '? How it is now is unknown.');
  if (bad > 0)
    return toned(
      voice,
      'bad',
      `✖ ${workflows(bad)} ${danish ? 'virker ikke' : bad === 1 ? 'is down' : 'are down'}${also}`,
    );
  if (unknown > 0)
    return toned(
      voice,
      'unknown',
      `? ${workflows(unknown)} ${danish ? 'kan ikke bedømmes' : 'cannot be judged'}${also}`,
    );
  if (!allIsWell(told))
    return toned(
      voice,
      'warn',
      `! ${danish ? 'Arbejdsgangene virker, men ikke alt er godt' : 'The workflows work, but not all is well'}${also}`,
    );
  return toned(voice, 'good', danish ? '✔ Alt virker' : '✔ All is well');
};

const lines = (voice: Voice, told: Told): readonly string[] => {
  const { picture, landscape } = told;
  const danish = voice.language === 'da';
  const section = (title: string, body: readonly string[]) =>
    body.length === 0 ? [] : ['', toned(voice, 'strong', title), ...body];
  const solutions = Object.values(landscape.nodes)
    .filter(({ kind }) => kind === 'solution')
    .map(({ id }) => id);
  const alerts = alertLines(voice, told);
  const blind = picture.vantages.filter(({ state }) => state !== 'connected');
  return [
    ...heading(voice, told),
    sentence(voice, told),
    ...(picture.recording.state === 'recording'
      ? []
      : [
          toned(
            voice,
            'bad',
            `${danish ? 'intet bliver gemt' : 'nothing is being recorded'}: ${picture.recording.message}`,
          ),
        ]),
    ...blind.map(({ vantage, state }) => {
      const what = `${danish ? 'målepunkt' : 'vantage'} ${titleIn(voice, landscape)(vantage)}`;
      return toned(voice, 'unknown', `? ${what}: ${shown[voice.language].vantageStates[state]}`);
    }),
    ...section(
      danish ? 'Varsler og alarmer' : 'Warnings and alerts',
      alerts.length > 0 ? alerts : [danish ? 'ingen' : 'none'],
    ),
    ...section(
      danish ? 'Arbejdsgange (tilstand, margin, hvor)' : 'Workflows (state, margin, where)',
      workflowLines(voice, told),
    ),
    ...section(danish ? 'Løsninger' : 'Solutions', nodeLines(voice, told, solutions)),
    ...section(danish ? 'Dele, der ikke er gode' : 'Parts that are not good', nodeLines(voice, told, partsIn(told))),
    ...section(danish ? 'Løfter' : 'Promises', promiseLines(voice, told)),
  ];
};

/** What programs get: the picture with what a person is told first. */
const factsOf = (told: Told): { readonly [key: string]: unknown; readonly picture: Picture } => {
  const { picture, stale, age, from } = told;
  return { stale, ageMs: age, from, allIsWell: !stale && allIsWell(told), groups: groupedAlerts(picture), picture };
};

/** `forvarsel status`: code 0 only when everything that was watched is well and the picture is fresh. */
export const status: Run = async (voice, { options }) => {
  const told = await findPicture(voice, options);
  show(voice, factsOf(told), () => lines(voice, told));
  return allIsWell(told) && !told.stale ? exitCodes.fine : exitCodes.wrong;
};
