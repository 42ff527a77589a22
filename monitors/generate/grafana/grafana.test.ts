import { expect, test } from 'vitest';
import type { Landscape } from '../../../infra/landscape/model.ts';
import { breaks, checkOf, landscapeOf, nodeOf, on, titled } from '../../../infra/landscape/testing/landscapes.ts';
import { grafana } from './grafana.ts';

type Board = {
  readonly uid: string;
  readonly title: string;
  readonly timezone: string;
  readonly links: readonly { readonly url?: string }[];
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
};
const long = 'a-solution-with-a-name-that-is-longer-than-any-address';
const estate = (title = 'Record'): Landscape => {
  const bare = landscapeOf(
    [
      nodeOf('db-1', 'component'),
      nodeOf('epj', 'solution', { title: titled(title), needs: breaks({ atLeast: 1, of: [on('db-1')] }) }),
      nodeOf(`${long}-1`, 'solution'),
      nodeOf(`${long}-2`, 'solution'),
      nodeOf('order', 'workflow', { title: titled(title), usedAt: ['ward'], needs: breaks(on('epj')) }),
    ],
    [checkOf('epj/front'), checkOf('db-1/port')],
  );
  return { ...bare, authority: { ...bare.authority, links: { console: 'https://console.example/', runbooks: null } } };
};
const boardsOf = (landscape: Landscape) =>
  grafana({ landscape, hash: 'ab', source: 'x.yaml', profile: 'native', from: 0 });
const read = (landscape: Landscape, path: string): Board => {
  const file = boardsOf(landscape).find((one) => one.path === path);
  if (file === undefined) throw new Error(`expected a board at ${path}`);
  return JSON.parse(file.text) as Board;
};

test('there is a board for the ladder, the promises, each workflow and each solution, in both languages', () => {
  const paths = boardsOf(estate()).map(({ path }) => path);
  for (const language of ['da', 'en'])
    for (const id of ['ladder', 'promises', 'workflow-order', 'solution-epj', `solution-${long}-1`])
      expect(paths).toContain(`grafana/${language}/${id}.json`);
  expect(paths).toHaveLength(12);
});

test('an address is short, one board’s alone, and the same in both languages', () => {
  const boards = boardsOf(estate()).map(({ path, text }) => ({ path, uid: (JSON.parse(text) as Board).uid }));
  expect(Math.max(...boards.map(({ uid }) => uid.length))).toBeLessThanOrEqual(40);
  expect(new Set(boards.map(({ uid }) => uid)).size).toBe(6);
});

test('a board is in the zone of the authority, and leads to the console', () => {
  const board = read(estate(), 'grafana/en/solution-epj.json');
  expect(board).toMatchObject({ title: 'Solution: Record', timezone: 'Europe/Copenhagen' });
  expect(board.links.map(({ url }) => url)).toContain('https://console.example/');
});

test('what fails below a solution is on its board', () => {
  const { panels } = read(estate(), 'grafana/en/solution-epj.json');
  const failures = panels.find(({ title }) => title.startsWith('Why runs failed'));
  expect(failures?.targets[0]?.expr).toContain('check=~"epj/front|db-1/port"');
});

test('a title can be anything and changes no query', () => {
  const strange = read(estate('"} or vector(1) {{x}} $y \n 💊'), 'grafana/en/solution-epj.json');
  expect(strange.title).toBe('Solution: "} or vector(1) {{x}} $y \n 💊');
  const queries = ({ panels }: Board) => panels.map(({ targets }) => targets);
  expect(queries(strange)).toEqual(queries(read(estate(), 'grafana/en/solution-epj.json')));
});
