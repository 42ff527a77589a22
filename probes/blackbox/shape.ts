import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  Scalar,
} from 'yaml';
import { oldTruths, resolve } from './scalar.ts';
import { durationOf, durationText, sizeOf, sizeText } from './units.ts';

/** What is wrong with a module file, and where. */
export type Finding = {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
};

/** Where the reading stands. */
export type Place = {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly path: readonly string[];
  readonly tell: (finding: Finding) => void;
};

/**
 * How one kind of value is read from YAML and shown again: the same leniency as in the Go program whose files these
 * are. `zero` is what stands for a value that is not written; reading gives undefined when nothing is to replace it.
 */
export type Shape<T> = {
  readonly zero: T;
  readonly read: (node: Node, at: Place) => T | undefined;
  /** As `/config` shows it; undefined is left out. */
  readonly show: (value: T) => unknown;
};
export type ValueOf<S> = S extends Shape<infer T> ? T : never;

const positionOf = (node: Node, { lines }: Place): { line: number; column: number } => {
  const { line, col } = lines.linePos(node.range?.[0] ?? 0);
  return { line, column: col };
};
const wrong = (node: Node, at: Place, expected: string): undefined => {
  at.tell({ ...positionOf(node, at), path: at.path.join('.'), message: `expected ${expected}, got ${gotOf(node)}` });
};
const gotOf = (node: Node): string => {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  return isScalar(node) ? JSON.stringify(String(node.source ?? '')).slice(0, 80) : 'something else';
};
const inside = (at: Place, key: string): Place => ({ ...at, path: [...at.path, key] });

/** What an alias stands for; null for one that stands for nothing, or for itself. */
const behind = (node: Node, at: Place): Node | null => {
  if (!isAlias(node)) return node;
  // Types: the parser's documents have aliases to nodes alone.
  const found = (node as Alias).resolve(at.document);
  return found === undefined || found.range === undefined ? null : (found as Node);
};

const isPlain = (node: Scalar): boolean => node.type === Scalar.PLAIN && node.tag === undefined;
const isNull = (node: Node): boolean =>
  isScalar(node) && (node.tag === 'tag:yaml.org,2002:null' || (isPlain(node) && resolve(textOf(node)).is === 'null'));
/** As written, whatever it would be taken for. */
const textOf = (node: Scalar): string => String(node.value ?? '');

const scalar =
  <T>(expected: string, take: (node: Scalar) => T | undefined) =>
  (node: Node, at: Place): T | undefined => {
    const value = isScalar(node) ? take(node) : undefined;
    return value === undefined ? wrong(node, at, expected) : value;
  };
/** Looks behind an alias, and passes over null as the Go program does. */
const reading =
  <T>(read: (node: Node, at: Place) => T | undefined): Shape<T>['read'] =>
  (node, at) => {
    const real = behind(node, at);
    if (real === null) return wrong(node, at, 'an anchor that stands before its alias');
    return isNull(real) ? undefined : read(real, at);
  };

const binary = 'tag:yaml.org,2002:binary';
const bytesOf = (node: Scalar): string =>
  node.tag === binary
    ? Buffer.from(textOf(node), 'base64').toString('latin1')
    : Buffer.from(textOf(node), 'utf8').toString('latin1');
const shownText = (value: string): string | undefined => (value === '' ? undefined : value);

export const text: Shape<string> = {
  zero: '',
  read: reading(
    scalar('a text', (node) => (node.tag === binary ? Buffer.from(textOf(node), 'base64').toString() : textOf(node))),
  ),
  show: shownText,
};
/** Bytes, each as the character of its number: what YAML holds as text is UTF-8. */
export const bytes: Shape<string> = {
  zero: '',
  read: reading(scalar('a text or !!binary', bytesOf)),
  show: (value) => {
    const plain = Buffer.from(value, 'latin1');
    return shownText(
      plain.equals(Buffer.from(plain.toString('utf8'))) ? plain.toString('utf8') : plain.toString('base64'),
    );
  },
};
export const secret: Shape<string> = { ...text, show: (value) => (value === '' ? undefined : '<secret>') };

