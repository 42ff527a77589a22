import { defineKind } from './kind.ts';

export type SnmpOptions = Readonly<Record<string, never>>;

export const snmp = defineKind({
  address: 'host',
  written: {},
  normal: (): SnmpOptions => ({}),
  depth: () => 'session',
  deepest: () => 'session',
  measures: () => [],
  judges: true,
});
