import { fewestFailures } from '../../infra/landscape/margin.ts';
import { isCritical, type Level, levels, type NodeId } from '../../infra/landscape/model.ts';
import type { States } from '../judge/judge.ts';
import type { Margin, WorkflowAtSite } from '../picture.ts';
import { both, titles } from '../words.ts';
import { type Ground, type Rule, warn } from './ground.ts';

const levelWords: Readonly<Record<Level, { readonly da: string; readonly en: string }>> = {
  component: { da: 'komponentfejl', en: 'component failures' },
  host: { da: 'værter', en: 'hosts' },
  cluster: { da: 'klynger', en: 'clusters' },
  site: { da: 'steder', en: 'sites' },
};

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
      const left = margin.upper === 0 ? { da: 'ingen', en: 'no' } : { da: `${margin.upper}`, en: `${margin.upper}` };
      const evidence = both((language) =>
        language === 'da'
          ? `${left.da} ${levelWords[margin.level].da} fra at standse, hvor der skulle være ${margin.designed}${fresh.length === 0 ? '' : `; ude af drift: ${titles(ground.prepared.landscape, fresh, 'da')}`}`
          : `${left.en} ${levelWords[margin.level].en} from breaking, where it was designed for ${margin.designed}${fresh.length === 0 ? '' : `; out of order: ${titles(ground.prepared.landscape, fresh, 'en')}`}`,
      );
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
