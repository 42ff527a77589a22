import { z } from 'zod';
import { pattern, patternText, words } from '../written.ts';
import { defineKind, maybe, present } from './kind.ts';

export type DnsOptions = {
  readonly query?: { readonly name: string; readonly type: string };
  readonly rcode?: string;
  readonly answerMatches?: string;
};

export const dns = defineKind({
  address: 'socket',
  written: {
    /** What is asked. */
    query: z
      .strictObject({ name: words, type: z.enum(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']) })
      .optional(),
    expect: z
      .strictObject({
        /** @default 'NOERROR' */
        rcode: words.optional(),
        /** An answer matches. */
        answer: pattern.optional(),
      })
      .optional(),
  },
  normal: ({ query, expect = {} }) =>
    present<DnsOptions>({ query, rcode: expect.rcode, answerMatches: maybe(expect.answer, patternText) }),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: () => [],
  judges: true,
});
