import { defineKind } from './kind.ts';

export type SqlOptions = Readonly<Record<string, never>>;

export const sql = defineKind({
  address: 'socket',
  written: {},
  normal: (): SqlOptions => ({}),
  depth: () => 'session',
  deepest: () => 'session',
  measures: () => [],
  judges: true,
});
