import { monotonic, setTimer as realTimer, type SetTimer } from './clock.ts';
import type { Run } from './plan.ts';

/** Enough for a whole estate that times out; fewer at once would make the rest late, more would bend the times. */
const together = 256;
/** Against beating with whatever else is periodic, without leaving the slot. */
const jitterOf = (intervalMs: number): number => Math.min(intervalMs / 50, 50);
/** A slot found later than this share of its interval is missed: a thread that wakes must not run everything at once. */
const lateShare = 0.5;

export type Options = {
  readonly runs: readonly Run[];
  /** One run; never throws. `slot` is wall ms. */
  readonly run: (run: Run, slot: number, stop: AbortSignal) => Promise<void>;
  /** So many slots of a run passed unused, the first of them at `slot`. */
  readonly missed: (run: Run, slot: number, count: number) => void;
  readonly cap?: number;
  readonly now?: () => number;
  readonly wall?: () => number;
  readonly setTimer?: SetTimer;
  readonly random?: () => number;
};

type Line = {
  readonly run: Run;
  /** Monotonic ms of slot 0. */
  readonly first: number;
  /** The number of the next slot. */
  next: number;
  state: 'idle' | 'queued' | 'running';
  /** Monotonic ms of the slot that is queued. */
  due: number;
  /** The slot that found its stream at work and may still have its turn. */
  waiting: number | null;
  cancel: () => void;
};

/**
 * Drives runs on a fixed grid of the monotonic clock. A slot that finds its stream at work has its turn when that
 * ends; one that is then or for any other reason too late is missed and counted. No run goes on beside another of its
 * stream, and nothing is made up for: from the end of one run to the start of the next pass half an interval at most.
 */
export const createSchedule = (options: Options) => {
  const { runs, run, missed, cap = together, now = monotonic, wall = Date.now } = options;
  const { setTimer = realTimer, random = Math.random } = options;
  const stopping = new AbortController();
  const working = new Set<Promise<void>>();
  const queue: Line[] = [];
  let lines: readonly Line[] = [];

  // The wall time of a moment just passed; a clock that steps moves later slots and never the grid.
  const wallOf = (moment: number): number => Math.round(wall() - (now() - moment));
  const momentOf = (line: Line, slot: number): number => line.first + slot * line.run.intervalMs;
  const miss = (line: Line, slot: number, count: number): void => {
    if (count > 0) missed(line.run, wallOf(momentOf(line, slot)), count);
  };

  const start = (line: Line): void => {
    line.state = 'running';
    const work = run(line.run, wallOf(line.due), stopping.signal).finally(() => {
      line.state = 'idle';
      working.delete(work);
      takeTurn(line);
      pump();
    });
    working.add(work);
  };
  const pump = (): void => {
    while (working.size < cap && !stopping.signal.aborted) {
      const line = queue.shift();
      if (line === undefined) return;
      start(line);
    }
  };

  const tooLate = (line: Line, slot: number): boolean => now() - momentOf(line, slot) > lateShare * line.run.intervalMs;
  const enqueue = (line: Line, slot: number): void => {
    line.due = momentOf(line, slot);
    line.state = 'queued';
    queue.push(line);
  };
  /** The slot that waited for its stream has its turn now, or never. */
  const takeTurn = (line: Line): void => {
    const slot = line.waiting;
    line.waiting = null;
    if (slot === null || stopping.signal.aborted) return;
    if (line.state === 'idle' && !tooLate(line, slot)) enqueue(line, slot);
    else miss(line, slot, 1);
  };

  const tick = (line: Line): void => {
    const latest = Math.max(line.next, Math.floor((now() - line.first) / line.run.intervalMs));
    const usable = line.state !== 'queued' && !tooLate(line, latest);
    takeTurn(line);
    miss(line, line.next, latest - line.next + (usable ? 0 : 1));
    line.next = latest + 1;
    arm(line);
    if (!usable) return;
    if (line.state === 'running') line.waiting = latest;
    else enqueue(line, latest);
    pump();
  };
  const arm = (line: Line): void => {
    const wait = momentOf(line, line.next) + random() * jitterOf(line.run.intervalMs) - now();
    line.cancel = setTimer(Math.max(0, wait), () => tick(line));
  };

  return {
    start: (): void => {
      const begin = now();
      lines = runs.map((run) => ({
        run,
        first: begin + run.offsetMs,
        next: 0,
        state: 'idle',
        due: 0,
        waiting: null,
        cancel: () => undefined,
      }));
      for (const line of lines) arm(line);
    },
    /** Ends what is going on and resolves when it has ended. */
    stop: async (): Promise<void> => {
      stopping.abort(new DOMException('the schedule was stopped', 'AbortError'));
      for (const line of lines) line.cancel();
      queue.length = 0;
      await Promise.allSettled(working);
    },
  };
};
