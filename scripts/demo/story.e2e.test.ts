import { expect, test } from 'vitest';
import { holdsTrue } from './testing/truth.ts';

test('one of two database nodes dies, then the other: warning, impact, recovery, in that order', async () => {
  const seen = await holdsTrue('database-nodes', 1, {
    rule: 'thin',
    causes: ['epj-db-1'],
    workflow: 'read-record',
    site: 'auh',
  });
  expect([...(seen.newest.get('impact|read-record|auh')?.about.causes ?? [])].sort()).toEqual(['epj-db-1', 'epj-db-2']);
});
