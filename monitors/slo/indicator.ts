import type { Check, Indicator, Landscape, Promised, StreamId } from '../../infra/landscape/model.ts';
import { streamOf } from '../../infra/landscape/model.ts';
import {
  type DayPlanes,
  type Minute,
  minutesPerDay,
  type NumberAt,
  type Slice,
  type SliceAt,
  slice,
} from '../history/history.ts';
import { minuteMs } from '../history/slicer.ts';

/** A number as it was measured, wall ms. */
export type Point = Pick<NumberAt, 'at' | 'value' | 'provenance'>;
export type Measured = Extract<Indicator, { readonly kind: 'latency' | 'freshness' }>;

export const isMeasured = ({ indicator }: Promised): boolean =>
  indicator.kind === 'latency' || indicator.kind === 'freshness';

/** The stream of one promise at one vantage: its slices are made from a check's slices and numbers. */
const indicatorStream = (promise: string, vantage: string): StreamId => streamOf(`${promise}#`, vantage);

/**
 * Whether a number keeps the promise through a minute. What is fresh grows old: it is asked for the minute's end, of an
 * age by adding what has passed since it was read.
 */
const keeps = (indicator: Measured, unit: string, { at, value }: Point, end: number): boolean => {
  if (indicator.kind === 'latency') return value < indicator.under;
  const ageMs = unit === 'timestamp' ? end - value * 1000 : value * 1000 + Math.max(0, end - at);
  return ageMs <= indicator.withinMs;
};

/** How many minutes a number speaks for: its own, or as many as lie between two runs. */
const reachOf = ({ intervalMs }: Check): number => Math.max(1, Math.ceil(intervalMs / minuteMs));

/** Numbers older than this were thinned to the lowest and the highest of each bucket. */
const bucketMinutes = 5;
/** Numbers of the newest minutes, for slices that are told after them. */
const mostRecent = 4320;

type Feed = {
  readonly indicator: Measured;
  readonly unit: string;
  readonly name: string;
  readonly stream: StreamId;
  readonly check: Check;
  readonly source: StreamId;
  readonly recent: Map<Minute, Point>;
};

const feedsOf = (landscape: Landscape): readonly Feed[] =>
  Object.values(landscape.nodes).flatMap(({ promises }) =>
    promises.flatMap(({ id, indicator }) => {
      if (indicator.kind !== 'latency' && indicator.kind !== 'freshness') return [];
      const check = landscape.checks[indicator.check];
      if (check === undefined) return [];
      const unit = check.signals.find(({ name }) => name === indicator.of)?.unit ?? 'seconds';
      return check.vantages
        .filter((vantage) => landscape.vantages[vantage] !== undefined)
        .map((vantage) => ({
          ...{ indicator, unit, check, name: indicator.of },
          stream: indicatorStream(id, vantage),
          source: streamOf(check.id, vantage),
          recent: new Map<Minute, Point>(),
        }));
    }),
  );

/** The streams that vote on each measured promise, by the promise's id. */
export const measuredVotes = (landscape: Landscape) => {
  const byPromise = Map.groupBy(feedsOf(landscape), ({ stream }) => stream.slice(0, stream.lastIndexOf('#')));
  return Object.values(landscape.nodes).flatMap(({ id: node, promises }) =>
    promises
      .filter(isMeasured)
      .map(({ id }) => ({ name: id, node, streams: (byPromise.get(id) ?? []).map(({ stream }) => stream) })),
  );
};

/** A failed run is bad, one that could not run unknown; of a good one only its number tells. */
const withoutNumbers = ({ day, provenance, low, high }: DayPlanes): DayPlanes => ({
  day,
  provenance,
  low: low.map((word, index) => word & (high[index] ?? 0)),
  high: high.slice(),
});

/**
 * Turns the slices and numbers of checks into the slices of latency and freshness promises. A minute whose run failed is
 * bad; one that could not be seen, or of which no number was kept, unknown. A check that judges nothing (`metrics`) has
 * numbers alone: where there are none it is unknown.
 */