export const truth: Shape<boolean> = {
  zero: false,
  read: reading(
    scalar('true or false', (node) => {
      const found = isPlain(node) ? resolve(textOf(node)) : null;
      return found?.is === 'bool' ? found.value : oldTruths[textOf(node)];
    }),
  ),
  show: (value) => (value ? true : undefined),
};
/** Shown also when false. */
export const shownTruth: Shape<boolean> = { ...truth, show: (value) => value };
/** True unless said otherwise. */
export const trueAtFirst = (shape: Shape<boolean>): Shape<boolean> => ({ ...shape, zero: true });

export const whole: Shape<number> = {
  zero: 0,
  read: reading(
    scalar('a whole number', (node) => {
      const found = isPlain(node) ? resolve(textOf(node)) : null;
      return found?.is === 'number' && Math.abs(found.value) <= 2 ** 63 ? Math.trunc(found.value) : undefined;
    }),
  ),
  show: (value) => (value === 0 ? undefined : value),
};
/** Seconds. */
export const duration: Shape<number> = {
  zero: 0,
  read: reading(
    scalar("a duration such as '5s'", (node) =>
      isPlain(node) && resolve(textOf(node)).is !== 'text' ? undefined : (durationOf(textOf(node)) ?? undefined),
    ),
  ),
  show: (value) => (value === 0 ? undefined : durationText(value)),
};
export const size: Shape<number> = {
  zero: 0,
  read: reading(scalar("a size such as '1MiB'", (node) => sizeOf(textOf(node)) ?? undefined)),
  show: (value) => (value === 0 ? undefined : sizeText(value)),
};

/** A text that must be one of some, or fit. */
export const fitting = (expected: string, fits: (value: string) => boolean): Shape<string> => ({
  zero: '',
  read: (node, at) => {
    const value = text.read(node, at);
    if (value === undefined || fits(value)) return value;
    return wrong(behind(node, at) ?? node, at, expected);
  },
  show: shownText,
});

const emptyOf = (value: unknown): unknown => (typeof value === 'object' ? {} : value);

export const list = <T>(item: Shape<T>): Shape<readonly T[]> => ({
  zero: [],
  read: reading((node, at) => {
    if (!isSeq(node)) return wrong(node, at, 'a list');
    return node.items.flatMap((one, index) => {
      // Types: items of a parsed list are nodes.
      const value = item.read(one as Node, inside(at, String(index)));
      return value === undefined ? [] : [value];
    });
  }),
  show: (values) => (values.length === 0 ? undefined : values.map((value) => item.show(value) ?? emptyOf(value))),
});

const emptied = (value: unknown): unknown => {
  if (Array.isArray(value)) return undefined;
  return typeof value === 'object' ? {} : null;
};
/** What may be left out altogether, which is then not the same as empty. */
export const maybe = <T>(shape: Shape<T>): Shape<T | null> => ({
  zero: null,
  read: shape.read,
  show: (value) => (value === null ? undefined : (shape.show(value) ?? emptied(value))),
});

type Entry = { readonly key: Scalar; readonly name: string; readonly value: Node };
const missing = (): Scalar => new Scalar(null);

/** The pairs of a mapping; those of `<<` come last and replace none that is there. */
const entriesOf = (node: Node, at: Place, known: ReadonlySet<string> = new Set()): readonly Entry[] => {
  if (!isMap(node)) return [];
  const own: Entry[] = [];
  const merged: Node[] = [];
  for (const pair of node.items) {
    if (!isPair(pair)) continue;
    const value = (pair.value ?? missing()) as Node;
    const key = behind(pair.key as Node, at);
    if (key === null || !isScalar(key)) wrong(pair.key as Node, at, 'a name');
    else if (isPlain(key) && textOf(key) === '<<') merged.push(value);
    else own.push({ key, name: textOf(key), value });
  }
  const names = new Set([...known, ...own.map(({ name }) => name)]);
  for (const source of merged.flatMap((one) => mergedFrom(one, at))) {
    for (const entry of entriesOf(source, at, names)) {
      if (names.has(entry.name)) continue;
      names.add(entry.name);
      own.push(entry);
    }
  }
  return own;
};
const mergedFrom = (node: Node, at: Place): readonly Node[] => {
  const real = behind(node, at);
  if (real !== null && isMap(real)) return [real];
  if (real !== null && isSeq(real)) return real.items.flatMap((one) => mergedFrom(one as Node, at));
  wrong(node, at, 'a mapping or a list of them to merge');
  return [];
};

