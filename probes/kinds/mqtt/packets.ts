import { type Cursor, cursorOf } from '../../wire/cursor.ts';
import { ProbeFailure } from '../../wire/failure.ts';

/** Packets of MQTT 3.1.1 and 5 (OASIS), as a client writes and reads them. */

export type Version = '3.1.1' | '5';
export type Qos = 0 | 1 | 2;

const wrong = (got: string): ProbeFailure =>
  new ProbeFailure('protocol-error', `expected a packet of MQTT, got ${got}`);
const short = (): ProbeFailure => wrong('one that ends too early');

const kinds = {
  2: 'connack',
  3: 'publish',
  4: 'puback',
  5: 'pubrec',
  6: 'pubrel',
  7: 'pubcomp',
  9: 'suback',
  13: 'pingresp',
  14: 'disconnect',
} as const;
type Kind = (typeof kinds)[keyof typeof kinds];
const kindOf = (first: number): Kind => {
  const kind = Object.entries(kinds).find(([number]) => Number(number) === first >> 4)?.[1];
  if (kind === undefined) throw wrong(`one of type ${first >> 4}, which no server sends us`);
  const flags = first & 0x0f;
  if (kind === 'publish' ? (flags & 0x06) === 0x06 : flags !== (kind === 'pubrel' ? 2 : 0))
    throw wrong(`flags ${flags} in ${kind}`);
  return kind;
};

const bytesOf = (value: number): number[] => (value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...bytesOf(value >> 7)]);

/** A variable byte integer from `at`; null when its end is not there yet. */
const varint = (bytes: Buffer, at: number): { readonly value: number; readonly size: number } | null => {
  let value = 0;
  for (let size = 1; size <= 4; size += 1) {
    const byte = bytes[at + size - 1];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 128 ** (size - 1);
    if (byte < 0x80) return { value, size };
  }
  throw wrong('a length without end');
};

/** The length of the packet that begins here, null when too little of it is there to know. */
export const packetLength = (head: Buffer): number | null => {
  if (head[0] !== undefined) kindOf(head[0]);
  const length = varint(head, 1);
  return length === null ? null : 1 + length.size + length.value;
};

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const prefixed = (bytes: Buffer | string): Buffer => {
  const body = Buffer.from(bytes);
  return Buffer.concat([u16(body.length), body]);
};
const packet = (first: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first, ...bytesOf(body.length)]), body]);
};
const noProperties = (version: Version): Buffer => Buffer.alloc(version === '5' ? 1 : 0);

export type Connect = {
  readonly version: Version;
  readonly clientId: string;
  readonly user: string | null;
  readonly password: string | null;
  /** Seconds. */
  readonly keepAlive: number;
  /** The largest packet we read; said in MQTT 5. */
  readonly largest: number;
};
export const connect = ({ version, clientId, user, password, keepAlive, largest }: Connect): Buffer => {
  const properties = Buffer.from([5, 0x27, 0, 0, 0, 0]);
  properties.writeUInt32BE(largest, 2);
  const flags = 0x02 | (user === null ? 0 : 0x80) | (password === null ? 0 : 0x40);
  return packet(
    0x10,
    prefixed('MQTT'),
    Buffer.from([version === '5' ? 5 : 4, flags]),
    u16(keepAlive),
    ...(version === '5' ? [properties] : []),
    prefixed(clientId),
    ...(user === null ? [] : [prefixed(user)]),
    ...(password === null ? [] : [prefixed(password)]),
  );
};

export type Subscribe = { readonly version: Version; readonly id: number; readonly topic: string; readonly qos: Qos };
export const subscribe = ({ version, id, topic, qos }: Subscribe): Buffer =>
  packet(0x82, u16(id), noProperties(version), prefixed(topic), Buffer.from([qos]));

/** Never retained: nothing of ours stays behind. */
export const publish = ({ version, id, topic, qos }: Subscribe, payload: Buffer): Buffer =>
  packet(0x30 | (qos << 1), prefixed(topic), qos === 0 ? Buffer.alloc(0) : u16(id), noProperties(version), payload);

const acks = { puback: 0x40, pubrec: 0x50, pubrel: 0x62, pubcomp: 0x70 } as const;
export const acknowledge = (kind: keyof typeof acks, id: number): Buffer => packet(acks[kind], u16(id));
export const disconnect = (): Buffer => packet(0xe0);

