import { defineKind } from './kind.ts';

export type ScenarioOptions = Readonly<Record<string, never>>;

export const scenario = defineKind({
  address: 'url',
  written: {},
  normal: (): ScenarioOptions => ({}),
  depth: () => 'transaction',
  deepest: () => 'transaction',
  measures: () => [],
  judges: true,
});
