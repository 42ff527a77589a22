import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** What a folder holds of what was generated: which kind made a file, and its digest as it was written. */
const manifestSchema = z.strictObject({
  about: z.string(),
  landscape: z.string(),
  files: z.record(z.string(), z.strictObject({ kind: z.string(), sha256: z.string() })),
});
type Manifest = z.infer<typeof manifestSchema>;

export const manifestName = '.forvarsel-generated.json';
const stageName = '.forvarsel-staged';
const journalName = 'journal.json';
const about = 'Written by forvarsel generate: which of these files it made, and what they were then.';

export type File = { readonly path: string; readonly text: string; readonly kind: string };
/** How one file of the folder stands to what would be written; `edited` and `foreign` are somebody else's words. */
export type Standing = 'same' | 'new' | 'changed' | 'edited' | 'foreign' | 'gone';
export type Change = {
  readonly path: string;
  readonly standing: Standing;
  readonly before: string | null;
  readonly after: string | null;
};
export class FolderError extends Error {}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new FolderError(
      `expected a file that can be read at ${path}, got ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};
const readManifest = (folder: string): Manifest => {
  const path = join(folder, manifestName);
  const text = read(path);
  if (text === null) return { about, landscape: '', files: {} };
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new FolderError(`expected ${path} to be as it was written; remove it and generate with --force`, {
      cause: error,
    });
  }
};

const standingOf = (before: string | null, after: string | null, written: string | undefined): Standing => {
  if (before === after) return 'same';
  if (before === null) return 'new';
  if (written === undefined) return 'foreign';
  if (digest(before) !== written) return 'edited';
  return after === null ? 'gone' : 'changed';
};

/**
 * Every file that is or would be of these kinds, and how the folder differs. What another kind made is left alone; a
 * file that was generated before and is no longer is *gone*, unless somebody has changed it.
 */
export const compare = (folder: string, files: readonly File[], kinds: readonly string[]): readonly Change[] => {
  const manifest = readManifest(folder);
  const wanted = new Map(files.map((file) => [file.path, file.text]));
  const known = Object.entries(manifest.files).flatMap(([path, { kind }]) => (kinds.includes(kind) ? [path] : []));
  return [...new Set([...wanted.keys(), ...known])].toSorted().flatMap((path): readonly Change[] => {
    const [before, after] = [read(join(folder, path)), wanted.get(path) ?? null];
    if (before === null && after === null) return [];
    return [{ path, before, after, standing: standingOf(before, after, manifest.files[path]?.sha256) }];
  });
};

const writeDurably = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w', 0o644);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const journalSchema = z.strictObject({ put: z.array(z.string()), remove: z.array(z.string()) });

/** Carries out what a journal says. It may be begun anew any number of times: what is done already is passed over. */
const rollForward = (folder: string): void => {
  const stage = join(folder, stageName);
  const text = read(join(stage, journalName));
  if (text !== null) {
    const { put, remove } = journalSchema.parse(JSON.parse(text));
    for (const path of put) {
      const staged = join(stage, 'files', path);
      if (!existsSync(staged)) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      renameSync(staged, join(folder, path));
    }
    for (const path of remove) rmSync(join(folder, path), { force: true });
  }
  // Without a journal nothing had been decided: what is staged is left over from a run that was cut short.
  rmSync(stage, { recursive: true, force: true });
};

/** Finishes what an earlier run that was cut short had decided. True when there was something. */
export const recover = (folder: string): boolean => {
  const cut = existsSync(join(folder, stageName));
  if (cut) rollForward(folder);
  return cut;
};

/**
 * Brings the folder to what is wanted, all of it or nothing: files are staged, a journal decides, and from then on a
 * run that is cut short is finished by the next. Each file is replaced as a whole.
 */
export const apply = (
  folder: string,
  {
    changes,
    files,
    kinds,
    landscape,
  }: {
    readonly landscape: string;
    readonly changes: readonly Change[];
    readonly files: readonly File[];
    readonly kinds: readonly string[];
  },
): void => {
  const manifest = readManifest(folder);
  const others = Object.entries(manifest.files).filter(([, { kind }]) => !kinds.includes(kind));
  const mine = files.map(({ path, text, kind }) => [path, { kind, sha256: digest(text) }] as const);
  const next: Manifest = {
    about,
    landscape,
    files: Object.fromEntries([...others, ...mine].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
  const [stage, put] = [
    join(folder, stageName),
    changes.filter(({ standing, after }) => standing !== 'same' && after !== null),
  ];
  const remove = changes.filter(({ after }) => after === null).map(({ path }) => path);
  for (const { path, after } of put) writeDurably(join(stage, 'files', path), after ?? '');
  writeDurably(join(stage, 'files', manifestName), `${JSON.stringify(next, null, 2)}\n`);
  writeDurably(
    join(stage, `${journalName}.new`),
    JSON.stringify({ put: [...put.map(({ path }) => path), manifestName], remove }),
  );
  renameSync(join(stage, `${journalName}.new`), join(stage, journalName));
  rollForward(folder);
};
