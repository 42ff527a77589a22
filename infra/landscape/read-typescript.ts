import { pathToFileURL } from 'node:url';
import { type Problem, problem } from './findings.ts';
import { masked, said } from './validate/say.ts';

export type Failed = { readonly problem: Problem; readonly line: number; readonly column: number };
export type Loaded = { readonly value: unknown } | Failed;

/** Node names the place of a syntax error only in the stack: `file:///…/landscape.ts:12`. */
const lineIn = (error: Error, file: string): number => {
  const stack = error.stack ?? '';
  for (const name of [pathToFileURL(file).href, file]) {
    const at = stack.indexOf(`${name}:`);
    const line = at < 0 ? null : /^\d+/.exec(stack.slice(at + name.length + 1));
    if (line != null) return Number(line[0]);
  }
  return 1;
};

const firstLine = (text: string): string => text.split('\n', 1)[0]?.trim() ?? '';
const isSyntax = (error: Error): boolean =>
  error instanceof SyntaxError || ('code' in error && error.code === 'ERR_INVALID_TYPESCRIPT_SYNTAX');

const failed = (error: unknown, file: string): Loaded => {
  const thrown = error instanceof Error ? error : new Error(said(error));
  const got = masked(firstLine(thrown.message)) || thrown.name;
  const at = { line: lineIn(thrown, file), column: 1 };
  if (isSyntax(thrown))
    return {
      problem: problem('syntax', [], {
        got,
        expected: 'a module that Node can read',
        remedy: 'correct the syntax (types must be erasable)',
      }),
      ...at,
    };
  return {
    problem: problem('module-failed', [], {
      got,
      expected: 'a module that loads',
      remedy: 'make the module load without errors, and without needing anything but its own files',
    }),
    ...at,
  };
};

/** What a module exports by default. */
export const loadModule = async (file: string): Promise<Loaded> => {
  try {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
    if (module['default'] !== undefined) return { value: module['default'] };
    const exported = Object.keys(module);
    return {
      problem: problem('no-default-export', [], {
        expected: 'export default defineLandscape({ … })',
        got: exported.length === 0 ? 'a module that exports nothing' : `exports named ${exported.join(', ')}`,
        remedy: 'export the landscape by default',
      }),
      line: 1,
      column: 1,
    };
  } catch (error) {
    return failed(error, file);
  }
};
