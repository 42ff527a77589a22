import { recordClasses, recordTypes } from '../../../infra/landscape/kinds/record-types.ts';
import { address4, address6 } from '../../wire/dns/addresses.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { escapedByte, readName } from '../../wire/dns/names.ts';
import { ProbeFailure } from '../../wire/failure.ts';

/** Records as text: the presentation form of RFC 1035 §5 and of the RFC of each type, as miekg/dns writes it. */

const named = (numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> =>
  new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
const typeNames = named(recordTypes);
const classNames = named(recordClasses);
const typeName = (type: number): string => typeNames.get(type) ?? `TYPE${type}`;

type Cursor = { readonly message: Buffer; readonly to: number; at: number };
type Field = (cursor: Cursor) => string;

const broken = (): ProbeFailure =>
  new ProbeFailure('protocol-error', 'expected a DNS record, got one whose data are none of its type');
const take = (cursor: Cursor, length: number): Buffer => {
  const end = cursor.at + length;
  if (end > cursor.to) throw broken();
  const part = cursor.message.subarray(cursor.at, end);
  cursor.at = end;
  return part;
};
const byte = (cursor: Cursor): number => take(cursor, 1).readUInt8(0);
const rest = (cursor: Cursor): Buffer => take(cursor, cursor.to - cursor.at);

const number =
  (bytes: number): Field =>
  (cursor) =>
    String(take(cursor, bytes).readUIntBE(0, bytes));
const [u8, u16, u32] = [number(1), number(2), number(4)];
const name: Field = (cursor) => {
  const { name: text, next } = readName(cursor.message, cursor.at);
  if (next > cursor.to) throw broken();
  cursor.at = next;
  return text;
};
const quoted = (text: string): string =>
  `"${text.replaceAll(/["\\]|[^ -~]/g, (char) => (char === '"' || char === '\\' ? `\\${char}` : escapedByte(char)))}"`;
const plain: Field = (cursor) => take(cursor, byte(cursor)).toString('latin1');
const text: Field = (cursor) => quoted(plain(cursor));
const texts: Field = (cursor) => {
  const all: string[] = [];
  while (cursor.at < cursor.to) all.push(text(cursor));
  return all.join(' ');
};
const quotedRest: Field = (cursor) => quoted(rest(cursor).toString('latin1'));
const hex: Field = (cursor) => rest(cursor).toString('hex');
const HEX: Field = (cursor) => hex(cursor).toUpperCase();
const base64: Field = (cursor) => rest(cursor).toString('base64');
const salt: Field = (cursor) => take(cursor, byte(cursor)).toString('hex').toUpperCase() || '-';
const type: Field = (cursor) => typeName(take(cursor, 2).readUInt16BE(0));
/** `20261126023704`, UTC. */
const time: Field = (cursor) =>
  new Date(take(cursor, 4).readUInt32BE(0) * 1000).toISOString().replaceAll(/[-:T]|\.\d+Z$/g, '');
/** RFC 4648 §7, without padding. */
const hash: Field = (cursor) => {
  const bits = [...take(cursor, byte(cursor))].map((one) => one.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => Number.parseInt(five.padEnd(5, '0'), 2).toString(32))
    .join('')
    .toUpperCase();
};
/** Bitmaps in windows of 256 types, RFC 4034 §4.1.2. */
const types: Field = (cursor) => {
  const all: string[] = [];
  while (cursor.at < cursor.to) {
    const window = byte(cursor) * 256;
    for (const [index, bits] of take(cursor, byte(cursor)).entries())
      for (let at = 0; at < 8; at += 1) if ((bits & (0x80 >> at)) !== 0) all.push(typeName(window + index * 8 + at));
  }
  return all.join(' ');
};
const ipv4: Field = (cursor) => address4(take(cursor, 4));
const ipv6: Field = (cursor) => address6(take(cursor, 16));
const eui: Field = (cursor) =>
  rest(cursor)
    .toString('hex')
    .replaceAll(/.{2}(?!$)/g, '$&-');

/** Parameters of RFC 9460 by their numbers; what has no form of its own is text. */
const parameters: readonly (readonly [string, Field])[] = [
  ['mandatory', (cursor) => each(cursor, (one) => parameterName(take(one, 2).readUInt16BE(0)))],
  ['alpn', (cursor) => each(cursor, (one) => plain(one).replaceAll(/[\\,]/g, '\\$&'))],
  ['no-default-alpn', () => ''],
  ['port', u16],
  ['ipv4hint', (cursor) => each(cursor, ipv4)],
  ['ech', (cursor) => base64(cursor)],
  ['ipv6hint', (cursor) => each(cursor, ipv6)],
  ['dohpath', (cursor) => quotedRest(cursor).slice(1, -1)],
  ['ohttp', () => ''],
];
const each = (cursor: Cursor, field: Field): string => {
  const all: string[] = [];
  while (cursor.at < cursor.to) all.push(field(cursor));
  return all.join(',');
};
const parameterName = (key: number): string => parameters[key]?.[0] ?? `key${key}`;
const service: Field = (cursor) => {
  const all: string[] = [];
  while (cursor.at < cursor.to) {
    const [key, length] = [take(cursor, 2).readUInt16BE(0), take(cursor, 2).readUInt16BE(0)];
    const value = { message: cursor.message, at: cursor.at, to: cursor.at + length };
    take(cursor, length);
    const field = parameters[key]?.[1] ?? ((one) => quotedRest(one).slice(1, -1));
    all.push(`${parameterName(key)}="${field(value)}"`);
  }
  return all.join(' ');
};

type Named = keyof typeof recordTypes;
const alike = (fields: readonly Field[], ...names: readonly Named[]) => names.map((one) => [one, fields] as const);
const layouts: readonly (readonly [Named, readonly Field[]])[] = [
  ...alike([ipv4], 'A'),
  ...alike([ipv6], 'AAAA'),
  ...alike([name], 'NS', 'MD', 'MF', 'CNAME', 'MB', 'MG', 'MR', 'PTR', 'DNAME', 'NSAP-PTR'),
  ...alike([name, name], 'MINFO', 'RP', 'TALINK'),
  ...alike([name, name, u32, u32, u32, u32, u32], 'SOA'),
  ...alike([u16, name], 'MX', 'AFSDB', 'RT', 'KX', 'LP'),
  ...alike([u16, name, name], 'PX'),
  ...alike([u16, u16, u16, name], 'SRV'),
  ...alike([u16, u16, text, text, text, name], 'NAPTR'),
  ...alike([texts], 'TXT', 'SPF', 'HINFO', 'AVC', 'NINFO', 'RESINFO'),
  ...alike([u8, plain, quotedRest], 'CAA'),
  ...alike([u16, u16, quotedRest], 'URI'),
  ...alike([u16, u8, u8, HEX], 'DS', 'CDS', 'DLV', 'TA'),
  ...alike([u8, u8, HEX], 'SSHFP'),
  ...alike([u8, u8, u8, hex], 'TLSA', 'SMIMEA'),
  ...alike([u16, u8, u8, base64], 'DNSKEY', 'CDNSKEY', 'KEY', 'RKEY'),
  ...alike([type, u8, u8, u32, time, time, u16, name, base64], 'RRSIG', 'SIG'),
  ...alike([name, types], 'NSEC'),
  ...alike([u8, u8, u16, salt, hash, types], 'NSEC3'),
  ...alike([u8, u8, u16, salt], 'NSEC3PARAM'),
  ...alike([u32, u16, types], 'CSYNC'),
  ...alike([u32, u8, u8, hex], 'ZONEMD'),
  ...alike([base64], 'OPENPGPKEY', 'DHCID'),
  ...alike([u16, name, service], 'SVCB', 'HTTPS'),
  ...alike([eui], 'EUI48', 'EUI64'),
];
const byType: ReadonlyMap<number, readonly Field[]> = new Map(
  layouts.map(([one, fields]) => [recordTypes[one], fields]),
);

/** The data as text; of a type that is not known here as RFC 3597 §5 has it, `\# length hex`. */
const dataText = ({ type: of, message, from, to }: DnsRecord): string => {
  const fields = byType.get(of);
  if (fields === undefined) return `\\# ${to - from} ${message.toString('hex', from, to)}`;
  const cursor = { message, at: from, to };
  const parts = fields.map((field) => field(cursor));
  if (cursor.at !== to) throw broken();
  return parts.filter((part) => part !== '').join(' ');
};

/** `name.<tab>ttl<tab>class<tab>type<tab>data`. */
export const recordText = (record: DnsRecord): string =>
  [
    record.name,
    String(record.ttl),
    classNames.get(record.class) ?? `CLASS${record.class}`,
    typeName(record.type),
    dataText(record),
  ].join('\t');

/** `name type data`, as a person writes it in an expectation. */
export const shortText = (record: DnsRecord): string =>
  `${record.name.replace(/(?<=.)\.$/, '')} ${typeName(record.type)} ${dataText(record)}`;

/** The serial of the SOA among the answers; null without one. */
export const serialOf = (answers: readonly DnsRecord[]): number | null => {
  const soa = answers.find(({ type: of }) => of === recordTypes.SOA);
  const serial = soa === undefined ? undefined : dataText(soa).split(' ')[2];
  return serial === undefined ? null : Number(serial);
};
