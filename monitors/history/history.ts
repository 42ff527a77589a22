import type { CheckId, Landscape, StreamId, VantageId } from '../../infra/landscape/model.ts';

export type Provenance = 'measured' | 'simulated';

/** Two bits: one UTC minute of one (check, vantage). Zero is *not yet watched*. */
export const slice = { notYetWatched: 0, good: 1, bad: 2, unknown: 3 } as const;
export type Slice = (typeof slice)[keyof typeof slice];

/** Whole UTC minutes since the epoch. */
export type Minute = number;
/** Whole UTC days since the epoch; a day has 1440 minutes. */
export type Day = number;
export const minutesPerDay = 1440;
/** 32-bit words per plane of a day. */
export const wordsPerDay = minutesPerDay / 32;

export type SliceAt = {
  readonly stream: StreamId;
  readonly minute: Minute;
  readonly slice: Slice;
  readonly provenance: Provenance;
};

/** A number worth keeping: a duration or a signal. `name` is `duration` or the signal's. Wall ms. */
export type NumberAt = {
  readonly stream: StreamId;
  readonly name: string;
  readonly at: number;
  readonly value: number;
  readonly provenance: Provenance;
};

/** Two bit planes of one day of one stream, bit m of word w is minute w * 32 + m. high,low: 00 not yet watched, 01 good, 10 bad, 11 unknown. */
export type DayPlanes = {
  readonly day: Day;
  readonly provenance: Provenance;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
};

export type StreamInfo = {
  readonly stream: StreamId;
  readonly check: CheckId;
  readonly vantage: VantageId /** First due slot ever, wall ms. */;
  readonly watchedSince: number;
  readonly provenance: Provenance;
};

/** Append-only, with who and why. `data` is plain JSON. */
export type Event = {
  readonly at: number;
  readonly kind: string;
  readonly who: string;
  readonly why: string;
  readonly data: unknown;
};
export type StoredEvent = Event & { readonly id: number };

/** One durable step. All of it is kept, or none of it. */
export type Batch = {
  readonly slices?: readonly SliceAt[];
  /** Whole days at once, for a past that is brought in: the same as their minutes one by one. */
  readonly days?: readonly { readonly stream: StreamId; readonly planes: DayPlanes }[];
  readonly numbers?: readonly NumberAt[];
  readonly events?: readonly Event[];
  readonly streams?: readonly StreamInfo[];
  /** A transcript worth keeping: the last good and the last failed of a stream. */
  readonly transcripts?: readonly {
    readonly stream: StreamId;
    readonly outcome: 'good' | 'bad';
    readonly at: number;
    readonly text: string;
  }[];
  /** The judged picture at this time, as JSON text: what `status --at` reads. */
  readonly picture?: { readonly at: number; readonly json: string };
};

/**
 * Memory of the house. Two implementations under one contract suite: memory and SQLite.
 * Errors are `HistoryError` with a closed code; a broken or foreign file is refused by name and left untouched.
 */
export type History = {
  /** Resolves when the batch is durable; only then may anything of it be shown. Rejects with code `full` when the disk is. */
  readonly commit: (batch: Batch) => Promise<void>;
  /** Planes of the streams for days first..last, both inclusive; minutes that hold nothing after `watchedSince` are *unknown* up to `asOf`, before it *not yet watched*. */
  readonly planes: (wanted: {
    readonly streams: readonly StreamId[];
    readonly first: Day;
    readonly last: Day;
    readonly asOf: Minute;
  }) => Promise<ReadonlyMap<StreamId, readonly DayPlanes[]>>;
  readonly numbers: (wanted: {
    readonly stream: StreamId;
    readonly name: string;
    readonly from: number;
    readonly to: number;
  }) => Promise<readonly { readonly at: number; readonly value: number; readonly provenance: Provenance }[]>;
  readonly transcripts: (stream: StreamId) => Promise<{
    readonly good: { readonly at: number; readonly text: string } | null;
    readonly bad: { readonly at: number; readonly text: string } | null;
  }>;
  readonly streams: () => Promise<readonly StreamInfo[]>;
  readonly events: (wanted: {
    readonly from: number;
    readonly to: number;
    readonly kind?: string;
    readonly limit?: number;
  }) => Promise<readonly StoredEvent[]>;
  /** Remembers the landscape as valid from `at`; the same hash again changes nothing. */
  readonly remember: (landscape: {
    readonly hash: string;
    readonly json: string;
    readonly at: number;
  }) => Promise<void>;
  /** The landscape that was valid at the time; null before the first. */
  readonly landscapeAt: (
    at: number,
  ) => Promise<{ readonly hash: string; readonly landscape: Landscape; readonly validFrom: number } | null>;
  /** The newest picture at or before the time. */
  readonly pictureAt: (at: number) => Promise<{ readonly at: number; readonly json: string } | null>;
  /** Folds closed hours into days, drops what is past its time. */
  readonly fold: (now: number) => Promise<void>;
  readonly size: () => Promise<{ readonly slices: number; readonly numbers: number; readonly other: number }>;
  readonly close: () => Promise<void>;
};

export type HistoryErrorCode = 'full' | 'corrupt' | 'foreign' | 'busy' | 'closed' | 'failed';
export class HistoryError extends Error {
  readonly code: HistoryErrorCode;
  constructor(code: HistoryErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'HistoryError';
    this.code = code;
  }
}
