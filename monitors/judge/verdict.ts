import {
  type Check,
  depths,
  type SiteId,
  streamOf,
  type Vantage,
  type VantageId,
} from '../../infra/landscape/model.ts';
import type { Observation } from '../../probes/observation.ts';
import type { Moment, Seen, State, Verdict, Vote } from '../picture.ts';

/** A vantage is cut off when no anchor has answered for this many of its anchor rounds. */
const silentRounds = 2;
/** Ms a remote vantage's word may be under way: its agent is asked every second, and an answer takes its time. */
const underwayMs = 3_000;

type Cast = Pick<Vote, 'state' | 'why'>;

/** Monotonic ms a vantage may be without an answer of its anchors, or say nothing, before it is not believed. */
export const patienceOf = (vantage: Vantage): number =>
  silentRounds * (vantage.anchorIntervalMs + vantage.anchorTimeoutMs);
/** Monotonic ms by which a word of this vantage reaches the judge later than one of our own probes does. */
const lagOf = (vantage: Vantage): number => (vantage.agent === null ? 0 : underwayMs);
/** As `patienceOf`, where it is counted until now and not until another word of the same vantage. */
export const sightOf = (vantage: Vantage): number => patienceOf(vantage) + lagOf(vantage);
const connected = (vantage: Vantage, seen: Seen, now: Moment): boolean => {
  const answered = seen.anchors.get(vantage.id);
  return answered !== undefined && now.mono - answered <= sightOf(vantage);
};

const castOf = (
  run: Observation,
  check: Check,
  vantage: Vantage,
  at: { readonly seen: Seen; readonly now: Moment },
): Cast => {
  if (at.now.mono - run.ended > check.intervalMs + check.timeoutMs + lagOf(vantage))
    return { state: 'unknown', why: 'stale' };
  if (run.outcome === 'unknown') return { state: 'unknown', why: 'could-not-run' };
  if (!connected(vantage, at.seen, at.now)) return { state: 'unknown', why: 'vantage-cut-off' };
  if (run.outcome === 'good') return { state: 'good', why: 'answered' };
  // One line of failures needs one answer of an anchor: a confirmed failure that goes on must not turn to doubt between
  // two rounds of the anchors, where a good front could lift it to good.
  const since = at.seen.failing.get(streamOf(check.id, vantage.id)) ?? run.began;
  const anchored = (at.seen.anchors.get(vantage.id) ?? Number.NEGATIVE_INFINITY) > since;
  return anchored ? { state: 'bad', why: 'confirmed' } : { state: 'unknown', why: 'anchors-pending' };
};

const unasked = { reason: null, message: '', at: null, confirmed: 'unknown', first: null, stalledMs: 0 } as const;

/** Whether a check says anything, and what, as seen from one vantage. */
export const voteOf = (check: Check, vantage: Vantage, at: { readonly seen: Seen; readonly now: Moment }): Vote => {
  const run = at.seen.latest.get(streamOf(check.id, vantage.id));
  if (run === undefined) return { ...unasked, vantage: vantage.id, state: 'unknown', why: 'no-run-yet' };
  const { reason, message, endedAt, outcome, first, stalledMs = 0 } = run;
  const told = { reason, message, at: endedAt, confirmed: outcome, first: first?.reason ?? null, stalledMs };
  return { vantage: vantage.id, ...castOf(run, check, vantage, at), ...told };
};

/** Rule 1: the majority of the votes that say something; a tie is unknown and disputed, no vote is unknown. */
export const majority = (states: readonly State[]): { readonly state: State; readonly disputed: boolean } => {
  const good = states.filter((state) => state === 'good').length;
  const bad = states.filter((state) => state === 'bad').length;
  if (good === bad) return { state: 'unknown', disputed: good > 0 };
  return { state: good > bad ? 'good' : 'bad', disputed: false };
};

/**
 * The verdict on a check: by rule 1 of all its vantages, or by rule 3 at a site whose vantage runs it, of that one alone.
 * Its depth is the shallowest of the good runs behind a good verdict.
 */
export const verdictOf = (
  check: Check,
  vantages: Readonly<Record<VantageId, Vantage>>,
  at: { readonly seen: Seen; readonly now: Moment; readonly site: SiteId | null },
): Verdict => {
  const asked = at.site !== null && check.vantages.includes(at.site) ? [at.site] : check.vantages;
  const votes = asked.flatMap((id) => {
    const vantage = vantages[id];
    return vantage === undefined ? [] : [voteOf(check, vantage, at)];
  });
  const { state, disputed } = majority(votes.map((vote) => vote.state));
  const reached = votes
    .filter((vote) => vote.state === 'good')
    .map((vote) => depths.indexOf(at.seen.latest.get(streamOf(check.id, vote.vantage))?.depth ?? 'none'));
  const depth = state === 'good' ? (depths[Math.min(...reached)] ?? 'none') : 'none';
  return { check: check.id, state, disputed, depth, votes };
};
