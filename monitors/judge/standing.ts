import type { Graph } from '../../infra/landscape/graph.ts';
import type { Check, CheckId, Landscape, NodeId, VantageId } from '../../infra/landscape/model.ts';
import { rootsOf } from '../impact/roots.ts';
import type { Picture, State, Verdict, Vote } from '../picture.ts';

/**
 * What a check's verdict comes to once everything is told that bears on it, worst news last to be softened:
 * `bad` nothing explains it; `explained` something it rests on is the cause; `in-window` work on it is planned;
 * `disputed` the vantages contradict each other; `tainted` nobody's word counts, for the probers themselves were late or
 * cut off; `unknown` any other not knowing; `suspect` good, but only at the second attempt somewhere; `good`.
 */
export const standings = [
  'good',
  'suspect',
  'unknown',
  'tainted',
  'disputed',
  'in-window',
  'explained',
  'bad',
] as const;
export type StandingName = (typeof standings)[number];

export type Standing = {
  readonly check: CheckId;
  readonly standing: StandingName;
  /** Rule 1 over the vantages that may vote. */
  readonly quorum: State;
  /** By vantage: the first attempt, and the word after the retry, whether or not it counts as a vote. */
  readonly runs: readonly {
    readonly vantage: VantageId;
    readonly attempt: State;
    readonly confirmed: State;
    readonly tainted: Taint | null;
  }[];
  /** The failing things below that explain it; empty when nothing does. */
  readonly explainedBy: readonly NodeId[];
  readonly inWindow: boolean;
};

/** Why a vantage's word says nothing of the peer. */
export type Taint = 'prober-late' | 'prober-failed' | 'vantage-cut-off' | 'anchors-pending' | 'stale';

const taintOf = (vote: Vote): Taint | null => {
  if (vote.why === 'vantage-cut-off' || vote.why === 'anchors-pending' || vote.why === 'stale') return vote.why;
  if (vote.why === 'could-not-run') return vote.stalledMs > 0 ? 'prober-late' : 'prober-failed';
  return null;
};
const attemptOf = ({ confirmed, first }: Vote): State => (first === null ? confirmed : 'bad');

/** What the check's own node rests on and what is bad there by itself: causes, not companions. */
const explained = (graph: Graph, picture: Pick<Picture, 'nodes'>, { node }: Check): readonly NodeId[] => {
  if (picture.nodes[node]?.inferred !== 'bad') return [];
  const { causes } = rootsOf(graph, picture.nodes, { node, state: 'bad' });
  return causes.filter((cause) => cause !== node);
};

const named = (verdict: Verdict, explainedBy: readonly NodeId[], inWindow: boolean): StandingName => {
  const { state, disputed, votes } = verdict;
  if (state === 'good') return votes.some((vote) => vote.state === 'good' && vote.first !== null) ? 'suspect' : 'good';
  if (state === 'bad') {
    if (inWindow) return 'in-window';
    return explainedBy.length > 0 ? 'explained' : 'bad';
  }
  if (disputed) return 'disputed';
  return votes.length > 0 && votes.every((vote) => taintOf(vote) !== null) ? 'tainted' : 'unknown';
};

/** The standing of every check that judges, by the picture alone; `graph` is the landscape's, seen from nowhere in particular. */
export const standingsOf = (
  landscape: Landscape,
  graph: Graph,
  picture: Pick<Picture, 'verdicts' | 'nodes' | 'maintained'>,
): readonly Standing[] => {
  const maintained = new Set(picture.maintained);
  return Object.values(picture.verdicts).flatMap((verdict) => {
    const check = landscape.checks[verdict.check];
    if (check === undefined) return [];
    const inWindow = maintained.has(check.node);
    const explainedBy = verdict.state === 'bad' ? explained(graph, picture, check) : [];
    return [
      {
        check: check.id,
        standing: named(verdict, explainedBy, inWindow),
        quorum: verdict.state,
        runs: verdict.votes.map((vote) => ({
          vantage: vote.vantage,
          attempt: attemptOf(vote),
          confirmed: vote.confirmed,
          tainted: taintOf(vote),
        })),
        explainedBy,
        inWindow,
      },
    ];
  });
};
