import { type Depth, depths } from '../../infra/landscape/model.ts';
import { redact } from '../discretion/redact.ts';
import { type Aim, type Facts, type Measurement, type Phase, type ProbeContext, phases } from '../observation.ts';
import { endedOf, failureOf, ProbeFailure } from './failure.ts';

const transcriptLimit = 4096;
/** What is said beyond this is not kept: no more than this is looked at when it is masked. */
const saidLimit = 16 * 1024;
const messageLimit = 300;

/** What a kind tells while it works; it is read once, when the attempt ends, however it ends. */
export type Notes = {
  /** From now on time counts as this phase, and lateness means what it means in it. */
  readonly enter: (phase: Phase) => void;
  /** Until the next `enter` time counts as no phase; lateness keeps its meaning. */
  readonly leave: () => void;
  readonly reach: (depth: Depth) => void;
  /** The answer was held against something declared: only then may a good run claim the check's own depth. */
  readonly asserted: () => void;
  readonly say: (line: string) => void;
  readonly signal: (name: string, value: number) => void;
  /** Learnt of the peer; a later word on the same thing replaces the earlier. */
  readonly fact: <K extends keyof Facts>(name: K, value: NonNullable<Facts[K]>) => void;
  /** From now on time counts for this step; what it took becomes `facts.steps` and the signal `step:<name>`. */
  readonly step: (name: string) => void;
  /** Closed when the attempt ends, at once if it already has. */
  readonly hold: (close: () => void) => void;
  /** A better word than the phase's own for a deadline that passes from now on. */
  readonly ifLate: (failure: (() => ProbeFailure) | null) => void;
};

