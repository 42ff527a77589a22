import { z } from 'zod';
import { type HttpOptions, requestKeys, statusKeys } from './http.ts';
import { defineKind, present } from './kind.ts';

export type MetricsOptions = Pick<
  HttpOptions,
  'method' | 'headers' | 'body' | 'status' | 'redirects' | 'serverName' | 'trusted'
>;

export const metrics = defineKind({
  address: 'url',
  written: { ...requestKeys, expect: z.strictObject(statusKeys).optional() },
  normal: ({ request = {}, expect = {} }) =>
    present<MetricsOptions>({
      method: request.method,
      headers: request.headers,
      body: request.body,
      status: typeof expect.status === 'number' ? [expect.status] : expect.status,
      redirects: expect.redirects,
      serverName: expect.serverName,
      trusted: expect.trusted,
    }),
  depth: () => 'none',
  deepest: () => 'none',
  measures: (_, overTls) => (overTls ? ['certificate'] : []),
  judges: false,
});
