import type { CheckId, NodeId } from './model.ts';

/** Kebab-case: what ids, names of checks and names of signals look like. Fits a DNS label, a metric label and a path. */
export const idPattern = /^(?!constructor$)[a-z0-9]+(?:-[a-z0-9]+)*$/;
export const longestId = 63;

export const checkIdOf = (node: NodeId, name: string): CheckId => `${node}/${name}`;
export const promiseIdOf = (node: NodeId, what: string): string => `${node}/${what}`;

/** Where a person writes a node, by its kind: the first word of its path. */
export const sections = {
  site: 'sites',
  cluster: 'clusters',
  host: 'hosts',
  component: 'components',
  solution: 'solutions',
  workflow: 'workflows',
} as const;

/** The least number of single edits between two words, a swap of neighbours counted as one. */
const distance = (one: string, other: string): number => {
  const rows = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const at = (back: number, column: number) => rows[i - back]?.[column] ?? 0;
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const edits = [at(1, j) + 1, (row[j - 1] ?? 0) + 1, at(1, j - 1) + same, swapped ? at(2, j - 2) + 1 : Infinity];
      row.push(Math.min(...edits));
    }
    rows.push(row);
  }
  return rows[one.length]?.[other.length] ?? 0;
};

/** The known word that was probably meant; null when none is near. */
export const nearest = (word: string, known: Iterable<string>): string | null => {
  const near = [...known]
    .map((other) => ({ other, edits: distance(word.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, edits }) => edits <= Math.max(1, Math.floor(Math.max(word.length, other.length) / 3)))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.other ?? null;
};
