import { defineKind } from './kind.ts';

export type SmtpOptions = Readonly<Record<string, never>>;

export const smtp = defineKind({
  address: 'host',
  written: {},
  normal: (): SmtpOptions => ({}),
  depth: () => 'session',
  deepest: () => 'session',
  measures: () => [],
  judges: true,
});
