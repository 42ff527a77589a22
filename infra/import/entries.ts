import type { z } from 'zod';
import type { Finding, Path } from '../landscape/findings.ts';
import { readYamlDocuments, type YamlRead } from '../landscape/read-yaml.ts';
import { checkFormOf } from '../landscape/validate/form.ts';
import type { Entry, Unsaid } from './model.ts';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** A word of an object, where it has one. */
export const wordOf = (raw: unknown, key: string): string | null => {
  const value = isObject(raw) ? raw[key] : undefined;
  return typeof value === 'string' ? value : null;
};

const entryOf = (raw: unknown, at: Path, { locate }: YamlRead): Entry => ({
  raw,
  finding: ({ path, ...rest }) => ({
    ...rest,
    path,
    ...locate([...at, ...path], rest.code === 'unknown-key' ? 'key' : 'value'),
  }),
  unsaid: (path, reason, detail) => ({
    ...locate([...at, ...path], 'key'),
    path: path.join('.'),
    reason,
    detail: detail ?? null,
  }),
});

/** A document is an object, a list of them, or a Kubernetes `List`. */
const inside = (document: YamlRead): readonly Entry[] => {
  const { value } = document;
  if (Array.isArray(value)) return value.map((item, index) => entryOf(item, [index], document));
  const items = isObject(value) && wordOf(value, 'kind')?.endsWith('List') ? value['items'] : undefined;
  if (Array.isArray(items)) return items.map((item, index) => entryOf(item, ['items', index], document));
  return [entryOf(value, [], document)];
};

/** Every object of a YAML or JSON file. */
export const entriesOf = (
  text: string,
  file: string,
): { readonly entries: readonly Entry[]; readonly findings: readonly Finding[] } => {
  const documents = readYamlDocuments(text, file);
  return {
    entries: documents.filter(({ problems }) => problems.length === 0).flatMap(inside),
    findings: documents.flatMap(({ problems }) => problems.map((one) => ({ file, ...one }))),
  };
};

export type Formed<T> = {
  /** Null where something is wrong. */
  readonly value: T | null;
  readonly findings: readonly Finding[];
  readonly unsaid: readonly Unsaid[];
  /** What remains without the malformed, for who can judge a part alone; null when nothing does. */
  readonly rest: {
    readonly value: T;
    /** The same entry, for places of that value. */
    readonly entry: Entry;
    /** Whether nothing was left out below a place. */
    readonly isWhole: (path: Path) => boolean;
  } | null;
};
/** Holds an object to a form. A key that means nothing hinders nobody: it is told as unsaid. */
export const formed = <T>(schema: z.ZodType<T>, entry: Entry): Formed<T> => {
  const { problems, input, cut, original } = checkFormOf(schema, entry.raw);
  const strange = problems.filter(({ code }) => code === 'unknown-key' || code === 'not-for-kind');
  const wrong = problems.filter((one) => !strange.includes(one));
  const keys = new Set(strange.map(({ path }) => path.join('\n')));
  const missed = cut.filter((path) => !keys.has(path.join('\n')));
  const placed: Entry = {
    raw: entry.raw,
    finding: (problem) => entry.finding({ ...problem, path: original(problem.path) }),
    unsaid: (path, reason, detail) => entry.unsaid(original(path), reason, detail),
  };
  const isWhole = (path: Path): boolean =>
    !missed.some((one) => original(path).every((part, index) => String(one[index]) === String(part)));
  return {
    value: wrong.length > 0 ? null : input,
    findings: wrong.map(entry.finding),
    unsaid: strange.map(({ path }) => entry.unsaid(path, 'unknown-key')),
    rest: input === null ? null : { value: input, entry: placed, isWhole },
  };
};