export type Packet =
  | { readonly is: 'connack'; readonly code: number; readonly why: string; readonly qos: number }
  | { readonly is: 'suback'; readonly id: number; readonly codes: readonly number[]; readonly why: string }
  | {
      readonly is: 'publish';
      readonly topic: string;
      readonly qos: Qos;
      readonly retained: boolean;
      /** 0 with QoS 0. */
      readonly id: number;
      readonly payload: Buffer;
    }
  | { readonly is: keyof typeof acks; readonly id: number; readonly code: number; readonly why: string }
  | { readonly is: 'disconnect'; readonly code: number; readonly why: string }
  | { readonly is: 'pingresp' };

const text = (cursor: Cursor): string => cursor.take(cursor.u16()).toString('utf8');
const integer = (cursor: Cursor): number => {
  let value = 0;
  for (let size = 0; size < 4; size += 1) {
    const byte = cursor.u8();
    value += (byte & 0x7f) * 128 ** size;
    if (byte < 0x80) return value;
  }
  throw wrong('a number without end');
};

type Value = (cursor: Cursor) => number | string;
const shapes: readonly (readonly [Value, readonly number[]])[] = [
  [(cursor) => cursor.u8(), [0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a]],
  [(cursor) => cursor.u16(), [0x13, 0x21, 0x22, 0x23]],
  [(cursor) => cursor.u32(), [0x02, 0x11, 0x18, 0x27]],
  [integer, [0x0b]],
  [text, [0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f]],
  [(cursor) => `${text(cursor)}=${text(cursor)}`, [0x26]],
];
/** MQTT 5 §2.2.2; the types of 3.1.1 have none. */
const properties = (cursor: Cursor, version: Version): ReadonlyMap<number, number | string> => {
  const found = new Map<number, number | string>();
  if (version !== '5') return found;
  const within = cursorOf(cursor.take(integer(cursor)), short);
  while (within.left() > 0) {
    const id = within.u8();
    const read = shapes.find(([, ids]) => ids.includes(id))?.[0];
    if (read === undefined) throw wrong(`the unknown property ${id}`);
    found.set(id, read(within));
  }
  return found;
};
const whyOf = (found: ReadonlyMap<number, number | string>): string => String(found.get(0x1f) ?? '');

type Reader = (cursor: Cursor, at: { readonly version: Version; readonly first: number }) => Packet;
/** In MQTT 5 a code and properties may follow, and may be left out when all is well. */
const coded = (cursor: Cursor, version: Version): { readonly code: number; readonly why: string } => {
  if (version !== '5' || cursor.left() === 0) return { code: 0, why: '' };
  const code = cursor.u8();
  return { code, why: cursor.left() === 0 ? '' : whyOf(properties(cursor, version)) };
};
const ack =
  (is: keyof typeof acks): Reader =>
  (cursor, { version }) => ({ is, id: cursor.u16(), ...coded(cursor, version) });

const readers: Readonly<Record<Kind, Reader>> = {
  connack: (cursor, { version }) => {
    if (cursor.u8() !== 0) throw wrong('a session that was there before, which a new client has not');
    const code = cursor.u8();
    // A broker that does not know MQTT 5 answers as it always has.
    const found = cursor.left() === 0 ? new Map<number, number>() : properties(cursor, version);
    return { is: 'connack', code, why: whyOf(found), qos: Number(found.get(0x24) ?? 2) };
  },
  suback: (cursor, { version }) => {
    const id = cursor.u16();
    const found = properties(cursor, version);
    return { is: 'suback', id, why: whyOf(found), codes: [...cursor.rest()] };
  },
  publish: (cursor, { version, first }) => {
    // Safe: kindOf has refused 3.
    const qos = ((first >> 1) & 3) as Qos;
    const topic = text(cursor);
    const id = qos === 0 ? 0 : cursor.u16();
    properties(cursor, version);
    return { is: 'publish', topic, qos, retained: (first & 1) === 1, id, payload: cursor.rest() };
  },
  puback: ack('puback'),
  pubrec: ack('pubrec'),
  pubrel: ack('pubrel'),
  pubcomp: ack('pubcomp'),
  pingresp: () => ({ is: 'pingresp' }),
  disconnect: (cursor, { version }) => {
    if (version !== '5') throw wrong('one of type 14, which no server sends us');
    return { is: 'disconnect', ...coded(cursor, version) };
  },
};

/** A whole packet of a server. */
export const decodePacket = (bytes: Buffer, version: Version): Packet => {
  const first = bytes[0] ?? 0;
  const kind = kindOf(first);
  const length = varint(bytes, 1);
  if (length === null || bytes.length !== 1 + length.size + length.value) throw short();
  const cursor = cursorOf(bytes.subarray(1 + length.size), short);
  const read = readers[kind](cursor, { version, first });
  if (cursor.left() > 0) throw wrong(`${cursor.left()} bytes too many in ${kind}`);
  return read;
};
