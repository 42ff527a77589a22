import { ProbeFailure } from '../../wire/failure.ts';

/** MLLP, release 1: a start block, the message, an end block and a carriage return. */
const startBlock = 0x0b;
const endBlock = 0x1c;
const carriageReturn = 0x0d;
/** What some peers send between frames to keep a connection alive. */
const blanks: ReadonlySet<number> = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20]);
/** More than this before a start block, and none is coming. */
const junkLimit = 4096;

export const framed = (message: Buffer): Buffer =>
  Buffer.concat([Buffer.from([startBlock]), message, Buffer.from([endBlock, carriageReturn])]);

/** What unframed bytes look like by how they begin; the bytes themselves may be a patient's and are never shown. */
const likes: readonly (readonly [string, string])[] = [
  ['MSH', 'HL7 without a frame'],
  ['HTTP/', 'HTTP'],
  ['\x15\x03', 'TLS'],
  ['\x16\x03', 'TLS'],
  ['220', 'a greeting of another protocol'],
];
const likeOf = (junk: Buffer): string =>
  likes.find(([beginning]) => junk.toString('latin1').startsWith(beginning))?.[1] ?? 'other bytes';

export type Frames = {
  /** Throws when the peer does not speak MLLP, or too much of it. */
  readonly feed: (chunk: Buffer) => void;
  /** The next whole message, without its frame. */
  readonly take: () => Buffer | null;
  /** Why there is no (further) message, when none comes any more; null when nothing at all is in hand. */
  readonly broken: () => ProbeFailure | null;
  /** Bytes that were in no frame. */
  readonly junk: () => number;
};

/** Takes frames out of a stream, each byte looked at once. `limit` is of everything the peer may send. */
export const createFrames = (limit: number): Frames => {
  const whole: Buffer[] = [];
  let state: 'outside' | 'inside' | 'ending' = 'outside';
  let parts: Buffer[] = [];
  let total = 0;
  let junk = 0;
  let noise = Buffer.alloc(0);
  let noisy = 0;

  const noStart = (): ProbeFailure =>
    new ProbeFailure(
      'protocol-error',
      `expected an MLLP frame, got ${noisy} bytes and no start block (0x0B): ${likeOf(noise)}`,
    );
  const outside = (chunk: Buffer, from: number): number => {
    const start = chunk.indexOf(startBlock, from);
    const skipped = chunk.subarray(from, start < 0 ? chunk.length : start);
    junk += skipped.length;
    const odd = skipped.filter((byte) => !blanks.has(byte));
    noisy += odd.length;
    if (noise.length < 8) noise = Buffer.concat([noise, odd.subarray(0, 8)]);
    if (noisy > junkLimit) throw noStart();
    if (start >= 0) state = 'inside';
    return start < 0 ? chunk.length : start + 1;
  };
  const inside = (chunk: Buffer, from: number): number => {
    const end = chunk.indexOf(endBlock, from);
    const part = chunk.subarray(from, end < 0 ? chunk.length : end);
    if (part.includes(startBlock))
      throw new ProbeFailure('protocol-error', 'expected an end block (0x1C), got a start block (0x0B) in a message');
    parts.push(part);
    // A peer that drips must not make us keep an object for every byte.
    if (parts.length > 1024) parts = [Buffer.concat(parts)];
    if (end >= 0) state = 'ending';
    return end < 0 ? chunk.length : end + 1;
  };
  const ending = (chunk: Buffer, from: number): number => {
    if (chunk[from] !== carriageReturn)
      throw new ProbeFailure(
        'protocol-error',
        'expected a carriage return behind the end block (0x1C), got another byte',
      );
    whole.push(Buffer.concat(parts));
    parts = [];
    state = 'outside';
    noisy = 0;
    noise = Buffer.alloc(0);
    return from + 1;
  };
  const steps = { outside, inside, ending };

  return {
    feed: (chunk) => {
      total += chunk.length;
      if (total > limit) throw new ProbeFailure('answer-too-large', `expected at most ${limit} bytes, got more`);
      for (let at = 0; at < chunk.length; ) at = steps[state](chunk, at);
    },
    take: () => whole.shift() ?? null,
    broken: () => {
      if (state === 'ending')
        return new ProbeFailure('protocol-error', 'expected a carriage return behind the end block (0x1C), got none');
      if (state === 'inside') {
        const length = parts.reduce((sum, part) => sum + part.length, 0);
        return new ProbeFailure(
          'closed-early',
          `expected an end block (0x1C), got ${length} bytes of a message without one`,
        );
      }
      return noisy > 0 ? noStart() : null;
    },
    junk: () => junk,
  };
};
