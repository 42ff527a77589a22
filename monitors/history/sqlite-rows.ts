import type { SQLOutputValue } from 'node:sqlite';
import type { Provenance } from './history.ts';

export type Row = Record<string, SQLOutputValue>;

export const codeOf: Readonly<Record<Provenance, number>> = { measured: 0, simulated: 1 };
export const provenanceOf = (code: SQLOutputValue | undefined): Provenance => (code === 1 ? 'simulated' : 'measured');

/** The tables are STRICT: another type here is damage, and RangeError is how this room calls it. */
const wrong = (what: string, got: unknown): never => {
  throw new RangeError(`expected ${what} in the history, got ${got === null ? 'null' : typeof got}`);
};
export const asNumber = (value: SQLOutputValue | undefined): number =>
  typeof value === 'number' ? value : wrong('a number', value);
export const asText = (value: SQLOutputValue | undefined): string =>
  typeof value === 'string' ? value : wrong('text', value);
export const asBlob = (value: SQLOutputValue | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : wrong('bytes', value);
