import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readAims, readTarget, readTrust } from './targets.ts';
import { checkOf, landscapeOf } from './testing/servers.ts';

const folder = mkdtempSync(join(tmpdir(), 'targets-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'target'), ' db.example:5432\n');
writeFileSync(join(folder, 'root.pem'), '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n');
writeFileSync(join(folder, 'empty'), '\n');

test('a target is as written, or read from a file of the landscape or the environment', () => {
  process.env['FORVARSEL_TEST_TARGET'] = 'epj.example:443';
  expect(readTarget({ text: 'a:1' })).toEqual({ text: 'a:1' });
  expect(readTarget({ file: 'target' }, folder)).toEqual({ text: 'db.example:5432' });
  expect(readTarget({ env: 'FORVARSEL_TEST_TARGET' })).toEqual({ text: 'epj.example:443' });
  delete process.env['FORVARSEL_TEST_TARGET'];
});

test.each([
  [{ env: 'FORVARSEL_TEST_NOT_SET' }, 'FORVARSEL_TEST_NOT_SET'],
  [{ file: 'nowhere' }, 'ENOENT'],
  [{ file: 'empty' }, 'got none'],
  [{ text: ' ' }, 'got none'],
])('%j is a problem that says what to look for', (target, said) =>
  expect(readTarget(target, folder)).toEqual({ problem: expect.stringContaining(said) }),
);

test('what can be read is read, and the rest is a problem each', () => {
  const checks = [
    checkOf('tcp', {}, { id: 'a/x', target: { text: 'a:1' } }),
    checkOf('tcp', {}, { id: 'b/x', target: { env: 'FORVARSEL_TEST_NOT_SET' } }),
  ];
  const landscape = landscapeOf(checks, []);
  const trust = [{ file: 'root.pem' }, { file: 'target' }, { file: 'nowhere' }];
  expect(readAims(landscape, folder)).toEqual({
    aims: { 'a/x': 'a:1' },
    problems: [{ check: 'b/x', message: expect.stringContaining('b/x') }],
  });
  const read = readTrust({ ...landscape, authority: { ...landscape.authority, trust } }, folder);
  expect(read.trust).toHaveLength(1);
  expect(read.problems.map(({ message }) => message.slice(0, 8))).toEqual(['trust 2:', 'trust 3:']);
});
