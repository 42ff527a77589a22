import { LineCounter, parseAllDocuments } from 'yaml';
import type { Finding, Place } from './node.ts';
import type { Shape } from './shape.ts';

export type Read<T> = { readonly value: T; readonly findings: readonly Finding[] };

/** Reads the first document of a text by its shape. The value is good only without findings. */
export const readYaml = <T>(text: string, shape: Shape<T>): Read<T> => {
  const lines = new LineCounter();
  const findings: Finding[] = [];
  // Every scalar stays as it is written: what it is taken for depends on what is asked of it.
  const [document] = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
  });
  if (document === undefined || !('contents' in document))
    return {
      value: shape.zero,
      findings: [{ line: 1, column: 1, path: '', message: 'expected something, got an empty file' }],
    };
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    findings.push({ line, column: col, path: '', message: `expected YAML, got this: ${error.message}` });
  }
  if (findings.length > 0 || document.contents === null) return { value: shape.zero, findings };
  const at: Place = { document, lines, path: [], tell: (finding) => void findings.push(finding) };
  return { value: shape.read(document.contents, at) ?? shape.zero, findings };
};
