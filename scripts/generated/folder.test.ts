import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apply, compare, type File, FolderError, manifestName, recover } from './folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forvarsel-generated-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (path: string, text: string, kind = 'rules'): File => ({ path, text, kind });
const put = (path: string, text: string): void => writeFileSync(join(folder, path), text);
const textAt = (path: string): string => readFileSync(join(folder, path), 'utf8');
const write = (files: readonly File[], kinds: readonly string[] = ['rules']): void =>
  apply(folder, { changes: compare(folder, files, kinds), files, kinds, landscape: 'a' });
const standings = (files: readonly File[], kinds: readonly string[] = ['rules']) =>
  Object.fromEntries(compare(folder, files, kinds).map(({ path, standing }) => [path, standing]));

test('what is written is the same afterwards, in folders it makes itself', () => {
  const files = [file('rules/a.yml', 'one\n'), file('rules/deep/b.yml', 'two\n')];
  expect(standings(files)).toEqual({ 'rules/a.yml': 'new', 'rules/deep/b.yml': 'new' });
  write(files);
  expect(standings(files)).toEqual({ 'rules/a.yml': 'same', 'rules/deep/b.yml': 'same' });
  expect(readdirSync(folder).toSorted()).toEqual([manifestName, 'rules']);
});

test('a file that is no longer generated goes, one that was never ours stays', () => {
  write([file('a.yml', 'one'), file('b.yml', 'two')]);
  put('own.yml', 'theirs');
  expect(standings([file('a.yml', 'more')])).toEqual({ 'a.yml': 'changed', 'b.yml': 'gone' });
  write([file('a.yml', 'more')]);
  expect([textAt('a.yml'), existsSync(join(folder, 'b.yml')), textAt('own.yml')]).toEqual(['more', false, 'theirs']);
});

test('a change by hand is told from one of ours, and from a file that was there before', () => {
  write([file('a.yml', 'one'), file('b.yml', 'two')]);
  put('a.yml', 'one, by hand');
  put('b.yml', 'two, by hand');
  put('c.yml', 'theirs');
  expect(standings([file('a.yml', 'another'), file('c.yml', 'ours')])).toEqual({
    'a.yml': 'edited',
    'b.yml': 'edited',
    'c.yml': 'foreign',
  });
});

test('one kind knows nothing of the files of another', () => {
  write([file('a.yml', 'one', 'rules')], ['rules']);
  write([file('b.md', 'two', 'docs')], ['docs']);
  expect(standings([], ['docs'])).toEqual({ 'b.md': 'gone' });
  write([], ['docs']);
  expect([textAt('a.yml'), existsSync(join(folder, 'b.md'))]).toEqual(['one', false]);
  expect(standings([file('a.yml', 'one')])).toEqual({ 'a.yml': 'same' });
});

/** As a run leaves the folder that is cut short right after its journal stood: nothing moved yet, or some of it. */
const cutShort = (moved: readonly string[]): void => {
  write([file('a.yml', 'old a'), file('b.yml', 'old b'), file('c.yml', 'old c')]);
  const stage = join(folder, '.forvarsel-staged');
  mkdirSync(join(stage, 'files'), { recursive: true });
  for (const name of ['a.yml', 'b.yml'])
    if (moved.includes(name)) put(name, `new ${name}`);
    else writeFileSync(join(stage, 'files', name), `new ${name}`);
  writeFileSync(join(stage, 'journal.json'), JSON.stringify({ put: ['a.yml', 'b.yml'], remove: ['c.yml'] }));
};

test.each([[[]], [['a.yml']], [['a.yml', 'b.yml']]])('what was decided is finished, whatever was done: %j', (moved) => {
  cutShort(moved);
  expect(recover(folder)).toBe(true);
  expect([textAt('a.yml'), textAt('b.yml'), existsSync(join(folder, 'c.yml'))]).toEqual([
    'new a.yml',
    'new b.yml',
    false,
  ]);
  expect(existsSync(join(folder, '.forvarsel-staged'))).toBe(false);
  expect(recover(folder)).toBe(false);
});

test('what was not decided is forgotten', () => {
  write([file('a.yml', 'old a')]);
  mkdirSync(join(folder, '.forvarsel-staged', 'files'), { recursive: true });
  put('.forvarsel-staged/files/a.yml', 'new a');
  put('.forvarsel-staged/journal.json.new', '{"put":["a.yml"');
  expect(recover(folder)).toBe(true);
  expect(textAt('a.yml')).toBe('old a');
  expect(existsSync(join(folder, '.forvarsel-staged'))).toBe(false);
});

test('a manifest nobody understands is refused by name', () => {
  put(manifestName, '{"files": 3}');
  expect(() => compare(folder, [], ['rules'])).toThrow(FolderError);
  expect(() => compare(folder, [], ['rules'])).toThrow(manifestName);
});
