import { expect, test } from 'vitest';
import { z } from 'zod';
import { browser } from './browser.ts';

const schema = z.strictObject(browser.written);
type Written = Parameters<typeof browser.normal>[0];
const patients = { nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case 26/1234' } };
const patientIn = { fill: { field: { label: 'CPR' }, patient: true as const } };
const click = { click: { text: 'Gem' } };

test.each<readonly [string, Written, readonly (readonly (string | number)[])[]]>([
  ['a page alone', { steps: [] }, []],
  ['an agreed patient', { steps: [patientIn], patient: 'nancy' }, []],
  ['a patient nobody named', { steps: [click, patientIn] }, [['steps', 1, 'fill', 'patient']]],
  ['a patient nobody fills in', { steps: [click], patient: 'nancy' }, [['patient']]],
  [
    'two steps of one name',
    {
      steps: [
        { ...click, name: 'save' },
        { ...click, name: 'save' },
      ],
    },
    [['steps', 1, 'name']],
  ],
  ['a step with the name of the first', { steps: [{ ...click, name: 'open' }] }, [['steps', 0, 'name']]],
])('browser: %s', (_, written, paths) => {
  expect(schema.safeParse(written).error).toBeUndefined();
  expect(browser.whole?.(written)?.map(({ path }) => path)).toEqual(paths);
});

test.each<readonly [string, object]>([
  ['a step of no kind', { steps: [{ wait: '5s' }] }],
  ['a step of two kinds', { steps: [{ ...click, goto: '/' }] }],
  ['a secret and a patient in one', { steps: [{ fill: { ...patientIn.fill, value: 'x' } }] }],
  ['an expression RE2 does not read', { steps: [{ expectText: '(?=x)' }] }],
  ['an origin with a path', { steps: [], allowed: ['https://login.example/path'] }],
  ['an origin of another scheme', { steps: [], allowed: ['ftp://login.example'] }],
  ['too many steps', { steps: Array.from({ length: 51 }, () => click) }],
])('browser: %s is refused', (_, written) => expect(schema.safeParse(written).success).toBe(false));

test('a journey is read with its names, its times and its patient', () => {
  const written: Written = {
    steps: [
      { goto: '/start' },
      { fill: { field: { role: 'textbox' }, value: { env: 'CODE' } }, for: '2s' },
      patientIn,
      { ...click, name: 'save' },
      { expectText: /gemt/i },
    ],
    patient: 'nancy',
    allowed: ['https://login.example:8443'],
  };
  const options = browser.normal(written, patients);
  expect(options).toEqual({
    steps: [
      { name: 'open', goto: '' },
      { name: '1-goto', goto: '/start' },
      { name: '2-fill', fill: { field: { role: 'textbox' }, value: { env: 'CODE' } }, forMs: 2000 },
      { name: '3-fill', fill: { field: { label: 'CPR' }, value: { env: 'NANCY' }, person: true } },
      { name: 'save', click: { text: 'Gem' } },
      { name: '5-expect-text', expectText: '(?i)gemt' },
    ],
    allowed: ['https://login.example:8443'],
    trusted: true,
  });
  expect([browser.depth(options), browser.deepest(options)]).toEqual(['transaction', 'transaction']);
  expect(browser.measures(options, true)).toContain('certificate');
  expect(browser.measures(options, false)).toEqual(options.steps.map(({ name }) => `step:${name}`));
  expect(browser.depth(browser.normal({ steps: [click] }, {}))).toBe('protocol');
});
