import { inServiceWindow } from '../infra/landscape/calendar.ts';
import { type Landscape, type NodeId, streamOf, type VantageId } from '../infra/landscape/model.ts';
import type { FromProbes, Observation } from '../probes/observation.ts';
import { type Lifecycle, noAlerts, resumed } from './alert/lifecycle.ts';
import type { Batch, Event, History, NumberAt, SliceAt, StreamInfo } from './history/history.ts';
import { minuteMs } from './history/slicer.ts';
import { coneOf, createJudge, prepare } from './judge/judge.ts';
import { createMinutes } from './minutes.ts';
import type { Moment, Picture, Undelivered } from './picture.ts';
import { assess } from './pipeline.ts';
import { createRecorder } from './recorder.ts';
import { carryOver } from './resume.ts';
import { createSeen, numbersOf } from './seen.ts';
import type { Accounts, Assessment } from './slo/account.ts';
import { createForecaster } from './warning/forecaster.ts';
import { paceOf } from './warning/rules.ts';
import { both, titles } from './words.ts';

/** From the moment a minute can be closed until it is durable, as a rule. */
const closingMs = 5_000;

export type MonitorOptions = {
  readonly landscape: Landscape;
  readonly hash: string;
  readonly history: Pick<History, 'commit'>;
  readonly accounts: Accounts;
  readonly now: () => Moment;
  /** The alerts of the last stored picture: what fired before a restart still fires. */
  readonly before?: Picture | null;
  /** The streams the memory holds: watched from then on, not from this start. */
  readonly known?: readonly StreamInfo[];
  /** Wall ms from which a vantage tells again what it saw; null is from now on. */
  readonly toldFrom?: (vantage: VantageId) => number | null;
  /** Where alerts do not get through, now. */
  readonly undelivered?: () => readonly Undelivered[];
  /** Told of minutes that are durable. */
  readonly committed?: (slices: readonly SliceAt[]) => void;
};

/** Numbers worth keeping: the newest of each minute, stream and name. */
const createNumbers = (landscape: Landscape) => {
  const newest = new Map<string, NumberAt>();
  const given = new Map<string, number>();
  return {
    take: (run: Observation): void => {
      const stream = streamOf(run.check, run.vantage);
      const seconds = run.outcome === 'good' ? [['duration', run.duration] as const] : [];
      for (const [name, value] of [...seconds, ...numbersOf(landscape, run)])
        newest.set(`${stream}#${name}`, { stream, name, at: run.endedAt, value, provenance: 'measured' });
    },
    /** Those whose minute has changed since they were last given. */
    due: (): readonly NumberAt[] =>
      [...newest].flatMap(([key, number]) => {
        const minute = Math.floor(number.at / minuteMs);
        if (given.get(key) === minute) return [];
        given.set(key, minute);
        newest.delete(key);
        return [number];
      }),
  };
};

/** The last good and the last failed transcript of a stream; a good one is worth writing only when it is the first since a failure, or by the minute. */
const createTranscripts = () => {
  const written = new Map<string, number>();
  const due = new Map<string, NonNullable<Batch['transcripts']>[number]>();
  return {
    take: (run: Observation): void => {
      if (run.outcome === 'unknown') return;
      const stream = streamOf(run.check, run.vantage);
      const key = `${stream}#${run.outcome}`;
      if (run.outcome === 'good' && run.endedAt - (written.get(key) ?? 0) < 10 * minuteMs) return;
      written.set(key, run.endedAt);
      const why = run.outcome === 'bad' ? [`! ${run.reason}: ${run.message}`] : [];
      due.set(key, { stream, outcome: run.outcome, at: run.endedAt, text: [run.transcript, ...why].join('\n').trim() });
    },
    due: (): NonNullable<Batch['transcripts']> => {
      const all = [...due.values()];
      due.clear();
      return all;
    },
  };
};

/**
 * The judge's place: takes what the probes tell, and at each tick gives the picture. Everything it judges by is given to
 * it; promises rest only on minutes that are durable.
 */
