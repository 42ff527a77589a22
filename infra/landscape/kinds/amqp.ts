import { defineKind } from './kind.ts';

export type AmqpOptions = Readonly<Record<string, never>>;

export const amqp = defineKind({
  address: 'host',
  written: {},
  normal: (): AmqpOptions => ({}),
  depth: () => 'transaction',
  deepest: () => 'transaction',
  measures: () => [],
  judges: true,
});
