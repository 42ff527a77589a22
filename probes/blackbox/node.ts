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
import { redact } from '../discretion/redact.ts';
import { resolve } from './scalar.ts';

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

export const positionOf = (node: Node, { lines }: Place): { line: number; column: number } => {
  const { line, col } = lines.linePos(node.range?.[0] ?? 0);
  return { line, column: col };
};
/** Tells that something else was expected; what stands there is shown unless it may be secret. */
export const wrong = (node: Node, at: Place, expected: string, shown = true): undefined => {
  const got = shown ? gotOf(node) : 'something else';
  at.tell({ ...positionOf(node, at), path: at.path.join('.'), message: `expected ${expected}, got ${got}` });
};
const gotOf = (node: Node): string => {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  return isScalar(node) ? JSON.stringify(redact(String(node.source ?? ''))).slice(0, 80) : 'something else';
};
export const inside = (at: Place, key: string): Place => ({ ...at, path: [...at.path, key] });

/** What an alias stands for; null for one that stands for nothing, or for itself. */
export const behind = (node: Node, at: Place): Node | null => {
  if (!isAlias(node)) return node;
  // Types: the parser's documents have aliases to nodes alone.
  const found = (node as Alias).resolve(at.document);
  return found === undefined || found.range === undefined ? null : (found as Node);
};

const resolvable = new Set([undefined, ...['null', 'bool', 'int', 'float'].map((name) => `tag:yaml.org,2002:${name}`)]);
/** Without quotes, so that it is taken for what it looks like. */
export const isPlain = (node: Scalar): boolean => node.type === Scalar.PLAIN && resolvable.has(node.tag);
export const isNull = (node: Node): boolean =>
  isScalar(node) && (node.tag === 'tag:yaml.org,2002:null' || (isPlain(node) && resolve(textOf(node)).is === 'null'));
/** As written, whatever it would be taken for; of !!binary what its bytes are as text. */
export const textOf = ({ value }: Scalar): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value ?? '');

type Entry = { readonly key: Scalar; readonly name: string; readonly value: Node };
const missing = (): Scalar => new Scalar(null);

/** The pairs of a mapping; those of `<<` come last and replace none that is there. */
export const entriesOf = (node: Node, at: Place, known: ReadonlySet<string> = new Set()): readonly Entry[] => {
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
