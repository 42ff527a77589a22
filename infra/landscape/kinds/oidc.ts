import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import type { Depth, Secret } from '../model.ts';
import { count, duration, secret, tlsKeys, words, wordsOrSecret } from '../written.ts';
import { clientKeys, clientOf, type OAuthClient, wrongClient } from './client.ts';
import { defineKind, maybe, present, type Wrong } from './kind.ts';
import { clientKey, type StreamOptions } from './stream.ts';

const flows = ['code', 'client-credentials', 'discovery', 'saml'] as const;
export type Flow = (typeof flows)[number];

export type OidcUser = {
  readonly name: string | Secret;
  readonly password: Secret;
  readonly totp?: {
    readonly totp: Secret;
    readonly digits?: number;
    readonly period?: number;
    readonly algorithm?: 'SHA1' | 'SHA256' | 'SHA512';
  };
};
/** Names of controls on the login pages; without them they are found by their types. */
export type OidcForm = {
  readonly userField?: string;
  readonly passwordField?: string;
  readonly codeField?: string;
  readonly consentButton?: string;
};

export type OidcOptions = {
  readonly flow: Flow;
  readonly client?: OAuthClient;
  readonly redirect?: string;
  readonly scope?: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly user?: OidcUser;
  readonly form: OidcForm;
  readonly userinfo: boolean;
  /** Null: when the provider offers it. */
  readonly logout: boolean | null;
  readonly samlMetadata?: string;
  readonly tlsClient?: NonNullable<StreamOptions['client']>;
  readonly issuer?: string;
  /** Seconds. */
  readonly skew: number;
  readonly claims?: readonly string[];
  readonly serverName?: string;
  readonly trusted?: boolean;
};

/** Seconds by which the clock of the provider may differ when nothing is said. */
const defaultSkew = 60;

const client = z.strictObject(clientKeys);
const expression = z.string({ error: 'a CEL expression' }).min(1);

type Written = {
  readonly flow?: Flow | undefined;
  readonly client?: z.output<typeof client> | undefined;
  readonly redirect?: string | undefined;
  readonly user?: unknown;
  readonly samlMetadata?: string | undefined;
};
const isWeb = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
const whole = (written: Written): readonly Wrong[] => {
  const { flow = 'code', samlMetadata, redirect } = written;
  const needed: readonly (readonly [keyof Written, readonly Flow[], string])[] = [
    ['client', ['code', 'client-credentials'], 'a client'],
    ['redirect', ['code'], 'the redirect address of the client'],
    ['user', ['code'], 'a user who logs in'],
  ];
  return [
    ...needed.flatMap(([key, of, expected]) =>
      of.includes(flow) && written[key] === undefined
        ? [{ path: [key], expected: `${expected}, for flow ${flow}` }]
        : [],
    ),
    ...(written.client === undefined ? [] : wrongClient(written.client, ['client'])),
    ...(samlMetadata === undefined || isWeb(samlMetadata)
      ? []
      : [{ path: ['samlMetadata'], expected: 'an address of http or https' }]),
    ...(redirect === undefined || URL.canParse(redirect) ? [] : [{ path: ['redirect'], expected: 'an address' }]),
  ];
};

const listOf = (one: string | readonly string[]): readonly string[] => [one].flat();
const deep = ({ flow, userinfo }: OidcOptions): Depth => {
  if (flow === 'discovery' || flow === 'saml') return 'protocol';
  return flow === 'code' && userinfo ? 'transaction' : 'session';
};

const stepsOf = ({ flow, user, userinfo, logout, samlMetadata }: OidcOptions): readonly string[] => [
  ...(flow === 'saml' ? [] : ['discovery', 'keys']),
  ...(flow === 'code' ? ['authorize', 'login', ...(user?.totp === undefined ? [] : ['one-time-code']), 'consent'] : []),
  ...(flow === 'code' || flow === 'client-credentials' ? ['token'] : []),
  ...(flow === 'code' && userinfo ? ['userinfo'] : []),
  ...(flow === 'code' && logout !== false ? ['logout'] : []),
  ...(flow === 'saml' || samlMetadata !== undefined ? ['saml-metadata'] : []),
];

