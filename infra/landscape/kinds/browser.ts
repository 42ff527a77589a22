import { defineKind } from './kind.ts';

export type BrowserOptions = Readonly<Record<string, never>>;

export const browser = defineKind({
  address: 'url',
  written: {},
  normal: (): BrowserOptions => ({}),
  depth: () => 'transaction',
  deepest: () => 'transaction',
  measures: () => [],
  judges: true,
});
