import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exitCodes } from './exit.ts';
import { runCommand } from './program.ts';
import { commands } from './table.ts';

let out = '';
beforeEach(() => {
  out = join(mkdtempSync(join(tmpdir(), 'forvarsel-generate-')), 'made');
});
afterEach(() => rmSync(join(out, '..'), { recursive: true, force: true }));

const run = async (...argv: readonly string[]) => {
  const [said, complained]: [string[], string[]] = [[], []];
  const code = await runCommand(commands, ['generate', ...argv], {
    colour: false,
    language: argv.includes('da') ? 'da' : 'en',
    version: '1.2.3',
    out: (line) => said.push(line),
    err: (line) => complained.push(line),
  });
  return { code, out: said.join('\n'), err: complained.join('\n') };
};
const minimal = 'stacks/minimal';
const page = () => join(out, 'docs/en/epj.md');

test('a folder is written, and is then as generated', async () => {
  const first = await run(minimal, '--out', out);
  expect(first).toMatchObject({ code: exitCodes.fine, err: '' });
  expect(first.out).toMatch(/new {2}docs\/en\/epj\.md[\s\S]+ files, \d+ written or removed$/);
  expect(await run(minimal, '--out', out, '--check')).toMatchObject({
    code: exitCodes.fine,
    out: expect.stringMatching(/all as generated$/),
  });
  expect((await run(minimal, '--out', out)).out).toMatch(/ 0 written or removed$/);
});

test('--check writes nothing, and says what would change', async () => {
  const before = await run(minimal, '--out', out, '--check');
  expect(before.code).toBe(exitCodes.wrong);
  expect(before.out).toContain('+# Electronic patient journal');
  expect(existsSync(out)).toBe(false);
});

test('a change by hand is noticed, shown, and overwritten only when asked', async () => {
  await run(minimal, '--out', out);
  const made = readFileSync(page(), 'utf8');
  appendFileSync(page(), 'by hand\n');
  const refused = await run(minimal, '--out', out);
  expect(refused.code).toBe(exitCodes.unsafe);
  expect(refused.err).toMatch(/edited by hand {2}docs\/en\/epj\.md[\s\S]+nothing was written/);
  expect(readFileSync(page(), 'utf8')).toBe(`${made}by hand\n`);
  const shown = await run(minimal, '--out', out, '--check', '--lang', 'da');
  expect(shown).toMatchObject({ code: exitCodes.wrong });
  expect(shown.out).toMatch(/rettet i hånden {2}docs\/en\/epj\.md[\s\S]+-by hand/);
  expect((await run(minimal, '--out', out, '--force')).code).toBe(exitCodes.fine);
  expect(readFileSync(page(), 'utf8')).toBe(made);
});

test('a landscape that cannot be generated writes nothing', async () => {
  const broken = join(out, '..', 'broken.yaml');
  writeFileSync(broken, 'authority: {title: X\n');
  const refused = await run(broken, '--out', out);
  expect(refused).toMatchObject({ code: exitCodes.usage, out: '' });
  expect(refused.err).toMatch(/error syntax[\s\S]+nothing was started or changed/);
  expect(existsSync(out)).toBe(false);
});

test.each<[string, readonly string[], RegExp]>([
  ['nowhere to write', [], /say where with --out <dir>/],
  ['intet sted at skrive', ['--lang', 'da'], /sig hvor med --out <mappe>/],
  ['a file where a folder should be', ['--out', 'package.json'], /package\.json is no folder/],
  ['a kind there is not', ['--out', 'x', '--only', 'docs,frob'], /nothing is generated as frob; there is .*docs/],
  [
    'a profile there is not',
    ['--out', 'x', '--profile', 'pyrra'],
    /no profile is called pyrra; there is native, sloth/,
  ],
  ['a year that is none', ['--out', 'x', '--year', 'MMXXVI'], /expected a year such as 2026, got MMXXVI/],
])('%s', async (_, argv, err) => {
  expect(await run(minimal, ...argv)).toMatchObject({
    code: exitCodes.usage,
    out: '',
    err: expect.stringMatching(err),
  });
});

test('for a program it is JSON', async () => {
  const facts = JSON.parse((await run(minimal, '--out', out, '--only', 'docs', '--format', 'json')).out);
  expect(facts.files).toContainEqual({ path: 'docs/en/epj.md', standing: 'new' });
});
