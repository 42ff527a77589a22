import { type Batch, type History, HistoryError } from './history/history.ts';
import type { Recording } from './picture.ts';

/** Batches kept while history cannot be written; what is older is dropped, and a dropped minute is a gap, which is unknown. */
const mostWaiting = 600;
/** A pause is tried again after this long. */
const retryMs = 5_000;
/** A commit that has not come back for so long is not recording, whatever it will say in the end. */
const hangsMs = 15_000;

/**
 * Writes batches in order, one at a time. What is waiting has not been shown to anyone: `committed` is called only when
 * a batch is durable. A full disk pauses recording, loudly, and it resumes by itself.
 */
export const createRecorder = (
  history: Pick<History, 'commit'>,
  on: {
    /** Monotonic ms: what waits and what hangs is counted on it. */
    readonly now: () => number;
    /** Wall ms: what is told. */
    readonly wall: () => number;
    readonly committed: (batch: Batch) => void;
  },
) => {
  const waiting: Batch[] = [];
  let writing: Promise<void> | null = null;
  let sentAt = 0;
  let lost = 0;
  let tryAt = 0;
  let recording: Recording = { state: 'recording', since: on.wall(), message: '' };

  const paused = (error: unknown): void => {
    const full = error instanceof HistoryError && error.code === 'full';
    const words = full ? 'the disk is full' : error instanceof Error ? error.message : String(error);
    const since = recording.state === 'paused' ? recording.since : on.wall();
    const missing = lost > 0 ? `; ${lost} batches were given up` : '';
    recording = { state: 'paused', since, message: `${words}; ${waiting.length} batches wait${missing}` };
    tryAt = on.now() + retryMs;
  };
  const write = async (): Promise<void> => {
    try {
      for (let batch = waiting[0]; batch !== undefined; batch = waiting[0]) {
        sentAt = on.now();
        await history.commit(batch);
        waiting.shift();
        on.committed(batch);
        if (recording.state !== 'recording') recording = { state: 'recording', since: on.wall(), message: '' };
      }
    } catch (error) {
      paused(error);
    } finally {
      writing = null;
    }
  };
  /** One at a time: who asks while it is under way waits for the same. */
  const drain = (): Promise<void> => {
    if (waiting.length === 0) return Promise.resolve();
    writing ??= write();
    return writing;
  };
  return {
    /** Hands over a batch; it is written as soon as those before it are. */
    offer: (batch: Batch): void => {
      waiting.push(batch);
      // The batch being written stays first: it may be durable already.
      while (waiting.length > mostWaiting) {
        waiting.splice(1, 1);
        lost += 1;
      }
      const waits = recording.state === 'paused' && on.now() < tryAt;
      if (!waits) void drain();
    },
    recording: (): Recording => {
      const hangs = writing !== null && on.now() - sentAt > hangsMs;
      if (!hangs || recording.state === 'paused') return recording;
      return {
        state: 'paused',
        since: on.wall() - (on.now() - sentAt),
        message: `the disk has not answered; ${waiting.length} batches wait`,
      };
    },
    /** Tries once more to write what waits, and says whether nothing is left. */
    finish: async (): Promise<boolean> => {
      await drain();
      return waiting.length === 0;
    },
  };
};
