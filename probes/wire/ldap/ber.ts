import type { Socket } from 'node:net';
import { ProbeFailure } from '../failure.ts';

/** The part of the Basic Encoding Rules that LDAP uses: definite lengths, tags of one byte (RFC 4511 §5.1). */
export type Element = { readonly tag: number; readonly content: Buffer };

/** No answer of a directory is larger in one piece, nor all of one run together. */
export const messageLimit = 256 * 1024;
export const answerLimit = 1024 * 1024;
const mostElements = 10_000;

export const broken = (what: string): ProbeFailure => new ProbeFailure('protocol-error', `expected LDAP, got ${what}`);

const lengthOf = (length: number): Buffer => {
  if (length < 128) return Buffer.from([length]);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
};
export const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
};
export const octets = (text: string | Buffer, tag = 0x04): Buffer =>
  element(tag, typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
/** Not negative, below 2^31. */
export const integer = (value: number, tag = 0x02): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  let from = 0;
  while (from < 3 && bytes[from] === 0 && (bytes[from + 1] ?? 0) < 128) from += 1;
  return element(tag, bytes.subarray(from));
};
export const boolean = (value: boolean, tag = 0x01): Buffer => element(tag, Buffer.from([value ? 0xff : 0]));

/** Where the content begins and ends; null while the head is not whole. */
const headOf = (bytes: Buffer, at: number): { readonly from: number; readonly to: number } | null => {
  const first = bytes[at + 1];
  if (first === undefined) return null;
  if (first < 0x80) return { from: at + 2, to: at + 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw broken('a length it may not have');
  if (bytes.length < at + 2 + count) return null;
  const length = bytes.readUIntBE(at + 2, count);
  return { from: at + 2 + count, to: at + 2 + count + length };
};

/** The elements inside one, in order; they must fill it. */
export const elementsIn = (bytes: Buffer): readonly Element[] => {
  const all: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = headOf(bytes, at);
    const tag = bytes[at] ?? 0;
    if (head === null || head.to > bytes.length) throw broken('an element that ends too early');
    if ((tag & 0x1f) === 0x1f) throw broken('a tag it may not have');
    if (all.length >= mostElements) throw new ProbeFailure('answer-too-large', 'expected fewer elements in one answer');
    all.push({ tag, content: bytes.subarray(head.from, head.to) });
    at = head.to;
  }
  return all;
};
export const integerOf = ({ content }: Element): number => {
  if (content.length < 1 || content.length > 4) throw broken('a number of a length it may not have');
  return content.readIntBE(0, content.length);
};

/** Whole messages off a connection, in order. What has come is joined only when a message is whole. */
export const messages = (socket: Socket) => {
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = 2;
  let told = 0;
  let ended: Error | null = null;
  let wake = (): void => undefined;
  const data = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    // Nobody is asked for more than can be taken at once.
    if (size > answerLimit) socket.pause();
    wake();
  };
  const leave = (error?: unknown): void => {
    ended ??=
      error instanceof Error ? error : new ProbeFailure('closed-early', 'expected an answer, got a closed connection');
    wake();
  };
  const closed = (): void => leave();
  socket.on('data', data).on('error', leave).on('end', closed).on('close', closed);
  const joined = (): Buffer => {
    const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    chunks = [whole];
    return whole;
  };
  /** A whole message, or null while it is not; what is no LDAP is said at its first byte. */
  const take = (): Buffer | null => {
    if (size > 0 && chunks[0]?.[0] !== 0x30) throw broken('something else');
    if (size < needed) return null;
    const whole = joined();
    const head = headOf(whole, 0);
    if (head === null || head.to > size) {
      needed = head?.to ?? size + 1;
      if (needed > messageLimit) throw new ProbeFailure('answer-too-large', `expected at most ${messageLimit} bytes`);
      return null;
    }
    const rest = whole.subarray(head.to);
    chunks = rest.length === 0 ? [] : [rest];
    size = rest.length;
    needed = 2;
    told += head.to;
    if (told > answerLimit) throw new ProbeFailure('answer-too-large', `expected at most ${answerLimit} bytes in all`);
    return whole.subarray(head.from, head.to);
  };
  return {
    next: async (): Promise<Buffer> => {
      for (;;) {
        const whole = take();
        if (whole !== null) return whole;
        if (ended !== null) throw ended;
        socket.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    /** Gives the connection back, with nothing read ahead: what was said in plain must not count as said in TLS. */
    release: (): void => {
      socket.off('data', data).off('error', leave).off('end', closed).off('close', closed);
      socket.pause();
      if (size > 0) throw broken('more than was asked for before TLS');
    },
  };
};
