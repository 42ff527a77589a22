import { type Batch, type History, HistoryError } from './history/history.ts';
import type { Recording } from './picture.ts';

/** Batches kept while history cannot be written; what is older is dropped, and a dropped minute is a gap, which is unknown. */
const mostWaiting = 600;
/** A pause is tried again after this long. */
const retryMs = 5_000;

/**
 * Writes batches in order, one at a time. What is waiting has not been shown to anyone: `committed` is called only when
 * a batch is durable. A full disk pauses recording, loudly, and it resumes by itself.
 */
export const createRecorder = (
  history: Pick<History, 'commit'>,
  on: { readonly now: () => number; readonly committed: (batch: Batch) => void },
) => {
  const waiting: Batch[] = [];
  let writing = false;
  let lost = 0;
  let tryAt = 0;
  let recording: Recording = { state: 'recording', since: on.now(), message: '' };

  const paused = (error: unknown): void => {
    const full = error instanceof HistoryError && error.code === 'full';
    const words = full ? 'the disk is full' : error instanceof Error ? error.message : String(error);
    const since = recording.state === 'paused' ? recording.since : on.now();
    const missing = lost > 0 ? `; ${lost} batches were given up` : '';
    recording = { state: 'paused', since, message: `${words}; ${waiting.length} batches wait${missing}` };
    tryAt = on.now() + retryMs;
  };
  const drain = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    try {
      for (let batch = waiting[0]; batch !== undefined; batch = waiting[0]) {
        await history.commit(batch);
        waiting.shift();
        on.committed(batch);
        if (recording.state !== 'recording') recording = { state: 'recording', since: on.now(), message: '' };
      }
    } catch (error) {
      paused(error);
    } finally {
      writing = false;
    }
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
      const waits = recording.state === 'paused' && on.now() < tryAt && on.now() >= recording.since;
      if (!waits) void drain();
    },
    recording: (): Recording => recording,
    /** Tries once more to write what waits, and says whether nothing is left. */
    finish: async (): Promise<boolean> => {
      await drain();
      return waiting.length === 0;
    },
  };
};
