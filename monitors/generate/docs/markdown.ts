import type { PhrasingContent, Root, RootContent, TableRow } from 'mdast';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown } from 'mdast-util-to-markdown';

/** Pieces of a page. The library escapes what they say: no title can become a link, a row or a tag. */

type Words = string | PhrasingContent;
const phrasing = (words: readonly Words[]): PhrasingContent[] =>
  words.map((word) => (typeof word === 'string' ? { type: 'text', value: word.replaceAll(/\s+/g, ' ') } : word));

export const code = (value: string): PhrasingContent => ({ type: 'inlineCode', value: value.replaceAll(/\s+/g, ' ') });
export const strong = (...words: readonly Words[]): PhrasingContent => ({ type: 'strong', children: phrasing(words) });
export const link = (url: string, ...words: readonly Words[]): PhrasingContent => ({
  type: 'link',
  url,
  children: phrasing(words),
});
export const heading = (depth: 1 | 2 | 3, ...words: readonly Words[]): RootContent => ({
  type: 'heading',
  depth,
  children: phrasing(words),
});
export const paragraph = (...words: readonly Words[]): RootContent => ({
  type: 'paragraph',
  children: phrasing(words),
});
export const list = (items: readonly (readonly Words[])[]): RootContent => ({
  type: 'list',
  spread: false,
  children: items.map((words) => ({
    type: 'listItem',
    spread: false,
    children: [{ type: 'paragraph', children: phrasing(words) }],
  })),
});
/** The first row is the head. */
export const table = (rows: readonly (readonly (readonly Words[])[])[]): RootContent => ({
  type: 'table',
  children: rows.map(
    (cells): TableRow => ({
      type: 'tableRow',
      children: cells.map((words) => ({ type: 'tableCell', children: phrasing(words) })),
    }),
  ),
});

/** `said` stands in a comment on top; what could end the comment is taken out of it. */
export const pageOf = (said: readonly string[], content: readonly RootContent[]): string => {
  const comment: RootContent = { type: 'html', value: `<!-- ${said.join(' ').replaceAll(/[<>]|--+/g, ' ')} -->` };
  const root: Root = { type: 'root', children: [comment, ...content] };
  return toMarkdown(root, { bullet: '-', extensions: [gfmTableToMarkdown({ tablePipeAlign: false })] });
};
