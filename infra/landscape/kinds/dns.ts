import { z } from 'zod';
import { pattern, patternText, tlsKeys, words } from '../written.ts';
import { defineKind, maybe, present } from './kind.ts';

/** Rules over the records of one section, each written `name. ttl class type data` with tabs between; RE2 sources. */
export type RecordRules = {
  /** No record may match any of these. */
  readonly forbid?: readonly string[];
  /** Every record must match all of these; none is no record that does not. */
  readonly all?: readonly string[];
  /** There is a record, and every one matches all of these. */
  readonly each?: readonly string[];
  /** There is a record that matches one of these. */
  readonly some?: readonly string[];
};
export const sections = ['answer', 'authority', 'additional'] as const;
export type Section = (typeof sections)[number];
export const flagNames = ['authoritative', 'authenticated', 'recursionAvailable', 'truncated'] as const;
export type FlagName = (typeof flagNames)[number];

export type DnsOptions = {
  readonly query?: { readonly name: string; readonly type: string; readonly class?: string };
  /** Absent is udp. */
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** Absent is true: ask the server to find out for us. */
  readonly recursion?: boolean;
  /** Absent is true: say that we take answers of 1,232 bytes over UDP. */
  readonly edns?: boolean;
  readonly family?: 4 | 6 | { readonly prefer: 4 | 6; readonly fallback: boolean };
  readonly rcodes?: readonly string[];
  /** `name type data` of an answer matches. */
  readonly answerMatches?: string;
  readonly records?: Readonly<Partial<Record<Section, RecordRules>>>;
  readonly flags?: Readonly<Partial<Record<FlagName, boolean>>>;
  /** Absent is false: NOERROR without an answer helps nobody. */
  readonly mayBeEmpty?: boolean;
  readonly serverName?: string;
  readonly trusted?: boolean;
};

export const recordTypes = [
  ...[
    'A',
    'AAAA',
    'ANY',
    'CAA',
    'CNAME',
    'DNSKEY',
    'DS',
    'MX',
    'NAPTR',
    'NS',
    'PTR',
    'SOA',
    'SRV',
    'SSHFP',
    'TLSA',
    'TXT',
  ],
] as const;
const patterns = z.array(pattern).min(1, { error: 'at least one regular expression' }).optional();
const rules = z.strictObject({
  /** None may match any of these. */
  forbid: patterns,
  /** Every one matches all of these. */
  all: patterns,
  /** There is one, and every one matches all of these. */
  each: patterns,
  /** One matches one of these. */
  some: patterns,
});
const texts = (list: readonly (string | RegExp)[] | undefined) => list?.map(patternText);
const rulesOf = (written: z.output<typeof rules>): RecordRules =>
  present<RecordRules>({
    forbid: texts(written.forbid),
    all: texts(written.all),
    each: texts(written.each),
    some: texts(written.some),
  });

export const dns = defineKind({
  address: 'socket',
  written: {
    /** What is asked. */
    query: z
      .strictObject({
        name: words,
        type: z.enum(recordTypes as unknown as ['A', ...string[]]),
        /** @default 'IN' */
        class: z.enum(['IN', 'CH', 'HS', 'ANY']).optional(),
      })
      .optional(),
    /** @default 'udp' */
    transport: z.enum(['udp', 'tcp', 'tls']).optional(),
    /** @default true */
    recursion: z.boolean().optional(),
    expect: z
      .strictObject({
        /** @default 'NOERROR' */
        rcode: z
          .union([words, z.array(words).min(1)], { error: 'an rcode such as NOERROR, or a list of them' })
          .optional(),
        /** An answer matches, written `name type data`. */
        answer: pattern.optional(),
        /** Records of a section, written `name. ttl class type data` with tabs between. */
        records: z
          .strictObject({ answer: rules.optional(), authority: rules.optional(), additional: rules.optional() })
          .optional(),
        /** What the server says of its answer; `authenticated` is DNSSEC's AD. */
        flags: z
          .strictObject({
            authoritative: z.boolean().optional(),
            authenticated: z.boolean().optional(),
            recursionAvailable: z.boolean().optional(),
            truncated: z.boolean().optional(),
          })
          .optional(),
        ...tlsKeys,
      })
      .optional(),
  },
  normal: ({ query, transport, recursion, expect = {} }) =>
    present<DnsOptions>({
      query: maybe(query, (asked) => present<NonNullable<DnsOptions['query']>>(asked)),
      transport,
      recursion,
      rcodes: typeof expect.rcode === 'string' ? [expect.rcode] : expect.rcode,
      answerMatches: maybe(expect.answer, patternText),
      records: maybe(expect.records, (records) =>
        present<NonNullable<DnsOptions['records']>>({
          answer: maybe(records.answer, rulesOf),
          authority: maybe(records.authority, rulesOf),
          additional: maybe(records.additional, rulesOf),
        }),
      ),
      flags: maybe(expect.flags, (flags) => present<NonNullable<DnsOptions['flags']>>(flags)),
      serverName: expect.serverName,
      trusted: expect.trusted,
    }),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: ({ transport }) => ['serial', ...(transport === 'tls' ? ['certificate'] : [])],
  judges: true,
});