export const named = <T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> => ({
  zero: {},
  read: reading((node, at) => {
    if (!isMap(node)) return wrong(node, at, 'a mapping');
    const pairs = entriesOf(node, at).flatMap(({ name, value }) => {
      const read = item.read(value, inside(at, name));
      const real = behind(value, at);
      const kept = read ?? (real !== null && isNull(real) ? item.zero : undefined);
      return kept === undefined ? [] : [[name, kept] as const];
    });
    return Object.fromEntries(pairs);
  }),
  show: (values) => {
    const entries = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return entries.length === 0
      ? undefined
      : Object.fromEntries(entries.map(([name, value]) => [name, item.show(value) ?? emptyOf(value)]));
  },
});

/** Whatever is written, as JSON. */
export const anything: Shape<unknown> = {
  zero: null,
  read: reading((node, at) => {
    if (isMap(node)) return named(anything).read(node, at);
    if (isSeq(node)) return list(anything).read(node, at);
    if (!isScalar(node)) return undefined;
    const found = isPlain(node) ? resolve(textOf(node)) : null;
    return found?.is === 'bool' || found?.is === 'number' ? found.value : textOf(node);
  }),
  show: (value) => value,
};

/** Any shape: what matters of each is only its own type. */
type Some = { readonly zero: unknown; readonly read: Shape<unknown>['read']; readonly show: (value: never) => unknown };
type Fields = Readonly<Record<string, Some>>;
type ValuesOf<F extends Fields> = { readonly [K in keyof F]: F[K]['zero'] };
export type Complaint = (key: string, expected: string) => void;
type More<T> = {
  /** What stands for it when nothing is written at all; else all fields as they are by themselves. */
  readonly absent?: Partial<T>;
  /** What only all fields together can tell. */
  readonly rules?: (value: T, complain: Complaint) => void;
  /** What stands for the fields once they have been judged. */
  readonly settled?: (value: T) => T;
};

export const struct = <F extends Fields>(
  fields: F,
  { absent, rules, settled }: More<ValuesOf<F>> = {},
): Shape<ValuesOf<F>> => {
  type T = ValuesOf<F>;
  // Safe: a field is shown only what its own shape has read.
  const table = Object.entries(fields) as unknown as readonly (readonly [string, Shape<unknown>])[];
  // Safe: one value for each field, by its own shape.
  const made = (values: Readonly<Record<string, unknown>>): T =>
    Object.fromEntries(table.map(([name, { zero }]) => [name, Object.hasOwn(values, name) ? values[name] : zero])) as T;
  const zero = made({ ...absent });
  const read = (node: Node, at: Place): T | undefined => {
    if (!isMap(node)) return wrong(node, at, 'a mapping');
    let told = 0;
    const own: Place = {
      ...at,
      tell: (finding) => {
        told += 1;
        at.tell(finding);
      },
    };
    const entries = entriesOf(node, own);
    const values: Record<string, unknown> = {};
    for (const { key, name, value } of entries) {
      const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (shape === undefined) wrong(key, inside(own, name), `one of ${Object.keys(fields).join(', ')}`);
      else {
        const found = shape.read(value, inside(own, name));
        if (found !== undefined) values[name] = found;
      }
    }
    const value = made(values);
    if (told === 0)
      rules?.(value, (key, expected) => {
        const place = entries.find(({ name }) => name === key)?.key ?? node;
        own.tell({ ...positionOf(place, at), path: [...at.path, key].join('.'), message: `expected ${expected}` });
      });
    return settled?.(value) ?? value;
  };
  const show = (value: T): unknown => {
    const values = value as Readonly<Record<string, unknown>>;
    const shown = table.flatMap(([name, shape]) => {
      const one = shape.show(values[name]);
      return one === undefined ? [] : [[name, one] as const];
    });
    // Go leaves out a struct whose every part is zero, whatever is always shown of it.
    return shown.every(([, one]) => one === false) ? undefined : Object.fromEntries(shown);
  };
  return { zero, read: reading(read), show };
};
