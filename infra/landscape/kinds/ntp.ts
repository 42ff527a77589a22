import { defineKind } from './kind.ts';

export type NtpOptions = Readonly<Record<string, never>>;

export const ntp = defineKind({
  address: 'host',
  written: {},
  normal: (): NtpOptions => ({}),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => [],
  judges: true,
});
