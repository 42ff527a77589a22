import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';
import { expect, test } from 'vitest';
import type { Landscape, Node, Promised } from '../../../infra/landscape/model.ts';
import { breaks, checkOf, landscapeOf, nodeOf, on, titled } from '../../../infra/landscape/testing/landscapes.ts';
import { docs } from './docs.ts';

const groundOf = (landscape: Landscape) =>
  ({ landscape, hash: 'ab', source: 'x.yaml', profile: 'native', from: 0 }) as const;
const pageOf = (landscape: Landscape, path: string): string =>
  docs(groundOf(landscape)).find((file) => file.path === path)?.text ?? '';
/** A page as a reader of Markdown takes it: every node of it, with its words. */
const readBack = (text: string): readonly Nodes[] => {
  const walk = (node: Nodes): readonly Nodes[] => [node, ...('children' in node ? node.children.flatMap(walk) : [])];
  return walk(fromMarkdown(text, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] }));
};
const textIn = (nodes: readonly Nodes[]): string =>
  nodes.flatMap((node) => ('value' in node ? [node.value] : [])).join('|');

const estate = (epj: Partial<Node> = {}): Landscape => ({
  ...landscapeOf(
    [
      nodeOf('ward', 'site', { title: titled('Ward') }),
      nodeOf('db-1', 'component', { title: titled('Database 1') }),
      nodeOf('db-2', 'component', { title: titled('Database 2') }),
      nodeOf('epj', 'solution', {
        title: { da: 'Journal', en: 'Record' },
        owner: 'record',
        criticality: 'clinical-critical',
        data: 'patient',
        needs: breaks({ atLeast: 1, of: [on('db-1'), on('db-2')] }),
        runbook: 'record-unavailable',
        firstAction: { da: 'Ring til vagten.', en: 'Call the duty.' },
        ...epj,
      }),
      nodeOf('order', 'workflow', {
        title: { da: 'Ordinere', en: 'Order' },
        usedAt: ['ward'],
        needs: breaks(on('epj')),
        fallback: { title: titled('Paper'), bearsMs: 7_200_000 },
      }),
    ],
    [checkOf('epj/front', { kind: 'http', target: { env: 'EPJ_URL' }, vantages: ['ward'] })],
  ),
  teams: {
    record: {
      id: 'record',
      notify: [],
      title: titled('Record team'),
      onCall: { days: [1, 5], from: '07:00', to: '16:00', zone: 'Europe/Copenhagen' },
    },
  },
});

test('a page says who is called, what stands on it, what it needs, and what to do first', () => {
  const page = pageOf(estate(), 'docs/en/epj.md');
  for (const words of [
    '# Record',
    '**Record team**, called Mon and Fri, 07:00–16:00 (Europe/Copenhagen)',
    '**Order** (at Ward); instead: Paper, which bears 2h',
    'at least 1 of (Database 1 (`db-1`), Database 2 (`db-2`)): breaks without it',
    'First: Call the duty. Runbook: `record-unavailable`',
    '| `epj/front` | http | transport | 1s | Ward | read when it runs |',
  ])
    expect(page).toContain(words);
  expect(page).not.toContain('EPJ_URL');
  expect(pageOf(estate(), 'docs/da/epj.md')).toContain('kaldes man. og fre., 07:00–16:00');
  expect(pageOf(estate(), 'docs/en/README.md')).toContain('| [Record](epj.md) | clinical-critical | Record team |');
});

const promised = (more: Partial<Promised>): Promised => ({
  id: 'epj/99.9-30d',
  node: 'epj',
  objective: 99.9,
  window: '30d',
  span: { kind: 'rolling', ms: 30 * 86_400_000 },
  indicator: { kind: 'availability' },
  method: { name: 'timeslices', version: 1, slice: { ms: 60_000, target: 100 } },
  fewestBad: 3,
  during: null,
  ...more,
});
test.each<[Partial<Promised>, string, string]>([
  [{}, '99.9 % of the minutes it works, over 30d', '99.9 % af de minutter, den virker, over 30d'],
  [
    {
      indicator: { kind: 'latency', check: 'epj/front', of: 'duration', under: 1.5 },
      window: 'month',
      span: { kind: 'calendar', unit: 'month', zone: 'Europe/Copenhagen' },
    },
    '99.9 % of the minutes in which duration of epj/front is under 1s500ms, each calendar month',
    '99.9 % af de minutter, hvor duration fra epj/front er under 1s500ms, hver kalendermåned',
  ],
  [
    { indicator: { kind: 'freshness', check: 'epj/front', of: 'age', withinMs: 93_600_000 } },
    '99.9 % of the minutes in which age of epj/front is no older than 1d2h, over 30d',
    '99.9 % af de minutter, hvor age fra epj/front højst er 1d2h gammel, over 30d',
  ],
  [
    { indicator: { kind: 'requests', good: 'a', total: 'b' } },
    '99.9 % of the requests that are good, over 30d',
    '99.9 % af de forespørgsler, der er gode, over 30d',
  ],
])('a promise says what it counts and how long: %j', (more, en, da) => {
  const landscape = estate({ promises: [promised(more)] });
  expect(pageOf(landscape, 'docs/en/epj.md')).toContain(`**${en}**`);
  expect(pageOf(landscape, 'docs/da/epj.md')).toContain(`**${da}**`);
});

test.each([
  'a | b',
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '# not a head',
  '`code`',
  'two\n\n# lines',
  '--> <b>',
  '💊 **bold** _x_',
  '1. item',
  'a\\',
])('a title of %j stays a title', (title) => {
  const landscape = estate({ title: titled(title), firstAction: titled(title) });
  const plain = readBack(pageOf(estate(), 'docs/en/epj.md'));
  const read = readBack(pageOf(landscape, 'docs/en/epj.md'));
  // The same page but for its words: nothing became a link, a tag, a row or a head.
  expect(read.map(({ type }) => type)).toEqual(plain.map(({ type }) => type));
  expect(textIn(read)).toContain(title.replaceAll(/\s+/g, ' '));
  const index = readBack(pageOf(landscape, 'docs/en/README.md'));
  expect(index.map(({ type }) => type)).toEqual(
    readBack(pageOf(estate(), 'docs/en/README.md')).map(({ type }) => type),
  );
});

test('the same landscape gives the same pages', () => {
  expect(docs(groundOf(estate()))).toEqual(docs(groundOf(structuredClone(estate()))));
});
