import { isCritical, type NodeId } from '../../infra/landscape/model.ts';
import { rootsOf } from '../impact/roots.ts';
import { stateOfExpression } from '../judge/state.ts';
import { both, titles } from '../words.ts';
import { type Rule, warn } from './ground.ts';

/** Rule 5: a vantage that says nothing or is cut off from its anchors, and a critical workflow nobody can tell about. */
export const blind: Rule = (ground) => {
  const { landscape, graphs } = ground.prepared;
  const vantages = ground.vantages
    .filter(({ state }) => state !== 'connected')
    .map(({ vantage, state }) =>
      warn(ground, {
        rule: 'blind',
        rung: 2,
        node: vantage,
        site: vantage,
        causes: [vantage],
        affects: ground.prepared.workflows
          .filter(({ site }) => site === vantage)
          .map(({ workflow, site }) => ({ workflow, sites: [site] })),
        evidence: both((language) => {
          const words =
            state === 'silent'
              ? {
                  da: 'Målepunktet er tavst: ingen probe herfra har meldt sig',
                  en: 'The vantage is silent: no probe from here has reported',
                }
              : {
                  da: 'Målepunktet er afskåret: ingen af dets ankre svarer, så intet det ser, tæller',
                  en: 'The vantage is cut off: none of its anchors answers, so nothing it sees counts',
                };
          return words[language];
        }),
        condition: 'holds',
      }),
    );
  const workflows = ground.workflows
    .filter(({ criticality, state }) => isCritical(criticality) && state.state === 'unknown')
    .map(({ workflow, site }) => {
      const graph = graphs.get(site);
      const states = ground.atSite.get(site) ?? {};
      const causes = graph === undefined ? [] : rootsOf(graph, states, { node: workflow, state: 'unknown' }).causes;
      return warn(ground, {
        rule: 'blind',
        rung: 2,
        node: workflow,
        site,
        causes,
        affects: [{ workflow, sites: [site] }],
        evidence: both((language) =>
          language === 'da'
            ? `Ingen ved, om det virker: intet sikkert om ${titles(landscape, causes, 'da')}`
            : `Nobody can tell whether it works: nothing certain about ${titles(landscape, causes, 'en')}`,
        ),
        condition: 'holds',
      });
    });
  return [...vantages, ...workflows];
};

/** A `degrades` need that is bad: it works, but worse. */
export const degraded: Rule = (ground) => {
  const { landscape } = ground.prepared;
  const stateOf = (id: NodeId) => ground.nodes[id]?.state ?? 'unknown';
  return Object.values(landscape.nodes).flatMap((node) => {
    const needs = node.needs.filter(({ effect }) => effect === 'degrades');
    const bad = needs.filter(({ on }) => stateOfExpression(on, stateOf) === 'bad');
    const unknown = needs.some(({ on }) => stateOfExpression(on, stateOf) === 'unknown');
    if (bad.length === 0 && !unknown) return [];
    const graph = ground.prepared.graphs.get(null);
    const causes = bad
      .flatMap(({ on }) => ('node' in on ? [on.node] : on.of.flatMap((one) => ('node' in one ? [one.node] : []))))
      .flatMap((id) => (graph === undefined ? [id] : rootsOf(graph, ground.nodes, { node: id, state: 'bad' }).causes));
    if (bad.length > 0 && causes.length > 0 && causes.every((id) => ground.maintained.has(id))) return [];
    return [
      warn(ground, {
        rule: 'degraded',
        rung: 2,
        node: node.id,
        site: null,
        causes: [...new Set(causes)],
        evidence: both((language) =>
          language === 'da'
            ? `Virker, men dårligere: ${titles(landscape, [...new Set(causes)], 'da')} er ude af drift`
            : `Works, but worse: ${titles(landscape, [...new Set(causes)], 'en')} out of order`,
        ),
        condition: bad.length > 0 ? 'holds' : 'unknown',
      }),
    ];
  });
};
