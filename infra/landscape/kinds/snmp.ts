import { z } from 'zod';
import type { Secret } from '../model.ts';
import { id, secret, withCode, words } from '../written.ts';
import { defineKind, present } from './kind.ts';

export const authProtocols = ['sha', 'sha224', 'sha256', 'sha384', 'sha512', 'md5'] as const;
/** DES is not among them: OpenSSL 3 has put it away. */
export const privProtocols = ['aes', 'aes256b', 'aes256r'] as const;
export type SnmpUser = {
  readonly name: string;
  readonly auth?: { readonly protocol: (typeof authProtocols)[number]; readonly password: Secret };
  readonly priv?: { readonly protocol: (typeof privProtocols)[number]; readonly password: Secret };
};
export type SnmpRead = {
  readonly oid: string;
  /** What many values under the OID come to; absent reads the one value at it. */
  readonly walk?: 'max' | 'min' | 'sum' | 'count';
  readonly min?: number;
  readonly max?: number;
  readonly equals?: string | number;
};
export type SnmpOptions = {
  /** v2c; absent with a user. */
  readonly community?: Secret;
  /** v3. */
  readonly user?: SnmpUser;
  readonly context?: string;
  readonly read: Readonly<Record<string, SnmpRead>>;
};

const oid = z
  .string({ error: 'an OID such as 1.3.6.1.2.1.1.3.0' })
  .regex(/^\.?[0-2](?:\.\d{1,10}){1,60}$/, { error: 'an OID such as 1.3.6.1.2.1.1.3.0' });
const read = z.union(
  [
    oid,
    z.strictObject({
      oid,
      /** All values under the OID, and what they come to. */
      walk: z.enum(['max', 'min', 'sum', 'count']).optional(),
      min: z.number().optional(),
      max: z.number().optional(),
      equals: z.union([z.string(), z.number()]).optional(),
    }),
  ],
  { error: 'an OID, or { oid, walk?, min?, max?, equals? }' },
);
const user = z.strictObject({
  name: words,
  auth: z.strictObject({ protocol: z.enum(authProtocols), password: secret }).optional(),
  priv: z.strictObject({ protocol: z.enum(privProtocols), password: secret }).optional(),
});

export const snmp = defineKind({
  address: 'host',
  ownPort: 161,
  written: {
    /** v2c. It is a password, though it travels in the clear. */
    community: secret.optional(),
    /** v3. */
    user: user
      .refine(
        ({ auth, priv }) => priv === undefined || auth !== undefined,
        withCode('bad-value', 'auth beside priv: nothing is hidden from whoever is not known'),
      )
      .optional(),
    context: words.optional(),
    /** What is read, by the names signals use. */
    read: z
      .record(id, read)
      .refine(
        (all) => Object.keys(all).length > 0 && Object.keys(all).length <= 50,
        withCode('bad-value', 'one to fifty names'),
      ),
  },
  whole: ({ community, user: person }) =>
    (community === undefined) === (person === undefined)
      ? [
          {
            path: [community === undefined ? 'community' : 'user'],
            expected: 'a community (v2c) or a user (v3), and not both',
          },
        ]
      : [],
  normal: ({ community, user: person, context, read: all }) =>
    present<SnmpOptions>({
      community,
      user: person === undefined ? undefined : present<SnmpUser>(person),
      context,
      read: Object.fromEntries(
        Object.entries(all).map(([name, one]) => {
          const { oid: at, ...more } = typeof one === 'string' ? { oid: one } : one;
          return [
            name,
            present<SnmpRead>({
              walk: undefined,
              min: undefined,
              max: undefined,
              equals: undefined,
              ...more,
              oid: at.replace(/^\./, ''),
            }),
          ];
        }),
      ),
    }),
  depth: ({ user: person }) => (person?.auth === undefined ? 'protocol' : 'session'),
  deepest: ({ user: person }) => (person?.auth === undefined ? 'protocol' : 'session'),
  measures: ({ read: all }) => Object.keys(all),
  judges: true,
});
