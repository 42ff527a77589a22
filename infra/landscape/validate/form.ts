import type { z } from 'zod';
import { type FindingCode, type Path, type Problem, problem } from '../findings.ts';
import { checkKinds } from '../model.ts';
import { type LandscapeInput, landscapeSchema } from '../schema.ts';
import { forms } from '../written.ts';
import { list, meant, said, valueAt } from './say.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** What a schema may hold, seen from outside: only what `inside` reads, each where the type of schema has it. */
type Definition = {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly valueType?: Schema;
  readonly element?: Schema;
  readonly options?: readonly Schema[];
  readonly innerType?: Schema;
  readonly getter?: () => Schema;
  readonly values?: readonly unknown[];
};
// Safe: every zod schema has such a definition; a field that a type of schema lacks is undefined.
const definition = (schema: Schema): Definition => schema._zod.def as unknown as Definition;

/** The schemas a value may meet, with unions, options and lazy ones opened. */
const opened = (schema: Schema): readonly Schema[] => {
  const { options, innerType, getter } = definition(schema);
  if (options !== undefined) return options.flatMap(opened);
  if (innerType !== undefined) return opened(innerType);
  return getter === undefined ? [schema] : opened(getter());
};

const fixedKind = (schema: Schema): unknown => {
  const kind = definition(schema).shape?.['kind'];
  return kind === undefined ? undefined : definition(kind).values?.[0];
};
/** Of the branches that say their kind, that of the value alone. */
const ofKind = (schemas: readonly Schema[], kind: unknown): readonly Schema[] => {
  const own = schemas.filter((schema) => fixedKind(schema) === kind);
  return kind === undefined || own.length === 0 ? schemas : own;
};

/** The keys an object at a path may have: what an unknown one may have been meant as; of `anyKind`, those of all kinds. */
const keysAt = (schema: Schema, [path, raw]: readonly [Path, unknown], anyKind = false): readonly string[] => {
  const kindAt = (depth: number): unknown => (anyKind ? undefined : valueAt(raw, [...path.slice(0, depth), 'kind']));
  let at: readonly Schema[] = [schema];
  for (const [depth, part] of path.entries())
    at = ofKind(at.flatMap(opened), kindAt(depth)).flatMap((one) => {
      const { shape, valueType, element } = definition(one);
      const next = shape?.[part] ?? valueType ?? element;
      return next === undefined ? [] : [next];
    });
  return ofKind(at.flatMap(opened), kindAt(path.length)).flatMap((one) => Object.keys(definition(one).shape ?? {}));
};

/** Zod names a format by its pattern; the patterns that have a code of their own. */
const codeOfPattern: ReadonlyMap<string, FindingCode> = new Map([
  [String(forms.duration), 'bad-duration'],
  [String(forms.id), 'bad-id'],
]);
const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);
const types: Readonly<Record<string, string>> = {
  record: 'an object',
  object: 'an object',
  array: 'a list',
  string: 'a text',
};
const isOwnWord = ({ message }: Issue): boolean => !/^(Invalid|Too|Unrecognized)/.test(message);

