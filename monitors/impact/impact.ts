import type { NodeId, SiteId } from '../../infra/landscape/model.ts';
import type { Judged, Prepared } from '../judge/judge.ts';
import type { Impact, Verdict } from '../picture.ts';
import { adviceOf } from '../warning/ground.ts';
import { both, titles } from '../words.ts';
import { rootsOf } from './roots.ts';

/** The last thing the checks of these nodes said when they failed, as evidence. */
const heard = (judged: Judged, prepared: Prepared, ids: readonly NodeId[], site: SiteId): string => {
  const votes = ids
    .flatMap((id) => prepared.landscape.nodes[id]?.checks ?? [])
    .flatMap((check): Verdict['votes'] => judged.verdicts[check]?.votes ?? [])
    .filter(({ state }) => state === 'bad');
  const vote = votes.find(({ vantage }) => vantage === site) ?? votes[0];
  return vote === undefined ? '' : ` (${vote.reason ?? ''}${vote.message === '' ? '' : `: ${vote.message}`})`;
};

/** Workflows that do not work at a site of use, or of which nobody can tell: through which path, and because of what. */
export const impactsOf = (prepared: Prepared, judged: Judged): readonly Impact[] =>
  judged.workflows.flatMap(({ workflow, site, state: { state } }) => {
    const graph = prepared.graphs.get(site);
    const node = prepared.landscape.nodes[workflow];
    if (state === 'good' || graph === undefined || node === undefined) return [];
    const { causes, path } = rootsOf(graph, judged.atSite.get(site) ?? {}, { node: workflow, state });
    const words = heard(judged, prepared, causes, site);
    return [
      {
        id: `impact|${workflow}|${site}`,
        workflow,
        site,
        path,
        causes,
        evidence: both((language) => {
          const what = titles(prepared.landscape, causes, language);
          if (state === 'unknown') return language === 'da' ? `Kan ikke afgøres: ${what}` : `Cannot be told: ${what}`;
          return language === 'da'
            ? `Virker ikke: ${what} svarer ikke${words}`
            : `Does not work: ${what} out of order${words}`;
        }),
        ...adviceOf(prepared.landscape, [...causes, ...path.toReversed()]),
        fallback: node.fallback,
        condition: state === 'bad' ? 'holds' : 'unknown',
      },
    ];
  });
