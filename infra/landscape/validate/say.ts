import type { Path } from '../findings.ts';
import { nearest } from '../names.ts';

const longest = 60;

/** What must not be repeated in a message, with what stands in its place. */
const hidden: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN[\s\S]*/g, '***'],
  [/(:\/\/)[^/\s@]*@/g, '$1***@'],
  [/((?:password|passwd|pwd|secret|token|api[_-]?key)["']?\s*[:=]\s*)[^\s&;,]+/gi, '$1***'],
  [/\b(bearer|basic)\s+\S+/gi, '$1 ***'],
  [/\beyJ[\w-]{8,}\S*/g, '***'],
  [/\d{6}[-\s]?[0-9A-Z]{3}\d/g, '***'],
];

/** A text on one line, without what must stay secret. */
export const masked = (text: string): string =>
  hidden.reduce((safe, [pattern, instead]) => safe.replaceAll(pattern, instead), text).replaceAll(/[\p{Cc}\s]+/gu, ' ');

/** The same, short. */
export const shown = (text: string): string => {
  const line = masked(text);
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};

/** What a value is, said in a message. */
export const said = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing (null)';
  if (typeof value === 'string') return `'${shown(value)}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'function') return 'a function';
  return 'an object';
};

export const list = (words: Iterable<string>, last = 'or'): string => {
  const all = [...words];
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`;
};

/** `did you mean 'x'?` when one is near, otherwise what else can be done. */
export const meant = (word: string, known: Iterable<string>, otherwise: string): string => {
  const near = nearest(word, known);
  return near === null ? otherwise : `did you mean '${near}'?`;
};

/** The value at a path; undefined when there is none. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, part) =>
      // Safe: an object is read by a name, and what comes out is unknown again.
      typeof at === 'object' && at !== null && Object.hasOwn(at, part)
        ? (at as Record<string | number, unknown>)[part]
        : undefined,
    value,
  );
