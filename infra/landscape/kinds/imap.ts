import { defineKind } from './kind.ts';

export type ImapOptions = Readonly<Record<string, never>>;

export const imap = defineKind({
  address: 'host',
  written: {},
  normal: (): ImapOptions => ({}),
  depth: () => 'session',
  deepest: () => 'session',
  measures: () => [],
  judges: true,
});
