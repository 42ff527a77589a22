import type { Varbind } from 'net-snmp';
import type { SnmpRead } from '../../../infra/landscape/kinds/snmp.ts';
import { ProbeFailure } from '../../wire/failure.ts';

/** Types of RFC 2578 §7.1 as they stand on the wire. */
const types = {
  integer: 2,
  octets: 4,
  counter: 0x41,
  gauge: 0x42,
  ticks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
} as const;

const textNumber = (bytes: Buffer): number | null => {
  const text = bytes.toString('latin1').trim();
  return /^-?\d{1,30}(?:\.\d{1,30})?$/.test(text) ? Number(text) : null;
};
/** An integer of at most eight bytes, high first, with a zero before it where it would look negative. */
const longNumber = (bytes: Buffer): number | null =>
  bytes.length > 9 ? null : Number(bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n));
/** Net-SNMP's load averages and others stand as floats inside an opaque value. */
const opaqueNumber = (bytes: Buffer): number | null => {
  const [mark, type, length] = bytes;
  if (mark !== 0x9f || bytes.length !== 3 + (length ?? 0)) return null;
  const number =
    type === 0x78 && length === 4 ? bytes.readFloatBE(3) : type === 0x79 && length === 8 ? bytes.readDoubleBE(3) : null;
  return number !== null && Number.isFinite(number) ? number : null;
};
const bytesBy: Readonly<Record<number, (bytes: Buffer) => number | null>> = {
  [types.octets]: textNumber,
  [types.counter64]: longNumber,
  [types.opaque]: opaqueNumber,
};
const numeric: ReadonlySet<number> = new Set([types.integer, types.counter, types.gauge, types.ticks]);

/** A value as a number; null for what is none. A text that is a number is one. */
export const readingOf = ({ type, value }: Pick<Varbind, 'type' | 'value'>): number | null => {
  if (Buffer.isBuffer(value)) return bytesBy[type]?.(value) ?? null;
  return numeric.has(type) && typeof value === 'number' && Number.isFinite(value) ? value : null;
};
export const textOf = ({ value }: Pick<Varbind, 'value'>): string =>
  Buffer.isBuffer(value) ? value.toString('utf8') : String(value);

const reductions: Readonly<Record<NonNullable<SnmpRead['walk']>, (values: readonly number[]) => number>> = {
  max: (values) => values.reduce((a, b) => Math.max(a, b)),
  min: (values) => values.reduce((a, b) => Math.min(a, b)),
  sum: (values) => values.reduce((a, b) => a + b, 0),
  count: (values) => values.length,
};
/** What many values come to; null where none of them is a number. */
export const reduced = (walk: NonNullable<SnmpRead['walk']>, values: readonly (number | null)[]): number | null => {
  if (walk === 'count') return values.length;
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : reductions[walk](numbers);
};

/** What a check expects of one value; the text itself is never repeated, for it may be anything. */
export const holdValue = (
  name: string,
  { min, max, equals }: SnmpRead,
  seen: { readonly number: number | null; readonly text: string },
): void => {
  if (equals !== undefined && String(equals) !== seen.text && equals !== seen.number)
    throw new ProbeFailure('unexpected-answer', `expected ${name} to be ${equals}, got another value`);
  const bounded = min !== undefined || max !== undefined;
  if (bounded && seen.number === null)
    throw new ProbeFailure('unexpected-answer', `expected a number for ${name}, got none`);
  if (seen.number === null) return;
  if (min !== undefined && seen.number < min)
    throw new ProbeFailure('out-of-bounds', `expected ${name} at least ${min}, got ${seen.number}`);
  if (max !== undefined && seen.number > max)
    throw new ProbeFailure('out-of-bounds', `expected ${name} at most ${max}, got ${seen.number}`);
};
