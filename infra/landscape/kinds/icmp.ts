import { defineKind } from './kind.ts';

export type IcmpOptions = Readonly<Record<string, never>>;

export const icmp = defineKind({
  address: 'host',
  written: {},
  normal: (): IcmpOptions => ({}),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => [],
  judges: true,
});
