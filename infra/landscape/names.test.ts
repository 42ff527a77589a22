import { expect, test } from 'vitest';
import { idPattern, nearest } from './names.ts';

test.each([
  ['a letter too few', 'componets', 'components'],
  ['two letters swapped', 'wokrflows', 'workflows'],
  ['in capitals', 'EPJ-DB-1', 'epj-db-1'],
  ['a short word', 'htp', 'http'],
])('%s: %s was meant as %s', (_sentence, wrong, right) => {
  expect(nearest(wrong, ['sites', 'workflows', 'http', right, 'hosts'])).toBe(right);
});

test('nothing is meant by what is far from everything', () => {
  expect(nearest('banana', ['sites', 'hosts', 'http'])).toBeNull();
});

test.each(['EPJ', 'epj_db', '-epj', 'epj-', 'epj--db', 'journal ', 'ø', '', 'constructor'])('%j is no id', (id) => {
  expect(idPattern.test(id)).toBe(false);
});
