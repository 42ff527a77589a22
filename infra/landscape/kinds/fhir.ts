import { defineKind } from './kind.ts';

export type FhirOptions = Readonly<Record<string, never>>;

export const fhir = defineKind({
  address: 'url',
  written: {},
  normal: (): FhirOptions => ({}),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => [],
  judges: true,
});
