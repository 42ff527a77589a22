import { z } from 'zod';
import type { Secret } from '../model.ts';
import { secret, words, wordsOrSecret } from '../written.ts';
import { clientKeys, clientOf, type OAuthClient, wrongClient } from './client.ts';
import { maybe, present, type Wrong } from './kind.ts';
import { clientKey } from './stream.ts';

/** How an HTTP request is made, for every kind that asks one URL. */

export type Word = string | Secret;
/** Pairs, not an object: an object of the one key `file` or `env` would be taken for a secret. */
export type Pairs<T> = readonly (readonly [name: string, value: T])[];

export type TokenOptions = {
  readonly client: OAuthClient;
  readonly url: Word;
  readonly scope?: string;
  /** Fields of the token request beside those that belong to the grant. */
  readonly fields?: Pairs<Word>;
  /** A refusal of one way to show a shared secret is followed by the other. */
  readonly either?: boolean;
  /** A signed assertion is what the token is granted for (RFC 7523 §2.1), with these claims beside its own. */
  readonly bearer?: {
    readonly issuer?: string;
    readonly audience?: string;
    readonly claims?: Readonly<Record<string, unknown>>;
  };
  /** Whether the token endpoint is asked as the target is: by its proxy, and by its own rules of TLS. */
  readonly tls?: TlsOptions;
  readonly proxy?: ProxyOptions;
};
export type AuthOptions =
  | { readonly basic: { readonly username: Word; readonly password?: Word } }
  | { readonly scheme: string; readonly credentials: Word }
  | { readonly token: TokenOptions };

type TlsVersion = '1.0' | '1.1' | '1.2' | '1.3';
/** All that may be said of a connection's TLS. */
export type TlsOptions = {
  readonly serverName?: string;
  /** False accepts a chain that leads to no trusted root. */
  readonly trusted?: boolean;
  /** False accepts whatever is shown. */
  readonly verified?: boolean;
  readonly client?: { readonly certificate: Word; readonly key: Secret };
  readonly ca?: { readonly certificates: readonly Word[]; readonly only: boolean };
  readonly tlsVersions?: { readonly least?: TlsVersion; readonly most?: TlsVersion };
};
export type ProxyOptions = {
  readonly url: Word;
  /** Sent with CONNECT only. */
  readonly headers?: Pairs<Word | readonly Word[]>;
  /** The proxy is given the name; nothing but itself is resolved here. */
  readonly byName?: boolean;
  /** Hosts that are asked without it: `*`, names (and what is under them), addresses and CIDR ranges, each with a port or without. */
  readonly except?: readonly string[];
};
export const codings = ['gzip', 'br', 'deflate', 'zstd', 'identity'] as const;
export type AskingOptions = TlsOptions & {
  readonly method?: string;
  readonly headers?: Pairs<Word | readonly Word[]>;
  readonly body?: Word;
  readonly auth?: AuthOptions;
  readonly proxy?: ProxyOptions;
  readonly family?: 4 | 6 | { readonly prefer: 4 | 6; readonly fallback: boolean };
  /** Which versions of HTTP are offered. Absent is 1.1. */
  readonly version?: '1.1' | '2' | 'any';
  /** The coding the body must have, and be asked for. */
  readonly compression?: (typeof codings)[number];
  /** No coding is asked for, and what the answer says of its own is not looked at: `compression` is how it is decoded. */
  readonly blind?: boolean;
  /** Bytes of the body, before and after decoding. */
  readonly bodyLimit?: number;
  /** So many redirects are followed. */
  readonly redirects?: number;
  /** Follow also a redirect whose status is among those that are wanted. */
  readonly onward?: boolean;
  /** Declared headers, logins not among them, go along to other origins. */
  readonly share?: boolean;
};

