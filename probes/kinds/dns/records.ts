import { SocketAddress } from 'node:net';
import type { Answer } from 'dns-packet';

/** Records as text, in the presentation form of RFC 1035 §5 with tabs between the fields. */

const dotted = (name: string): string => (name.endsWith('.') ? name : `${name}.`);
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, (char) => `\\${char}`)}"`;
const textOf = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value));
const field = (data: unknown, name: string): string => {
  if (typeof data !== 'object' || data === null || !(name in data)) return '';
  return textOf(Object.getOwnPropertyDescriptor(data, name)?.value);
};
const fields =
  (...names: readonly string[]) =>
  (data: unknown): string =>
    names.map((name) => (name.endsWith('.') ? dotted(field(data, name.slice(0, -1))) : field(data, name))).join(' ');
const hexed = (data: unknown, name: string): string => {
  const value = typeof data === 'object' && data !== null ? Object.getOwnPropertyDescriptor(data, name)?.value : null;
  return Buffer.isBuffer(value) ? value.toString('hex').toUpperCase() : '';
};
const address6 = (text: string): string => {
  try {
    return new SocketAddress({ address: text, family: 'ipv6' }).address;
  } catch {
    return text;
  }
};

const byType: Readonly<Record<string, (data: unknown) => string>> = {
  A: textOf,
  AAAA: (data) => address6(textOf(data)),
  NS: (data) => dotted(textOf(data)),
  CNAME: (data) => dotted(textOf(data)),
  PTR: (data) => dotted(textOf(data)),
  DNAME: (data) => dotted(textOf(data)),
  MX: fields('preference', 'exchange.'),
  SRV: fields('priority', 'weight', 'port', 'target.'),
  SOA: fields('mname.', 'rname.', 'serial', 'refresh', 'retry', 'expire', 'minimum'),
  TXT: (data) => (Array.isArray(data) ? data : [data]).map((one) => quoted(textOf(one))).join(' '),
  CAA: (data) => `${field(data, 'flags')} ${field(data, 'tag')} ${quoted(field(data, 'value'))}`,
  DS: (data) => `${fields('keyTag', 'algorithm', 'digestType')(data)} ${hexed(data, 'digest')}`,
};

const dataOf = (answer: Answer): string => {
  const { data }: { data?: unknown } = answer as { data?: unknown };
  const known = byType[answer.type];
  if (known !== undefined) return known(data);
  return Buffer.isBuffer(data) ? data.toString('hex') : (JSON.stringify(data) ?? '');
};
const numberIn = (answer: Answer, name: string): unknown => Object.getOwnPropertyDescriptor(answer, name)?.value;

/** `name.<tab>ttl<tab>class<tab>type<tab>data`. */
export const recordText = (answer: Answer): string =>
  [
    dotted(answer.name),
    String(numberIn(answer, 'ttl') ?? 0),
    String(numberIn(answer, 'class') ?? 'IN'),
    answer.type,
    dataOf(answer),
  ].join('\t');

/** `name type data`, as a person writes it in an expectation. */
export const shortText = (answer: Answer): string => {
  const { data } = answer as { data?: unknown };
  const text = Buffer.isBuffer(data) || typeof data === 'string' ? data.toString() : JSON.stringify(data);
  return `${answer.name} ${answer.type} ${text}`;
};

/** The serial of the SOA among the answers; null without one. */
export const serialOf = (answers: readonly Answer[]): number | null => {
  const soa = answers.find(({ type }) => type === 'SOA');
  const serial = soa === undefined ? Number.NaN : Number(field((soa as { data?: unknown }).data, 'serial'));
  return Number.isFinite(serial) ? serial : null;
};
