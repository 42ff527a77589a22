import { createHash } from 'node:crypto';
import type { Landscape } from './model.ts';

/** Keys in order, so that the same content is the same text however it was put together. */
const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** The canonical JSON of a landscape, and its SHA-256 in hexadecimal. */
export const hashOf = (landscape: Landscape): { readonly hash: string; readonly json: string } => {
  const json = JSON.stringify(landscape, sorted);
  return { hash: createHash('sha256').update(json).digest('hex'), json };
};
