import { createHash, timingSafeEqual } from 'node:crypto';
import type { CheckId, Landscape } from '../infra/landscape/model.ts';
import { optionsOf } from '../infra/landscape/options.ts';
import { redact } from './discretion/redact.ts';
import { type Heartbeat, type Report, type Secrets, secretKey } from './observation.ts';

/** What a job says of itself, as it comes. */
export type Said = Pick<Report, 'status' | 'durationMs' | 'message' | 'numbers'>;
/** `often`: more than a job may say. `unreadable`: its token could not be read here. */
export type Knock = 'welcome' | 'unknown' | 'refused' | 'unreadable' | 'often';

type Moment = { readonly wall: number; readonly mono: number };
/** What outlives the program, in wall ms. */
export type Remembered = {
  /** Up to when it listened. */
  readonly until: number;
  /** `since`: from when on it has listened for this job without a gap. */
  readonly jobs: Readonly<
    Record<CheckId, { readonly since: number; readonly last: (Said & { readonly at: number }) | null }>
  >;
};

/** So long nobody may listen and it is still no gap: a restart. A job repeats a report that was not taken for so long. */
export const shortestGapMs = 60_000;
const perMinute = 60;
const messageLimit = 300;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

type Job = { readonly token: Buffer | null; readonly numbers: readonly string[] };
const jobsOf = ({ checks }: Pick<Landscape, 'checks'>, secrets: Secrets): ReadonlyMap<CheckId, Job> =>
  new Map(
    Object.values(checks).flatMap((check) => {
      if (check.kind !== 'push') return [];
      const { token, numbers } = optionsOf(check, 'push');
      const value = secrets[secretKey(token)] ?? '';
      return [[check.id, { token: value === '' ? null : digest(value), numbers }] as const];
    }),
  );

/** What is known at the start: a gap in which nobody listened is no silence, and what lies ahead of the clock is nothing. */
const recalled = (job: Remembered['jobs'][CheckId] | undefined, until: number, now: Moment): Heartbeat => {
  const fresh: Heartbeat = { last: null, listened: [{ from: now.mono, to: null }] };
  const ahead = now.wall + shortestGapMs;
  if (job === undefined || until > ahead || job.since > until) return fresh;
  const monoOf = (wall: number): number => now.mono - Math.max(0, now.wall - wall);
  const { last } = job;
  const known = last === null ? null : { ...last, heard: monoOf(last.at) };
  const gap = now.wall - until > shortestGapMs;
  const listened = gap
    ? [{ from: monoOf(job.since), to: monoOf(until) }, ...fresh.listened]
    : [{ from: monoOf(job.since), to: null }];
  return { last: known, listened };
};

/** The last report of every job that is declared, and whether one may be made. It knows no file and no clock. */
export const createHeartbeats = (
  landscape: Pick<Landscape, 'checks'>,
  {
    secrets,
    remembered,
    now,
  }: { readonly secrets: Secrets; readonly remembered: Remembered | null; readonly now: Moment },
) => {
  const jobs = jobsOf(landscape, secrets);
  const known = new Map<CheckId, Heartbeat>(
    [...jobs.keys()].map((id) => [id, recalled(remembered?.jobs[id], remembered?.until ?? 0, now)]),
  );
  const knocks = new Map<CheckId, { readonly minute: number; count: number }>();
  const often = (id: string, mono: number): boolean => {
    const minute = Math.floor(mono / 60_000);
    const counted = knocks.get(id);
    const current = counted?.minute === minute ? counted : { minute, count: 0 };
    current.count += 1;
    knocks.set(id, current);
    return current.count > perMinute;
  };
  return {
    jobs: [...jobs.keys()],
    /** Who knows the token may report; whoever guesses is slowed down like who reports too much. */
    knock: (id: CheckId, token: string, mono: number): Knock => {
      const job = jobs.get(id);
      if (job === undefined) return 'unknown';
      if (job.token === null) return 'unreadable';
      const welcome = timingSafeEqual(job.token, digest(token));
      // Counted apart: whoever guesses must not take the job's own turns.
      if (often(`${id} ${welcome ? 'welcome' : 'refused'}`, mono)) return 'often';
      return welcome ? 'welcome' : 'refused';
    },
    /** Names of numbers that were not declared. */
    undeclared: (id: CheckId, { numbers = {} }: Said): readonly string[] =>
      Object.keys(numbers).filter((name) => jobs.get(id)?.numbers.includes(name) !== true),
    take: (id: CheckId, said: Said, at: Moment): Heartbeat => {
      const message = said.message === undefined ? {} : { message: redact(said.message).slice(0, messageLimit) };
      const last: Report = { ...said, ...message, at: at.wall, heard: at.mono };
      const heartbeat = { last, listened: known.get(id)?.listened ?? [] };
      known.set(id, heartbeat);
      return heartbeat;
    },
    known: (): Readonly<Record<CheckId, Heartbeat>> => Object.fromEntries(known),
    of: (id: CheckId): Heartbeat | null => known.get(id) ?? null,
    remember: ({ wall, mono }: Moment): Remembered => {
      // By the stopwatch: a clock that was set meanwhile moves what is remembered along with it.
      const wallOf = (at: number): number => Math.round(wall - (mono - at));
      const told = (last: Report | null): Remembered['jobs'][CheckId]['last'] => {
        if (last === null) return null;
        const { heard, ...said } = last;
        return { ...said, at: wallOf(heard) };
      };
      const entries = [...known].map(
        ([id, { last, listened }]) => [id, { since: wallOf(listened.at(-1)?.from ?? mono), last: told(last) }] as const,
      );
      return { until: wall, jobs: Object.fromEntries(entries) };
    },
  };
};
