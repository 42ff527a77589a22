import { z } from 'zod';
import type { Depth, Secret } from '../model.ts';
import { secret, tlsKeys, wordsOrSecret } from '../written.ts';
import { present, type Wrong } from './kind.ts';
import { type SecureOptions, secureKeys } from './tls.ts';

/** How mail servers of either protocol are reached and logged in to. */
export type MailOptions = SecureOptions & {
  readonly tls: 'none' | 'starttls' | 'implicit';
  readonly login?: { readonly user: string | Secret; readonly password: Secret };
  readonly allowPlain: boolean;
};

export const mailKeys = {
  /** `starttls` asks for TLS on the open connection, `implicit` speaks it from the first byte. @default 'none' */
  tls: z.enum(['none', 'starttls', 'implicit'], { error: 'none, starttls or implicit' }).optional(),
  ...tlsKeys,
  ...secureKeys,
  /** Who logs in. @default nobody */
  login: z.strictObject({ user: wordsOrSecret, password: secret }).optional(),
  /** True lets the password go over a connection without TLS. */
  allowPlain: z.boolean().optional(),
} as const;

type Written = { readonly [K in keyof MailOptions]?: MailOptions[K] | undefined };

export const mailOf = ({ tls = 'none', allowPlain = false, ...rest }: Written): MailOptions =>
  present<MailOptions>({
    tls,
    serverName: rest.serverName,
    trusted: rest.trusted,
    client: rest.client,
    ca: rest.ca,
    minVersion: rest.minVersion,
    login: rest.login,
    allowPlain,
  });

export const wrongMail = ({ tls = 'none', login, allowPlain, client, minVersion }: Written): readonly Wrong[] => [
  ...(login !== undefined && tls === 'none' && allowPlain !== true
    ? [{ path: ['login'], expected: "tls: 'starttls' or 'implicit' beside it, or allowPlain: true" }]
    : []),
  ...(tls !== 'none'
    ? []
    : Object.entries({ client, minVersion }).flatMap(([key, value]) =>
        value === undefined ? [] : [{ path: [key], expected: "tls: 'starttls' or 'implicit' beside it" }],
      )),
];

export const mailDepth = ({ login }: MailOptions): Depth => (login === undefined ? 'protocol' : 'session');