export const createIndicators = (landscape: Landscape, sliceIn: (stream: StreamId, minute: Minute) => Slice) => {
  const feeds = feedsOf(landscape);
  const bySource = Map.groupBy(feeds, ({ source }) => source);

  const told = (feed: Feed, minute: Minute, point: Point): SliceAt => ({
    stream: feed.stream,
    minute,
    slice: keeps(feed.indicator, feed.unit, point, (minute + 1) * minuteMs) ? slice.good : slice.bad,
    provenance: point.provenance,
  });
  const mayTell = ({ check, source }: Feed, minute: Minute): boolean =>
    !check.judges || sliceIn(source, minute) === slice.good;
  const remember = ({ recent }: Feed, minute: Minute, point: Point): void => {
    recent.set(minute, point);
    if (recent.size <= mostRecent) return;
    const [oldest] = recent.keys();
    if (oldest !== undefined) recent.delete(oldest);
  };
  /** Each minute with the number that speaks for it: the newest that was read in it, or not long before. */
  const spoken = (feed: Feed, points: readonly Point[]): ReadonlyMap<Minute, Point> => {
    const minutes = new Map<Minute, Point>();
    for (const point of points.toSorted((a, b) => a.at - b.at)) {
      const first = Math.floor(point.at / minuteMs);
      for (let minute = first; minute < first + reachOf(feed.check); minute += 1) minutes.set(minute, point);
    }
    return minutes;
  };
  /** Of a thinned bucket every measured minute is as good as its worst; beside one that is not good the rest is unknown. */
  const thinned = (feed: Feed, points: readonly Point[]): readonly SliceAt[] => {
    const bucketMs = bucketMinutes * minuteMs;
    return [...Map.groupBy(points, ({ at }) => Math.floor(at / bucketMs))].flatMap(([bucket, inside]) => {
      const first = bucket * bucketMinutes;
      const minutes = Array.from({ length: bucketMinutes }, (_, index) => first + index);
      const [one] = inside;
      const all = inside.every((point) => keeps(feed.indicator, feed.unit, point, (bucket + 1) * bucketMs));
      if (all && one !== undefined && feed.check.judges)
        return minutes.map((minute) => ({ ...told(feed, minute, one), slice: slice.good }));
      return inside.map((point) => told(feed, Math.floor(point.at / minuteMs), point));
    });
  };
  return {
    /** What a day of a check's slices says of the promises that rest on it, before any number is known. */
    ofDay: (source: StreamId, planes: DayPlanes): readonly (readonly [StreamId, DayPlanes])[] =>
      (bySource.get(source) ?? []).map((feed) => [feed.stream, withoutNumbers(planes)] as const),
    /** The same of one slice, with the number of its minute where there is one. */
    ofSlice: ({ stream, minute, slice: seen, provenance }: SliceAt): readonly SliceAt[] =>
      (bySource.get(stream) ?? []).flatMap((feed): readonly SliceAt[] => {
        if (seen !== slice.good) return [{ stream: feed.stream, minute, slice: seen, provenance }];
        const point = feed.recent.get(minute);
        return [
          point === undefined
            ? { stream: feed.stream, minute, slice: slice.unknown, provenance }
            : told(feed, minute, point),
        ];
      }),
    /** Of numbers of one stream and name, in any order. `thin` says of which days only the extremes of buckets were kept. */
    ofNumbers: (
      source: StreamId,
      name: string,
      points: readonly Point[],
      thin: (day: number) => boolean = () => false,
    ): readonly SliceAt[] =>
      (bySource.get(source) ?? [])
        .filter((feed) => feed.name === name)
        .flatMap((feed) => {
          const [fine, coarse] = [false, true].map((which) =>
            points.filter(({ at }) => thin(Math.floor(at / (minutesPerDay * minuteMs))) === which),
          );
          const minutes = spoken(feed, fine ?? []);
          for (const [minute, point] of minutes) remember(feed, minute, point);
          const slices = [...minutes].map(([minute, point]) => told(feed, minute, point));
          return [...slices, ...thinned(feed, coarse ?? [])].filter(({ minute }) => mayTell(feed, minute));
        }),
    /** The streams that a check's stream feeds. */
    fedBy: (source: StreamId): readonly StreamId[] => (bySource.get(source) ?? []).map(({ stream }) => stream),
    /** Of every source: which numbers are read. */
    wanted: [...new Set(feeds.map(({ source, name }) => `${source} ${name}`))].map((one) => {
      const at = one.lastIndexOf(' ');
      return { stream: one.slice(0, at), name: one.slice(at + 1) };
    }),
  };
};
