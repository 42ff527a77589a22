import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { count, duration } from '../written.ts';
import { defineKind, maybe, present } from './kind.ts';

export type NtpOptions = {
  /** Seconds its clock may differ from ours; absent asserts nothing. */
  readonly maxOffset?: number;
  /** Absent is 15: the highest of a clock that follows one. */
  readonly maxStratum?: number;
  /** Seconds its source may be away, by its own word (root dispersion and half the root delay). */
  readonly maxDistance?: number;
};

const seconds = (text: string): number => (parseDuration(text) ?? 0) / 1000;

export const ntp = defineKind({
  address: 'host',
  ownPort: 123,
  written: {
    expect: z
      .strictObject({
        /** How far its clock may be from ours. @example '100ms' */
        offset: duration.optional(),
        /** How far it may stand from a reference clock. @default 15 */
        stratum: count(1, 15).optional(),
        /** How unsure it may be of its own time. @example '1s' */
        distance: duration.optional(),
      })
      .optional(),
  },
  normal: ({ expect = {} }) =>
    present<NtpOptions>({
      maxOffset: maybe(expect.offset, seconds),
      maxStratum: expect.stratum,
      maxDistance: maybe(expect.distance, seconds),
    }),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => ['offset', 'delay', 'stratum', 'leap', 'root-dispersion', 'distance', 'reference-age'],
  judges: true,
});
