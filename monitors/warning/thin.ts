import { fewestFailures } from '../../infra/landscape/margin.ts';
import { isCritical, type Landscape, type Level, levels, type NodeId, type Text } from '../../infra/landscape/model.ts';
import type { States } from '../judge/judge.ts';
import type { Margin, WorkflowAtSite } from '../picture.ts';
import { both, titles } from '../words.ts';
import { type Ground, type Rule, warn } from './ground.ts';

type Words = Readonly<Record<'one' | 'more', string>>;
const failures: Readonly<Record<Level, { readonly da: Words; readonly en: Words }>> = {
  component: {
    da: { one: 'komponentfejl', more: 'komponentfejl' },
    en: { one: 'component failure', more: 'component failures' },
  },
  host: { da: { one: 'værts fald', more: 'værters fald' }, en: { one: 'lost host', more: 'lost hosts' } },
  cluster: { da: { one: 'klynges fald', more: 'klyngers fald' }, en: { one: 'lost cluster', more: 'lost clusters' } },
  site: { da: { one: 'steds fald', more: 'steders fald' }, en: { one: 'lost site', more: 'lost sites' } },
};
const counted = (level: Level, count: number, language: 'da' | 'en'): string =>
  `${count} ${failures[level][language][count === 1 ? 'one' : 'more']}`;

/** How near it is, how near it should be, and what is out of order. */
const evidenceOf = (landscape: Landscape, { level, upper, designed }: Margin, causes: readonly NodeId[]): Text =>
  both((language) => {
    const broken =
      language === 'da'
        ? `${titles(landscape, causes, 'da')} er ude af drift`
        : `${titles(landscape, causes, 'en')} out of order`;
    const left = counted(level, upper, language);
    const distance =
      language === 'da'
        ? upper === 0
          ? `intet at stå imod med; når alt virker, skal der ${counted(level, designed, 'da')} til`
          : `${left} fra at standse; når alt virker, skal der ${counted(level, designed, 'da')} til`
        : upper === 0
          ? `nothing left to bear; when all works it takes ${counted(level, designed, 'en')}`
          : `${left} from breaking; when all works it takes ${counted(level, designed, 'en')}`;
    return causes.length === 0 ? distance : `${broken}: ${distance}`;
  });

/**
 * The failures that made it thin: nodes that are bad of themselves (nothing they need is), and each of which alone would
 * bring the margin below the designed one. Where only several together do, all of them.
 */
const causesOf = (
  ground: Ground,
  { workflow, site }: WorkflowAtSite,
  { level, designed }: Margin,
): readonly NodeId[] => {
  const graph = ground.prepared.graphs.get(site);
  const states: States = ground.atSite.get(site) ?? {};
  const cone = ground.prepared.workflows.find((used) => used.workflow === workflow && used.site === site)?.cone;
  if (graph === undefined || cone === undefined) return [];
  const failed = [...cone].filter((id) => states[id]?.state === 'bad' && states[id]?.inferred !== 'bad');
  const alone = failed.filter(
    (id) => fewestFailures(graph, workflow, { level, failed: new Set([id]) }).order < designed,
  );
  return (alone.length > 0 ? alone : failed).sort();
};

const conditionOf = (margin: Margin): 'holds' | 'unknown' | null => {
  if (margin.upper < margin.designed) return 'holds';
  return margin.lower < margin.designed ? 'unknown' : null;
};

/** Below the margin a critical workflow has when everything works. */
export const thin: Rule = (ground) =>
  ground.workflows
    .filter(({ criticality }) => isCritical(criticality))
    .flatMap((used) => {
      const drawn = levels.map((level) => ({
        margin: used.margins[level],
        condition: conditionOf(used.margins[level]),
      }));
      const found =
        drawn.find(({ condition }) => condition === 'holds') ?? drawn.find(({ condition }) => condition !== null);
      if (found?.condition === undefined || found.condition === null) return [];
      const { margin, condition } = found;
      const causes = condition === 'holds' ? causesOf(ground, used, margin) : [];
      const fresh = causes.filter((id) => !ground.maintained.has(id));
      // Planned work is no surprise: a thinness it alone explains is muted, and so is the doubt it alone casts.
      if (condition === 'holds' && causes.length > 0 && fresh.length === 0) return [];
      if (condition === 'unknown' && ground.maintained.size > 0 && used.state.state === 'good') return [];
      const evidence = evidenceOf(ground.prepared.landscape, margin, fresh);
      return [
        warn(ground, {
          rule: 'thin',
          rung: 2,
          node: used.workflow,
          site: used.site,
          causes: fresh,
          affects: [{ workflow: used.workflow, sites: [used.site] }],
          margin,
          evidence,
          condition,
        }),
      ];
    });
