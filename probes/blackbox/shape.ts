import { isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import { behind, entriesOf, inside, isNull, isPlain, type Place, textOf, wrong } from './node.ts';
import { oldTruths, resolve } from './scalar.ts';
import { durationOf, durationText, sizeOf, sizeText } from './units.ts';

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

const scalar =
  <T>(expected: string, take: (node: Scalar) => T | undefined) =>
  (node: Node, at: Place): T | undefined => {
    const value = isScalar(node) ? take(node) : undefined;
    return value === undefined ? wrong(node, at, expected) : value;
  };
/** Looks behind an alias, and passes over null as the Go program does. */
export const reading =
  <T>(read: (node: Node, at: Place) => T | undefined): Shape<T>['read'] =>
  (node, at) => {
    const real = behind(node, at);
    if (real === null) return wrong(node, at, 'an anchor that stands before its alias');
    return isNull(real) ? undefined : read(real, at);
  };

const bytesOf = ({ value }: Scalar): string =>
  Buffer.from(value instanceof Uint8Array ? value : String(value ?? '')).toString('latin1');
const shownText = (value: string): string | undefined => (value === '' ? undefined : value);

export const text: Shape<string> = {
  zero: '',
  read: reading(scalar('a text', textOf)),
  show: shownText,
};
/** Bytes, each as the character of its number: what YAML holds as text is UTF-8. */
export const bytes: Shape<string> = {
  zero: '',
  read: reading(scalar('a text or !!binary', bytesOf)),
  show: (value) => {
    const plain = Buffer.from(value, 'latin1');
    const shown = plain.toString('utf8');
    return Buffer.from(shown).equals(plain) ? shownText(shown) : plain;
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
export const fitting = (expected: string, fits: (value: string) => boolean, shown = true): Shape<string> => ({
  zero: '',
  read: (node, at) => {
    const value = text.read(node, at);
    if (value === undefined || fits(value)) return value;
    return wrong(behind(node, at) ?? node, at, expected, shown);
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
