import { expect, test } from 'vitest';
import minimal from '../../stacks/minimal/landscape.ts';
import { hashOf } from './hash.ts';
import { normalise } from './normalise.ts';

const landscape = normalise(minimal);

test('the order in which sites were written changes nothing', () => {
  const { authority, ...rest } = minimal;
  const sites = Object.fromEntries(Object.entries(minimal.sites ?? {}).reverse());
  expect(hashOf(normalise({ ...rest, sites, authority })).hash).toBe(hashOf(landscape).hash);
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
