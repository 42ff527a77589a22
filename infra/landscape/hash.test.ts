import { describe, expect, test } from 'vitest';
import minimal from '../../stacks/minimal/landscape.ts';
import { hashAt, hashOf } from './hash.ts';
import { normalise } from './normalise.ts';
import { changed } from './testing/change.ts';
import { checkOf, landscapeOf, vantageOf } from './testing/landscapes.ts';

const landscape = normalise(minimal);

test('the order in which sites were written changes nothing', () => {
  const { authority, ...rest } = minimal;
  const sites = Object.fromEntries(Object.entries(minimal.sites ?? {}).reverse());
  expect(hashOf(normalise({ ...rest, sites, authority })).hash).toBe(hashOf(landscape).hash);
});

test('a default that is written out changes nothing', () => {
  const written = changed(minimal, [
    ['solutions', 'epj', 'promises', 0],
    { objective: 99.95, window: '30d', method: 'timeslices', slice: { lasts: '1m' }, fewestBad: 3 },
  ]);
  // Safe: a change of what is allowed there.
  expect(hashOf(normalise(written as typeof minimal)).hash).toBe(hashOf(landscape).hash);
});

test('a change of one word changes the hash', () => {
  const renamed = { ...landscape, authority: { ...landscape.authority, zone: 'Europe/Oslo' } };
  expect(hashOf(renamed).hash).not.toBe(hashOf(landscape).hash);
});

test('the JSON is the landscape itself, and the hash is stated so that an archived report can be found', () => {
  const { json, hash } = hashOf(landscape);
  expect(JSON.parse(json)).toEqual(landscape);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(hashOf(JSON.parse(json)).hash).toBe(hash);
});

describe('what a vantage probes by', () => {
  const at = (more: object = {}) => checkOf('epj/front', { vantages: ['ward'], ...more });
  const of = (check: ReturnType<typeof checkOf>, vantage = vantageOf('ward')) =>
    hashAt(landscapeOf([], [check, checkOf('epj/other', { vantages: ['north'] })], [vantage]), 'ward');
  test('is the same whatever is said of others, of titles and of agents', () => {
    const agent = { url: 'https://agent.example', token: null, client: null, trust: null };
    expect(of(at({ runbook: 'x' }), vantageOf('ward', { agent }))).toBe(of(at()));
  });
  test('is the same whatever is promised, and wherever alerts go', () => {
    const written = changed(
      minimal,
      [
        ['solutions', 'epj', 'promises', 1],
        { objective: 99, window: 'month', latency: { check: 'front', under: '2s' } },
      ],
      [['authority', 'alertmanagers'], ['http://alertmanager.example:9093']],
      [['teams', 'clinical', 'notify'], [{ webhook: { env: 'HOOK' } }]],
    );
    // Safe: a change of what is allowed there.
    const other = normalise(written as typeof minimal);
    expect(hashOf(other).hash).not.toBe(hashOf(landscape).hash);
    expect(hashAt(other, 'ward')).toBe(hashAt(landscape, 'ward'));
  });
  test.each([
    ['a target', at({ target: { text: 'other:1' } })],
    ['an expectation', at({ options: { dialogue: [{ expect: 'ready' }] } })],
    ['a deadline', at({ timeoutMs: 400 })],
  ])('is another when %s is', (_, check) => {
    expect(of(check)).not.toBe(of(at()));
  });
  test('is another when its anchors are', () => {
    expect(of(at(), vantageOf('ward', { anchors: ['other:1'] }))).not.toBe(of(at()));
  });
});
