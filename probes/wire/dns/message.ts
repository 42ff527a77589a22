import { recordTypes } from '../../../infra/landscape/kinds/record-types.ts';
import { ProbeFailure } from '../failure.ts';
import { readName, writeName } from './names.ts';

/** Messages of the DNS, RFC 1035 §4.1, with what RFC 6891 adds to them. */

const headBytes = 12;
/** RFC 6891, at the size that passes every path (DNS flag day 2020). */
const payload = 1232;
const bit = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursion: 0x0100, available: 0x0080 };
const authentic = 0x0020;

export type DnsRecord = {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** Where its data stand: names in them point into the message. */
  readonly message: Buffer;
  readonly from: number;
  readonly to: number;
};
export type DnsMessage = {
  readonly id: number;
  readonly response: boolean;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  /** DNSSEC: the server has verified it. */
  readonly authenticated: boolean;
  /** With the upper bits that an OPT record brings. */
  readonly rcode: number;
  readonly questions: readonly { readonly name: string; readonly type: number; readonly class: number }[];
  readonly answer: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  /** Without OPT, which is of the message and no record. */
  readonly additional: readonly DnsRecord[];
};

const broken = (): ProbeFailure => new ProbeFailure('protocol-error', 'expected a DNS answer, got bytes that are none');

const recordAt = (message: Buffer, from: number): DnsRecord => {
  const { name, next } = readName(message, from);
  if (next + 10 > message.length) throw broken();
  const start = next + 10;
  const to = start + message.readUInt16BE(next + 8);
  if (to > message.length) throw broken();
  return {
    name,
    type: message.readUInt16BE(next),
    class: message.readUInt16BE(next + 2),
    ttl: message.readUInt32BE(next + 4),
    message,
    from: start,
    to,
  };
};

/** What a message says; throws `protocol-error` for bytes that are none. Its cost is bounded by its length. */
export const readMessage = (message: Buffer): DnsMessage => {
  if (message.length < headBytes) throw broken();
  const flags = message.readUInt16BE(2);
  let at = headBytes;
  const questions = Array.from({ length: Math.min(message.readUInt16BE(4), message.length) }, () => {
    const { name, next } = readName(message, at);
    if (next + 4 > message.length) throw broken();
    at = next + 4;
    return { name, type: message.readUInt16BE(next), class: message.readUInt16BE(next + 2) };
  });
  const section = (counted: number): readonly DnsRecord[] => {
    const records: DnsRecord[] = [];
    for (let left = message.readUInt16BE(counted); left > 0; left -= 1) {
      const record = recordAt(message, at);
      records.push(record);
      at = record.to;
    }
    return records;
  };
  const [answer, authority, additional] = [section(6), section(8), section(10)];
  const opt = additional.find(({ type }) => type === recordTypes.OPT);
  return {
    id: message.readUInt16BE(0),
    response: (flags & bit.response) !== 0,
    authoritative: (flags & bit.authoritative) !== 0,
    truncated: (flags & bit.truncated) !== 0,
    recursionAvailable: (flags & bit.available) !== 0,
    authenticated: (flags & authentic) !== 0,
    rcode: (opt === undefined ? 0 : (opt.ttl >>> 24) << 4) | (flags & 0x0f),
    questions,
    answer,
    authority,
    additional: additional.filter((record) => record !== opt),
  };
};

export type Asked = {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** Ask the server to find out for us. */
  readonly recursion: boolean;
  /** Say how much we take over UDP (RFC 6891). */
  readonly edns: boolean;
  /** Ask whether it has verified the answer (RFC 6840 §5.7): without that a server need not say so. */
  readonly authentic: boolean;
};

/** A question on the wire. */
export const writeQuestion = (id: number, asked: Asked): Buffer => {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE((asked.recursion ? bit.recursion : 0) | (asked.authentic ? authentic : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(asked.edns ? 1 : 0, 10);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(asked.type, 0);
  tail.writeUInt16BE(asked.class, 2);
  const opt = Buffer.alloc(asked.edns ? 11 : 0);
  if (asked.edns) {
    opt.writeUInt16BE(recordTypes.OPT, 1);
    opt.writeUInt16BE(payload, 3);
  }
  return Buffer.concat([head, writeName(asked.name), tail, opt]);
};
