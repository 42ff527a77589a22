// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a template is written.
import { expect, test } from 'vitest';
import { expand, matchIn, nothingCaught } from './expand.ts';
import { patternOf } from './pattern.ts';

const caught =
  matchIn(patternOf('(?P<user>\\w+)@(?P<host>[\\w.]+)(:\\d+)?'), 'to a@b.example')?.caught ?? nothingCaught;

// As Go's Regexp.Expand has it.
test.each([
  ['$user at $host', 'a at b.example'],
  ['${user}x', 'ax'],
  ['$userx', ''],
  ['$1-$2', 'a-b.example'],
  ['$0', 'a@b.example'],
  ['${3}|$3|$4|${10}', '|||'],
  ['$01', ''],
  ['$$1', '$1'],
  ['$', '$'],
  ['$-1', '$-1'],
  ['${}', '${}'],
  ['${user', '${user'],
  ['a$ b', 'a$ b'],
  ['', ''],
  ['$toString $__proto__', ' '],
])('%j becomes %j', (template, expected) => expect(expand(template, caught)).toBe(expected));

test('a match says where it ends, and no match is none', () => {
  expect(matchIn(patternOf('b+'), 'abbc')).toEqual({ caught: { groups: ['bb'], named: {} }, end: 3 });
  expect(matchIn(patternOf('x'), 'abbc')).toBeNull();
});
