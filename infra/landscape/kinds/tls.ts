import { z } from 'zod';
import { tlsKeys } from '../written.ts';
import { defineKind, present } from './kind.ts';

export type TlsOptions = { readonly serverName?: string; readonly trusted?: boolean };

export const tls = defineKind({
  address: 'socket',
  written: { expect: z.strictObject(tlsKeys).optional() },
  normal: ({ expect = {} }) => present<TlsOptions>({ serverName: expect.serverName, trusted: expect.trusted }),
  depth: () => 'session',
  deepest: () => 'session',
  measures: () => ['certificate'],
  judges: true,
});
