import { z } from 'zod';
import type { Secret } from '../model.ts';
import { count, pattern, patternText, secret, tlsKeys, wordsOrSecret } from '../written.ts';
import { defineKind, mapped, present } from './kind.ts';
import { parseFilter } from './ldap-filter.ts';

export type LdapOptions = {
  readonly tls: 'none' | 'starttls' | 'ldaps';
  readonly serverName?: string;
  readonly trusted?: boolean;
  /** Absent: anonymous. */
  readonly bind?: { readonly dn: string | Secret; readonly password: Secret };
  readonly allowPlain: boolean;
  readonly search?: {
    readonly base: string;
    readonly scope: 'base' | 'one' | 'sub';
    readonly filter: string;
    readonly attributes: readonly string[];
    readonly values: Readonly<Record<string, string>>;
    readonly atLeast: number;
    readonly most: number;
  };
};

const attribute = z
  .string({ error: 'the name of an attribute' })
  .regex(/^[A-Za-z0-9][A-Za-z0-9.;-]*$/, { error: 'the name of an attribute, such as mail' });
const filter = z.string({ error: 'a filter such as (uid=probe)' }).refine((text) => parseFilter(text) !== null, {
  error: 'a filter of RFC 4515, such as (&(objectClass=person)(uid=probe))',
});

export const ldap = defineKind({
  address: 'host',
  ownPort: 389,
  written: {
    /** `starttls` asks for it on the open connection, `ldaps` speaks TLS from the start (port 636). @default 'none' */
    tls: z.enum(['none', 'starttls', 'ldaps']).optional(),
    ...tlsKeys,
    /** Who logs in. @default nobody: an anonymous bind */
    bind: z.strictObject({ dn: wordsOrSecret, password: secret }).optional(),
    /** True lets the password go over a connection without TLS. */
    allowPlain: z.boolean().optional(),
    search: z
      .strictObject({
        /** Where it begins; empty is the root of the server. */
        base: z.string({ error: 'a distinguished name, or nothing for the root' }),
        /** @default 'base' */
        scope: z.enum(['base', 'one', 'sub']).optional(),
        /** RFC 4515. @default '(objectClass=*)' */
        filter: filter.optional(),
        /** Attributes an entry must have to count. */
        attributes: z.array(attribute).max(20, { error: 'at most 20 attributes' }).optional(),
        /** Attributes of which one value must match for the entry to count. */
        values: z.record(attribute, pattern).optional(),
        /** So many entries must count. @default 1 */
        atLeast: count(0, 1000).optional(),
        /** No more entries than this are asked for. @default 100, or `atLeast` when that is more */
        most: count(1, 1000).optional(),
      })
      .optional(),
  },
  whole: ({ tls = 'none', bind, allowPlain }) =>
    bind !== undefined && tls === 'none' && allowPlain !== true
      ? [{ path: ['bind'], expected: "tls: 'starttls' or 'ldaps' beside it, or allowPlain: true" }]
      : [],
  normal: ({ tls = 'none', serverName, trusted, bind, allowPlain = false, search }) =>
    present<LdapOptions>({
      tls,
      serverName,
      trusted,
      bind,
      allowPlain,
      search:
        search === undefined
          ? undefined
          : {
              base: search.base,
              scope: search.scope ?? 'base',
              filter: search.filter ?? '(objectClass=*)',
              attributes: search.attributes ?? [],
              values: mapped(search.values, patternText) ?? {},
              atLeast: search.atLeast ?? 1,
              most: Math.max(search.most ?? 100, search.atLeast ?? 1),
            },
    }),
  depth: ({ bind, search }) => (search !== undefined ? 'transaction' : bind === undefined ? 'protocol' : 'session'),
  deepest: ({ bind, search }) => (search !== undefined ? 'transaction' : bind === undefined ? 'protocol' : 'session'),
  measures: ({ tls, search }) => [
    ...(tls === 'none' ? [] : ['certificate']),
    ...(search === undefined ? [] : ['entries', 'matching']),
  ],
  judges: true,
});
