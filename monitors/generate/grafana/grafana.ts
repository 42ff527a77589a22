import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { NodeKind } from '../../../infra/landscape/model.ts';
import type { Artefact, GenerateGround, Generator } from '../artefact.ts';
import { originOf } from '../artefact.ts';
import { type Ground, ladder, month, solution, workflow } from './boards.ts';
import { boardWords } from './words.ts';

type Made = {
  readonly id: string;
  readonly title: string;
  readonly about?: string;
  readonly from: string;
  readonly panels: readonly Builder<Panel>[];
};

const tag = 'forvarsel';
const longestUid = 40;
/** Grafana takes 40 characters; the same board has the same address in both languages, and after every generation. */
const uidOf = (id: string): string => {
  const uid = `${tag}-${id}`;
  if (uid.length <= longestUid) return uid;
  let sum = 5381;
  for (const letter of uid) sum = (Math.imul(sum, 33) ^ (letter.codePointAt(0) ?? 0)) >>> 0;
  return `${uid.slice(0, longestUid - 8)}-${sum.toString(36).padStart(7, '0')}`;
};

const boardOf = (
  ground: GenerateGround,
  { landscape, words }: Ground,
  { id, title, about, from, panels }: Made,
): string => {
  const board = new DashboardBuilder(title)
    .uid(uidOf(id))
    .description([...(about === undefined ? [] : [about]), ...originOf(ground)].join(' '))
    .tags([tag])
    .timezone(landscape.authority.zone)
    .time({ from, to: 'now' })
    .refresh('30s')
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label(words.datasource).type('prometheus'))
    .link(
      new DashboardLinkBuilder(words.more)
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .keepTime(true),
    );
  const { console } = landscape.authority.links;
  if (console !== null) board.link(new DashboardLinkBuilder(words.console).type(DashboardLinkType.Link).url(console));
  for (const panel of panels) board.withPanel(panel);
  return `${JSON.stringify(board.build(), null, 2)}\n`;
};

const boardsOf = (ground: Ground): readonly Made[] => {
  const { landscape, language, words } = ground;
  const of = (kind: NodeKind) => Object.values(landscape.nodes).filter((node) => node.kind === kind);
  return [
    { id: 'ladder', title: words.ladder, from: 'now-6h', panels: ladder(ground) },
    { id: 'promises', title: words.month, from: 'now-30d', panels: month(ground) },
    ...of('workflow').map((node) => ({
      id: `workflow-${node.id}`,
      title: words.workflow(node.title[language]),
      from: 'now-24h',
      panels: workflow(ground, node),
    })),
    ...of('solution').map((node) => ({
      id: `solution-${node.id}`,
      title: words.solution(node.title[language]),
      from: 'now-24h',
      panels: solution(ground, node),
    })),
  ];
};

/** Boards for Grafana, in each language: the ladder, the promises, and one per workflow and solution. */
export const grafana: Generator = (ground) =>
  (['da', 'en'] as const).flatMap((language): readonly Artefact[] => {
    const board: Ground = { landscape: ground.landscape, language, words: boardWords[language] };
    return boardsOf(board).map((made) => ({
      path: `grafana/${language}/${made.id}.json`,
      text: boardOf(ground, board, made),
    }));
  });
