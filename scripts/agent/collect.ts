import { setTimeout as pause } from 'node:timers/promises';
import { depths, type VantageId } from '../../infra/landscape/model.ts';
import { redact } from '../../probes/discretion/redact.ts';
import { type FromProbes, type Observation, type Outcome, type Reason, reasons } from '../../probes/observation.ts';
import { createOffset } from './clock.ts';
import { createFetch, type Way } from './fetch.ts';
import type { Entry } from './spool.ts';
import { type Spooled, spoolPath } from './wire.ts';

const everyMs = 1_000;
const longestPauseMs = 15_000;
/** A clock of theirs that differs by more from ours is corrected: a minute must be the same minute everywhere. */
const skewMs = 1_000;
/** What arrives this long after it was seen is late, and is written down as such. */
const lateMs = 120_000;
/** Given at once, so that minutes close in between: more would be folded into the worst of them. */
const chunkMs = 60_000;

export type Late = { readonly from: number; readonly to: number; readonly entries: number; readonly lost: number };
export type CollectorState = {
  readonly vantage: VantageId;
  /** Wall ms of the newest answer; null before the first. */
  readonly answeredAt: number | null;
  /** Theirs minus ours, ms. */
  readonly skew: number;
  /** Entries it still has for us. */
  readonly behind: number;
  readonly lost: number;
  readonly trouble: string | null;
};

export type CollectOptions = {
  readonly vantage: VantageId;
  readonly way: Way;
  /** `hashAt` of what this hub judges by, at the vantage. */
  readonly asked: string;
  /** Wall ms from which everything is wanted. */
  readonly from: number;
  readonly take: (message: FromProbes) => void;
  /** Called between chunks, so that what can be closed is. */
  readonly settle: () => Promise<void> | void;
  /** Late data have all arrived, or some are lost for good. */
  readonly late: (late: Late) => void;
  readonly tell: (line: string) => void;
  readonly mono: () => number;
  readonly wall: () => number;
  readonly everyMs?: number;
};

/** What a run by other declarations says is of other checks: it is told, and counts for nothing. */
const ofAnother = (message: FromProbes): FromProbes =>
  message.type !== 'observations'
    ? message
    : {
        ...message,
        batch: message.batch.map((run) => ({
          ...run,
          outcome: 'unknown',
          reason: 'could-not-run',
          message: 'the agent probed by other declarations than the hub judges by',
          signals: {},
        })),
      };

/** Nothing was seen after it was told: what claims so is of a clock that was wrong then. */
const fromTheFuture = (message: FromProbes, now: { readonly mono: number; readonly wall: number }): boolean => {
  const moments =
    message.type === 'observations'
      ? message.batch.map(({ ended, endedAt }) => ({ mono: ended, wall: endedAt }))
      : message.type === 'anchor' || message.type === 'watermark'
        ? [{ mono: message.at, wall: message.wall }]
        : [];
  return moments.some(({ mono, wall }) => mono > now.mono + 1 || wall > now.wall + 2 * skewMs);
};

type Clocks = {
  readonly mono: (theirs: number, theirWall: number) => number;
  readonly wall: (theirs: number) => number;
};

const finite = (...numbers: readonly unknown[]): boolean =>
  numbers.every((one) => typeof one === 'number' && Number.isFinite(one));
const numbersIn = (record: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value] as const] : [])),
  );

const mostText = 4096;
const mostMessage = 300;
const outcomes: readonly Outcome[] = ['good', 'bad', 'unknown'];
const text = (value: unknown, limit: number): string =>
  typeof value === 'string' ? redact(value.slice(0, limit)) : '';
const isReason = (value: unknown): value is Reason => reasons.some((one) => one === value);
/** Whatever another program sends is one of our own words, or it is not taken. */
const isRun = ({ outcome, reason, depth, first }: Observation): boolean =>
  outcomes.includes(outcome) &&
  (outcome === 'good' ? reason === null : isReason(reason)) &&
  depths.includes(depth) &&
  (first === null || (typeof first === 'object' && isReason(first.reason) && finite(first.duration)));

const observationAs = (run: Observation, { mono, wall }: Clocks): Observation | null => {
  if (!isRun(run) || !finite(run.slot, run.startedAt, run.endedAt, run.began, run.ended, run.duration)) return null;
  return {
    ...run,
    message: text(run.message, mostMessage),
    transcript: text(run.transcript, mostText),
    first: run.first === null ? null : { ...run.first, message: text(run.first.message, mostMessage) },
    facts: typeof run.facts === 'object' && run.facts !== null ? run.facts : {},
    // Numbers without end do not survive JSON; a number that is missing is missing, and never nothing.
    signals: numbersIn(run.signals),
    slot: wall(run.slot),
    startedAt: wall(run.startedAt),
    endedAt: wall(run.endedAt),
    began: mono(run.began, run.startedAt),
    ended: mono(run.ended, run.endedAt),
  };
};

/** A message of theirs on our clocks; null where it is none, or speaks for another vantage. */
const translated = (message: FromProbes, vantage: VantageId, clocks: Clocks): FromProbes | null => {
  if (message.type === 'observations') {
    const own = message.batch.filter((run) => run.vantage === vantage);
    const batch = own.flatMap((run) => observationAs(run, clocks) ?? []);
    return batch.length === 0 ? null : { type: 'observations', batch };
  }
  if (message.type === 'missed')
    return message.vantage === vantage && finite(message.slot, message.count)
      ? { ...message, slot: clocks.wall(message.slot) }
      : null;
  if (message.type === 'health' || !finite(message.at, message.wall)) return null;
  const moment = { at: clocks.mono(message.at, message.wall), wall: clocks.wall(message.wall) };
  if (message.type === 'anchor') return message.vantage === vantage ? { ...message, ...moment } : null;
  return message.vantages.includes(vantage) ? { type: 'watermark', vantages: [vantage], ...moment } : null;
};

