import { readFileSync } from 'node:fs';
import { type Modules, readModules } from '../../probes/blackbox/file.ts';
import type { Finding } from '../../probes/blackbox/node.ts';

export type Loaded =
  | { readonly ok: true; readonly modules: Modules }
  | { readonly ok: false; readonly problems: readonly string[] };

const placed = (file: string, { line, column, path, message }: Finding): string =>
  `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${message}`;

/** A module file, read whole; every problem has its place. */
export const loadModules = (file: string): Loaded => {
  try {
    const { modules, findings } = readModules(readFileSync(file, 'utf8'));
    if (findings.length === 0) return { ok: true, modules };
    return { ok: false, problems: findings.map((finding) => placed(file, finding)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { ok: false, problems: [`${file}: expected a module file, got ${code}`] };
  }
};

/** The modules in use, and what became of the last try to read them anew: a bad file replaces nothing. */
export const createModules = (file: string, first: Modules, now: () => number = Date.now) => {
  let modules = first;
  let good = true;
  let at = now();
  return {
    all: (): Modules => modules,
    reload: (): Loaded => {
      const loaded = loadModules(file);
      good = loaded.ok;
      if (loaded.ok) {
        modules = loaded.modules;
        at = now();
      }
      return loaded;
    },
    /** Whether the last reading was good, and the unix seconds of the last good one. */
    state: () => ({ good, at: at / 1000 }),
  };
};
export type ModuleStore = ReturnType<typeof createModules>;
