import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { ProbeFailure } from './failure.ts';

export type FrameOptions = {
  /**
   * The length of the frame that begins here, from its first bytes alone; null when they are too few to know. Throws what
   * is wrong with them.
   */
  readonly lengthOf: (head: Buffer) => number | null;
  /** Of one frame, in bytes. */
  readonly frameLimit: number;
  /** Of frames in one run: more is a flood, whatever they say. */
  readonly countLimit: number;
  /** How what is waited for is called in a failure. */
  readonly what: string;
};

export type Frames = {
  /** The next whole frame. Fails when the peer leaves, breaks off in the middle of one, or sends too much. */
  readonly next: () => Promise<Buffer>;
};

/**
 * Cuts what a peer sends into frames. Bytes are read only when a frame is wanted, so a flood waits in the peer, and are
 * joined only when a frame is whole, so a drip costs nothing.
 */
export const framesOf = (socket: Duplex, { lengthOf, frameLimit, countLimit, what }: FrameOptions): Frames => {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = 1;
  let count = 0;
  let gone = socket.destroyed;
  let failed: Error | null = socket.errored;
  let wake = (): void => undefined;
  const tell = (): void => wake();
  socket.on('readable', tell);
  socket.on('error', (error) => {
    failed = error;
    wake();
  });
  for (const event of ['end', 'close'] as const)
    socket.on(event, () => {
      gone = true;
      wake();
    });

  const whole = (): Buffer | null => {
    if (held < wanted) return null;
    const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    chunks = [bytes];
    const length = lengthOf(bytes);
    if (length !== null && length > frameLimit)
      throw new ProbeFailure('answer-too-large', `expected ${what} of at most ${frameLimit} bytes, got ${length}`);
    wanted = length ?? held + 1;
    if (length === null || held < length) return null;
    chunks = held === length ? [] : [bytes.subarray(length)];
    held -= length;
    wanted = 1;
    return bytes.subarray(0, length);
  };
  const take = (): Buffer | null => {
    for (;;) {
      const frame = whole();
      if (frame !== null) return frame;
      // Safe: a socket without an encoding gives bytes.
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return null;
      chunks.push(chunk);
      held += chunk.length;
    }
  };
  const left = (): Error =>
    failed ??
    new ProbeFailure(
      'closed-early',
      `expected ${what}, got ${held === 0 ? 'a closed connection' : 'only the beginning of one'}`,
    );

  const next = async (): Promise<Buffer> => {
    count += 1;
    if (count > countLimit)
      throw new ProbeFailure('answer-too-large', `expected at most ${countLimit} frames, got more`);
    // A peer that keeps us busy must not keep the deadline from being seen.
    if (count % 64 === 0) await pause(0);
    for (;;) {
      const more = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const frame = take();
      if (frame !== null) return frame;
      if (failed !== null || gone) throw left();
      await more;
    }
  };
  return { next };
};

/** Waits for what only courtesy asks for, and not for long; its failure is no news. */
export const politely = async (work: Promise<unknown>, withinMs = 200): Promise<void> => {
  const stop = new AbortController();
  const enough = pause(withinMs, undefined, { signal: stop.signal }).catch(() => undefined);
  await Promise.race([work.catch(() => undefined), enough]);
  stop.abort();
};