/**
 * Collects what one agent has seen, each entry once and in order: after an outage of either side it goes on where it
 * was. An agent that is away says nothing, and what nobody says is unknown.
 */
export const startCollector = (options: CollectOptions) => {
  const { vantage, take, settle, late, tell, mono, wall } = options;
  const fetching = createFetch(options.way);
  const stopping = new AbortController();
  const offset = createOffset();
  let boot: string | null = null;
  let spool: string | null = null;
  let foreign: string | null = null;
  let after: number | null = null;
  let shift = 0;
  let state: CollectorState = { vantage, answeredAt: null, skew: 0, behind: 0, lost: 0, trouble: null };
  let episode: { from: number; to: number; entries: number; lost: number } | null = null;

  const clocksAt = (answer: Spooled, entry: Entry, sent: { mono: number; wall: number }): Clocks => {
    const shifted = (theirs: number): number => theirs - shift;
    const byWall = (theirWall: number): number => sent.mono - (answer.now.wall - theirWall);
    return {
      wall: shifted,
      // Times of a former start are on a clock that is gone: they are counted back by the wall.
      mono: (theirs, theirWall) =>
        entry.boot === answer.boot ? (offset.ours(theirs) ?? byWall(theirWall)) : byWall(theirWall),
    };
  };
  const noteLate = (entry: Entry, now: number): void => {
    const at = entry.at - shift;
    if (now - at <= lateMs) return;
    episode ??= { from: at, to: at, entries: 0, lost: 0 };
    episode.to = at;
    episode.entries += 1;
  };
  const noteLost = ({ first }: Spooled): void => {
    const missing = after === null ? 0 : Math.max(0, first - after - 1);
    if (missing === 0) return;
    episode ??= { from: wall(), to: wall(), entries: 0, lost: 0 };
    episode.lost += missing;
    state = { ...state, lost: state.lost + missing };
    tell(`the agent at ${vantage} no longer has ${missing} entries that were not fetched in time`);
  };
  const give = async (answer: Spooled, sent: { mono: number; wall: number }): Promise<void> => {
    let chunk = answer.entries[0]?.at ?? 0;
    for (const entry of answer.entries) {
      if (after !== null && entry.seq <= after) continue;
      if (entry.at - chunk > chunkMs) {
        await settle();
        chunk = entry.at;
      }
      noteLate(entry, sent.wall);
      const message = translated(entry.message, vantage, clocksAt(answer, entry, sent));
      const known = entry.asked === options.asked;
      if (!known && foreign !== entry.asked)
        tell(`the agent at ${vantage} probes by another landscape than this program; give both the same`);
      foreign = known ? null : entry.asked;
      if (message !== null && !fromTheFuture(message, { mono: mono(), wall: wall() }))
        take(known ? message : ofAnother(message));
      after = entry.seq;
    }
  };
  const recognised = (answer: Spooled): void => {
    if (answer.vantage !== vantage) throw new Error(`expected the agent of ${vantage}, got that of ${answer.vantage}`);
    boot = answer.boot;
  };
  const once = async (): Promise<boolean> => {
    const sent = { mono: mono(), wall: wall() };
    const query = after === null ? `from=${Math.max(0, Math.floor(options.from + shift))}` : `after=${after}`;
    const restarted = boot;
    const answer = await fetching.ask(`${spoolPath}?${query}`, stopping.signal);
    recognised(answer);
    if (restarted !== null && restarted !== answer.boot) offset.forget();
    offset.take({ sent: sent.mono, received: mono(), theirs: answer.now.mono });
    const skew = answer.now.wall - (sent.wall + wall()) / 2;
    if (Math.abs(skew - shift) > skewMs) {
      shift = Math.abs(skew) > skewMs ? Math.round(skew) : 0;
      tell(
        `the clock at ${vantage} differs from ours by ${Math.round(skew)} ms; its times are ${shift === 0 ? 'taken as they are' : 'corrected'}`,
      );
    }
    if (spool !== null && spool !== answer.spool) {
      // Begun anew: what it numbers now is not what we have, and what it had for us is gone.
      tell(`the spool at ${vantage} was begun anew; what had not been fetched is lost`);
      spool = answer.spool;
      after = 0;
      return true;
    }
    spool = answer.spool;
    noteLost(answer);
    await give(answer, sent);
    const behind = Math.max(0, answer.last - (after ?? answer.last));
    state = { ...state, answeredAt: wall(), skew, behind, trouble: null };
    if (behind === 0 && episode !== null) {
      late(episode);
      episode = null;
    }
    return behind > 0;
  };
  const loop = async (): Promise<void> => {
    let wait = options.everyMs ?? everyMs;
    while (!stopping.signal.aborted) {
      try {
        const before = state.trouble;
        const more = await once();
        if (before !== null) tell(`the agent at ${vantage} answers again`);
        wait = more ? 0 : (options.everyMs ?? everyMs);
      } catch (error) {
        if (stopping.signal.aborted) break;
        const trouble = error instanceof Error ? error.message : String(error);
        if (state.trouble === null) tell(`the agent at ${vantage} cannot be asked: ${trouble}`);
        state = { ...state, trouble };
        wait = Math.min(Math.max(wait, everyMs) * 1.5, longestPauseMs);
      }
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const going = loop();
  return {
    state: (): CollectorState => state,
    stop: async (): Promise<void> => {
      stopping.abort();
      await going;
      fetching.close();
    },
  };
};
