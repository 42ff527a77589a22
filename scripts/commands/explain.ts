import type { Expression, Landscape, Language, Need, NodeId, SiteId } from '../../infra/landscape/model.ts';
import type { Margin, Verdict } from '../../monitors/picture.ts';
import { lasting, listed } from '../../monitors/words.ts';
import { words as shown } from '../console/words.ts';
import { exitCodes, Stop } from './exit.ts';
import { columns, say, show, toned, type Voice } from './output.ts';
import { findPicture, type Told } from './picture.ts';
import { nearbyWords } from './probe.ts';
import type { Run } from './program.ts';
import { breakable, type SeenFrom, seenFrom } from './seen-from.ts';
import { heading, marginWords, stateOf, worstOf } from './states.ts';

const shownSets = 5;
type Titles = (id: string) => string;
const titlesIn =
  (voice: Voice, landscape: Landscape): Titles =>
  (id) =>
    landscape.nodes[id]?.title[voice.language] ?? id;

/** The same vote is met from several sites; it is told once. */
const merged = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  [...Map.groupBy(verdicts, ({ check }) => check).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const votes = [first, ...others].flatMap((one) => one.votes);
    return [{ ...first, votes: [...new Map(votes.map((vote) => [vote.vantage, vote])).values()] }];
  });

const evidenceLines = (voice: Voice, told: Told, verdicts: readonly Verdict[]): readonly string[] => {
  const { votes: why, reasons } = shown[voice.language];
  const title = titlesIn(voice, told.landscape);
  return columns(
    verdicts.flatMap((verdict) =>
      verdict.votes.map((vote) => [
        ' ',
        stateOf(voice, vote.state, told),
        verdict.check,
        `@ ${title(vote.vantage)}`,
        vote.at === null ? '' : lasting(told.picture.at - vote.at, voice.language),
        [why[vote.why], vote.reason === null ? '' : reasons[vote.reason], vote.message].filter(Boolean).join(': '),
      ]),
    ),
  );
};

const needWords = (expression: Expression, title: Titles, language: Language): string => {
  if ('node' in expression) return title(expression.node);
  const of = expression.of.map((one) => needWords(one, title, language)).join(', ');
  return `${expression.atLeast} ${language === 'da' ? 'af' : 'of'} ${expression.of.length} (${of})`;
};
const effects: Readonly<Record<Need['effect'], Readonly<Record<Language, string>>>> = {
  breaks: { da: 'må ikke svigte', en: 'breaks it' },
  degrades: { da: 'forringer', en: 'degrades it' },
  starts: { da: 'kun ved start', en: 'to start it' },
};

/** One level: how many more failures, of how many when all works, and which. */
const nextRow = (voice: Voice, told: Told, margin: Margin): readonly string[] => {
  const danish = voice.language === 'da';
  const { level, upper, sets, total, designed } = margin;
  const title = titlesIn(voice, told.landscape);
  const more = total > shownSets ? ` … (${danish ? 'i alt' : 'in all'} ${total})` : '';
  const which = sets
    .slice(0, shownSets)
    .map((set) => set.map(title).join(' + '))
    .join('; ');
  const of = `${marginWords(margin)} ${danish ? 'af' : 'of'} ${marginWords({ lower: designed, upper: designed })}`;
  const broken = danish ? 'er brudt allerede' : 'broken already';
  return [
    '   ',
    shown[voice.language].levels[level],
    toned(voice, upper < designed ? 'warn' : 'dim', of),
    upper === 0 ? broken : `${which}${more}`,
  ];
};

const nextLines = (voice: Voice, told: Told, seen: SeenFrom): readonly string[] => {
  const rows = breakable(seen).map((margin) => nextRow(voice, told, margin));
  const far = say(voice, {
    en: 'more than 3 failures at every level',
    da: 'der skal mere end 3 fejl til på hvert niveau',
  });
  return rows.length === 0 ? [`    ${far}`] : columns(rows);
};

/** Sites where a node is in the same state for the same reasons, and the same would break it, are told together. */
const alike = (seen: readonly SeenFrom[]): readonly (readonly SeenFrom[])[] => {
  const key = ({ state, path, causes, hurt, margins }: SeenFrom) =>
    JSON.stringify([state.state, path.slice(1), causes, hurt, margins]);
  return [...Map.groupBy(seen, key).values()];
};

