import { defineKind } from './kind.ts';

export type OidcOptions = Readonly<Record<string, never>>;

export const oidc = defineKind({
  address: 'url',
  written: {},
  normal: (): OidcOptions => ({}),
  depth: () => 'session',
  deepest: () => 'session',
  measures: () => [],
  judges: true,
});
