import {
  type DocumentOptions,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParseOptions,
  parseAllDocuments,
  parseDocument,
  type SchemaOptions,
  type Node as YamlNode,
} from 'yaml';
import { type Path, type Problem, problem } from './findings.ts';
import type { Locate } from './positions.ts';

export type YamlRead = {
  readonly value: unknown;
  readonly problems: readonly (Problem & { readonly line: number; readonly column: number })[];
  readonly locate: Locate;
};

type Document = ReturnType<typeof parseDocument>;

const keyIs = (pair: Pair, part: string | number): boolean =>
  isScalar(pair.key) ? String(pair.key.value) === String(part) : false;
const startOf = (node: unknown): number | null =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range[0] : null;

/** Where a path begins in the text; what is not there is pointed at by the nearest thing above it. */
const offsetOf = (document: Document, path: Path, at: 'key' | 'value'): number => {
  let node: unknown = document.contents;
  let mark = startOf(node) ?? 0;
  for (const [index, part] of path.entries()) {
    const found: { key: unknown; value: unknown } | undefined = isMap(node)
      ? node.items.find((pair) => keyIs(pair, part))
      : isSeq(node)
        ? { key: node.items[Number(part)], value: node.items[Number(part)] }
        : undefined;
    if (found === undefined) return mark;
    // An alias stands for what it names.
    node = resolved(document, found.value);
    mark = startOf(found.key) ?? mark;
    if (index === path.length - 1 && at === 'value' && isScalar(node) && node === found.value)
      mark = startOf(node) ?? mark;
  }
  return mark;
};
const resolved = (document: Document, node: unknown): unknown =>
  typeof node === 'object' && node !== null && 'resolve' in node && typeof node.resolve === 'function'
    ? (node as { resolve: (of: Document) => YamlNode | undefined }).resolve(document)
    : node;

const codeOf = (code: string) => (code === 'DUPLICATE_KEY' ? 'duplicate-id' : 'syntax');

const readDocument = (document: Document, lines: LineCounter, file: string): YamlRead => {
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = document.errors.map(({ code, message, pos }) => ({
    ...problem(codeOf(code), [], {
      expected: code === 'DUPLICATE_KEY' ? 'each name once' : 'well-formed YAML or JSON',
      got: message.split('\n', 1)[0] ?? code,
      remedy:
        code === 'DUPLICATE_KEY' ? 'rename or remove one of the two; only one would be kept' : 'correct the syntax',
    }),
    ...place(pos[0]),
  }));
  const locate: Locate = (path, at) => ({ file, ...place(offsetOf(document, path, at)) });
  if (problems.some(({ code }) => code === 'syntax')) return { value: null, problems, locate };
  try {
    return { value: document.toJS(), problems, locate };
  } catch (error) {
    // Aliases that multiply, or that name nothing.
    const got = error instanceof Error ? error.message : String(error);
    const said = { expected: 'aliases that can be laid out', got, remedy: 'write out what the aliases stand for' };
    return { value: null, problems: [...problems, { ...problem('syntax', [], said), line: 1, column: 1 }], locate };
  }
};

/** YAML and JSON (which is YAML too): the value, what is wrong with the form, and where each path stands. */
export const readYaml = (text: string, file: string): YamlRead => {
  const lines = new LineCounter();
  return readDocument(parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines, file);
};

/** Every string, with the colon that makes it a key. */
const strings = /"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?/g;
const keysWritten = (text: string): number => (text.match(strings) ?? []).filter((one) => one.endsWith(':')).length;
const keysKept = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value);
  return inside.reduce((sum: number, one) => sum + keysKept(one), Array.isArray(value) ? 0 : inside.length);
};
const parsed = (text: string): { readonly value: unknown } | null => {
  try {
    const value: unknown = JSON.parse(text);
    // Of a name that stands twice in one object JSON keeps the last, and says nothing.
    return keysWritten(text) === keysKept(value) ? { value } : null;
  } catch {
    return null;
  }
};
/** The same of JSON, which is read by what is made for it: places are only looked for when something is told of them. */
export const readJson = (text: string, file: string): YamlRead => {
  const plain = parsed(text);
  if (plain === null) return readYaml(text, file);
  let read: YamlRead | null = null;
  const locate: Locate = (path, at) => {
    read ??= readYaml(text, file);
    return read.locate(path, at);
  };
  return { value: plain.value, problems: [], locate };
};

/** YAML 1.1 as Go reads it, and with it Kubernetes: `yes` is a switch and `<<` merges, but times of day are texts. */
const asGoReads: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  customTags: (tags) =>
    tags.filter(
      (tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'),
    ),
};
/** The same of a file of another tool, which may hold several documents, `---` between them; what is empty is left out. */
export const readYamlDocuments = (text: string, file: string): readonly YamlRead[] => {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, ...asGoReads });
  // An empty stream is no list of documents.
  if ('empty' in documents) return [];
  return documents
    .filter(({ contents, errors }) => contents !== null || errors.length > 0)
    .map((document) => readDocument(document, lines, file));
};
