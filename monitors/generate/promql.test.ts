import { expect, test } from 'vitest';
import { quoted, selector } from './promql.ts';

test.each([
  ['plain', '"plain"'],
  ['a "quote"', String.raw`"a \"quote\""`],
  ['back\\slash', String.raw`"back\\slash"`],
  ['two\nlines\r', String.raw`"two\nlines\r"`],
  ['{{ $labels.x }} 💊', '"{{ $labels.x }} 💊"'],
])('%j stands in quotes', (text, expected) => expect(quoted(text)).toBe(expected));

test('labels are matched exactly, and several of them as one pattern', () => {
  expect(selector('up')).toBe('up');
  expect(selector('x', { check: 'epj/front', node: ['a.b', 'c'] })).toBe(
    String.raw`x{check="epj/front",node=~"a\\.b|c"}`,
  );
  expect(selector('x', { check: [] })).toBe('x{check=~""}');
});
