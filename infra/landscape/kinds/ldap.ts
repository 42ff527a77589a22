import { defineKind } from './kind.ts';

export type LdapOptions = Readonly<Record<string, never>>;

export const ldap = defineKind({
  address: 'host',
  written: {},
  normal: (): LdapOptions => ({}),
  depth: () => 'session',
  deepest: () => 'session',
  measures: () => [],
  judges: true,
});
