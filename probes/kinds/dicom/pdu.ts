import { ProbeFailure } from '../../wire/failure.ts';

/** DICOM upper layer, PS3.8 §9.3: what goes over the connection. Numbers are big endian. */

export const pduTypes = {
  associateRequest: 0x01,
  associateAccept: 0x02,
  associateReject: 0x03,
  data: 0x04,
  releaseRequest: 0x05,
  releaseReply: 0x06,
  abort: 0x07,
} as const;
/** Largest P-DATA-TF we say we take. */
export const ownMaximum = 16_384;
/** Larger than the longest answer to an association with a few presentation contexts. */
const othersMaximum = 65_536;
const applicationContext = '1.2.840.10008.3.1.1.1';
export const implicitLittleEndian = '1.2.840.10008.1.2';
/** Our own, made from a UUID (PS3.5 §B.2). */
const implementation = { uid: '2.25.329800735698586629295641978511506172918', version: 'FORVARSEL' };

const malformed = (message: string): ProbeFailure => new ProbeFailure('protocol-error', message);

const item = (type: number, body: Buffer): Buffer => {
  const head = Buffer.from([type, 0, 0, 0]);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
};
export const pdu = (type: number, body: Buffer): Buffer => {
  const head = Buffer.from([type, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
};
const title = (name: string): Buffer => Buffer.from(name.padEnd(16, ' ').slice(0, 16), 'latin1');
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** An abstract syntax that is wished for; ids are odd, PS3.8 §9.3.2.2. */
export type Wish = { readonly id: number; readonly name: string; readonly syntax: string };
export type Titles = { readonly calling: string; readonly called: string };

export const associateRequest = ({ calling, called }: Titles, wishes: readonly Wish[]): Buffer => {
  const contexts = wishes.map(({ id, syntax }) =>
    item(
      0x20,
      Buffer.concat([
        Buffer.from([id, 0, 0, 0]),
        item(0x30, Buffer.from(syntax)),
        item(0x40, Buffer.from(implicitLittleEndian)),
      ]),
    ),
  );
  const user = item(
    0x50,
    Buffer.concat([
      item(0x51, uint32(ownMaximum)),
      item(0x52, Buffer.from(implementation.uid)),
      item(0x55, Buffer.from(implementation.version)),
    ]),
  );
  const fixed = [Buffer.from([0, 1, 0, 0]), title(called), title(calling), Buffer.alloc(32)];
  return pdu(
    pduTypes.associateRequest,
    Buffer.concat([...fixed, item(0x10, Buffer.from(applicationContext)), ...contexts, user]),
  );
};
export const releaseRequest = pdu(pduTypes.releaseRequest, Buffer.alloc(4));
export const releaseReply = pdu(pduTypes.releaseReply, Buffer.alloc(4));
/** By the service user, which gives no reason. */
export const abortRequest = pdu(pduTypes.abort, Buffer.alloc(4));

/** One message part in PDUs no larger than the peer takes; 0 is any size. */
export const dataOf = (contextId: number, bytes: Buffer, command: boolean, maximum: number): readonly Buffer[] => {
  const room = (maximum === 0 ? ownMaximum : Math.min(maximum, ownMaximum)) - 6;
  const size = room - (room % 2);
  const pieces: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    const last = at + size >= bytes.length;
    const fragment = Buffer.concat([
      Buffer.from([contextId, (command ? 1 : 0) | (last ? 2 : 0)]),
      bytes.subarray(at, at + size),
    ]);
    pieces.push(pdu(pduTypes.data, Buffer.concat([uint32(fragment.length), fragment])));
  }
  return pieces;
};

export type Pdu = { readonly type: number; readonly body: Buffer };

const known: ReadonlySet<number> = new Set(Object.values(pduTypes));
/** Alert and handshake: the peer wants TLS. */
const tlsRecords: ReadonlySet<number> = new Set([0x15, 0x16]);
/** What the first six bytes promise; throws when no such PDU can come of them. */
export const lengthIn = (head: Buffer): number => {
  const type = head[0] ?? 0;
  const length = head.readUInt32BE(2);
  if (!known.has(type))
    throw malformed(
      `expected a DICOM PDU, got type 0x${type.toString(16).padStart(2, '0')}${tlsRecords.has(type) ? ', as TLS has it' : ''}`,
    );
  const most = type === pduTypes.data ? ownMaximum : othersMaximum;
  if (length > most)
    throw new ProbeFailure('answer-too-large', `expected a PDU of at most ${most} bytes, got one of ${length}`);
  return length;
};

type Item = { readonly type: number; readonly body: Buffer };
const itemsIn = (bytes: Buffer): readonly Item[] => {
  const found: Item[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt16BE(at + 2) : bytes.length + 1;
    if (end > bytes.length) throw malformed('expected whole items in a PDU, got one that goes beyond its end');
    found.push({ type: bytes[at] ?? 0, body: bytes.subarray(at + 4, end) });
    at = end;
  }
  return found;
};
const uidIn = (bytes: Buffer): string => bytes.toString('latin1').replace(/[\0 ]+$/, '');

export type Acceptance = {
  /** Of a presentation context by its id: 0 is accepted. */
  readonly results: ReadonlyMap<number, { readonly result: number; readonly syntax: string }>;
  /** Largest PDU the peer takes; 0 is any. */
  readonly maximum: number;
  readonly version: string;
};

export const acceptanceIn = (body: Buffer): Acceptance => {
  if (body.length < 68) throw malformed(`expected A-ASSOCIATE-AC of at least 68 bytes, got ${body.length}`);
  const items = itemsIn(body.subarray(68));
  const results = new Map<number, { readonly result: number; readonly syntax: string }>();
  for (const { type, body: context } of items) {
    if (type !== 0x21) continue;
    if (context.length < 4) throw malformed('expected a presentation context, got less than its head');
    const syntax = itemsIn(context.subarray(4)).find((inner) => inner.type === 0x40)?.body ?? Buffer.alloc(0);
    results.set(context[0] ?? 0, { result: context[2] ?? 0, syntax: uidIn(syntax) });
  }
  const user = itemsIn(items.find(({ type }) => type === 0x50)?.body ?? Buffer.alloc(0));
  const of = (type: number): Buffer => user.find((one) => one.type === type)?.body ?? Buffer.alloc(0);
  const size = of(0x51);
  return {
    results,
    maximum: size.length >= 4 ? size.readUInt32BE(0) : 0,
    version: uidIn(of(0x55)),
  };
};

export type Fragment = {
  readonly context: number;
  readonly command: boolean;
  readonly last: boolean;
  readonly bytes: Buffer;
};
/** The presentation data values of a P-DATA-TF. */
export const fragmentsIn = (body: Buffer): readonly Fragment[] => {
  const found: Fragment[] = [];
  for (let at = 0; at < body.length; ) {
    const length = at + 4 <= body.length ? body.readUInt32BE(at) : 0;
    const end = at + 4 + length;
    if (length < 2 || end > body.length) throw malformed('expected whole data values in P-DATA-TF, got a broken one');
    const flags = body[at + 5] ?? 0;
    found.push({
      context: body[at + 4] ?? 0,
      command: (flags & 1) === 1,
      last: (flags & 2) === 2,
      bytes: body.subarray(at + 6, end),
    });
    at = end;
  }
  return found;
};
