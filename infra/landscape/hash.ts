import { createHash } from 'node:crypto';
import type { Landscape, VantageId } from './model.ts';

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

/**
 * Of everything a vantage probes by: its checks, whom they trust, and where it stands. Two landscapes that differ in
 * anything else ask the same from there.
 */
export const hashAt = ({ authority, checks, vantages }: Landscape, vantage: VantageId): string => {
  const own = Object.values(checks).filter((check) => check.vantages.includes(vantage));
  const place = { ...vantages[vantage], agent: null };
  const asked = own.map(({ id, kind, depth, target, intervalMs, timeoutMs, options, signals }) => {
    const read = signals.map(({ name, of }) => ({ name, of }));
    return { id, kind, depth, target, intervalMs, timeoutMs, options, read };
  });
  const text = JSON.stringify(
    { trust: authority.trust, place, asked: asked.sort((a, b) => (a.id < b.id ? -1 : 1)) },
    sorted,
  );
  return createHash('sha256').update(text).digest('hex');
};
