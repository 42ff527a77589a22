// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a scenario names a variable.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { privacy } from '../validate/privacy.ts';
import { type ScenarioOptions, scenario } from './scenario.ts';

const schema = z.strictObject(scenario.written);
type Written = z.input<typeof schema>;
const wrong = (written: Written): readonly string[] => {
  const parsed = schema.safeParse(written);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return (scenario.whole?.(parsed.data) ?? []).map(({ path, expected }) => `${path.join('.')}: ${expected}`);
};
const get = { name: 'ask', request: { url: '/x' } } as const;

test.each<readonly [string, Written, string]>([
  ['no step', { steps: [] }, 'steps: at least one step'],
  ['a name twice', { steps: [get, get] }, 'steps.1.name: a name no other step has'],
  ['a form before any page', { steps: [{ name: 'a', submit: {} }] }, 'steps.0.submit: a page before it'],
  [
    'a variable nobody gives',
    { steps: [{ name: 'a', request: { url: '/${x}', headers: { b: '$${y}' } }, capture: { x: { json: '$' } } }] },
    'steps.0: a value for ${x}, declared or captured in a step before',
  ],
  [
    'a test patient that was not named',
    { steps: [{ name: 'a', request: { url: '/${patient}' } }] },
    'steps.0: a value for ${patient}, declared or captured in a step before',
  ],
  [
    'a request that may write without an approval',
    { steps: [{ name: 'a', request: { json: {} } }] },
    'writes: the reference of an approval, for step a may change something',
  ],
  [
    'nothing but cleaning up',
    { steps: [{ ...get, always: true }] },
    'steps.0.always: at least one step that is not for cleaning up',
  ],
  [
    'two bodies',
    { steps: [{ name: 'a', request: { body: 'x', json: 1 } }] },
    'steps.0.request: at most one of body, json and form',
  ],
  [
    'a request and a form',
    { steps: [get, { name: 'b', request: {}, submit: {} }] },
    'steps.1: either request or submit',
  ],
  [
    'a JSONPath with expressions of its own',
    { steps: [{ ...get, capture: { a: { json: '$[?search(@.b, "x")]' } } }] },
    'steps.0.capture.a.json: a JSONPath without match and search',
  ],
])('%s', (_, written, finding) => expect(wrong(written)).toEqual([finding]));

test('a captured value may be used from the next step on, and what is written for a name is kept for the probe', () => {
  const written: Written = {
    variables: { file: 'text', secret: { file: 'pass' }, code: { totp: { env: 'T' }, digits: 8 } },
    patient: 'nancy',
    writes: 'case 1',
    steps: [
      { ...get, capture: { x: { header: 'x', signal: true } } },
      {
        name: 'b',
        request: { url: '/${x}?p=${patient}', form: { file: '${file}', s: { env: 'S' } } },
        expect: { status: 204 },
      },
      { name: 'c', always: true },
    ],
  };
  expect(wrong(written)).toEqual([]);
  const options: ScenarioOptions = scenario.normal(schema.parse(written), {
    nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case' },
  });
  expect(options).toMatchObject({
    patient: { identity: { env: 'NANCY' } },
    variables: [
      ['file', 'text'],
      ['secret', { file: 'pass' }],
      ['code', { totp: { env: 'T' }, digits: 8 }],
    ],
  });
  expect(options.steps[1]).toMatchObject({
    method: 'POST',
    body: {
      form: [
        ['file', '${file}'],
        ['s', { env: 'S' }],
      ],
    },
    status: [204],
  });
  expect([scenario.depth(options), scenario.deepest(options)]).toEqual(['transaction', 'transaction']);
  expect(scenario.measures(options, true)).toEqual(['step:ask', 'step:b', 'step:c', 'captured:x', 'certificate']);
});

test('what its last step does not assert is no transaction', () => {
  const options = scenario.normal(
    schema.parse({
      steps: [{ ...get, expect: { status: 200 } }, { name: 'b' }, { name: 'c', always: true, expect: { body: 'x' } }],
    }),
    {},
  );
  expect(scenario.deepest(options)).toBe('protocol');
});

test('a secret that is filled in by name stands in no landscape; one that is written does', () => {
  const step = (request: object) => privacy({ steps: [{ request, capture: { a: { body: 'token=(\\w+)' } } }] });
  expect(
    step({ headers: { authorization: 'Bearer ${key}' }, form: { password: '${p}' }, json: { token: '${t}' } }),
  ).toEqual([]);
  expect(step({ form: { password: 'hunter2 ${p}' } })).toHaveLength(1);
  expect(step({ headers: { authorization: 'hunter' } })).toHaveLength(1);
});
