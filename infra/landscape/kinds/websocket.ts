import { defineKind } from './kind.ts';

export type WebsocketOptions = Readonly<Record<string, never>>;

export const websocket = defineKind({
  address: 'websocket',
  written: {},
  normal: (): WebsocketOptions => ({}),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => [],
  judges: true,
});
