import { z } from 'zod';
import { count, pattern, patternText, tlsKeys } from '../written.ts';
import { defineKind, mapped, maybe, present } from './kind.ts';

export type HttpOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status?: readonly number[];
  readonly bodyMatches?: string;
  readonly headerMatches?: Readonly<Record<string, string>>;
  readonly redirects?: number;
  readonly serverName?: string;
  readonly trusted?: boolean;
};

const statusCode = count(100, 599);
export const statusKeys = {
  /** @default 200 to 299, as the probe has it */
  status: z.union([statusCode, z.array(statusCode)], { error: 'a status or a list of them' }).optional(),
  /** So many redirects are followed. */
  redirects: count(0, 10).optional(),
  ...tlsKeys,
} as const;
export const requestKeys = {
  request: z
    .strictObject({
      method: z.enum(['GET', 'HEAD', 'POST', 'OPTIONS']).optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.string().optional(),
    })
    .optional(),
} as const;

export const http = defineKind({
  address: 'url',
  written: {
    ...requestKeys,
    expect: z
      .strictObject({
        ...statusKeys,
        /** The body matches. */
        body: pattern.optional(),
        /** Headers match, by name. */
        headers: z.record(z.string(), pattern).optional(),
      })
      .optional(),
  },
  normal: ({ request = {}, expect = {} }) =>
    present<HttpOptions>({
      method: request.method,
      headers: request.headers,
      body: request.body,
      status: typeof expect.status === 'number' ? [expect.status] : expect.status,
      bodyMatches: maybe(expect.body, patternText),
      headerMatches: mapped(expect.headers, patternText),
      redirects: expect.redirects,
      serverName: expect.serverName,
      trusted: expect.trusted,
    }),
  depth: () => 'protocol',
  deepest: () => 'transaction',
  measures: (_, overTls) => (overTls ? ['certificate'] : []),
  judges: true,
});
