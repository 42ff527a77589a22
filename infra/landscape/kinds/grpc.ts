import { defineKind } from './kind.ts';

export type GrpcOptions = Readonly<Record<string, never>>;

export const grpc = defineKind({
  address: 'socket',
  written: {},
  normal: (): GrpcOptions => ({}),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => [],
  judges: true,
});