const placeLines = (voice: Voice, told: Told, group: readonly SeenFrom[]): readonly string[] => {
  const [seen] = group;
  if (seen === undefined) return [];
  const danish = voice.language === 'da';
  const title = titlesIn(voice, told.landscape);
  const sites = group.flatMap(({ site }) => (site === null ? [] : [title(site)]));
  const { state, path, causes, hurt } = seen;
  const marks = [
    state.contradicted
      ? danish
        ? 'behov og egne tjek modsiger hinanden'
        : 'needs and own checks contradict each other'
      : '',
    state.degraded ? (danish ? 'nedsat' : 'degraded') : '',
  ].filter(Boolean);
  const observed = state.observed === null ? '–' : stateOf(voice, state.observed, told);
  return [
    '',
    ...(sites.length === 0 ? [] : [toned(voice, 'strong', `@ ${listed(sites, voice.language, 12)}`)]),
    `  ${stateOf(voice, state.state, told)}${marks.length === 0 ? '' : `  ${marks.join('; ')}`}`,
    `  ${danish ? 'afledt af behov' : 'inferred from needs'}: ${stateOf(voice, state.inferred, told)}; ${danish ? 'set af egne tjek' : 'seen by its own checks'}: ${observed}`,
    ...(state.state === 'good' || causes.length === 0
      ? []
      : [
          `  ${danish ? 'vejen dertil' : 'the path'}: ${path.map(title).join(' → ')}`,
          `  ${danish ? 'årsag' : 'cause'}: ${causes.map(title).join(', ')}`,
        ]),
    ...(state.state === 'good' && hurt.length > 0
      ? [`  ${danish ? 'ude af drift under det' : 'out of order below it'}: ${hurt.map(title).join(', ')}`]
      : []),
    `  ${danish ? 'Hvad der ville bryde det næste gang' : 'What would break it next'}`,
    ...nextLines(voice, told, seen),
  ];
};

const lines = (
  voice: Voice,
  told: Told,
  { id, seen }: { id: NodeId; seen: readonly SeenFrom[] },
): readonly string[] => {
  const { picture, landscape } = told;
  const danish = voice.language === 'da';
  const node = landscape.nodes[id];
  if (node === undefined) return [];
  const title = titlesIn(voice, landscape);
  const since = picture.since[id];
  const span =
    since === undefined || seen.some(({ site }) => site !== null)
      ? ''
      : ` ${danish ? 'i' : 'for'} ${lasting(picture.at - since, voice.language)}`;
  const strong = (da: string, en: string) => ['', toned(voice, 'strong', danish ? da : en)];
  const evidence = evidenceLines(voice, told, merged(seen.flatMap((one) => one.verdicts)));
  const needs = [
    ...node.needs.map(({ effect, on }) => [
      '  ',
      effects[effect][voice.language],
      needWords(on, title, voice.language),
    ]),
    ...(node.standsOn === null ? [] : [['  ', danish ? 'står på' : 'stands on', title(node.standsOn)]]),
  ];
  return [
    ...heading(voice, told),
    '',
    `${stateOf(voice, worstOf(seen.map(({ state }) => state.state)), told)}  ${toned(voice, 'strong', title(id))} (${id}, ${shown[voice.language].kinds[node.kind].toLowerCase()})${span}`,
    ...alike(seen).flatMap((group) => placeLines(voice, told, group)),
    ...strong('Beviset', 'The evidence'),
    ...(evidence.length === 0 ? [`  ${danish ? 'ingen egne tjek' : 'no checks of its own'}`] : evidence),
    ...strong('Hvad det behøver', 'What it needs'),
    ...(needs.length === 0 ? [`  ${danish ? 'intet' : 'nothing'}`] : columns(needs)),
    ...(node.firstAction === null
      ? []
      : ['', `${danish ? 'Gør først' : 'First action'}: ${node.firstAction[voice.language]}`]),
    ...(node.runbook === null ? [] : [`${danish ? 'Drejebog' : 'Runbook'}: ${node.runbook}`]),
  ];
};

const unknownNode = (voice: Voice, id: string, landscape: Landscape): Stop => {
  const near = nearbyWords(voice, id, Object.keys(landscape.nodes));
  return new Stop(
    exitCodes.usage,
    say(voice, { en: `no node is called ${id}${near}`, da: `ingen knude hedder ${id}${near}` }),
  );
};

/** From where a node is looked at: a workflow from each of its sites of use, anything else from nowhere in particular. */
const placesOf = (voice: Voice, landscape: Landscape, id: NodeId, asked: unknown): readonly (SiteId | null)[] => {
  const node = landscape.nodes[id];
  const used = node?.kind === 'workflow' ? node.usedAt : [];
  if (typeof asked !== 'string') return used.length > 0 ? used : [null];
  const sites =
    used.length > 0
      ? used
      : Object.values(landscape.nodes)
          .filter(({ kind }) => kind === 'site')
          .map((site) => site.id);
  if (sites.includes(asked)) return [asked];
  throw new Stop(
    exitCodes.usage,
    say(voice, {
      en: `${id} is not used at ${asked}; choose one of ${sites.join(', ')}`,
      da: `${id} bruges ikke på ${asked}; vælg ét af ${sites.join(', ')}`,
    }),
  );
};

/** `forvarsel explain NODE`: code 1 when it is not good somewhere that was asked about, or the picture is old. */
export const explain: Run = async (voice, { args: [id = ''], options }) => {
  const told = await findPicture(voice, options);
  if (!Object.hasOwn(told.landscape.nodes, id)) throw unknownNode(voice, id, told.landscape);
  const places = placesOf(voice, told.landscape, id, options['site']);
  const seen = places.flatMap((site) => seenFrom(told, id, site) ?? []);
  if (seen.length < places.length) throw unknownNode(voice, id, told.landscape);
  const { picture, stale, age, from } = told;
  const state = worstOf(seen.map((one) => one.state.state));
  show(voice, { stale, ageMs: age, from, at: picture.at, node: id, state, seen }, () =>
    lines(voice, told, { id, seen }),
  );
  return state === 'good' && !stale ? exitCodes.fine : exitCodes.wrong;
};
