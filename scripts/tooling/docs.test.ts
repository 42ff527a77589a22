import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findingCodes } from '../../infra/landscape/findings.ts';
import { warningRules } from '../../monitors/picture.ts';
import { kinds } from '../../probes/kinds.ts';
import { exitCodes } from '../commands/exit.ts';
import { commands } from '../commands/table.ts';

/** What is written must be true: commands, options, codes, links and paths. */
const pages = [
  'README.md',
  'AGENTS.md',
  'CHANGELOG.md',
  ...globSync('{infra,probes,monitors,scripts,stacks}/**/README.md'),
];
const textOf = (page: string): string => readFileSync(page, 'utf8');
const found = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, one]) => one ?? '');
const readme = textOf('README.md');

test.each(pages)('%s: every link leads somewhere', (page) => {
  const links = found(textOf(page), /\]\(([^)#\s]+)[^)]*\)/g).filter((link) => !/^https?:/.test(link));
  const missing = links.filter((link) => !existsSync(join(dirname(page), link)));
  expect(missing).toEqual([]);
});

test.each(pages)('%s: every file it names in full is there', (page) => {
  const named = found(textOf(page), /`((?:infra|probes|monitors|scripts|stacks)\/[\w./-]+)`/g);
  const missing = named.filter((path) => !existsSync(path) && !existsSync(join(dirname(page), path)));
  expect(missing).toEqual([]);
});

test.each(pages)('%s: every command it names can be run', (page) => {
  const known = new Set<string>(commands.map(({ name }) => name));
  const named = found(textOf(page), /`(?:npx )?forvarsel ([a-z]+)/g);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test('the README has a row for every command, and names every option of it', () => {
  for (const { name, args, options } of commands) {
    const usage = ['forvarsel', name, ...args.map((arg) => arg.slice(1, -1).toUpperCase())].join(' ');
    expect(readme, usage).toContain(`| \`${usage}\` |`);
    for (const { flags } of options) expect(readme, `${name} ${flags}`).toContain(`\`${flags.split(' ')[0]}`);
  }
});

test('the README has a row for every exit code, and for no other', () => {
  const rows = found(readme, /^\| (\d+) \| /gm).map(Number);
  expect(rows).toEqual(Object.values(exitCodes));
});

test('every code of a finding stands in the room that finds it, and no other does', () => {
  const rows = found(textOf('infra/landscape/README.md'), /^\| `([a-z-]+)` \| (?:error|warning) \|/gm);
  expect(rows.toSorted()).toEqual(Object.keys(findingCodes).toSorted());
});

test('every severity is the one in the table', () => {
  const room = textOf('infra/landscape/README.md');
  for (const [code, { severity, meaning }] of Object.entries(findingCodes))
    expect(room).toContain(`| \`${code}\` | ${severity} | ${meaning.en} |`);
});

test('every kind of check has its row, and every warning its word', () => {
  for (const kind of Object.keys(kinds)) expect(textOf('probes/README.md')).toContain(`| \`${kind}\` |`);
  expect(warningRules.length).toBeGreaterThan(0);
  expect(readme).toContain(
    Object.keys(kinds)
      .map((kind) => `\`${kind}\``)
      .join(', '),
  );
});

test('every command of npm that is named is there', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
  const named = pages.flatMap((page) => found(textOf(page), /npm run ([a-z-]+)/g));
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test']));
});

test('what is to be read first is short: AGENTS.md has fewer than a hundred lines', () => {
  expect(textOf('AGENTS.md').split('\n').length).toBeLessThan(100);
});
