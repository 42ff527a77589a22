import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonOf } from './json.ts';

test('JSON: a tower is refused before it is parsed, brackets in texts do not count', () => {
  const shown = () => 'x';
  expect(jsonOf(Buffer.from(JSON.stringify({ a: '['.repeat(500) })), shown)).toEqual({ a: '['.repeat(500) });
  expect(() => jsonOf(Buffer.from('[{"a":'.repeat(150)), shown)).toThrow('levels');
  fc.assert(fc.property(fc.json(), (text) => void expect(jsonOf(Buffer.from(text), shown)).toEqual(JSON.parse(text))));
});
