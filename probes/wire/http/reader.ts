import type { Room } from '../../observation.ts';
import { ProbeFailure } from '../failure.ts';
import { type Framing, framingOf } from './framing.ts';
import { type Head, headOf, isBeginning, noHttp } from './head.ts';
import { createPile, type Pile } from './pile.ts';

export const headerLimit = 64 * 1024;
/** Of a body that nobody looks at, so much is kept for people. */
export const glance = 4096;

export type Wanted = {
  readonly method: string;
  /** Bytes of the body; one more is `answer-too-large`. */
  readonly limit: number;
  /** False keeps only a beginning of the body, and counts the rest. */
  readonly whole: boolean;
  /** Where the memory for the body is taken from. */
  readonly room?: Room | undefined;
  /** Told of the head of the answer, once. */
  readonly onHead?: (head: Head) => void;
};

/** One HTTP/1 answer, read from bytes as they come; throws a ProbeFailure at what is none. */
export type Reader = {
  /** True when the answer is complete; what follows it is not read. */
  readonly push: (bytes: Buffer) => boolean;
  /** The peer has closed its side: that was the end, or it is a failure. */
  readonly end: () => void;
  readonly head: () => Head | null;
  readonly body: () => Buffer;
  /** Bytes of the body that have come. */
  readonly received: () => number;
};

/** Up to where a head goes in bytes, its empty line and all; -1 while it goes on. Each byte is looked at once. */
const createEnd = () => {
  // Of the line that is being read: nothing yet, a carriage return alone, or more.
  let line: 'empty' | 'return' | 'full' = 'empty';
  return (bytes: Buffer, from: number): number => {
    for (let at = from; ; ) {
      const feed = bytes.indexOf(10, at);
      const stop = feed < 0 ? bytes.length : feed;
      if (stop > at) line = line === 'empty' && stop === at + 1 && bytes[at] === 13 ? 'return' : 'full';
      if (feed < 0) return -1;
      if (line !== 'full') return feed + 1;
      line = 'empty';
      at = feed + 1;
    }
  };
};

type Taken = {
  /** Null while the head goes on. */
  readonly text: string | null;
  /** Where the bytes are used up to. */
  readonly to: number;
};

/** The text of one head, which may come in pieces; `spend` is told of every byte. */
const createHeadReader = (spend: (bytes: number) => void) => {
  const endIn = createEnd();
  let pile: Pile | null = null;
  return (bytes: Buffer, from: number): Taken => {
    const end = endIn(bytes, from);
    const to = end < 0 ? bytes.length : end;
    // Most heads come in one piece.
    if (end >= 0 && pile === null) {
      spend(to - from);
      return { text: bytes.toString('latin1', from, to), to };
    }
    pile ??= createPile();
    pile.add(bytes.subarray(from, to));
    if (!isBeginning(pile.all())) throw noHttp(pile.all());
    spend(to - from);
    return { text: end < 0 ? null : pile.all().toString('latin1'), to };
  };
};

const nothing = Buffer.alloc(0);
const tooLarge = (limit: number): ProbeFailure =>
  new ProbeFailure('answer-too-large', `expected a body of at most ${limit} bytes, got more`);

export const createReader = ({ method, limit, whole, room, onHead }: Wanted): Reader => {
  let spent = 0;
  const spend = (bytes: number): void => {
    spent += bytes;
    if (spent > headerLimit)
      throw new ProbeFailure('answer-too-large', `expected headers of at most ${headerLimit} bytes, got more`);
  };
  let readHead = createHeadReader(spend);
  let head: Head | null = null;
  let framing: Framing | null = null;
  let pile: Pile | null = null;
  let received = 0;
  const most = (): number => {
    if (!whole) return glance;
    return framing === null || framing.length < 0 ? limit : framing.length;
  };
  const keep = (piece: Buffer): void => {
    received += piece.length;
    if (received > limit) throw tooLarge(limit);
    pile ??= createPile({ most: most(), room });
    if (whole) pile.add(piece);
    else if (pile.size() < glance) pile.add(piece.subarray(0, glance - pile.size()));
  };
  /** Up to where the bytes were used; the answer's own head is known when it has come. */
  const takeHeads = (bytes: Buffer): number => {
    for (let at = 0; ; ) {
      const { text, to } = readHead(bytes, at);
      if (text === null) return to;
      at = to;
      const next = headOf(text);
      // What comes before the answer itself (1xx) is read over; 101 is an answer.
      if (next.status >= 200 || next.status === 101) {
        head = next;
        onHead?.(next);
        framing = framingOf(next, method, headerLimit - spent);
        if (framing.length > limit) throw tooLarge(limit);
        return at;
      }
      readHead = createHeadReader(spend);
    }
  };
  return {
    push: (bytes) => {
      const at = framing === null ? takeHeads(bytes) : 0;
      framing?.take(bytes, at, keep);
      return framing?.done() === true;
    },
    end: () => {
      if (framing?.done() === true) return;
      const missing = framing === null ? 'expected an answer' : framing.left();
      if (missing !== null) throw new ProbeFailure('closed-early', `${missing}, got a closed connection`);
    },
    head: () => head,
    body: () => pile?.all() ?? nothing,
    received: () => received,
  };
};
