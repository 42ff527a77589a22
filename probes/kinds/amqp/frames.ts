import { type Cursor, cursorOf } from '../../wire/cursor.ts';
import { ProbeFailure } from '../../wire/failure.ts';

/** What a broker sends by AMQP 0-9-1 to a client that does no more than we do. */

const wrong = (got: string): ProbeFailure =>
  new ProbeFailure('protocol-error', `expected a frame of AMQP 0-9-1, got ${got}`);
const short = (): ProbeFailure => wrong('one that ends too early');

const types: ReadonlySet<number> = new Set([1, 2, 3, 8]);
const frameEnd = 0xce;
/** A broker of another version answers with the header of its own. */
const header = Buffer.from('AMQP');
const isHeader = (head: Buffer): boolean => head.subarray(0, 4).equals(header.subarray(0, Math.min(4, head.length)));

/** The length of the frame that begins here, null when too little of it is there to know. */
export const frameLength = (head: Buffer): number | null => {
  const [first] = head;
  if (first === undefined) return null;
  if (isHeader(head)) return 8;
  if (!types.has(first)) throw wrong(`one of type ${first}`);
  return head.length < 7 ? null : 8 + head.readUInt32BE(3);
};

type Closing = { readonly code: number; readonly text: string };
/** Methods of which nothing is read but that they came. */
type Bare = 'open-ok' | 'close-ok' | 'unblocked' | 'channel-open-ok' | 'channel-close-ok' | 'secure';
export type Frame =
  | { readonly is: 'version'; readonly version: string }
  | { readonly is: 'heartbeat' }
  | { readonly is: 'start'; readonly version: string; readonly mechanisms: string }
  | { readonly is: 'tune'; readonly frameMax: number }
  | ({ readonly is: 'close' | 'channel-close' } & Closing)
  | { readonly is: 'blocked'; readonly why: string }
  | { readonly is: Bare }
  | { readonly is: 'declare-ok'; readonly queue: string; readonly messages: number; readonly consumers: number }
  | { readonly is: 'consume-ok'; readonly tag: string }
  | ({ readonly is: 'return' } & Closing)
  | { readonly is: 'deliver'; readonly tag: string }
  | { readonly is: 'header'; readonly size: bigint }
  | { readonly is: 'body'; readonly bytes: Buffer };

const shortText = (cursor: Cursor): string => cursor.take(cursor.u8()).toString('utf8');
const longText = (cursor: Cursor): string => cursor.take(cursor.u32()).toString('utf8');
const closing = (cursor: Cursor): Closing => {
  const said = { code: cursor.u16(), text: shortText(cursor) };
  cursor.take(4);
  return said;
};
const bare =
  (is: Bare, skip: (cursor: Cursor) => unknown = () => undefined) =>
  (cursor: Cursor): Frame => {
    skip(cursor);
    return { is };
  };

/** By class and method. */
const methods: Readonly<Record<string, (cursor: Cursor) => Frame>> = {
  '10.10': (cursor) => {
    const version = `${cursor.u8()}-${cursor.u8()}`;
    // What the broker says of itself is a table; nothing of it is read.
    cursor.take(cursor.u32());
    const mechanisms = longText(cursor);
    longText(cursor);
    return { is: 'start', version, mechanisms };
  },
  '10.20': bare('secure', longText),
  '10.30': (cursor) => {
    cursor.u16();
    const frameMax = cursor.u32();
    cursor.u16();
    return { is: 'tune', frameMax };
  },
  '10.41': bare('open-ok', shortText),
  '10.50': (cursor) => ({ is: 'close', ...closing(cursor) }),
  '10.51': bare('close-ok'),
  '10.60': (cursor) => ({ is: 'blocked', why: shortText(cursor) }),
  '10.61': bare('unblocked'),
  '20.11': bare('channel-open-ok', longText),
  '20.40': (cursor) => ({ is: 'channel-close', ...closing(cursor) }),
  '20.41': bare('channel-close-ok'),
  '50.11': (cursor) => ({
    is: 'declare-ok',
    queue: shortText(cursor),
    messages: cursor.u32(),
    consumers: cursor.u32(),
  }),
  '60.21': (cursor) => ({ is: 'consume-ok', tag: shortText(cursor) }),
  '60.50': (cursor) => {
    const said = { code: cursor.u16(), text: shortText(cursor) };
    shortText(cursor);
    shortText(cursor);
    return { is: 'return', ...said };
  },
  '60.60': (cursor) => {
    const tag = shortText(cursor);
    cursor.take(8 + 1);
    shortText(cursor);
    shortText(cursor);
    return { is: 'deliver', tag };
  },
};

const method = (cursor: Cursor): Frame => {
  const name = `${cursor.u16()}.${cursor.u16()}`;
  const read = methods[name];
  if (read === undefined) throw wrong(`the method ${name}, which answers nothing of ours`);
  const frame = read(cursor);
  if (cursor.left() > 0) throw wrong(`${cursor.left()} bytes too many in the method ${name}`);
  return frame;
};

const readers: Readonly<Record<number, (cursor: Cursor) => Frame>> = {
  1: method,
  2: (cursor) => {
    cursor.take(4);
    const size = cursor.u64();
    // Properties, which we have not set and do not read.
    cursor.rest();
    return { is: 'header', size };
  },
  3: (cursor) => ({ is: 'body', bytes: cursor.rest() }),
  8: (cursor) => {
    if (cursor.left() > 0) throw wrong('a heartbeat with something in it');
    return { is: 'heartbeat' };
  },
};

/** A whole frame of a broker. Of one connection with one channel; which of them it is for its method tells. */
export const decodeFrame = (frame: Buffer): Frame => {
  if (frame.length === 8 && isHeader(frame)) return { is: 'version', version: [...frame.subarray(5)].join('-') };
  if (frame.length < 8 || frameLength(frame) !== frame.length) throw short();
  if (frame.at(-1) !== frameEnd) throw wrong('one that does not end as it should');
  if (frame.readUInt16BE(1) > 1) throw wrong(`one of channel ${frame.readUInt16BE(1)}, which is not open`);
  const read = readers[frame[0] ?? 0];
  if (read === undefined) throw short();
  return read(cursorOf(frame.subarray(7, -1), short));
};
