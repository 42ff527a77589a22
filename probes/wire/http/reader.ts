import { ProbeFailure } from '../failure.ts';
import { type Framing, framingOf } from './framing.ts';
import { type Head, headOf, isBeginning, noHttp } from './head.ts';
import { createPile } from './pile.ts';

export const headerLimit = 64 * 1024;
/** Of a body that nobody looks at, so much is kept for people. */
const glance = 4096;

export type Wanted = {
  readonly method: string;
  /** Bytes of the body; one more is `answer-too-large`. */
  readonly limit: number;
  /** False keeps only a beginning of the body, and counts the rest. */
  readonly whole: boolean;
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

/** The text of the next head, which may come in pieces; all heads of an answer have one limit together. */
const createHeads = () => {
  let pile = createPile();
  let endIn = createEnd();
  let spent = 0;
  return {
    spare: () => headerLimit - spent,
    /** Text is null while the head goes on; `to` is where the bytes are used up to. */
    take: (bytes: Buffer, from: number): { readonly text: string | null; readonly to: number } => {
      const end = endIn(bytes, from);
      const to = end < 0 ? bytes.length : end;
      spent += to - from;
      const first = pile.size() === 0;
      if (end < 0 || !first) pile.add(bytes.subarray(from, to));
      if (end < 0 && !isBeginning(pile.all())) throw noHttp(pile.all());
      if (spent > headerLimit)
        throw new ProbeFailure('answer-too-large', `expected headers of at most ${headerLimit} bytes, got more`);
      if (end < 0) return { text: null, to };
      const text = first ? bytes.toString('latin1', from, to) : pile.all().toString('latin1');
      if (!first) pile = createPile();
      endIn = createEnd();
      return { text, to };
    },
  };
};

export const createReader = ({ method, limit, whole, onHead }: Wanted): Reader => {
  const heads = createHeads();
  const pile = createPile();
  let head: Head | null = null;
  let framing: Framing | null = null;
  let received = 0;
  const check = (length: number): void => {
    if (length > limit)
      throw new ProbeFailure('answer-too-large', `expected a body of at most ${limit} bytes, got more`);
  };
  const keep = (piece: Buffer): void => {
    received += piece.length;
    check(received);
    if (whole) pile.add(piece);
    else if (pile.size() < glance) pile.add(piece.subarray(0, glance - pile.size()));
  };
  return {
    push: (bytes) => {
      let at = 0;
      while (framing === null) {
        const { text, to } = heads.take(bytes, at);
        if (text === null) return false;
        at = to;
        const next = headOf(text);
        // What comes before the answer itself (1xx) is read over; 101 is an answer.
        if (next.status < 200 && next.status !== 101) continue;
        head = next;
        onHead?.(next);
        framing = framingOf(next, method, heads.spare());
        check(framing.length);
      }
      framing.take(bytes, at, keep);
      return framing.done();
    },
    end: () => {
      if (framing?.done() === true) return;
      const missing = framing === null ? 'expected an answer' : framing.left();
      if (missing !== null) throw new ProbeFailure('closed-early', `${missing}, got a closed connection`);
    },
    head: () => head,
    body: () => pile.all(),
    received: () => received,
  };
};
