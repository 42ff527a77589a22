import type { Language, NodeId, SiteId } from '../../infra/landscape/model.ts';
import type { Judged, Prepared } from '../judge/judge.ts';
import type { Impact, Verdict, Vote } from '../picture.ts';
import { reasonWords } from '../reasons.ts';
import { adviceOf } from '../warning/ground.ts';
import { both, titles } from '../words.ts';
import { rootsOf } from './roots.ts';

/** The last thing the checks of these nodes said when they failed: the vote of the site itself before others. */
const heard = (judged: Judged, prepared: Prepared, ids: readonly NodeId[], site: SiteId): Vote | undefined => {
  const votes = ids
    .flatMap((id) => prepared.landscape.nodes[id]?.checks ?? [])
    .flatMap((check): Verdict['votes'] => judged.verdicts[check]?.votes ?? [])
    .filter(({ state, reason }) => state === 'bad' && reason !== null);
  return votes.find(({ vantage }) => vantage === site) ?? votes[0];
};

/** The reason in the reader's language; the probe's own words are technical and English. */
const whyOf = (vote: Vote | undefined, language: Language): string => {
  if (vote === undefined || vote.reason === null) return '';
  const reason = reasonWords[vote.reason][language];
  return language === 'en' && vote.message !== '' ? ` (${reason}: ${vote.message})` : ` (${reason})`;
};

/** Workflows that do not work at a site of use, or of which nobody can tell: through which path, and because of what. */
export const impactsOf = (prepared: Prepared, judged: Judged): readonly Impact[] =>
  judged.workflows.flatMap(({ workflow, site, state: { state } }) => {
    const graph = prepared.graphs.get(site);
    const node = prepared.landscape.nodes[workflow];
    if (state === 'good' || graph === undefined || node === undefined) return [];
    const { causes, path } = rootsOf(graph, judged.atSite.get(site) ?? {}, { node: workflow, state });
    const vote = heard(judged, prepared, causes, site);
    return [
      {
        id: `impact|${workflow}|${site}`,
        workflow,
        site,
        path,
        causes,
        evidence: both((language) => {
          const what = titles(prepared.landscape, causes, language);
          if (state === 'unknown')
            return language === 'da' ? `Intet sikkert om ${what}` : `Nothing certain about ${what}`;
          const why = whyOf(vote, language);
          return language === 'da' ? `${what} virker ikke${why}` : `${what} out of order${why}`;
        }),
        ...adviceOf(prepared.landscape, [...causes, ...path.toReversed()]),
        fallback: node.fallback,
        condition: state === 'bad' ? 'holds' : 'unknown',
      },
    ];
  });