export const createMonitor = ({
  landscape,
  hash,
  history,
  accounts,
  now,
  before = null,
  known = [],
  toldFrom = () => null,
  undelivered = () => [],
  committed = () => undefined,
}: MonitorOptions) => {
  const prepared = prepare(landscape);
  const cones = new Map<NodeId, ReadonlySet<NodeId>>();
  for (const { workflow, cone } of prepared.workflows)
    cones.set(workflow, cone.union(cones.get(workflow) ?? new Set()));
  const everywhere = prepared.graphs.get(null);
  if (everywhere !== undefined)
    for (const { id } of Object.values(landscape.nodes)) if (!cones.has(id)) cones.set(id, coneOf(everywhere, id));
  const stages = {
    prepared,
    judge: createJudge(prepared),
    pace: paceOf(landscape, cones),
    forecast: createForecaster(),
  };
  const seen = createSeen(landscape);
  const minutes = createMinutes(landscape);
  const numbers = createNumbers(landscape);
  const transcripts = createTranscripts();
  const started = now();
  minutes.resume(known, started.wall, (vantage) => Math.min(started.wall, toldFrom(vantage) ?? started.wall));
  minutes.expect(started.wall);
  const recorder = createRecorder(history, {
    now: () => now().mono,
    wall: () => now().wall,
    committed: ({ slices = [], streams = [], numbers: told = [] }) => {
      for (const one of told) accounts.measure(one.stream, one.name, [one]);
      if (slices.length + streams.length === 0) return;
      committed(slices);
      accounts.watch(streams);
      accounts.add(slices);
      assessedAt = Number.NaN;
    },
  });
  const carried = carryOver(landscape, before, started.wall);
  if (carried.ended.length > 0) recorder.offer({ events: carried.ended });
  let lifecycle: Lifecycle = carried.alerts.length === 0 ? noAlerts : resumed(carried.alerts, minuteMs);
  let since: Record<string, number> = carried.since;
  const stateBefore = carried.states;
  let promises: readonly Assessment[] = [];
  let assessedAt = Number.NaN;
  let picturedAt = 0;
  let last: Picture | null = null;

  let maintained: ReadonlySet<NodeId> = new Set();
  let maintainedAsOf = Number.NaN;
  /** Expanding recurrences costs; five seconds are near enough for planned work. */
  const maintainedAt = (wall: number): ReadonlySet<NodeId> => {
    const step = Math.floor(wall / 5_000);
    if (step !== maintainedAsOf) maintained = inServiceWindow(landscape, wall);
    maintainedAsOf = step;
    return maintained;
  };
  const phases = new Map<string, string>(carried.alerts.map(({ id, phase }) => [id, phase]));
  /** What alerts did, for the log: those of one rule and one cause that fired or resolved together are one event. */
  const turns = (picture: Picture): readonly Event[] => {
    const turned = picture.alerts.filter(({ id, phase }) => phases.get(id) !== phase);
    for (const { id, phase } of turned) phases.set(id, phase);
    const alive = new Set(picture.alerts.map(({ id }) => id));
    for (const id of phases.keys()) if (!alive.has(id)) phases.delete(id);
    const told = turned.filter(({ phase }) => phase !== 'pending');
    const together = Map.groupBy(told, ({ phase, rule, about }) => `${phase}|${rule}|${about.causes.join()}`);
    return [...together.values()].flatMap((alerts) => {
      const [first] = alerts;
      if (first === undefined) return [];
      const said = both((language) => {
        const nodes = [...new Set(alerts.map(({ node }) => node))];
        const sites = [...new Set(alerts.flatMap(({ site }) => site ?? []))];
        const where = sites.length === 0 ? '' : ` @ ${titles(landscape, sites, language)}`;
        return `${titles(landscape, nodes, language)}${where}: ${first.about.evidence[language]}`;
      });
      const { phase, rule, severity, about } = first;
      const data = { rule, severity, causes: about.causes, alerts: alerts.map(({ id }) => id), said };
      return [{ at: picture.at, kind: `alert-${phase}`, who: 'forvarsel', why: said.en, data }];
    });
  };

  const longest = Math.max(0, ...Object.values(landscape.checks).map(({ intervalMs }) => intervalMs));
  const graceMs = stages.pace.sight + 2 * longest;
  const looked = new Set<string>();
  const changed = (key: string, state: string, at: Moment): void => {
    // Just after a restart nothing has been looked at: that is no change of what was known before.
    const early = state === 'unknown' && !looked.has(key) && at.mono - started.mono < graceMs;
    if (early && stateBefore.has(key)) return;
    looked.add(key);
    if (stateBefore.get(key) === state) return;
    stateBefore.set(key, state);
    since = { ...since, [key]: at.wall };
  };
  const accountsAt = (wall: number): readonly Assessment[] => {
    // The minutes that can have been closed: newer ones would count as unknown for no other reason than their youth.
    const minute = Math.floor((wall - stages.pace.sight - closingMs) / minuteMs);
    if (minute !== assessedAt) {
      promises = accounts.assess(minute);
      assessedAt = minute;
    }
    return promises;
  };
  const record = (picture: Picture): void => {
    const { slices, streams } = minutes.close();
    const minute = Math.floor(picture.at / minuteMs);
    const events = turns(picture);
    // A restart goes on from the stored picture: an alert that turned must be in it at once, not at the next minute.
    const due = minute !== picturedAt || events.length > 0;
    const pictures = due ? { picture: { at: picture.at, json: JSON.stringify(picture) } } : {};
    picturedAt = minute;
    const batch: Batch = { slices, streams, numbers: numbers.due(), transcripts: transcripts.due(), ...pictures };
    const holds =
      events.length + slices.length + streams.length + (batch.numbers?.length ?? 0) + (batch.transcripts?.length ?? 0);
    if (holds > 0 || 'picture' in batch) recorder.offer({ ...batch, events });
  };
  return {
    prepared,
    take: (message: FromProbes): void => {
      seen.take(message);
      minutes.take(message);
      if (message.type !== 'observations') return;
      for (const run of message.batch) {
        numbers.take(run);
        transcripts.take(run);
      }
    },
    /** What is true now. Also hands what is ready to be remembered to the recorder. */
    tick: (): Picture => {
      const at = now();
      const assessed = assess(
        stages,
        {
          seen: seen.seen,
          now: at,
          maintained: maintainedAt(at.wall),
          promises: accountsAt(at.wall),
          recording: recorder.recording(),
          undelivered: undelivered(),
        },
        lifecycle,
      );
      lifecycle = assessed.lifecycle;
      for (const { node, state } of Object.values(assessed.picture.nodes)) changed(node, state, at);
      for (const { workflow, site, state } of assessed.picture.workflows)
        changed(`${workflow}@${site}`, state.state, at);
      const picture: Picture = { ...assessed.picture, landscape: hash, provenance: 'measured', since };
      record(picture);
      last = picture;
      return picture;
    },
    /** What the accounts hold has changed otherwise than by new minutes: promises are counted again at the next tick. */
    recount: (): void => {
      assessedAt = Number.NaN;
    },
    /** Writes what can be written; false when something could not be. */
    finish: () => {
      if (last !== null) recorder.offer({ picture: { at: last.at, json: JSON.stringify(last) } });
      return recorder.finish();
    },
    seen: seen.seen,
  };
};
