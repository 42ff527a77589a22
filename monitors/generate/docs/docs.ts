import type { PhrasingContent, RootContent } from 'mdast';
import { formatDuration } from '../../../infra/landscape/duration.ts';
import { namesIn } from '../../../infra/landscape/graph.ts';
import type {
  Check,
  Expression,
  Indicator,
  Language,
  Node,
  NodeId,
  Promised,
  Target,
  Team,
} from '../../../infra/landscape/model.ts';
import type { Artefact, GenerateGround, Generator } from '../artefact.ts';
import { originOf } from '../artefact.ts';
import { code, heading, link, list, pageOf, paragraph, strong, table } from './markdown.ts';
import { type DocWords, docWords } from './words.ts';

type View = { readonly ground: GenerateGround; readonly language: Language; readonly words: DocWords };
type Words = string | PhrasingContent;

const titleOf = ({ ground, language }: View, id: NodeId): string => ground.landscape.nodes[id]?.title[language] ?? id;

const hoursOf = ({ language, words }: View, { onCall }: Team): string => {
  if (onCall === 'always') return words.always;
  // The first of 2024 was a Monday.
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
  const days = onCall.days.map((day) => weekday.format(Date.UTC(2024, 0, day)));
  return words.hours(
    new Intl.ListFormat(language, { type: 'conjunction' }).format(days),
    onCall.from,
    onCall.to,
    onCall.zone,
  );
};

/** A target as written; where it is a secret, only that it is one. */
const targetOf = ({ words }: View, target: Target): readonly Words[] =>
  'text' in target ? [code(target.text)] : [words.secret];

const expressionOf = (view: View, on: Expression): readonly Words[] =>
  'node' in on
    ? [titleOf(view, on.node), ' (', code(on.node), ')']
    : [
        `${view.words.atLeast(on.atLeast)} (`,
        ...on.of.flatMap((choice, index) => [...(index === 0 ? [] : [', ']), ...expressionOf(view, choice)]),
        ')',
      ];

/** Every workflow above a node, nearest last. */
const carriedBy = ({ ground }: View, id: NodeId): readonly Node[] => {
  const nodes = Object.values(ground.landscape.nodes);
  const met = new Set<NodeId>([id]);
  for (const at of met)
    for (const above of nodes)
      if (above.standsOn === at || above.needs.some(({ on }) => namesIn(on).includes(at))) met.add(above.id);
  return nodes.filter((node) => node.kind === 'workflow' && node.id !== id && met.has(node.id));
};

/** What is counted: of nothing but itself, a latency or an age is named by its check. */
const countedOf = ({ words }: View, indicator: Indicator): string => {
  if (indicator.kind === 'availability') return words.minutes;
  if (indicator.kind === 'requests') return words.requests;
  const { of, check } = indicator;
  return indicator.kind === 'latency'
    ? words.under(of, check, of === 'duration' ? formatDuration(indicator.under * 1000) : String(indicator.under))
    : words.fresh(of, check, formatDuration(indicator.withinMs));
};
const promiseOf = (view: View, { objective, indicator, span, window }: Promised): string => {
  const { words } = view;
  const over = span.kind === 'calendar' ? (words.windows[span.unit] ?? span.unit) : words.rolling(window);
  return words.promise(String(objective), countedOf(view, indicator), over);
};

const promisesOf = (view: View, { promises }: Node): RootContent =>
  promises.length === 0
    ? paragraph(view.words.noPromise)
    : list(promises.map((promised) => [strong(promiseOf(view, promised)), ' ', code(promised.id)]));

const carriesOf = (view: View, node: Node): RootContent => {
  const carried = carriedBy(view, node.id);
  if (carried.length === 0) return paragraph(view.words.carriesNothing);
  return list(
    carried.map(({ id, usedAt, fallback }) => [
      strong(titleOf(view, id)),
      ` (${view.words.at} ${usedAt.map((site) => titleOf(view, site)).join(', ')})`,
      ...(fallback === null
        ? []
        : [`; ${view.words.instead(fallback.title[view.language], formatDuration(fallback.bearsMs))}`]),
    ]),
  );
};

