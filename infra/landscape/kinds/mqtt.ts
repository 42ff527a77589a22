import { defineKind } from './kind.ts';

export type MqttOptions = Readonly<Record<string, never>>;

export const mqtt = defineKind({
  address: 'host',
  written: {},
  normal: (): MqttOptions => ({}),
  depth: () => 'transaction',
  deepest: () => 'transaction',
  measures: () => [],
  judges: true,
});
