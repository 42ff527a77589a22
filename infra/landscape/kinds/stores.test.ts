import { expect, test } from 'vitest';
import { z } from 'zod';
import { ldap } from './ldap.ts';
import { push } from './push.ts';
import { sql } from './sql.ts';

const secret = { env: 'SECRET' };
const probe = { user: 'probe', password: secret };
const kinds = { ldap, sql, push };
const read = (kind: keyof typeof kinds, written: object) => z.strictObject(kinds[kind].written).safeParse(written);
const wrong = (kind: keyof typeof kinds, written: object): readonly (readonly (string | number)[])[] | undefined => {
  const whole: ((written: never) => readonly { readonly path: readonly (string | number)[] }[]) | undefined =
    kinds[kind].whole;
  // Safe: the row was read by the schema of its kind just before.
  return whole?.(written as never).map(({ path }) => path);
};

const bind = { dn: 'cn=probe,dc=example', password: secret };
test.each<readonly [keyof typeof kinds, string, object, readonly (readonly (string | number)[])[] | undefined]>([
  ['ldap', 'anonymous', {}, []],
  ['ldap', 'a login over TLS', { tls: 'starttls', bind }, []],
  ['ldap', 'a login in plain', { bind }, [['bind']]],
  ['ldap', 'a login in plain that is allowed', { bind, allowPlain: true }, []],
  ['ldap', 'a search', { search: { base: '', filter: '(cn=*)', values: { mail: /@/ }, atLeast: 0 } }, []],
  ['sql', 'a login', { engine: 'mysql', ...probe }, []],
  [
    'sql',
    'a query with columns',
    { engine: 'postgres', ...probe, query: 'SELECT 1 AS a', expect: { columns: { a: { max: 2 } } } },
    [],
  ],
  ['sql', 'columns of no query', { engine: 'postgres', ...probe, expect: { columns: { a: {} } } }, [['expect']]],
  [
    'sql',
    'replicas of MariaDB',
    { engine: 'mysql', ...probe, replication: { replicas: 1 } },
    [['replication', 'replicas']],
  ],
  ['push', 'a job', { token: secret, grace: '26h', maxDuration: '2h', numbers: ['rows-loaded'] }, undefined],
])('%s: %s', (kind, _, written, paths) => {
  expect(read(kind, written).error).toBeUndefined();
  expect(wrong(kind, written)).toEqual(paths);
});

test.each<readonly [keyof typeof kinds, string, object]>([
  ['ldap', 'a filter that is none', { search: { base: '', filter: 'cn=*' } }],
  ['ldap', 'a password in plain words', { bind: { dn: 'cn=probe', password: 'abc' } }],
  ['ldap', 'an attribute that is none', { search: { base: '', attributes: ['a b'] } }],
  ['sql', 'another engine', { engine: 'oracle', ...probe }],
  ['sql', 'a statement that writes', { engine: 'postgres', ...probe, query: 'DELETE FROM t' }],
  [
    'sql',
    'a column with a name that is taken',
    { engine: 'postgres', ...probe, query: 'SELECT 1 AS lag', expect: { columns: { lag: {} } } },
  ],
  ['push', 'no grace', { token: secret }],
  ['push', 'a token in plain words', { token: 'abc', grace: '1h' }],
  ['push', 'a number with a name that is taken', { token: secret, grace: '1h', numbers: ['age'] }],
])('%s: %s is refused', (kind, _, written) => expect(read(kind, written).success).toBe(false));

test('what they measure, and how deep they go', () => {
  const directory = ldap.normal({ tls: 'ldaps', search: { base: 'dc=example', atLeast: 200 } }, {});
  expect(directory.search).toEqual({
    base: 'dc=example',
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: [],
    values: {},
    atLeast: 200,
    most: 200,
  });
  expect([ldap.depth(directory), ldap.measures(directory, true)]).toEqual([
    'transaction',
    ['certificate', 'entries', 'matching'],
  ]);
  expect(ldap.depth(ldap.normal({}, {}))).toBe('protocol');
  expect(ldap.depth(ldap.normal({ bind, tls: 'ldaps' }, {}))).toBe('session');
  const store = sql.normal(
    {
      engine: 'postgres',
      ...probe,
      tls: 'verify',
      query: 'SELECT 1 AS a',
      expect: { columns: { a: {} } },
      replication: { maxLag: '90s' },
    },
    {},
  );
  expect(store.replication).toEqual({ maxLagSeconds: 90 });
  expect([sql.depth(store), sql.measures(store, true)]).toEqual(['transaction', ['certificate', 'rows', 'a', 'lag']]);
  expect(sql.depth(sql.normal({ engine: 'mysql', user: 'probe' }, {}))).toBe('session');
  const job = push.normal({ token: secret, grace: '1d', numbers: ['rows'] }, {});
  expect([job.graceMs, push.measures(job, false)]).toEqual([86_400_000, ['age', 'job-duration', 'rows']]);
});
