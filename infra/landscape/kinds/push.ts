import { defineKind } from './kind.ts';

export type PushOptions = Readonly<Record<string, never>>;

export const push = defineKind({
  address: 'none',
  written: {},
  normal: (): PushOptions => ({}),
  depth: () => 'transaction',
  deepest: () => 'transaction',
  measures: () => [],
  judges: true,
});