const checksOf = (view: View, checks: readonly Check[]): RootContent =>
  checks.length === 0
    ? paragraph(view.words.noChecks)
    : table([
        view.words.checkHead.map((word) => [word]),
        ...checks.map((check) => [
          [code(check.id)],
          [check.kind],
          [check.depth],
          [formatDuration(check.intervalMs)],
          [check.vantages.map((vantage) => titleOf(view, vantage)).join(', ')],
          targetOf(view, check.target),
        ]),
      ]);

/** What is declared to do, of the node itself and of each of its checks. */
const todoOf = (view: View, node: Node, checks: readonly Check[]): RootContent => {
  const { words, language } = view;
  const rows = [node, ...checks].flatMap((one) => {
    const first = one.firstAction === null ? [] : [`${words.first}: ${one.firstAction[language]}`];
    const runbook = one.runbook === null ? [] : [`${words.runbook}: `, code(one.runbook)];
    if (first.length + runbook.length === 0) return [];
    const between = first.length > 0 && runbook.length > 0 ? [' '] : [];
    return [[...(one === node ? [] : [code(one.id), ' ']), ...first, ...between, ...runbook]];
  });
  return rows.length === 0 ? paragraph(words.noTodo) : list(rows);
};

const needsOf = (view: View, { needs }: Node): RootContent =>
  needs.length === 0
    ? paragraph(view.words.needsNothing)
    : list(needs.map(({ effect, on }) => [...expressionOf(view, on), `: ${view.words.effects[effect]}`]));

const pageFor = (view: View, node: Node): string => {
  const { ground, language, words } = view;
  const team = node.owner === null ? undefined : ground.landscape.teams[node.owner];
  const checks = node.checks.flatMap((id) => ground.landscape.checks[id] ?? []);
  return pageOf(originOf(ground), [
    heading(1, node.title[language]),
    list([
      [
        `${words.owner}: `,
        ...(team === undefined ? [words.nobody] : [strong(team.title[language]), `, ${hoursOf(view, team)}`]),
      ],
      ...(node.criticality === null ? [] : [[`${words.criticality}: `, strong(words.criticalities[node.criticality])]]),
      ...(node.data === null ? [] : [[`${words.data}: `, words.classes[node.data]]]),
    ]),
    heading(2, words.promises),
    promisesOf(view, node),
    heading(2, words.todo),
    todoOf(view, node, checks),
    heading(2, words.carries),
    carriesOf(view, node),
    heading(2, words.needs),
    needsOf(view, node),
    heading(2, words.checks),
    checksOf(view, checks),
  ]);
};

const indexOf = (view: View, solutions: readonly Node[]): string => {
  const { ground, language, words } = view;
  const rows = solutions.map((node) => {
    const team = node.owner === null ? undefined : ground.landscape.teams[node.owner];
    const promised = node.promises.map((one) => promiseOf(view, one));
    return [
      [link(`${node.id}.md`, node.title[language])],
      [node.criticality === null ? '' : words.criticalities[node.criticality]],
      [team?.title[language] ?? words.nobody],
      [promised.join(', ')],
    ];
  });
  const head = [[words.solution], [words.criticality], [words.owner], [words.promises.toLowerCase()]];
  return pageOf(originOf(ground), [heading(1, words.contents), table([head, ...rows])]);
};

/** A page per solution, and a list of them, in each language: what the link of an alert leads to. */
export const docs: Generator = (ground) => {
  const solutions = Object.values(ground.landscape.nodes).filter(({ kind }) => kind === 'solution');
  return (['da', 'en'] as const).flatMap((language): readonly Artefact[] => {
    const view: View = { ground, language, words: docWords[language] };
    return [
      { path: `docs/${language}/README.md`, text: indexOf(view, solutions) },
      ...solutions.map((node) => ({ path: `docs/${language}/${node.id}.md`, text: pageFor(view, node) })),
    ];
  });
};
