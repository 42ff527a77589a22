import { namesIn } from '../../infra/landscape/graph.ts';
import { isCritical, type Node, type NodeId, type SiteId, streamOf } from '../../infra/landscape/model.ts';
import { rootsOf } from '../impact/roots.ts';
import { stateOfExpression } from '../judge/state.ts';
import type { Warning } from '../picture.ts';
import { reasonWords } from '../reasons.ts';
import { both, titles } from '../words.ts';
import { type Ground, type Rule, warn } from './ground.ts';
import { freshIntervals } from './trend.ts';

/**
 * Checks that only bring numbers judge no state, so nobody would miss them: without fresh numbers nothing that runs out
 * is foreseen. Where the node itself is bad, or no vantage of the check is connected, that is told already.
 */
const numbers = (ground: Ground): readonly Warning[] => {
  const connected = new Set(ground.vantages.flatMap(({ vantage, state }) => (state === 'connected' ? [vantage] : [])));
  const blindChecks = Object.values(ground.prepared.landscape.checks).filter((check) => {
    if (check.judges) return false;
    const patience = freshIntervals * check.intervalMs + check.timeoutMs;
    const watched = check.signals.filter(({ limit, of }) => limit !== null || of === 'certificate');
    return watched.some(
      ({ name }) =>
        !check.vantages.some((vantage) => {
          const series = ground.seen.series.get(`${streamOf(check.id, vantage)}#${name}`);
          return ground.now.mono - (series?.at.at(-1) ?? Number.NEGATIVE_INFINITY) <= patience;
        }),
    );
  });
  const byNode = Map.groupBy(blindChecks, ({ node }) => node);
  return [...byNode].map(([node, checks]) => {
    const told =
      ground.nodes[node]?.state === 'bad' || !checks.some(({ vantages }) => vantages.some((id) => connected.has(id)));
    const run = checks.flatMap(({ id, vantages }) =>
      vantages.flatMap((at) => ground.seen.latest.get(streamOf(id, at)) ?? []),
    )[0];
    return warn(ground, {
      rule: 'blind',
      rung: 2,
      node,
      site: null,
      causes: [node],
      evidence: both((language) => {
        const why = run === undefined || run.reason === null ? '' : ` (${reasonWords[run.reason][language]})`;
        return language === 'da'
          ? `Ingen friske tal${why}: intet, der løber ud her, kan forudses`
          : `No fresh numbers${why}: nothing that runs out here can be foreseen`;
      }),
      condition: told ? 'unknown' : 'holds',
      everyMs: Math.max(...checks.map(({ intervalMs }) => intervalMs)),
    });
  });
};

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
  return [...vantages, ...workflows, ...numbers(ground)];
};

/** What is bad of a node's `degrades` needs as seen from one place, and whether any could be. */
const weakened = (ground: Ground, node: Node, site: SiteId | null) => {
  const states = site === null ? ground.nodes : (ground.atSite.get(site) ?? {});
  const graph = ground.prepared.graphs.get(site);
  const stateOf = (id: NodeId) => states[id]?.state ?? 'unknown';
  const needs = node.needs.filter(({ effect }) => effect === 'degrades').map(({ on }) => on);
  const bad = needs.filter((on) => stateOfExpression(on, stateOf) === 'bad').flatMap((on) => namesIn(on));
  const causes = bad
    .filter((id) => stateOf(id) === 'bad')
    .flatMap((id) => (graph === undefined ? [id] : rootsOf(graph, states, { node: id, state: 'bad' }).causes));
  const unknown = needs.some((on) => stateOfExpression(on, stateOf) === 'unknown');
  return { bad: bad.length > 0, unknown, causes: [...new Set(causes)].sort() };
};

/** A `degrades` need that is bad: it works, but worse; everywhere, or at the sites of use that alone see it so. */
export const degraded: Rule = (ground) => {
  const { landscape, serves } = ground.prepared;
  return Object.values(landscape.nodes).flatMap((node) => {
    if (!node.needs.some(({ effect }) => effect === 'degrades')) return [];
    const drawn = (site: SiteId | null): readonly Warning[] => {
      const { bad, unknown, causes } = weakened(ground, node, site);
      if (!bad && !unknown) return [];
      const planned = causes.length > 0 && causes.every((id) => ground.maintained.has(id));
      const here = (serves.get(node.id) ?? []).filter(({ sites }) => site === null || sites.includes(site));
      return [
        warn(ground, {
          rule: 'degraded',
          rung: 2,
          node: node.id,
          site,
          causes,
          affects: here.map(({ workflow, sites }) => ({ workflow, sites: site === null ? sites : [site] })),
          evidence: both((language) =>
            language === 'da'
              ? `Virker, men nedsat: ${titles(landscape, causes, 'da')} virker ikke`
              : `Works, but worse: ${titles(landscape, causes, 'en')} out of order`,
          ),
          condition: bad && !planned ? 'holds' : 'unknown',
        }),
      ];
    };
    const everywhere = drawn(null);
    if (everywhere.some(({ condition }) => condition === 'holds')) return everywhere;
    const sites = ground.prepared.sites.filter((site) =>
      (serves.get(node.id) ?? []).some((one) => one.sites.includes(site)),
    );
    return [...everywhere, ...sites.flatMap((site) => drawn(site))];
  });
};