export const deeper = (a: Depth, b: Depth): Depth => (depths.indexOf(a) >= depths.indexOf(b) ? a : b);
const cut = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, limit - 1)}…` : text);

/** Cuts by bytes, on a whole character; none has more than three of them. */
const cutBytes = (text: string, limit: number): string => {
  if (text.length * 3 <= limit) return text;
  const bytes = Buffer.from(text);
  return bytes.length <= limit ? text : new TextDecoder().decode(bytes.subarray(0, limit)).replace(/\uFFFD$/, '');
};

const createNotes = (now: () => number) => {
  const seconds: Partial<Record<Phase, number>> = {};
  const signals: Record<string, number> = {};
  const lines: string[] = [];
  const closers: (() => void)[] = [];
  const facts: { -readonly [K in keyof Facts]: Facts[K] } = {};
  const steps: { readonly name: string; readonly began: number; ended: number | null }[] = [];
  let said = 0;
  let phase: Phase | null = null;
  let entered = now();
  let counting = false;
  let depth: Depth = 'none';
  let asserted = false;
  let ended = false;
  let late: (() => ProbeFailure) | null = null;
  const settle = (): void => {
    const at = now();
    if (phase !== null && counting) seconds[phase] = (seconds[phase] ?? 0) + (at - entered) / 1000;
    entered = at;
  };
  const endStep = (): void => {
    const last = steps.at(-1);
    if (last !== undefined) last.ended ??= now();
  };
  const notes: Notes = {
    fact: (name, value) => {
      if (!ended) facts[name] = value;
    },
    step: (name) => {
      if (ended) return;
      endStep();
      steps.push({ name, began: now(), ended: null });
    },
    enter: (next) => {
      if (ended) return;
      settle();
      counting = true;
      phase = next;
    },
    leave: () => {
      if (ended) return;
      settle();
      counting = false;
    },
    reach: (reached) => {
      if (!ended) depth = deeper(depth, reached);
    },
    asserted: () => {
      asserted = true;
    },
    say: (line) => {
      if (ended || said > saidLimit) return;
      said += line.length + 1;
      lines.push(line);
    },
    signal: (name, value) => {
      if (!ended) signals[name] = value;
    },
    hold: (close) => {
      if (ended) close();
      else closers.push(close);
    },
    ifLate: (failure) => {
      late = failure;
    },
  };
  return {
    notes,
    phase: () => phase,
    late: () => late,
    /** Stops the clock and closes everything; the first call counts. */
    end: (): void => {
      if (ended) return;
      settle();
      endStep();
      ended = true;
      // Last opened, first closed: Node 26 crashes when the connection under a TLS socket is destroyed before it.
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) close();
    },
    /** What was noted; lines are masked together, for masking has a price of its own whatever the length. */
    read: () => {
      for (const { name, began, ended: at } of steps) signals[`step:${name}`] = ((at ?? began) - began) / 1000;
      if (steps.length > 0)
        facts.steps = steps.map(({ name, began, ended: at }) => ({ name, seconds: ((at ?? began) - began) / 1000 }));
      return {
        seconds,
        facts,
        signals,
        depth,
        asserted,
        transcript: lines.length === 0 ? '' : cutBytes(redact(lines.join('\n')), transcriptLimit),
      };
    },
  };
};

/** Waits for the work, but no longer than the signal: no kind outlives its deadline by waiting for something deaf to it. */
const within = (signal: AbortSignal, work: Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const ended = (): void => reject(signal.reason);
    signal.addEventListener('abort', ended);
    // When the signal was first the work may still fail; that is no news.
    work.then(
      () => {
        signal.removeEventListener('abort', ended);
        resolve();
      },
      (error: unknown) => {
        signal.removeEventListener('abort', ended);
        reject(error);
      },
    );
  });

/** Declared signals that every kind can fill, under the names the check gives them. */
const declared = (aim: Aim, measured: Readonly<Record<string, number>>): Readonly<Record<string, number>> => {
  if (aim.check.signals.length === 0) return measured;
  const signals = { ...measured };
  for (const { name, of } of aim.check.signals) {
    const value = measured[of];
    if (value !== undefined) signals[name] = value;
  }
  return signals;
};

/** In the order in which a run goes through them. */
const inOrder = (seconds: Partial<Record<Phase, number>>): Partial<Record<Phase, number>> => {
  const ordered: Partial<Record<Phase, number>> = {};
  for (const phase of phases) {
    const spent = seconds[phase];
    if (spent !== undefined) ordered[phase] = spent;
  }
  return ordered;
};

/** Runs one attempt of a kind to its end and writes down what it saw; never throws. */
export const measure = async (
  aim: Aim,
  context: ProbeContext,
  work: (notes: Notes) => Promise<void>,
): Promise<Measurement> => {
  const began = context.now();
  const book = createNotes(context.now);
  let failure: ProbeFailure | null = null;
  try {
    if (context.signal.aborted) throw context.signal.reason;
    await within(context.signal, work(book.notes));
  } catch (error) {
    const known = error instanceof ProbeFailure;
    failure = context.signal.aborted && !known ? lateFailure(context.signal, book) : failureOf(error, book.phase());
  } finally {
    book.end();
  }
  const duration = (context.now() - began) / 1000;
  const { seconds, signals, depth, asserted, transcript, facts } = book.read();
  const good = failure === null;
  // The time of a failure is no latency: a refused connection is quick.
  if (good) signals['duration'] = duration;
  return {
    outcome: good ? 'good' : failure?.reason === 'could-not-run' ? 'unknown' : 'bad',
    reason: failure?.reason ?? null,
    message: failure === null ? '' : cut(redact(failure.message), messageLimit),
    depth: good && asserted ? deeper(depth, aim.check.depth) : depth,
    phases: inOrder(seconds),
    duration,
    signals: declared(aim, signals),
    transcript,
    facts,
  };
};

const lateFailure = (signal: AbortSignal, book: ReturnType<typeof createNotes>): ProbeFailure => {
  const ended = endedOf(signal, book.phase());
  return ended.reason === 'could-not-run' ? ended : (book.late()?.() ?? ended);
};
