import { type CheckId, type Landscape, type StreamId, streamOf, type VantageId } from '../infra/landscape/model.ts';
import type { FromProbes, Observation } from '../probes/observation.ts';
import { type Minute, type Provenance, type SliceAt, type StreamInfo, slice } from './history/history.ts';
import { createSlicer, minuteMs } from './history/slicer.ts';
import { patienceOf } from './judge/verdict.ts';
import type { State } from './picture.ts';

/**
 * Folds what the probes tell into minutes. A good run counts while its vantage is connected, a bad one once an anchor
 * answered after it began: until then it is unknown. A minute is closed only when its vantage has told everything up to
 * its end, and anchors have had their time to confirm.
 */
export const createMinutes = (landscape: Landscape, provenance: Provenance = 'measured') => {
  const slicer = createSlicer();
  const anchors = new Map<VantageId, number>();
  const doubtful = new Map<VantageId, Observation[]>();
  const watched = new Map<StreamId, StreamInfo>();
  const fresh: StreamInfo[] = [];
  const closedUntil = new Map<VantageId, number>();
  const closedMinute = new Map<VantageId, number>();
  const late: SliceAt[] = [];
  const relived = new Map<StreamId, Minute>();
  /** A clock set back by less is waited for. */
  const setBackMs = 7_200_000;
  const mostDoubtful = 10_000;
  const streamsOf = new Map<VantageId, StreamId[]>();
  for (const check of Object.values(landscape.checks))
    if (check.judges)
      for (const vantage of check.vantages)
        streamsOf.set(vantage, [...(streamsOf.get(vantage) ?? []), streamOf(check.id, vantage)]);

  const hold = (run: Observation, state: State): void => {
    const check = landscape.checks[run.check];
    if (check === undefined) return;
    const stream = streamOf(run.check, run.vantage);
    const until = run.endedAt + check.intervalMs + check.timeoutMs;
    slicer.hold(stream, { state, from: run.endedAt, until });
    // A clock that was set back lives through minutes that have been given: a failure in one of them is late data.
    const minute = Math.floor(run.endedAt / minuteMs);
    if (state !== 'bad' || minute >= (slicer.next(stream) ?? minute) || relived.get(stream) === minute) return;
    relived.set(stream, minute);
    late.push({ stream, minute, slice: slice.bad, provenance });
  };
  const failing = new Map<StreamId, number>();
  const stateOf = (run: Observation): State => {
    const vantage = landscape.vantages[run.vantage];
    const anchored = anchors.get(run.vantage) ?? Number.NEGATIVE_INFINITY;
    if (run.outcome === 'unknown' || vantage === undefined) return 'unknown';
    const since = failing.get(streamOf(run.check, run.vantage)) ?? run.began;
    if (run.outcome === 'bad')
      return anchored > since && run.ended - anchored <= patienceOf(vantage) ? 'bad' : 'unknown';
    return run.outcome === 'good' && run.ended - anchored <= patienceOf(vantage) ? 'good' : 'unknown';
  };
  const watch = (check: CheckId, vantage: VantageId, due: number): void => {
    const stream = streamOf(check, vantage);
    if (watched.has(stream)) return;
    const info = { stream, check, vantage, watchedSince: due, provenance };
    watched.set(stream, info);
    fresh.push(info);
    slicer.watch(stream, due);
  };
  const observe = (run: Observation): void => {
    const check = landscape.checks[run.check];
    if (check?.judges !== true || !check.vantages.includes(run.vantage)) return;
    watch(run.check, run.vantage, run.slot);
    if (run.outcome !== 'bad') failing.delete(streamOf(run.check, run.vantage));
    else if (!failing.has(streamOf(run.check, run.vantage))) failing.set(streamOf(run.check, run.vantage), run.began);
    const state = stateOf(run);
    hold(run, state);
    if (run.outcome === 'good' || state !== 'unknown' || run.outcome === 'unknown') return;
    const waiting = doubtful.get(run.vantage) ?? [];
    doubtful.set(run.vantage, [...waiting.slice(-mostDoubtful + 1), run]);
  };
  const told = (vantage: VantageId, wall: number): void => {
    const before = closedUntil.get(vantage) ?? 0;
    if (before - wall <= setBackMs) return void closedUntil.set(vantage, Math.max(wall, before));
    // It will not catch up soon: better to tell these minutes again, the worse of both, than nothing until then.
    closedUntil.set(vantage, wall);
    closedMinute.delete(vantage);
    for (const stream of streamsOf.get(vantage) ?? []) slicer.rewind(stream, Math.floor(wall / minuteMs));
  };
  const anchored = (vantage: VantageId, at: number): void => {
    anchors.set(vantage, Math.max(at, anchors.get(vantage) ?? at));
    const waiting = doubtful.get(vantage) ?? [];
    // An answer long after a failure says the vantage is connected now, not that it was then.
    const declared = landscape.vantages[vantage];
    const round = declared === undefined ? 0 : declared.anchorIntervalMs + declared.anchorTimeoutMs;
    for (const run of waiting) if (run.began < at && at - run.ended <= round) hold(run, 'bad');
    doubtful.set(
      vantage,
      waiting.filter((run) => run.began >= at),
    );
  };
  return {
    /** Every stream of the landscape is due within its interval from this moment (wall ms), whether or not a probe ever reports. */
    expect: (from: number): void => {
      for (const { id, judges, vantages, intervalMs } of Object.values(landscape.checks))
        if (judges) for (const vantage of vantages) watch(id, vantage, from + intervalMs);
    },
    /** Streams known from before go on where they were watched from; `fromOf` is where the telling goes on. */
    resume: (
      streams: readonly StreamInfo[],
      from: number,
      fromOf: (vantage: VantageId) => number = () => from,
    ): void => {
      for (const info of streams)
        if (landscape.checks[info.check]?.judges === true && !watched.has(info.stream)) {
          // Watched from a moment that has not come: the clock was ahead then.
          watched.set(info.stream, info.watchedSince > from ? { ...info, watchedSince: from } : info);
          // The whole minute of the restart is looked at: what of it was not seen is a gap.
          slicer.watch(info.stream, Math.floor(fromOf(info.vantage) / minuteMs) * minuteMs);
        }
    },
    take: (message: FromProbes): void => {
      if (message.type === 'observations') for (const run of message.batch) observe(run);
      if (message.type === 'anchor') anchored(message.vantage, message.at);
      if (message.type === 'missed') watch(message.check, message.vantage, message.slot);
      if (message.type === 'watermark') for (const vantage of message.vantages) told(vantage, message.wall);
    },
    /** The minutes that can be closed now and have not been given before, and the streams first seen since the last call. */
    close: (): { readonly slices: readonly SliceAt[]; readonly streams: readonly StreamInfo[] } => {
      const slices: SliceAt[] = late.splice(0);
      for (const [vantage, told] of closedUntil) {
        const declared = landscape.vantages[vantage];
        const until = told - (declared === undefined ? 0 : patienceOf(declared));
        if (Math.floor(until / minuteMs) === closedMinute.get(vantage)) continue;
        closedMinute.set(vantage, Math.floor(until / minuteMs));
        for (const stream of streamsOf.get(vantage) ?? [])
          for (const { minute, slice } of slicer.close(stream, until))
            slices.push({ stream, minute, slice, provenance });
      }
      return { slices, streams: fresh.splice(0) };
    },
  };
};
