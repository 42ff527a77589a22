import { graphOf } from '../../infra/landscape/graph.ts';
import { fewestFailures } from '../../infra/landscape/margin.ts';
import { type Expression, type Landscape, levels, type NodeId } from '../../infra/landscape/model.ts';
import { rootsOf } from '../../monitors/impact/roots.ts';
import type { Picture, Verdict, Vote } from '../../monitors/picture.ts';
import { lasting } from '../../monitors/words.ts';
import { exitCodes, Stop } from './exit.ts';
import { columns, show, toned, type Voice } from './output.ts';
import { findPicture, type Told } from './picture.ts';
import type { Run } from './program.ts';
import { heading, marginWords, stateOf } from './status.ts';

const voteWords: Readonly<Record<Vote['why'], { readonly da: string; readonly en: string }>> = {
  answered: { en: 'answered', da: 'svarede' },
  confirmed: { en: 'failed, and the vantage is connected', da: 'fejlede, og målepunktet er forbundet' },
  'no-run-yet': { en: 'not probed yet', da: 'ikke målt endnu' },
  stale: { en: 'too old to count', da: 'for gammelt til at tælle' },
  'could-not-run': { en: 'the probe could not run', da: 'proben kunne ikke køre' },
  'vantage-cut-off': { en: 'the vantage itself is cut off', da: 'målepunktet selv er afskåret' },
  'anchors-pending': {
    en: 'failed; whether the vantage is connected is being asked',
    da: 'fejlede; det undersøges, om målepunktet er forbundet',
  },
};

const verdictLines = (voice: Voice, verdict: Verdict, now: number): readonly (readonly string[])[] =>
  verdict.votes.map((vote) => [
    '  ',
    stateOf(voice, vote.state),
    verdict.check,
    `@ ${vote.vantage}`,
    vote.at === null ? '' : `${lasting(now - vote.at, voice.language)}`,
    [voteWords[vote.why][voice.language], vote.reason ?? '', vote.message].filter(Boolean).join(': '),
  ]);

const needWords = (expression: Expression, title: (id: NodeId) => string): string =>
  'node' in expression
    ? title(expression.node)
    : `${expression.atLeast}/${expression.of.length} (${expression.of.map((one) => needWords(one, title)).join(', ')})`;

/** What would break a node next, seen from nowhere in particular; a workflow says it per site of use itself. */
const nextOf = (landscape: Landscape, picture: Picture, node: NodeId) => {
  const graph = graphOf(landscape, null);
  const failed = new Set(Object.values(picture.nodes).flatMap((one) => (one.observed === 'bad' ? [one.node] : [])));
  return levels.map((level) => {
    const { order, sets } = fewestFailures(graph, node, { level, failed });
    return { level, order, sets: sets.slice(0, 5), total: sets.length };
  });
};