const token = /^[\w!#$%&'*+.^`|~-]+$/;
const headerName = z.string().regex(token, { error: 'the name of a header' });
const headers = z.record(
  headerName,
  z.union([z.string(), wordsOrSecret, z.array(wordsOrSecret).min(1)], { error: 'a text, a secret, or a list of them' }),
);

const auth = z.union(
  [
    z.strictObject({ basic: z.strictObject({ username: wordsOrSecret, password: secret }) }),
    /** Sent as `Authorization: Bearer …`. */
    z.strictObject({ bearer: secret }),
    /** Sent as `Authorization: <scheme> …`. */
    z.strictObject({ scheme: words.regex(token, { error: 'a scheme of one word' }), credentials: secret }),
    /** A token of OAuth 2 by client credentials, kept until it ends or is refused. */
    z.strictObject({
      token: z.strictObject({
        ...clientKeys,
        /** The token endpoint. */
        url: wordsOrSecret,
        scope: words.optional(),
        /** Fields of the token request beside the grant's own, such as `audience` or `resource`. */
        fields: z.record(z.string(), wordsOrSecret).optional(),
      }),
    }),
  ],
  { error: 'one of { basic }, { bearer }, { scheme, credentials } and { token }' },
);

const proxy = z.union(
  [
    wordsOrSecret,
    z.strictObject({
      /** http or https; a login in it is the proxy's. */
      url: wordsOrSecret,
      /** Sent with CONNECT only. */
      headers: headers.optional(),
      /** The proxy is given the name; nothing but itself is resolved here. @default false */
      byName: z.boolean().optional(),
      /** Hosts that are asked without it. @example ['.region.example', '10.0.0.0/8'] */
      except: z.array(words).min(1).optional(),
    }),
  ],
  { error: "the proxy's URL, or { url, headers?, byName?, except? }" },
);

export const askingKeys = {
  request: z
    .strictObject({
      /** @default 'GET' */
      method: z.string().regex(token, { error: 'a method such as GET' }).optional(),
      headers: headers.optional(),
      body: z.union([z.string(), wordsOrSecret]).optional(),
      /** `any` offers both to a TLS peer; `2` is spoken at once where there is no TLS. @default '1.1' */
      version: z.enum(['1.1', '2', 'any']).optional(),
    })
    .optional(),
  auth: auth.optional(),
  /** Our own certificate and key (PEM), for peers that ask. */
  client: clientKey,
  proxy: proxy.optional(),
  /** Which address of the host is dialled, by its version of IP. @default the first, of the source's family */
  family: z.union([z.literal(4), z.literal(6)], { error: '4 or 6' }).optional(),
} as const;

const asking = z.object(askingKeys);
export type WrittenAsking = z.output<typeof asking>;

type WrittenAuth = NonNullable<WrittenAsking['auth']>;
const tokenOf = ({ url, scope, fields, ...client }: Extract<WrittenAuth, { token: unknown }>['token']): TokenOptions =>
  present<TokenOptions>({ client: clientOf(client), url, scope, fields: maybe(fields, Object.entries<Word>) });
const authOf = (written: WrittenAuth): AuthOptions => {
  if ('token' in written) return { token: tokenOf(written.token) };
  return 'bearer' in written ? { scheme: 'Bearer', credentials: written.bearer } : written;
};
const isWord = (value: unknown): value is Word =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && ('env' in value || 'file' in value));
const proxyOf = (written: NonNullable<WrittenAsking['proxy']>): ProxyOptions => {
  if (isWord(written)) return { url: written };
  const { url, headers: sent, byName, except } = written;
  return present<ProxyOptions>({ url, headers: maybe(sent, Object.entries<Word | Word[]>), byName, except });
};

export const askingOf = ({ request = {}, auth: login, client, proxy: by, family }: WrittenAsking): AskingOptions =>
  present<AskingOptions>({
    method: request.method,
    headers: maybe(request.headers, Object.entries<Word | Word[]>),
    body: request.body,
    version: request.version,
    auth: maybe(login, authOf),
    client,
    proxy: maybe(by, proxyOf),
    family,
  });

/** What only all keys of a request together can tell. */
export const wrongAsking = ({ auth: login, request = {} }: WrittenAsking): readonly Wrong[] => {
  const declared = Object.keys(request.headers ?? {}).find((name) => name.toLowerCase() === 'authorization');
  return [
    ...(login !== undefined && 'token' in login ? wrongClient(login.token, ['auth', 'token']) : []),
    ...(login !== undefined && declared !== undefined
      ? [{ path: ['request', 'headers', declared], expected: 'no authorization beside auth' }]
      : []),
  ];
};
