import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { blockYaml, blockYamlList, type Plain } from './block-yaml.ts';

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'yes',
    'No',
    'null',
    '~',
    '1e3',
    '0x1f',
    '2026-11-26',
    '1:30',
    '-',
    '- a',
    '?',
    'a: b',
    'a #b',
    '.nan',
  ),
  fc.constantFrom(
    '',
    ' ',
    '\n',
    'a\n',
    'a\n\nb',
    ' a\nb',
    'a \nb',
    'a\n b\n',
    '\ta\nb',
    'a\n\tb',
    'a\r\nb',
    'a\nb\n\n',
    '---\na',
    '...',
  ),
  fc.constantFrom(
    '{{ $labels.x }}',
    '"',
    "'",
    '\\',
    '🏥',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\ud800',
    '%',
    '@a',
    '`a`',
    '!a',
    '&a',
    '*a',
    '|',
    '>',
  ),
);
const leaves = fc.oneof(
  texts,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const data = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaves,
    fc.array(tie('value')),
    fc.dictionary(
      texts.filter((key) => key !== '__proto__'),
      tie('value'),
    ),
  ),
})).value;
// -0 is a number of JSON that nothing here writes.
const readable = (value: Plain): Plain => JSON.parse(JSON.stringify(value));

test.each(['1.1', '1.2'] as const)('what is written is read back by a reader of YAML %s', (version) => {
  fc.assert(
    fc.property(data, (value) => {
      const expected = { value: readable(value) };
      expect(parse(blockYaml(expected), { version, merge: false, uniqueKeys: false })).toEqual(expected);
    }),
    { numRuns: 400 },
  );
});

test('lines stand as lines, and everything else in one', () => {
  const groups = [{ name: 'a:b', rules: [{ expr: '(a)\n/\n(b)\n', labels: { on: 'no', empty: '' } }, {}, []] }];
  expect(blockYaml({ groups, none: undefined })).toBe(
    'groups:\n  - name: a:b\n    rules:\n      - expr: |\n          (a)\n          /\n          (b)\n        labels:\n          "on": "no"\n          empty: ""\n      - {}\n      - []\n',
  );
});

test('what is made item by item is the same text', () => {
  const made = (name: string) => [{ name, rules: [{ expr: 'a\nb' }] }, name];
  const from = ['a', 'yes', 'c\nd'];
  expect(blockYamlList('groups', from, made)).toBe(blockYaml({ groups: from.flatMap(made) }));
  expect(blockYamlList('groups', [], made)).toBe(blockYaml({ groups: [] }));
});