const lines = (voice: Voice, told: Told, id: NodeId): readonly string[] => {
  const { picture, landscape } = told;
  const danish = voice.language === 'da';
  const node = landscape.nodes[id];
  const state = picture.nodes[id];
  if (node === undefined || state === undefined) return [];
  const title = (name: string) => landscape.nodes[name]?.title[voice.language] ?? name;
  const strong = (da: string, en: string) => toned(voice, 'strong', danish ? da : en);
  const since = picture.since[id];
  const graph = graphOf(landscape, null);
  const { path, causes } = rootsOf(graph, picture.nodes, { node: id, state: state.state });
  const sites = picture.workflows.filter(({ workflow }) => workflow === id);
  const reached = [...new Set([id, ...causes])];
  const verdicts = reached
    .flatMap((name) => landscape.nodes[name]?.checks ?? [])
    .flatMap((check) => picture.verdicts[check] ?? []);
  return [
    ...heading(voice, told),
    '',
    `${stateOf(voice, state.state)}  ${toned(voice, 'strong', node.title[voice.language])} (${id}, ${node.kind})${since === undefined ? '' : ` ${danish ? 'i' : 'for'} ${lasting(picture.at - since, voice.language)}`}`,
    `  ${danish ? 'afledt af behov' : 'inferred from needs'}: ${stateOf(voice, state.inferred)}; ${danish ? 'set af egne tjek' : 'observed by its own checks'}: ${state.observed === null ? '–' : stateOf(voice, state.observed)}${state.contradicted ? (danish ? '; de modsiger hinanden' : '; they contradict each other') : ''}${state.degraded ? (danish ? '; forringet' : '; degraded') : ''}`,
    ...(sites.length === 0
      ? []
      : [
          '',
          strong('Hvor det bruges', 'Where it is used'),
          ...columns(
            sites.map((one) => [
              '  ',
              stateOf(voice, one.state.state),
              title(one.site),
              `${danish ? 'margin' : 'margin'} ${levels.map((level) => `${level} ${marginWords(one.margins[level])}`).join(', ')}`,
            ]),
          ),
        ]),
    ...(state.state === 'good'
      ? []
      : [
          '',
          strong('Vejen dertil', 'The path'),
          `  ${path.map(title).join(' → ')}`,
          `  ${danish ? 'årsag' : 'cause'}: ${causes.map(title).join(', ')}`,
        ]),
    '',
    strong('Beviset', 'The evidence'),
    ...(verdicts.length === 0
      ? [`  ${danish ? 'ingen egne tjek' : 'no checks of its own'}`]
      : columns(verdicts.flatMap((verdict) => verdictLines(voice, verdict, picture.at)))),
    '',
    strong('Hvad det behøver', 'What it needs'),
    ...columns([
      ...node.needs.map(({ effect, on }) => ['  ', effect, needWords(on, title)]),
      ...(node.standsOn === null ? [] : [['  ', danish ? 'står på' : 'stands on', title(node.standsOn)]]),
    ]),
    '',
    strong('Hvad der ville bryde det næste gang', 'What would break it next'),
    ...columns(
      nextOf(landscape, picture, id)
        .filter(({ sets, order }) => sets.length > 0 || order === 0)
        .map(({ level, order, sets, total }) => [
          '  ',
          level,
          order === 0 ? (danish ? 'er brudt' : 'broken already') : `${order}`,
          `${sets.map((set) => set.map(title).join(' + ')).join('; ')}${total > sets.length ? ` … (${total})` : ''}`,
        ]),
    ),
    ...(node.firstAction === null
      ? []
      : ['', `${danish ? 'Gør først' : 'First action'}: ${node.firstAction[voice.language]}`]),
    ...(node.runbook === null ? [] : [`${danish ? 'Drejebog' : 'Runbook'}: ${node.runbook}`]),
  ];
};

/** `forvarsel explain NODE`: code 1 when it is not good, or the picture is old. */
export const explain: Run = async (voice, { args: [id = ''], options }) => {
  const told = await findPicture(voice, options);
  const { picture, landscape } = told;
  const state = picture.nodes[id];
  if (state === undefined) {
    const near = Object.keys(picture.nodes).filter((one) => one.includes(id) || id.includes(one));
    throw new Stop(
      exitCodes.usage,
      `no node is called ${id}${near.length === 0 ? '' : `; did you mean ${near.slice(0, 5).join(', ')}`}`,
    );
  }
  const facts = {
    at: picture.at,
    stale: told.stale,
    state,
    ...rootsOf(graphOf(landscape, null), picture.nodes, { node: id, state: state.state }),
    sites: picture.workflows.filter(({ workflow }) => workflow === id),
    verdicts: (landscape.nodes[id]?.checks ?? []).flatMap((check) => picture.verdicts[check] ?? []),
    next: nextOf(landscape, picture, id),
  };
  show(voice, facts, () => lines(voice, told, id));
  return state.state === 'good' && !told.stale ? exitCodes.fine : exitCodes.wrong;
};