export const oidc = defineKind({
  address: 'url',
  written: {
    /**
     * `code`: a person logs in, with PKCE, without a browser. `saml`: the target is SAML metadata, and nothing but its
     * certificates is looked at. @default 'code'
     */
    flow: z.enum(flows).optional(),
    client: client.optional(),
    /** Where the client is sent back to. Never dialled. */
    redirect: words.optional(),
    /** @default 'openid' for `code` */
    scope: words.optional(),
    /** Sent along with the authorisation request, such as `acr_values`. */
    parameters: z.record(words, z.string()).optional(),
    /** Who logs in: a person made for it. */
    user: z
      .strictObject({
        name: wordsOrSecret,
        password: secret,
        /** One-time codes (RFC 6238): the shared secret in base32. */
        totp: z
          .strictObject({
            totp: secret,
            digits: count(6, 8).optional(),
            period: count(5, 300).optional(),
            algorithm: z.enum(['SHA1', 'SHA256', 'SHA512']).optional(),
          })
          .optional(),
      })
      .optional(),
    /** Names of controls on the login pages. @default found by their types */
    form: z
      .strictObject({
        userField: words.optional(),
        passwordField: words.optional(),
        codeField: words.optional(),
        consentButton: words.optional(),
      })
      .optional(),
    /** Ask who it is, by the token. @default true */
    userinfo: z.boolean().optional(),
    /** @default when the provider offers it */
    logout: z.boolean().optional(),
    /** SAML metadata whose signing certificates are looked at as well. */
    samlMetadata: words.optional(),
    /** Our own certificate and key (PEM), for servers that ask. */
    tlsClient: clientKey,
    expect: z
      .strictObject({
        /** @default the target */
        issuer: words.optional(),
        /** How far its clock may be from ours. @default '1m' */
        skew: duration.optional(),
        /** CEL of `claims`, those of the id token, that must be true. @example 'claims.acr == "urn:loa:3"' */
        claims: z.union([expression, z.array(expression).min(1)], { error: 'a CEL expression or a list' }).optional(),
        ...tlsKeys,
      })
      .optional(),
  },
  whole,
  normal: ({
    flow = 'code',
    client: own,
    redirect,
    scope,
    parameters,
    user,
    form,
    userinfo,
    logout,
    samlMetadata,
    tlsClient,
    expect = {},
  }) =>
    present<OidcOptions>({
      flow,
      client: maybe(own, clientOf),
      redirect,
      scope: scope ?? (flow === 'code' ? 'openid' : undefined),
      parameters: Object.entries(parameters ?? {}),
      user: maybe(user, ({ name, password, totp }) =>
        present<OidcUser>({
          name,
          password,
          totp: maybe(totp, (rule) => present<NonNullable<OidcUser['totp']>>(rule)),
        }),
      ),
      form: present<OidcForm>(form ?? {}),
      userinfo: userinfo ?? true,
      logout: logout ?? null,
      samlMetadata,
      tlsClient,
      issuer: expect.issuer,
      skew: (maybe(expect.skew, parseDuration) ?? defaultSkew * 1000) / 1000,
      claims: maybe(expect.claims, listOf),
      serverName: expect.serverName,
      trusted: expect.trusted,
    }),
  depth: deep,
  deepest: deep,
  measures: (options, overTls) => [
    ...(options.flow === 'saml' ? [] : ['keys', 'keys-hash', 'key-from', 'key-until']),
    ...(options.flow === 'code' ? ['skew'] : []),
    ...(stepsOf(options).includes('token') ? ['token-lifetime'] : []),
    ...(stepsOf(options).includes('saml-metadata') ? ['saml-certificate', 'saml-valid-until'] : []),
    ...stepsOf(options).map((name) => `step:${name}`),
    ...(overTls ? ['certificate'] : []),
  ],
  judges: true,
});
