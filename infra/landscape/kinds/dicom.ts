import { defineKind } from './kind.ts';

export type DicomOptions = Readonly<Record<string, never>>;

export const dicom = defineKind({
  address: 'socket',
  written: {},
  normal: (): DicomOptions => ({}),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => [],
  judges: true,
});
