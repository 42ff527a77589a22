import type { VantageId } from '../infra/landscape/model.ts';
import { monotonic } from './clock.ts';
import { kinds } from './kinds.ts';
import type { Aim, Measurement, Observation, ProbeContext } from './observation.ts';

export type At = {
  /** Wall ms at which the run was due. */
  readonly slot: number;
  readonly vantage: VantageId;
  /** Ends the run early; what it gives then is to be thrown away. */
  readonly stop?: AbortSignal;
  /** Total ms for which this thread has stood still. */
  readonly stalled?: () => number;
  readonly wall?: () => number;
};

export type ContextOf = (signal: AbortSignal) => ProbeContext;

/** More of the deadline than this lost to our own standstill, and a failure says nothing about the peer. */
const spoilt = 0.25;

const failed = (error: unknown, duration: number): Measurement => ({
  outcome: 'unknown',
  reason: 'could-not-run',
  message: `expected a run, got ${error instanceof Error ? error.name : 'an error'} in the probe itself`,
  depth: 'none',
  phases: {},
  duration,
  signals: {},
  transcript: '',
  facts: {},
});

type Lost = {
  /** Ms for which the thread stood still, of the ms the attempt had. */
  readonly stalled: number;
  readonly within: number;
};

/** What a thread that stood still may say: a success, but not how long it took; a failure not at all. */
const honest = (aim: Aim, seen: Measurement, { stalled, within }: Lost): Measurement => {
  if (stalled === 0 || seen.outcome === 'unknown') return seen;
  if (seen.outcome === 'bad' && stalled > spoilt * within)
    return {
      ...seen,
      outcome: 'unknown',
      reason: 'could-not-run',
      message: `the prober itself stood still for ${Math.round(stalled)} ms`,
    };
  const times = new Set([
    'duration',
    ...aim.check.signals.filter(({ of }) => of === 'duration').map(({ name }) => name),
  ]);
  return { ...seen, signals: Object.fromEntries(Object.entries(seen.signals).filter(([name]) => !times.has(name))) };
};

/** Who is told when a signal ends; many runs share one that lives long, and listeners of a signal are found one by one. */
const told = new WeakMap<AbortSignal, Set<() => void>>();
const tell = (signal: AbortSignal, then: () => void): (() => void) => {
  const known = told.get(signal);
  const listeners = known ?? new Set();
  if (known === undefined) {
    told.set(signal, listeners);
    const tellAll = (): void => {
      for (const listener of listeners) listener();
    };
    signal.addEventListener('abort', tellAll, { once: true });
  }
  listeners.add(then);
  return () => listeners.delete(then);
};

/** One attempt with its own deadline, `within` ms from now. */
export const attempt = async (
  aim: Aim,
  contextOf: ContextOf,
  { stop, stalled = () => 0, within }: At & { readonly within: number },
): Promise<Measurement & Pick<Observation, 'stalledMs'>> => {
  const began = monotonic();
  const before = stalled();
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new DOMException('the deadline of the attempt passed', 'TimeoutError')),
    within,
  );
  const forget = stop === undefined ? null : tell(stop, () => deadline.abort(stop.reason));
  try {
    if (stop?.aborted === true) deadline.abort(stop.reason);
    const seen = await kinds[aim.check.kind](aim, { ...contextOf(deadline.signal), withinMs: within });
    const lost = stalled() - before;
    const word = honest(aim, seen, { stalled: lost, within });
    return lost > 0 ? { ...word, stalledMs: lost } : word;
  } catch (error) {
    return failed(error, (monotonic() - began) / 1000);
  } finally {
    clearTimeout(timer);
    forget?.();
  }
};

/**
 * How many ms a second attempt has when the first took `spent`: what is left of the interval, so that the next slot is
 * free, but half the timeout at least, or it could not contradict the first.
 */
export const retryWithin = ({ intervalMs, timeoutMs }: Aim['check'], spent: number): number =>
  Math.max(timeoutMs / 2, Math.min(timeoutMs, intervalMs - spent));

/** One run: an attempt, and when that is bad one more at once, whose word counts. The first stays beside it. */
export const runCheck = async (aim: Aim, contextOf: ContextOf, at: At): Promise<Observation> => {
  const { wall = Date.now } = at;
  const startedAt = wall();
  const began = monotonic();
  const first = await attempt(aim, contextOf, { ...at, within: aim.check.timeoutMs });
  const again = first.outcome === 'bad' && at.stop?.aborted !== true;
  const seen = again
    ? await attempt(aim, contextOf, { ...at, within: retryWithin(aim.check, monotonic() - began) })
    : first;
  const { reason, message, duration } = first;
  return {
    ...seen,
    check: aim.check.id,
    vantage: at.vantage,
    slot: at.slot,
    startedAt,
    endedAt: wall(),
    began,
    ended: monotonic(),
    first: again && reason !== null ? { reason, message, duration } : null,
  };
};

/** A run that could not be made at all, said as such: a check that nobody runs must not look watched. */
export const couldNotRun = (check: Aim['check'], at: At, message: string): Observation => {
  const { wall = Date.now } = at;
  const [time, moment] = [wall(), monotonic()];
  return {
    ...failed(null, 0),
    message,
    check: check.id,
    vantage: at.vantage,
    slot: at.slot,
    startedAt: time,
    endedAt: time,
    began: moment,
    ended: moment,
    first: null,
  };
};
