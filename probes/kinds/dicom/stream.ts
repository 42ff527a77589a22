import type { Socket } from 'node:net';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';
import { piecesOf } from '../../wire/pieces.ts';
import { lengthIn, type Pdu } from './pdu.ts';

/** Takes PDUs out of a stream, each byte looked at once. `limit` is of everything the peer may send. */
export const createPdus = (limit: number) => {
  const whole: Pdu[] = [];
  let parts: Buffer[] = [];
  let size = 0;
  let total = 0;
  /** Of the PDU that is coming, once its head is there. */
  let wanted: number | null = null;
  const gathered = (): Buffer => {
    const [only, ...more] = parts;
    const bytes = only !== undefined && more.length === 0 ? only : Buffer.concat(parts);
    parts = [bytes];
    return bytes;
  };
  const step = (): boolean => {
    if (wanted === null) {
      if (size < 1) return false;
      const bytes = gathered();
      // The first byte alone tells that it is something else altogether.
      if (size < 6) lengthIn(Buffer.from([bytes[0] ?? 0, 0, 0, 0, 0, 0]));
      if (size < 6) return false;
      wanted = 6 + lengthIn(bytes);
    }
    if (size < wanted) {
      // A peer that drips must not make us keep an object for every byte.
      if (parts.length > 1024) gathered();
      return false;
    }
    const bytes = gathered();
    whole.push({ type: bytes[0] ?? 0, body: bytes.subarray(6, wanted) });
    parts = size > wanted ? [bytes.subarray(wanted)] : [];
    size -= wanted;
    wanted = null;
    return true;
  };
  return {
    /** Throws when the peer does not speak DICOM, or too much of it. */
    feed: (chunk: Buffer): void => {
      total += chunk.length;
      if (total > limit) throw new ProbeFailure('answer-too-large', `expected at most ${limit} bytes, got more`);
      parts.push(chunk);
      size += chunk.length;
      while (step());
    },
    take: (): Pdu | null => whole.shift() ?? null,
    /** Bytes of a PDU that is not whole yet. */
    unfinished: (): number => size,
  };
};

/** The next PDU of a connection; each waits under its own name. */
export const listen = (socket: Socket, limit: number, notes: Notes) => {
  const pdus = createPdus(limit);
  const next = piecesOf(socket, pdus, notes);
  const got = (nothing: string): string =>
    pdus.unfinished() === 0 ? nothing : `${pdus.unfinished()} bytes of a PDU that was not finished`;
  return (wanted: string): Promise<Pdu> =>
    next({
      late: () => new ProbeFailure('no-answer', `expected ${wanted}, got ${got('none')} in time`),
      closed: () => new ProbeFailure('closed-early', `expected ${wanted}, got ${got('a closed connection')}`),
    });
};
export type Next = ReturnType<typeof listen>;
