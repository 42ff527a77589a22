import { readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { type Finding, type Problem, problem, type Said } from './findings.ts';
import type { Landscape } from './model.ts';
import type { Locate } from './positions.ts';
import { type Failed, loadModule } from './read-typescript.ts';
import { readJson, readYaml, type YamlRead } from './read-yaml.ts';
import { examine } from './validate.ts';

export type Read = {
  readonly landscape: Landscape | null;
  readonly findings: readonly Finding[];
  readonly file: string;
};

type Source = {
  /** Undefined where nothing could be read; `problems` then says why. */
  readonly value: unknown;
  readonly problems: readonly (Problem & { readonly line: number; readonly column: number; readonly file?: string })[];
  /** Made when something is found: the compiler that positions in a module need is slow to load. */
  readonly locate: () => Promise<Locate>;
};

const names = ['landscape.ts', 'landscape.js', 'landscape.json', 'landscape.yaml', 'landscape.yml'];
const nowhere = { line: 1, column: 1 };
const unlocated = (file: string) => async (): Promise<Locate> => () => ({ file, ...nowhere });
const unread = (file: string, code: 'file-missing' | 'file-kind', said: Said): Source => ({
  value: undefined,
  problems: [{ ...problem(code, [], said), ...nowhere }],
  locate: unlocated(file),
});

const isFolder = async (path: string): Promise<boolean | null> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return null;
  }
};

/** The file of a path: the path itself, or the landscape in a folder. */
const fileAt = async (path: string): Promise<string | null> => {
  const folder = await isFolder(path);
  if (folder === null) return null;
  if (!folder) return path;
  for (const name of names) {
    const file = join(path, name);
    if ((await isFolder(file)) === false) return file;
  }
  return null;
};

/** The parser names the place of each mistake; Node tells of the first, and not always where. */
const failedModule = async (file: string, { problem: what, ...at }: Failed): Promise<Source> => {
  const { mistakesInModule } = await import('./positions.ts');
  const mistakes = mistakesInModule(file).map(({ message, ...place }) => ({
    ...problem('syntax', [], { expected: 'a module that Node can read', got: message, remedy: 'correct the syntax' }),
    ...place,
  }));
  return { value: undefined, problems: mistakes.length > 0 ? mistakes : [{ ...what, ...at }], locate: unlocated(file) };
};

const readModule = async (file: string): Promise<Source> => {
  const loaded = await loadModule(file);
  if ('problem' in loaded) return failedModule(file, loaded);
  const { duplicatesInModule, locateInModule } = await import('./positions.ts');
  const problems = duplicatesInModule(file).map(({ name, ...at }) => ({
    ...problem('duplicate-id', [], {
      expected: 'each name once',
      got: `'${name}' again in one object`,
      remedy: 'rename or remove one of the two; the first is lost',
    }),
    ...at,
  }));
  return { value: loaded.value, problems, locate: async () => locateInModule(file) };
};

const readText =
  (read: (text: string, file: string) => YamlRead) =>
  async (file: string): Promise<Source> => {
    const { value, problems, locate } = read(await readFile(file, 'utf8'), file);
    const failed = problems.some(({ code }) => code === 'syntax');
    return { value: failed ? undefined : value, problems, locate: async () => locate };
  };

const readers: Readonly<Record<string, (file: string) => Promise<Source>>> = {
  '.ts': readModule,
  '.js': readModule,
  '.mjs': readModule,
  '.mts': readModule,
  '.json': readText(readJson),
  '.yaml': readText(readYaml),
  '.yml': readText(readYaml),
};

const sourceOf = async (path: string, file: string | null): Promise<Source> => {
  if (file === null)
    return unread(path, 'file-missing', {
      expected: `a landscape, or a folder that holds ${names.join(', ')}`,
      got: 'none',
      remedy: 'check the path',
    });
  const reader = readers[extname(file)];
  if (reader === undefined)
    return unread(file, 'file-kind', {
      expected: Object.keys(readers).join(', '),
      got: extname(file) || 'a file without an ending',
      remedy: 'write the landscape in one of these',
    });
  try {
    return await reader(file);
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    return unread(file, 'file-missing', { expected: 'a file that can be read', got, remedy: 'check its permissions' });
  }
};

const inOrder = (a: Finding, b: Finding): number =>
  (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column;

/**
 * Reads a landscape from a TypeScript, JavaScript, JSON or YAML file, or from a folder that holds one. Gives every
 * finding at once, in the order of the text; `landscape` is null when one of them is an error. Never throws.
 */
export const readLandscape = async (path: string): Promise<Read> => {
  const at = resolve(path);
  const found = await fileAt(at);
  const file = found ?? at;
  const { value, problems: unreadable, locate } = await sourceOf(at, found);
  const { landscape, problems } = value === undefined ? { landscape: null, problems: [] } : examine(value);
  const placed = unreadable.map((one): Finding => ({ file, ...one }));
  const located = problems.length === 0 ? null : await locate();
  const findings = problems.map(
    (one): Finding => ({
      ...one,
      ...(located?.(one.path, one.code === 'unknown-key' ? 'key' : 'value') ?? { file, ...nowhere }),
    }),
  );
  const all = [...placed, ...findings].sort(inOrder);
  return { landscape: all.some(({ severity }) => severity === 'error') ? null : landscape, findings: all, file };
};
