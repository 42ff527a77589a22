import { type Check, type Landscape, type StreamId, streamOf } from '../../infra/landscape/model.ts';
import {
  type Batch,
  type Day,
  type DayPlanes,
  minutesPerDay,
  type NumberAt,
  type SliceAt,
  wordsPerDay,
} from '../../monitors/history/history.ts';
import { minuteMs } from '../../monitors/history/slicer.ts';
import { createMinutes } from '../../monitors/minutes.ts';
import type { Observation } from '../../probes/observation.ts';

/** Simulated runs are this far apart, and so are the anchors' answers. */
const stepMs = 5 * minuteMs;
const dayMs = minutesPerDay * minuteMs;
const numberEveryMs = 15 * minuteMs;

type Stretch = { readonly from: number; readonly to: number };

/** Numbers from 0 to 1 that are the same for the same words: FNV-1a for the start, mulberry32 for the rest. */
export const chanceOf = (...words: readonly (string | number)[]): (() => number) => {
  let state = 2166136261;
  for (const character of words.join('|')) state = Math.imul(state ^ character.charCodeAt(0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

/** At most one trouble of a thing on a day. */
const troubleOf = (
  [seed, thing, day]: readonly [number, string, Day],
  { chance, least, most }: { readonly chance: number; readonly least: number; readonly most: number },
): Stretch | null => {
  const next = chanceOf(seed, thing, day);
  if (next() >= chance) return null;
  const from = day * dayMs + Math.floor(next() * (minutesPerDay - most)) * minuteMs;
  return { from, to: from + Math.round(least + next() * (most - least)) * minuteMs };
};

const within = (stretch: Stretch | null, at: number): boolean =>
  stretch !== null && at >= stretch.from && at < stretch.to;

/** Busy by day, quiet by night, busiest on Monday morning: a factor around 1. */
const busyness = (at: number, zone: string): number => {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const day = Math.exp(-((local.hour - 10.5) ** 2) / 18);
  const weekend = local.dayOfWeek > 5 ? 0.5 : 1;
  const monday = local.dayOfWeek === 1 && local.hour >= 7 && local.hour < 11 ? 1.35 : 1;
  return 0.7 + 0.8 * day * weekend * monday;
};

const runAt = (check: Check, vantage: string, at: number, bad: boolean): Observation => ({
  check: check.id,
  vantage,
  slot: at,
  startedAt: at,
  endedAt: at,
  began: at,
  ended: at,
  outcome: bad ? 'bad' : 'good',
  reason: bad ? 'no-answer' : null,
  message: '',
  depth: check.depth,
  phases: {},
  duration: 0,
  signals: {},
  transcript: '',
  facts: {},
  first: null,
});

/** The estate as it is simulated: the same checks, seldom enough that a month is made in seconds. */
const slowed = (landscape: Landscape): Landscape => ({
  ...landscape,
  vantages: Object.fromEntries(
    Object.values(landscape.vantages).map((one) => [
      one.id,
      { ...one, anchorIntervalMs: stepMs, anchorTimeoutMs: 1000 },
    ]),
  ),
  checks: Object.fromEntries(
    Object.values(landscape.checks).map((one) => [one.id, { ...one, intervalMs: stepMs, timeoutMs: 10_000 }]),
  ),
});

const rates = {
  component: { chance: 0.012, least: 5, most: 45 },
  other: { chance: 0.045, least: 2, most: 14 },
  vantage: { chance: 0.01, least: 10, most: 40 },
};

const setBit = (plane: Uint32Array, minute: number): void => {
  plane[minute >> 5] = (plane[minute >> 5] ?? 0) | (1 << (minute & 31));
};

/** Plays one day through the same folding into minutes as what is measured; nothing from `until` (wall ms) on. */
const minutesOf = (landscape: Landscape, seed: number, day: Day, until: number) => {
  const slow = slowed(landscape);
  const minutes = createMinutes(slow, 'simulated');
  const checks = Object.values(slow.checks).filter(({ judges }) => judges);
  const troubles = new Map(
    checks.map(({ node }) => {
      const rate = landscape.nodes[node]?.kind === 'component' ? rates.component : rates.other;
      return [node, troubleOf([seed, node, day], rate)];
    }),
  );
  // A round before midnight gives the day's first minutes their verdicts.
  const first = day * dayMs - stepMs;
  minutes.expect(first - stepMs);
  const silences = Object.keys(landscape.vantages).map(
    (id) => [id, troubleOf([seed, `@${id}`, day], rates.vantage)] as const,
  );
  const [from, to] = [first, Math.min((day + 1) * dayMs, until)];
  const closed: SliceAt[] = [];
  const tell = (vantage: string, wall: number) =>
    minutes.take({ type: 'watermark', vantages: [vantage], at: wall, wall });
  for (let at = from; at < to; at += stepMs) {
    for (const [vantage, silence] of silences) {
      tell(vantage, at);
      if (within(silence, at)) continue;
      minutes.take({ type: 'anchor', vantage, at: at + 1, wall: at + 1 });
      const batch = checks
        .filter(({ vantages }) => vantages.includes(vantage))
        .map((check) => runAt(check, vantage, at, within(troubles.get(check.node) ?? null, at)));
      minutes.take({ type: 'observations', batch });
      minutes.take({ type: 'anchor', vantage, at: at + 2, wall: at + 2 });
    }
    closed.push(...minutes.close().slices);
  }
  // Everything up to the end has been told, and the anchors have had their time.
  for (const [vantage] of silences) tell(vantage, to + 2 * (stepMs + 1000));
  closed.push(...minutes.close().slices);
  return closed.filter((one) => one.minute * minuteMs < to);
};

const numbersOf = (landscape: Landscape, seed: number, day: Day, until: number): NumberAt[] => {
  const numbers: NumberAt[] = [];
  for (const check of Object.values(landscape.checks))
    for (const { name } of check.signals.filter(({ of }) => of === 'duration'))
      for (const vantage of check.vantages) {
        const next = chanceOf(seed, check.id, vantage, day);
        const usual = 0.02 + 0.06 * chanceOf(seed, check.id)();
        const stream = streamOf(check.id, vantage);
        for (let at = day * dayMs; at < Math.min((day + 1) * dayMs, until); at += numberEveryMs) {
          const value = usual * busyness(at, landscape.authority.zone) * (0.85 + 0.3 * next());
          for (const one of new Set([name, 'duration']))
            numbers.push({ stream, name: one, at, value, provenance: 'simulated' });
        }
      }
  return numbers;
};

/** One simulated day as a batch of the memory; every number and minute of it is marked as simulated. */
export const pastDay = (
  landscape: Landscape,
  { seed, day, until }: { readonly seed: number; readonly day: Day; readonly until: number },
): Required<Pick<Batch, 'days' | 'numbers'>> => {
  const days = new Map<StreamId, DayPlanes>();
  for (const { stream, minute, slice } of minutesOf(landscape, seed, day, until)) {
    const within = minute - day * minutesPerDay;
    if (within < 0 || within >= minutesPerDay) continue;
    const low = new Uint32Array(wordsPerDay);
    const planes = days.get(stream) ?? { day, provenance: 'simulated', low, high: new Uint32Array(wordsPerDay) };
    days.set(stream, planes);
    if (slice & 1) setBit(planes.low, within);
    if (slice & 2) setBit(planes.high, within);
  }
  return {
    days: [...days].map(([stream, planes]) => ({ stream, planes })),
    numbers: numbersOf(landscape, seed, day, until),
  };
};
