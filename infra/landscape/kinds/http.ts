import { z } from 'zod';
import { count, pattern, patternText, tlsKeys } from '../written.ts';
import { type AskingOptions, askingKeys, askingOf, codings, wrongAsking } from './asking.ts';
import { defineKind, maybe, present } from './kind.ts';

export type HeaderRule = {
  readonly name: string;
  readonly pattern: string;
  /** An answer without the header is as good. */
  readonly optional?: boolean;
};
export const httpVersions = ['1.0', '1.1', '2'] as const;
export type HttpVersion = (typeof httpVersions)[number];

export type HttpOptions = AskingOptions & {
  readonly status?: readonly number[];
  /** The version of HTTP the answer came in. */
  readonly versions?: readonly HttpVersion[];
  /** True wants the last answer over TLS, false without. */
  readonly secured?: boolean;
  /** One value of the header matches. */
  readonly headerMatches?: readonly HeaderRule[];
  /** No value of the header matches. */
  readonly headerNever?: readonly HeaderRule[];
  /** All of them match the body. */
  readonly bodyMatches?: string | readonly string[];
  /** None of them matches the body. */
  readonly bodyNever?: string | readonly string[];
  /** CEL of `body`, the JSON: each is true. */
  readonly json?: readonly string[];
  /** Each is false. */
  readonly jsonNever?: readonly string[];
};

/** Twice what any page for people has, and far from what hurts. */
const largestBody = 64 * 1024 * 1024;
const statusCode = count(100, 599);
export const statusKeys = {
  /** @default 200 to 299, as the probe has it */
  status: z.union([statusCode, z.array(statusCode)], { error: 'a status or a list of them' }).optional(),
  /** So many redirects are followed. */
  redirects: count(0, 10).optional(),
  /** Bytes of the body, before and after decoding. @default 1 MiB, for metrics 4 MiB */
  limit: count(1, largestBody).optional(),
  ...tlsKeys,
} as const;

const expression = z.string({ error: 'a CEL expression' }).regex(/\S/, { error: 'a CEL expression' });
const oneOrMore = <T extends z.ZodType>(one: T, error: string) =>
  z.union([one, z.array(one).min(1, { error })], { error }).optional();
const patterns = oneOrMore(pattern, 'a regular expression or a list of them');
const expressions = oneOrMore(expression, 'a CEL expression or a list of them');
const version = z.enum(httpVersions);

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const texts = (value: string | RegExp | readonly (string | RegExp)[]) =>
  Array.isArray(value) ? value.map(patternText) : patternText(value as string | RegExp);
const rulesOf = (record: Readonly<Record<string, string | RegExp>>, optional: boolean): readonly HeaderRule[] =>
  Object.entries(record).map(([name, source]) => ({
    name,
    pattern: patternText(source),
    ...(optional ? { optional } : {}),
  }));

type WrittenStatus = { readonly status?: number | readonly number[] | undefined };
export const statusOf = ({ status }: WrittenStatus): readonly number[] | undefined => maybe(status, listOf<number>);

export const http = defineKind({
  address: 'url',
  written: {
    ...askingKeys,
    expect: z
      .strictObject({
        ...statusKeys,
        /** The body matches, all of them. */
        body: patterns,
        /** The body matches none of them. */
        bodyNever: patterns,
        /** Headers match, by name. */
        headers: z.record(z.string(), pattern).optional(),
        /** Headers do not match, by name; one that is missing does not. */
        headersNever: z.record(z.string(), pattern).optional(),
        /** CEL of `body`, the JSON, that is true. @example 'body.status == "UP"' */
        json: expressions,
        /** CEL of `body`, the JSON, that is false. */
        jsonNever: expressions,
        /** The version of HTTP the answer comes in. */
        version: oneOrMore(version, `one of ${httpVersions.join(', ')}, or a list of them`),
        /** Over TLS at last, or not. */
        tls: z.boolean().optional(),
        /** The coding of the body, which is asked for. @default gzip is asked for, and what comes is read */
        compression: z.enum(codings).optional(),
      })
      .optional(),
  },
  whole: wrongAsking,
  normal: ({ expect = {}, ...asked }) =>
    present<HttpOptions>({
      ...askingOf(asked),
      status: statusOf(expect),
      redirects: expect.redirects,
      bodyLimit: expect.limit,
      serverName: expect.serverName,
      trusted: expect.trusted,
      bodyMatches: maybe(expect.body, texts),
      bodyNever: maybe(expect.bodyNever, texts),
      headerMatches: maybe(expect.headers, (record) => rulesOf(record, false)),
      headerNever: maybe(expect.headersNever, (record) => rulesOf(record, true)),
      json: maybe(expect.json, listOf<string>),
      jsonNever: maybe(expect.jsonNever, listOf<string>),
      versions: maybe(expect.version, listOf<HttpVersion>),
      secured: expect.tls,
      compression: expect.compression,
    }),
  depth: () => 'protocol',
  deepest: () => 'transaction',
  measures: (_, overTls) => (overTls ? ['certificate'] : []),
  judges: true,
});
