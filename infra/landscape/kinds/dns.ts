import { z } from 'zod';
import { pattern, patternText, tlsKeys, words } from '../written.ts';
import { defineKind, maybe, present, type Wrong } from './kind.ts';
import { askedTypes, recordClasses, responseCodes } from './record-types.ts';
import type { ModuleOptions, StreamOptions } from './stream.ts';
import { secureKeys } from './tls.ts';

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

export type DnsOptions = Omit<StreamOptions, 'tls'> &
  ModuleOptions & {
    readonly query?: { readonly name: string; readonly type: string; readonly class?: string };
    /** Absent is udp. */
    readonly transport?: 'udp' | 'tcp' | 'tls';
    /** Absent is true: ask the server to find out for us. */
    readonly recursion?: boolean;
    /** Absent is true: say that we take answers of 1,232 bytes over UDP. */
    readonly edns?: boolean;
    /** Ask the same over TCP when the answer over UDP is truncated, as resolvers do. */
    readonly retryOverTcp?: boolean;
    readonly rcodes?: readonly string[];
    /** `name type data` of an answer matches. */
    readonly answerMatches?: string;
    readonly records?: Readonly<Partial<Record<Section, RecordRules>>>;
    readonly flags?: Readonly<Partial<Record<FlagName, boolean>>>;
    /** Absent is false: NOERROR without an answer helps nobody. */
    readonly mayBeEmpty?: boolean;
    /** Rules hold over the part that came of a truncated answer. Not for landscapes. */
    readonly partial?: boolean;
  };

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

const rcode = z.enum(Object.keys(responseCodes) as (keyof typeof responseCodes)[], {
  error: 'an rcode such as NOERROR or NXDOMAIN',
});

const written = {
  /** What is asked. */
  query: z
    .strictObject({
      name: words,
      type: z.enum(askedTypes, { error: 'a record type such as A, MX or SOA' }),
      /** @default 'IN' */
      class: z.enum(Object.keys(recordClasses) as (keyof typeof recordClasses)[]).optional(),
    })
    .optional(),
  /** @default 'udp' */
  transport: z.enum(['udp', 'tcp', 'tls']).optional(),
  /** Ask the server to find out for us. @default true */
  recursion: z.boolean().optional(),
  /** Say that we take answers of 1,232 bytes over UDP (RFC 6891). @default true */
  edns: z.boolean().optional(),
  /** Ask the same over TCP when the answer over UDP is truncated. @default false */
  retryOverTcp: z.boolean().optional(),
  client: secureKeys.client,
  ca: secureKeys.ca,
  expect: z
    .strictObject({
      /** @default 'NOERROR' */
      rcode: z
        .union([rcode, z.array(rcode).min(1)], { error: 'an rcode such as NOERROR, or a list of them' })
        .optional(),
      /** An answer matches, written `name type data`. */
      answer: pattern.optional(),
      /** Records of a section, written `name. ttl class type data` with tabs between. */
      records: z
        .strictObject({ answer: rules.optional(), authority: rules.optional(), additional: rules.optional() })
        .optional(),
      /** What the server says of its answer; `authenticated` is DNSSEC's AD, and is asked for. */
      flags: z
        .strictObject({
          authoritative: z.boolean().optional(),
          authenticated: z.boolean().optional(),
          recursionAvailable: z.boolean().optional(),
          truncated: z.boolean().optional(),
        })
        .optional(),
      ...tlsKeys,
      minVersion: secureKeys.minVersion,
    })
    .optional(),
};
type Written = z.output<z.ZodObject<typeof written>>;

const ofUdp = ({ transport = 'udp', retryOverTcp }: Written): readonly Wrong[] =>
  retryOverTcp === true && transport !== 'udp'
    ? [{ path: ['retryOverTcp'], expected: 'transport: udp beside it' }]
    : [];
const ofTls = ({ transport, client, ca }: Written): readonly Wrong[] =>
  transport === 'tls'
    ? []
    : Object.entries({ client, ca })
        .filter(([, said]) => said !== undefined)
        .map(([key]) => ({ path: [key], expected: 'transport: tls beside it' }));

export const dns = defineKind({
  address: 'socket',
  written,
  whole: (said) => [...ofUdp(said), ...ofTls(said)],
  normal: ({ query, transport, recursion, edns, retryOverTcp, client, ca, expect = {} }) =>
    present<DnsOptions>({
      query: maybe(query, (asked) => present<NonNullable<DnsOptions['query']>>(asked)),
      transport,
      recursion,
      edns,
      retryOverTcp,
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
      client,
      ca,
      serverName: expect.serverName,
      trusted: expect.trusted,
      minVersion: expect.minVersion,
      mayBeEmpty: undefined,
      partial: undefined,
      verified: undefined,
      caOnly: undefined,
      maxVersion: undefined,
      family: undefined,
    }),
  depth: () => 'protocol',
  deepest: () => 'protocol',
  measures: ({ transport }) => ['serial', ...(transport === 'tls' ? ['certificate'] : [])],
  judges: true,
});
