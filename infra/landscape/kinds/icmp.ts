import { z } from 'zod';
import { count } from '../written.ts';
import { defineKind, present } from './kind.ts';

export type IcmpOptions = {
  /** Absent is 3. */
  readonly packets?: number;
  /** Bytes of data; absent is 56. Less than 16 has no room for the time it was sent at. */
  readonly size?: number;
  /** Hops a packet may take; absent leaves it to the system. */
  readonly hopLimit?: number;
  readonly family?: 4 | 6 | { readonly prefer: 4 | 6; readonly fallback: boolean };
  /** Absent is false: a packet too large for the way is taken apart. */
  readonly dontFragment?: boolean;
  /** Percent; absent is 0. */
  readonly maxLoss?: number;
};

export const icmp = defineKind({
  address: 'host',
  written: {
    /** @default 3 */
    packets: count(1, 20).optional(),
    /** Bytes of data. @default 56 */
    size: count(16, 65_000).optional(),
    /** Hops a packet may take. @default what the system has */
    hopLimit: count(1, 255).optional(),
    /** A packet that is too large for the way is lost, and not taken apart. @default false */
    dontFragment: z.boolean().optional(),
    expect: z
      .strictObject({
        /** Percent of packets that may be lost. @default 0 */
        loss: z
          .number({ error: 'a number from 0 to 99' })
          .min(0, { error: 'a number from 0 to 99' })
          .max(99, { error: 'a number from 0 to 99' })
          .optional(),
      })
      .optional(),
  },
  normal: ({ packets, size, hopLimit, dontFragment, expect = {} }) =>
    present<IcmpOptions>({ packets, size, hopLimit, dontFragment, maxLoss: expect.loss, family: undefined }),
  depth: () => 'transport',
  deepest: () => 'transport',
  measures: () => ['loss', 'rtt-min', 'rtt-avg', 'rtt-max', 'rtt-stddev'],
  judges: true,
});
