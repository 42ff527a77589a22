import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { ProbeFailure } from '../../wire/failure.ts';

/** Frames of RFC 6455 §5, as a client writes and reads them. */

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
export type Opcode = (typeof opcodes)[keyof typeof opcodes];
export type Frame = { readonly opcode: Opcode; readonly final: boolean; readonly payload: Buffer };

const isOpcode = (value: number): value is Opcode => Object.values<number>(opcodes).includes(value);
const wrong = (got: string): ProbeFailure =>
  new ProbeFailure('protocol-error', `expected a WebSocket frame, got ${got}`);

const lengths: Readonly<Record<number, { readonly head: number; readonly read: (head: Buffer) => number }>> = {
  126: { head: 4, read: (head) => head.readUInt16BE(2) },
  // Beyond 2^53 it is too large in any case.
  127: { head: 10, read: (head) => Number(head.readBigUInt64BE(2)) },
};
const shapeOf = (head: Buffer): { readonly head: number; readonly length: number } | null => {
  const [first, second] = head;
  if (first === undefined || second === undefined) return null;
  if ((first & 0x70) !== 0) throw wrong('one with bits that nobody agreed on');
  if (!isOpcode(first & 0x0f)) throw wrong(`one of the unknown kind ${first & 0x0f}`);
  if ((second & 0x80) !== 0) throw wrong('a masked one, which no server sends');
  if ((first & 0x08) !== 0 && ((first & 0x80) === 0 || second > 125))
    throw wrong('a control frame in parts, or too long');
  const long = lengths[second];
  if (long === undefined) return { head: 2, length: second };
  if (head.length < long.head) return null;
  const length = long.read(head);
  if (length < (second === 126 ? 126 : 65_536)) throw wrong('a length in more bytes than it takes');
  return { head: long.head, length };
};

/** The length of the frame that begins here, null when too little of it is there to know. */
export const frameLength = (head: Buffer): number | null => {
  const shape = shapeOf(head);
  return shape === null ? null : shape.head + shape.length;
};

/** A whole frame of a server. */
export const decodeFrame = (frame: Buffer): Frame => {
  const shape = shapeOf(frame);
  const first = frame[0] ?? 0;
  const opcode = first & 0x0f;
  if (shape === null || frame.length !== shape.head + shape.length || !isOpcode(opcode)) throw wrong('a part of one');
  return { opcode, final: (first & 0x80) !== 0, payload: frame.subarray(shape.head) };
};

const sized = (length: number): Buffer => {
  if (length < 126) return Buffer.from([length]);
  const size = Buffer.alloc(length < 65_536 ? 3 : 9);
  size[0] = length < 65_536 ? 126 : 127;
  if (length < 65_536) size.writeUInt16BE(length, 1);
  else size.writeBigUInt64BE(BigInt(length), 1);
  return size;
};

/** A frame as a client sends it: whole, and masked with a key nobody can guess. */
export const encodeFrame = (opcode: Opcode, payload: Buffer): Buffer => {
  const size = sized(payload.length);
  size[0] = (size[0] ?? 0) | 0x80;
  const key = randomBytes(4);
  const masked = Buffer.from(payload.map((byte, at) => byte ^ (key[at % 4] ?? 0)));
  return Buffer.concat([Buffer.from([0x80 | opcode]), size, key, masked]);
};

export type Message = { readonly text: boolean; readonly bytes: Buffer };

/** Text that is not UTF-8 is no text (RFC 6455 §8.1). */
const whole = (text: boolean, bytes: Buffer): Message => {
  if (text && !isUtf8(bytes)) throw wrong('text that is not UTF-8');
  return { text, bytes };
};

/** Puts messages together from their frames; null until one is whole. */
export const createAssembly = (limit: number) => {
  let kind: Opcode | null = null;
  let parts: Buffer[] = [];
  let size = 0;
  return ({ opcode, final, payload }: Frame): Message | null => {
    if ((opcode === opcodes.continuation) !== (kind !== null))
      throw wrong(kind === null ? 'the rest of a message without its beginning' : 'a message in the middle of another');
    kind ??= opcode;
    size += payload.length;
    if (size > limit)
      throw new ProbeFailure('answer-too-large', `expected a message of at most ${limit} bytes, got more`);
    parts.push(payload);
    if (!final) return null;
    const message = whole(kind === opcodes.text, Buffer.concat(parts));
    kind = null;
    parts = [];
    size = 0;
    return message;
  };
};
