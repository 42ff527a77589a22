import { z } from 'zod';
import { type AskingOptions, askingKeys, askingOf, wrongAsking } from './asking.ts';
import { statusKeys, statusOf } from './http.ts';
import { defineKind, present } from './kind.ts';

export type MetricsOptions = AskingOptions & { readonly status?: readonly number[] };

export const metrics = defineKind({
  address: 'url',
  written: { ...askingKeys, expect: z.strictObject(statusKeys).optional() },
  whole: wrongAsking,
  normal: ({ expect = {}, ...asked }) =>
    present<MetricsOptions>({
      ...askingOf(asked),
      status: statusOf(expect),
      redirects: expect.redirects,
      bodyLimit: expect.limit,
      serverName: expect.serverName,
      trusted: expect.trusted,
    }),
  depth: () => 'none',
  deepest: () => 'none',
  measures: (_, overTls) => (overTls ? ['certificate'] : []),
  judges: false,
});