/** An issue is *deep* when it is about something inside the value; a branch whose type already fits has only those. */
const fits = (branch: readonly Issue[]): boolean =>
  !branch.some(({ code, path }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'));
const weight = (branch: readonly Issue[]): number =>
  branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

/** A kind there is not: told as a value that is not among the allowed. */
const noKind = (issue: Issue & { readonly code: 'invalid_union' }): Issue => ({
  code: 'invalid_value',
  values: [...checkKinds],
  path: issue.path,
  message: 'Invalid kind',
});

/** A union that fails is told by the branch that was most likely meant: of the right type, and with the least wrong. */
const flattened = (issue: Issue): readonly Issue[] => {
  if (issue.code !== 'invalid_union') return [issue];
  if ('discriminator' in issue) return [noKind(issue)];
  const likely = issue.errors.filter(fits).sort((a, b) => weight(a) - weight(b))[0];
  if (likely === undefined) return [issue];
  return likely.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(flattened);
};

const expectedBy = (issue: Issue): string => {
  if (issue.code === 'invalid_value') return list(issue.values.map((value) => said(value)));
  if (isOwnWord(issue)) return issue.message;
  if (issue.code === 'invalid_type') return types[issue.expected] ?? article(issue.expected);
  return issue.message;
};

const codeOf = (issue: Issue, value: unknown): FindingCode => {
  // Safe: written.ts gives `withCode` no code but those of findings.ts; a test has a row for each.
  if (issue.code === 'custom' && typeof issue.params?.['code'] === 'string') return issue.params['code'] as FindingCode;
  if (value === undefined) return 'missing';
  if (issue.code === 'invalid_format')
    return codeOfPattern.get(issue.format === 'regex' ? (issue.pattern ?? '') : '') ?? 'bad-value';
  return issue.code === 'invalid_type' || issue.code === 'invalid_union' ? 'wrong-type' : 'bad-value';
};

const remedies: Partial<Record<FindingCode, string>> = {
  missing: 'add it',
  'wrong-type': 'write it in the expected form',
  'bad-duration': 'write the longest unit first, of d, h, m, s and ms, above zero',
  'bad-id': 'use small letters, digits and single hyphens',
  'bad-pattern': 'write it without lookaround and back references',
};

const unknownKeys = (
  keys: readonly string[],
  schema: Schema,
  [path, raw]: readonly [Path, unknown],
): readonly Problem[] => {
  const known = keysAt(schema, [path, raw]);
  const elsewhere = new Set(keysAt(schema, [path, raw], true));
  const kind = path.map((_, depth) => valueAt(raw, [...path.slice(0, path.length - depth), 'kind'])).find(Boolean);
  return keys.map((key) =>
    elsewhere.has(key) && typeof kind === 'string'
      ? problem('not-for-kind', [...path, key], {
          expected: `what ${kind} reads here (${known.join(', ')})`,
          got: said(key),
          remedy: 'remove it, or use the kind that checks it',
        })
      : problem('unknown-key', [...path, key], {
          expected: known.length === 0 ? 'a known key' : `one of ${known.join(', ')}`,
          got: said(key),
          remedy: meant(key, known, 'remove it, or correct its name'),
        }),
  );
};

const problemsOf = (issue: Issue, schema: Schema, raw: unknown): readonly Problem[] => {
  // Safe: zod's paths hold symbols only for values with symbol keys, which no object of this schema has.
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, schema, [path, raw]);
  if (issue.code === 'invalid_key')
    return [
      problem('bad-id', path, {
        expected: issue.issues[0]?.message ?? 'an id',
        got: said(String(path.at(-1))),
        remedy: remedies['bad-id'] ?? '',
      }),
    ];
  const value = valueAt(raw, path);
  const code = codeOf(issue, value);
  const expected = expectedBy(issue);
  const options = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const remedy = remedies[code] ?? meant(typeof value === 'string' ? value : '', options, `write ${expected}`);
  return [problem(code, path, { expected, got: said(value), remedy })];
};

const issuesOf = (schema: z.ZodType, raw: unknown): readonly Issue[] => {
  const result = schema.safeParse(raw);
  return result.success ? [] : result.error.issues.flatMap(flattened);
};

/** Deeper than anything that is meant; data that holds itself ends here too. */
const deepest = 64;

/** A copy whose lists remember which element of the original each of theirs was. It ends, whatever the original does. */
const createCopy = (raw: unknown) => {
  const indexes = new WeakMap<readonly unknown[], number[]>();
  const copy = (value: unknown, within: readonly unknown[]): unknown => {
    if (within.includes(value) || within.length > deepest) return null;
    const inside = [...within, value];
    if (Array.isArray(value)) {
      const list = value.map((inner) => copy(inner, inside));
      indexes.set(list, [...list.keys()]);
      return list;
    }
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner, inside)]));
  };
  const root = copy(raw, []);
  const remove = (path: Path): void => {
    const [holder, key] = [valueAt(root, path.slice(0, -1)), path.at(-1)];
    if (Array.isArray(holder)) {
      holder.splice(Number(key), 1);
      indexes.get(holder)?.splice(Number(key), 1);
    } else if (typeof holder === 'object' && holder !== null && key !== undefined) {
      Reflect.deleteProperty(holder, key);
    }
  };
  /** The path in the original of a path in the copy. */
  const original = (path: Path): Path =>
    path.map((part, depth) => {
      const holder = valueAt(root, path.slice(0, depth));
      return Array.isArray(holder) ? (indexes.get(holder)?.[Number(part)] ?? part) : part;
    });
  return { root, remove, original };
};

/** Where to cut so that an issue is gone: what is wrong itself, or what lacks something. */
const cuts = (issue: Issue, root: unknown): readonly Path[] => {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  return [valueAt(root, path) === undefined ? path.slice(0, -1) : path];
};

export type Formed<T> = {
  readonly problems: readonly Problem[];
  /** What remains when everything malformed is left out; null when nothing does. */
  readonly input: T | null;
  /** What was left out, as paths of the original. */
  readonly cut: readonly Path[];
  readonly original: (path: Path) => Path;
};

/** More rounds than any input has levels of nesting. */
const rounds = 50;

/** Everything that is wrong with the form of what was written, and the part of it that can still be judged. */
export const checkFormOf = <T>(schema: z.ZodType<T>, raw: unknown): Formed<T> => {
  const { root, remove, original } = createCopy(raw);
  const problems = issuesOf(schema, root).flatMap((issue) => problemsOf(issue, schema, raw));
  const cut: Path[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const parsed = schema.safeParse(root);
    if (parsed.success) return { problems, input: parsed.data, cut, original };
    // Last first, so that the places of what is still to be cut from the same list do not move.
    const places = parsed.error.issues.flatMap(flattened).flatMap((issue) => cuts(issue, root));
    for (const path of inReverse(places)) {
      if (path.length === 0) return { problems, input: null, cut, original };
      cut.push(original(path));
      remove(path);
    }
  }
  return { problems, input: null, cut, original };
};
export const checkForm = (raw: unknown): Formed<LandscapeInput> => checkFormOf<LandscapeInput>(landscapeSchema, raw);

/** Unique, and of two in one list the later first. */
const inReverse = (paths: readonly Path[]): readonly Path[] => {
  const unique = [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
  return unique.sort((a, b) => {
    const at = a.findIndex((part, index) => part !== b[index]);
    const [one, other] = [a[at], b[at]];
    if (one === undefined || other === undefined) return b.length - a.length;
    return typeof one === 'number' && typeof other === 'number' ? other - one : 0;
  });
};
