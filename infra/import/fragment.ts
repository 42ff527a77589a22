import { Document, isMap, isScalar, isSeq, Scalar, visit } from 'yaml';
import { type Finding, problem } from '../landscape/findings.ts';
import { longestId } from '../landscape/names.ts';
import type { PromiseInput } from '../landscape/promise.ts';
import { said } from '../landscape/validate/say.ts';
import type { Foreign, Unsaid } from './model.ts';

/** Solutions with their promises, as a landscape has them; what they stand on is not among it. */
export type Fragment = {
  readonly solutions: Readonly<
    Record<
      string,
      {
        readonly title: string;
        readonly criticality: 'supporting';
        readonly data: 'internal';
        readonly promises: PromiseInput[];
      }
    >
  >;
};
/** Sentences that stand above a promise in the text. */
type Comments = ReadonlyMap<PromiseInput, string>;
export type Made = {
  readonly fragment: Fragment;
  readonly comments: Comments;
  readonly findings: readonly Finding[];
  readonly unsaid: readonly Unsaid[];
};

/** Any name as an id: kebab-case, of letters that every address and label has. */
export const idOf = (name: string): string => {
  const plain = name
    .toLowerCase()
    .replaceAll('æ', 'ae')
    .replaceAll('ø', 'oe')
    .replaceAll('å', 'aa')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '');
  const id = plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longestId)
    .replaceAll(/^-+|-+$/g, '');
  return id === '' || id === 'constructor' ? `x-${id}`.replace(/-$/, '') : id;
};

/** The objectives of a file as solutions that promise them. */
export const fragmentOf = (objectives: readonly Foreign[]): Made => {
  const findings: Finding[] = [];
  const unsaid: Unsaid[] = [];
  const comments = new Map<PromiseInput, string>();
  const solutions: Record<string, { title: string; promises: PromiseInput[] }> = {};
  const seen = new Set<string>();
  for (const { entry, path, service, name, description, promise } of objectives) {
    const [id, own] = [idOf(service.name), idOf(name)];
    if (!Object.hasOwn(solutions, id)) {
      solutions[id] = { title: service.title, promises: [] };
      unsaid.push(entry.unsaid(service.path, 'no-criticality'), entry.unsaid(service.path, 'nothing-under-it'));
    }
    if (id !== service.name) unsaid.push(entry.unsaid(service.path, 'another-id', id));
    if (own !== name) unsaid.push(entry.unsaid(path, 'another-id', own));
    const made = { name: own, ...promise };
    const key = `${id}/${own}-${promise.objective}-${promise.window}`;
    const words = { expected: 'each objective once', got: said(key), remedy: 'rename or remove one of the two' };
    if (seen.has(key)) findings.push(entry.finding(problem('duplicate-promise', path, words)));
    seen.add(key);
    solutions[id]?.promises.push(made);
    if (description !== null) comments.set(made, description);
  }
  const whole = Object.entries(solutions).map(([id, { title, promises }]) => {
    const solution = { title, criticality: 'supporting', data: 'internal', promises } as const;
    return [id, solution] as const;
  });
  return { fragment: { solutions: Object.fromEntries(whole) }, comments, findings, unsaid };
};

const commentOf = (text: string): string =>
  text
    .trim()
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
    .map((line) => ` ${line}`.trimEnd())
    .join('\n');

/** The fragment as a file of its own; `about` stands above it, and each description above its promise. */
export const fragmentText = ({ fragment, comments }: Made, about: readonly string[]): string => {
  const document = new Document(fragment, { aliasDuplicateObjects: false });
  document.commentBefore = commentOf(about.join('\n'));
  for (const [id, { promises }] of Object.entries(fragment.solutions)) {
    const list = document.getIn(['solutions', id, 'promises'], true);
    if (!isSeq(list)) continue;
    for (const [index, promise] of promises.entries()) {
      const [item, comment] = [list.items[index], comments.get(promise)];
      if (isMap(item) && comment !== undefined) item.commentBefore = commentOf(comment);
    }
  }
  visit(document, {
    Scalar: (key, node) => {
      if (key !== 'key' && isScalar(node) && typeof node.value === 'string' && node.value.includes('\n'))
        node.type = Scalar.BLOCK_LITERAL;
    },
  });
  return document.toString({ lineWidth: 0 });
};
