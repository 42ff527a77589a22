import { LineCounter, parseAllDocuments, stringify } from 'yaml';
import { file, type Module, module } from './modules.ts';
import type { Finding, Place } from './shape.ts';

export type Modules = Readonly<Record<string, Module>>;
export type ReadModules = { readonly modules: Modules; readonly findings: readonly Finding[] };

/** Reads a module file of blackbox_exporter. It is good only without findings; then what it refuses, they name. */
export const readModules = (text: string): ReadModules => {
  const lines = new LineCounter();
  const findings: Finding[] = [];
  const tell = (finding: Finding): void => void findings.push(finding);
  // Every scalar stays as it is written: what it is taken for depends on what is asked of it. Only the first document counts.
  const [document] = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
  });
  if (document === undefined || !('contents' in document))
    return {
      modules: {},
      findings: [{ line: 1, column: 1, path: '', message: 'expected modules, got an empty file' }],
    };
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    tell({ line, column: col, path: '', message: `expected YAML, got this: ${error.message}` });
  }
  if (findings.length > 0 || document.contents === null) return { modules: {}, findings };
  const at: Place = { document, lines, path: [], tell };
  const { modules } = file.read(document.contents, at) ?? file.zero;
  return { modules, findings };
};

/** As `/config` shows it, without the secrets. */
export const showModules = (modules: Modules): string =>
  stringify({
    modules: file.show({ modules }) === undefined ? {} : (file.show({ modules }) as { modules: object }).modules,
  });
export const showModule = (one: Module): string => stringify(module.show(one) ?? {});
