import { excerpt } from '../../discretion/redact.ts';
import { ProbeFailure } from '../failure.ts';
import { type Head, valueIn } from './head.ts';

/** How the body of an answer ends: `take` hands on what belongs to it of some bytes, from an offset. */
export type Framing = {
  readonly take: (bytes: Buffer, from: number, body: (piece: Buffer) => void) => void;
  readonly done: () => boolean;
  /** What was still expected when the peer is gone; null when that was the end. */
  readonly left: () => string | null;
  /** Bytes of the body where that is said beforehand, else -1. */
  readonly length: number;
};

const counted = (length: number): Framing => {
  let left = length;
  return {
    take: (bytes, from, body) => {
      const to = Math.min(bytes.length, from + left);
      if (to > from) body(bytes.subarray(from, to));
      left -= Math.max(0, to - from);
    },
    done: () => left === 0,
    left: () => `expected a body of ${length} bytes, of which ${left} were missing`,
    length,
  };
};

const untilClosed = (): Framing => ({
  take: (bytes, from, body) => {
    if (from < bytes.length) body(bytes.subarray(from));
  },
  done: () => false,
  left: () => null,
  length: -1,
});

/** Longer than any size of a chunk, with the white space that some write after it. */
const longestSize = 32;

type State = 'size' | 'data' | 'after' | 'trailer' | 'end';

/** What a line between the data means, by where it stands: the state after it, and how much data follows. */
const meaning: Readonly<Record<'size' | 'after' | 'trailer', (line: string) => readonly [State, number]>> = {
  size: (line) => {
    const size = line.split(';', 1)[0]?.trim() ?? '';
    if (!/^[\da-f]{1,12}$/i.test(size))
      throw new ProbeFailure('protocol-error', `expected the size of a chunk, got "${excerpt(line)}"`);
    const length = Number.parseInt(size, 16);
    return [length === 0 ? 'trailer' : 'data', length];
  },
  after: (line) => {
    if (line.trim() !== '')
      throw new ProbeFailure('protocol-error', `expected the end of a chunk, got "${excerpt(line)}"`);
    return ['size', 0];
  },
  trailer: (line) => [line.trim() === '' ? 'end' : 'trailer', 0],
};

/** Chunk by chunk (RFC 9112 §7.1). Extensions and trailers are read over, `spare` bytes of them at most. */
const chunked = (spare: number): Framing => {
  let state: State = 'size';
  let line = '';
  let left = 0;
  let over = 0;
  /** Takes a line, or the part of it that is there; its beginning is enough to know what it means. */
  const takeLine = (bytes: Buffer, at: number, where: 'size' | 'after' | 'trailer'): number => {
    const feed = bytes.indexOf(10, at);
    const stop = feed < 0 ? bytes.length : feed;
    const room = longestSize - line.length;
    // Chunks are bounded by the data they bring; trailers bring none.
    over += Math.max(0, stop - at - (where === 'trailer' ? 0 : room));
    if (over > spare) throw new ProbeFailure('answer-too-large', 'expected a body, got chunk extensions without end');
    line += bytes.toString('latin1', at, Math.min(stop, at + room));
    if (feed < 0) return stop;
    [state, left] = meaning[where](line);
    line = '';
    return feed + 1;
  };
  return {
    take: (bytes, from, body) => {
      for (let at = from; at < bytes.length && state !== 'end'; ) {
        if (state !== 'data') {
          at = takeLine(bytes, at, state);
          continue;
        }
        const to = Math.min(bytes.length, at + left);
        body(bytes.subarray(at, to));
        left -= to - at;
        at = to;
        if (left === 0) state = 'after';
      }
    },
    done: () => state === 'end',
    left: () => 'expected a last chunk',
    length: -1,
  };
};

const digits = /^\d{1,15}$/;
const lengthOf = (text: string): number => {
  if (digits.test(text)) return Number(text);
  // Said several times it must be the same each time.
  const [first = '', ...others] = text.split(',').map((part) => part.trim());
  if (!digits.test(first) || others.some((other) => other !== first))
    throw new ProbeFailure('protocol-error', `expected one content-length, got "${excerpt(text)}"`);
  return Number(first);
};

const bodiless = new Set([101, 204, 304]);

const codingIn = ({ fields }: Head): string => valueIn(fields, 'transfer-encoding')?.toLowerCase().trim() ?? 'identity';
const declared = ({ fields }: Head): number => {
  const length = valueIn(fields, 'content-length');
  return length === undefined ? -1 : lengthOf(length);
};

/** The length of the content as it is sent, known from the head; -1 when it is not. */
export const contentLength = (head: Head, method: string): number => {
  if (method !== 'HEAD' && (head.status === 204 || head.status === 304)) return 0;
  return codingIn(head) === 'chunked' && method !== 'HEAD' ? -1 : declared(head);
};

/** By RFC 9112 §6.3: a transfer coding counts before a length, and without either the end is where the peer closes. */
export const framingOf = (head: Head, method: string, spare: number): Framing => {
  const length = declared(head);
  const tunnel = method === 'CONNECT' && head.status >= 200 && head.status <= 299;
  if (method === 'HEAD' || tunnel || bodiless.has(head.status)) return counted(0);
  const coding = codingIn(head);
  if (coding === 'chunked') return chunked(spare);
  if (coding !== 'identity')
    throw new ProbeFailure('protocol-error', `expected the transfer coding chunked, got "${excerpt(coding)}"`);
  return length < 0 ? untilClosed() : counted(length);
};
