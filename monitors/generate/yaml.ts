import { Document, isCollection, isMap, isNode, isScalar, Scalar, visit } from 'yaml';
import { type GenerateGround, originOf } from './artefact.ts';

/** A reason that travels into the file, above the entry it is about. */
export type Comment = { readonly at: readonly (string | number)[]; readonly text: string };

/** No sentence can end a comment and begin an entry. */
export const commentOf = (lines: readonly string[]): string =>
  lines
    .flatMap((line) => line.split(/\r\n|[\n\r\u0085\u2028\u2029]/))
    .map((line) => ` ${line}`.trimEnd())
    .join('\n');

/**
 * YAML that engines in Go read as it was meant: what YAML 1.1 takes for a number, a time or a switch is quoted, no
 * line is folded, and nothing is an alias.
 */
export const yamlOf = (
  ground: GenerateGround,
  about: readonly string[],
  data: unknown,
  comments: readonly Comment[] = [],
): string => {
  const document = new Document(data, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  document.commentBefore = commentOf([...originOf(ground), ...about]);
  for (const { at, text } of comments) {
    const [parent, key] = [document.getIn(at.slice(0, -1), true), at.at(-1)];
    // Above a key, not between a key and its value.
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const target = pair === undefined ? document.getIn(at, true) : pair.key;
    if (!isNode(target)) throw new Error(`expected an entry at ${at.join('.')}`);
    target.commentBefore = commentOf([text]);
  }
  visit(document, {
    Scalar: (key, node) => {
      if (key !== 'key' && typeof node.value === 'string' && node.value.includes('\n'))
        node.type = Scalar.BLOCK_LITERAL;
    },
    Collection: (_, node) => {
      if (isCollection(node)) node.flow = false;
    },
  });
  return document.toString({ lineWidth: 0 });
};
