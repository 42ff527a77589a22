import type { SnmpRead } from '../../../infra/landscape/kinds/snmp.ts';
import { ProbeFailure } from '../../wire/failure.ts';

/** A value as a number; null for what is none. 64-bit counters come as bytes. */
export const numberOf = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return Number(value);
  if (!Buffer.isBuffer(value)) return null;
  const text = value.toString('latin1').trim();
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
};
/** Counter64 of net-snmp: an integer of at most eight bytes, high first. */
export const counterOf = (value: unknown): number | null => {
  if (!Buffer.isBuffer(value)) return numberOf(value);
  return value.length > 9 ? null : Number(value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n));
};

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
