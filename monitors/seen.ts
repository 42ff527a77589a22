import { type CheckId, type Landscape, streamOf, type VantageId } from '../infra/landscape/model.ts';
import type { FromProbes, Observation } from '../probes/observation.ts';
import type { Seen, Series } from './picture.ts';

/** Numbers kept per signal: trends count check intervals, so this is hours at 60 s and minutes at 2 s. */
const longestSeries = 240;

type Line = { at: number[]; value: number[] };

/** The numbers a run carries for the signals of its check. A failed run's duration says how long failing takes, so it is left out. */
export const numbersOf = (
  landscape: Landscape,
  run: Observation,
): readonly (readonly [name: string, value: number])[] =>
  (landscape.checks[run.check]?.signals ?? []).flatMap((signal) => {
    if (signal.of === 'duration' && run.outcome !== 'good') return [];
    const value = run.signals[signal.name] ?? run.signals[signal.of];
    return value === undefined || !Number.isFinite(value) ? [] : [[signal.name, value] as const];
  });

/** Keeps what the judge has before it. Memory is bounded by the landscape: streams it does not name are dropped. */
export const createSeen = (landscape: Landscape) => {
  const latest = new Map<string, Observation>();
  const failing = new Map<string, number>();
  const anchors = new Map<VantageId, number>();
  const watermarks = new Map<VantageId, number>();
  const series = new Map<string, Series & Line>();
  const declared = (check: CheckId, vantage: VantageId) => landscape.checks[check]?.vantages.includes(vantage) === true;

  const observe = (run: Observation): void => {
    if (!declared(run.check, run.vantage)) return;
    const stream = streamOf(run.check, run.vantage);
    const before = latest.get(stream);
    if (before !== undefined && before.ended > run.ended) return;
    latest.set(stream, run);
    if (run.outcome !== 'bad') failing.delete(stream);
    else if (!failing.has(stream)) failing.set(stream, run.began);
    for (const [name, value] of numbersOf(landscape, run)) {
      const line = series.get(`${stream}#${name}`) ?? { at: [], value: [] };
      line.at.push(run.ended);
      line.value.push(value);
      if (line.at.length > longestSeries) {
        line.at.shift();
        line.value.shift();
      }
      series.set(`${stream}#${name}`, line);
    }
  };
  const newer = (map: Map<VantageId, number>, vantage: VantageId, at: number) => {
    if (at > (map.get(vantage) ?? Number.NEGATIVE_INFINITY)) map.set(vantage, at);
  };
  const seen: Seen = { latest, failing, anchors, watermarks, series };
  return {
    seen,
    take: (message: FromProbes): void => {
      if (message.type === 'observations') for (const run of message.batch) observe(run);
      if (message.type === 'anchor') newer(anchors, message.vantage, message.at);
      if (message.type === 'watermark') for (const vantage of message.vantages) newer(watermarks, vantage, message.at);
    },
  };
};
