import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findingCodes } from './findings.ts';

const kinds = Object.entries(findingCodes);

test('the README lists every code as it is', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const listed = readme.split('\n').filter((line) => /^\| `[a-z-]+` \| (?:error|warning) \|/.test(line));
  expect(listed).toEqual(kinds.map(([code, { severity, meaning }]) => `| \`${code}\` | ${severity} | ${meaning.en} |`));
});

test.each(kinds)('%s is one sentence in each language', (code, { meaning }) => {
  expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  for (const sentence of [meaning.da, meaning.en]) expect(sentence).toMatch(/^\p{Lu}.*[^.]\.$/u);
  expect(meaning.da).not.toBe(meaning.en);
});
