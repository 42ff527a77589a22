import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleOf, selectorOf, selects } from './exposition.ts';

test.each([
  ['up 1', { name: 'up', labels: {}, value: 1 }],
  ['up{} 1', { name: 'up', labels: {}, value: 1 }],
  ['up{a="b",} 1.5e3 1700000000000', { name: 'up', labels: { a: 'b' }, value: 1500 }],
  ['up{a="b", c = "d"} +Inf', { name: 'up', labels: { a: 'b', c: 'd' }, value: Number.POSITIVE_INFINITY }],
  [
    'up{path="C:\\\\dir",say="\\"hi\\"\\n"} -0.5',
    { name: 'up', labels: { path: 'C:\\dir', say: '"hi"\n' }, value: -0.5 },
  ],
  ['up NaN', { name: 'up', labels: {}, value: Number.NaN }],
  ['# HELP up Up.', null],
  ['', null],
  ['up', null],
  ['up{a="b" 1', null],
  ['up{a=b} 1', null],
  ['up one', null],
  ['9up 1', null],
])('the line %s', (line, expected) => expect(sampleOf(line)).toEqual(expected));

test.each([
  ['disk{mount="/"}', true],
  ['disk', true],
  ['disk{mount="/"} 1', false],
  ['disk{mount}', false],
  ['', false],
])('%s is a selector: %s', (text, is) => expect(selectorOf(text) !== null).toBe(is));

test('a selector picks the series with its labels, whatever others they have', () => {
  const selector = { name: 'disk', labels: { mount: '/' } };
  expect(selects(selector, { name: 'disk', labels: { mount: '/', host: 'a' } })).toBe(true);
  expect(selects(selector, { name: 'disk', labels: { mount: '/data' } })).toBe(false);
  expect(selects(selector, { name: 'disks', labels: { mount: '/' } })).toBe(false);
});

test('what is written is read back', () =>
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), fc.string()), fc.double(), (labels, value) => {
      const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
      const inner = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
      expect(sampleOf(`series{${inner.join(',')}} ${value}`)?.labels).toEqual({ ...labels });
    }),
  ));
