import { fewestFailures } from '../../infra/landscape/margin.ts';
import {
  isCritical,
  type Landscape,
  type Language,
  type Level,
  levels,
  type NodeId,
  type Text,
} from '../../infra/landscape/model.ts';
import type { States } from '../judge/judge.ts';
import type { Margin, WorkflowAtSite } from '../picture.ts';
import { both, titles } from '../words.ts';
import { type Ground, type Rule, warn } from './ground.ts';

/** What falls out, by level: one of it, and more. */
const parts: Readonly<Record<Level, Readonly<Record<Language, readonly [one: string, more: string]>>>> = {
  component: { da: ['én komponent', 'komponenter'], en: ['one more component', 'more components'] },
  host: { da: ['én vært', 'værter'], en: ['one more host', 'more hosts'] },
  cluster: { da: ['én klynge', 'klynger'], en: ['one more cluster', 'more clusters'] },
  site: { da: ['ét sted', 'steder'], en: ['one more site', 'more sites'] },
};

/** What is out of order, how near it is to standing still, and what it bears when everything works. */
const evidenceOf = (landscape: Landscape, { level, upper, designed }: Margin, causes: readonly NodeId[]): Text =>
  both((language) => {
    const [one, more] = parts[level][language];
    const lost = upper === 1 ? one : `${upper} ${more}`;
    const what = titles(landscape, causes, language);
    const borne = designed > 3 ? `${designed - 1}+` : `${designed - 1}`;
    if (language === 'da') {
      const broken = causes.length === 0 ? '' : `${what} virker ikke. `;
      return `${broken}Falder ${lost} mere ud, standser det; når alt virker, tåler det tab af ${borne}.`;
    }
    const broken = causes.length === 0 ? '' : `${what} out of order. `;
    return `${broken}If ${lost} ${upper === 1 ? 'fails' : 'fail'}, it stops; when all works it bears the loss of ${borne}.`;
  });

/**
 * The failures that made it thin: nodes that are bad of themselves (nothing they need is), and each of which alone would
 * bring the margin below the designed one; where only several together do, all of them. Planned work explains a thinness
 * when the failures outside it leave the designed margin: `fresh` is empty then.
 */
const causesOf = (
  ground: Ground,
  { workflow, site }: WorkflowAtSite,
  { level, designed }: Margin,
): { readonly fresh: readonly NodeId[]; readonly planned: boolean } => {
  const graph = ground.prepared.graphs.get(site);
  const states: States = ground.atSite.get(site) ?? {};
  const cone = ground.prepared.workflows.find((used) => used.workflow === workflow && used.site === site)?.cone;
  if (graph === undefined || cone === undefined) return { fresh: [], planned: false };
  const orderWith = (failed: readonly NodeId[]) =>
    fewestFailures(graph, workflow, { level, failed: new Set(failed) }).order;
  const failed = [...cone].filter((id) => states[id]?.state === 'bad' && states[id]?.inferred !== 'bad');
  const unplanned = failed.filter((id) => !ground.maintained.has(id));
  const planned = failed.length > unplanned.length && orderWith(unplanned) >= designed;
  const alone = unplanned.filter((id) => orderWith([id]) < designed);
  return { fresh: (alone.length > 0 ? alone : unplanned).sort(), planned };
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
      const drawn = levels.flatMap((level) => {
        const margin = used.margins[level];
        const told = conditionOf(margin);
        if (told === null) return [];
        const causes = causesOf(ground, used, margin);
        // Planned work is no surprise and starts nothing; broken already is impact, and says so itself. Neither ends anything.
        const condition = causes.planned || margin.upper === 0 ? ('unknown' as const) : told;
        return [{ margin, condition, fresh: causes.fresh }];
      });
      const found = drawn.find(({ condition }) => condition === 'holds') ?? drawn[0];
      if (found === undefined) return [];
      const { margin, condition, fresh } = found;
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
