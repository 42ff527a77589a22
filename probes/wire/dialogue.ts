import type { Socket } from 'node:net';
import { setImmediate as breath, setTimeout as pause } from 'node:timers/promises';
import { ProbeFailure } from './failure.ts';

export type Limits = {
  /** Bytes that have come and not been used yet. No greeting or line is longer; what is, is not the protocol. */
  readonly unread: number;
  /** Bytes of the whole conversation. */
  readonly all: number;
};
export const kilobytes = 1024;
const usual: Limits = { unread: 64 * kilobytes, all: 1024 * kilobytes };

/** What of the unread bytes is taken, and how many of them are used up by that. */
export type Taken<T> = { readonly value: T; readonly used: number };
/** How the peer left, and what it had said that nobody took. */
export type Left = { readonly unread: Buffer; readonly error: Error | null };

export type Ear = {
  /**
   * Waits until `take` finds what it looks for in the unread bytes (null: not yet). Where the peer left before that,
   * `left` throws what it means, or makes do with what there is.
   */
  readonly hear: <T>(take: (unread: Buffer) => Taken<T> | null, left: (how: Left) => T) => Promise<T>;
  /** The next line, without its end, as latin1; `what` is how it is called where it does not come. */
  readonly line: (what: string) => Promise<string>;
  readonly bytes: (count: number, what: string) => Promise<Buffer>;
  /** What has come and not been used. */
  readonly unread: () => Buffer;
  /** All of that, used up. */
  readonly take: () => Buffer;
  /** Gives the connection back, to speak TLS on it: what was said in plain must not count as said in secret. */
  readonly release: () => void;
};

/** Unread bytes in one place that grows by doubling: a drip costs no more than a flood. */
const createShelf = () => {
  let place = Buffer.alloc(0);
  let from = 0;
  let to = 0;
  return {
    unread: (): Buffer => place.subarray(from, to),
    size: (): number => to - from,
    add: (chunk: Buffer): void => {
      if (to + chunk.length > place.length) {
        const held = to - from;
        const wide = held + chunk.length;
        const next = wide * 2 <= place.length ? place : Buffer.allocUnsafe(Math.max(1024, wide * 2));
        place.copy(next, 0, from, to);
        place = next;
        from = 0;
        to = held;
      }
      chunk.copy(place, to);
      to += chunk.length;
    },
    use: (count: number): void => {
      from += count;
    },
  };
};

const closedEarly = (what: string, { unread, error }: Left): never => {
  const got = unread.length === 0 ? 'a closed connection' : 'only the beginning of it';
  throw error ?? new ProbeFailure('closed-early', `expected ${what}, got ${got}`);
};

/**
 * Listens to a connection without reading more than is wanted: a flood waits in the peer. Everything that is kept is
 * bounded, and so is the share of this thread that a peer can buy by dripping.
 */
export const listen = (socket: Socket, limits: Limits = usual): Ear => {
  const shelf = createShelf();
  let all = 0;
  let turns = 0;
  let gone = socket.destroyed || socket.readableEnded;
  let error: Error | null = socket.errored;
  let wake = (): void => undefined;
  const tell = (): void => wake();
  const ended = (): void => {
    gone = true;
    wake();
  };
  const failed = (reason: Error): void => {
    error = reason;
    ended();
  };
  socket.on('readable', tell).on('error', failed).on('end', ended).on('close', ended);

  /** Moves what has come to the shelf; false when nothing had. */
  const read = (): boolean => {
    // Safe: a socket without an encoding gives bytes.
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return false;
    all += chunk.length;
    if (all > limits.all) throw new ProbeFailure('answer-too-large', `expected at most ${limits.all} bytes, got more`);
    shelf.add(chunk);
    return true;
  };

  const hear: Ear['hear'] = async (take, left) => {
    turns += 1;
    // A peer that keeps us busy must not keep the deadline from being seen.
    if (turns % 64 === 0) await breath();
    for (;;) {
      const began = performance.now();
      const taken = take(shelf.unread());
      if (taken !== null) {
        shelf.use(taken.used);
        return taken.value;
      }
      if (shelf.size() > limits.unread)
        throw new ProbeFailure('answer-too-large', `expected at most ${limits.unread} bytes at a time, got more`);
      const cost = performance.now() - began;
      // A search that is costly and begins anew with every byte may have a fifth of this thread.
      if (cost > 1) await pause(Math.min(cost, 20) * 4);
      if (read()) continue;
      if (gone) return left({ unread: shelf.unread(), error });
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };

  const line: Ear['line'] = async (what) => {
    let seen = 0;
    return await hear(
      (unread) => {
        const end = unread.indexOf(10, seen);
        seen = unread.length;
        if (end < 0) return null;
        const stop = end > 0 && unread[end - 1] === 13 ? end - 1 : end;
        return { value: unread.toString('latin1', 0, stop), used: end + 1 };
      },
      (how) => closedEarly(what, how),
    );
  };

  const bytes: Ear['bytes'] = async (count, what) =>
    await hear(
      // A copy: the shelf is written over.
      (unread) => (unread.length < count ? null : { value: Buffer.from(unread.subarray(0, count)), used: count }),
      (how) => closedEarly(what, how),
    );

  const release = (): void => {
    socket.off('readable', tell).off('error', failed).off('end', ended).off('close', ended);
    socket.pause();
    if (shelf.size() > 0 || socket.readableLength > 0)
      throw new ProbeFailure('protocol-error', 'expected nothing more before TLS, got something');
  };

  const take = (): Buffer => {
    const rest = Buffer.from(shelf.unread());
    shelf.use(rest.length);
    return rest;
  };

  return { hear, line, bytes, unread: shelf.unread, take, release };
};
