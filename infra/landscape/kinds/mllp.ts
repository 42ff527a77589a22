import { defineKind } from './kind.ts';

export type MllpOptions = Readonly<Record<string, never>>;

export const mllp = defineKind({
  address: 'socket',
  written: {},
  normal: (): MllpOptions => ({}),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => [],
  judges: true,
});
