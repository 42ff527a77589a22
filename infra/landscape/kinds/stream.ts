import { z } from 'zod';
import type { Secret } from '../model.ts';
import { secret, tlsKeys } from '../written.ts';
import { present, type Wrong } from './kind.ts';

/** How a kind that is given host and port opens its connection. */
export type StreamOptions = {
  readonly tls?: boolean;
  readonly serverName?: string;
  readonly trusted?: boolean;
  readonly client?: { readonly certificate: Secret; readonly key: Secret };
};

type TlsVersion = '1.0' | '1.1' | '1.2' | '1.3';
/** What module files of blackbox_exporter say beside. Not for landscapes. */
export type ModuleOptions = {
  /** False accepts whatever certificate is shown. */
  readonly verified?: boolean;
  /** PEM, trusted beside what all trust; `caOnly` trusts these alone. */
  readonly ca?: readonly (string | Secret)[];
  readonly caOnly?: boolean;
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  /** Which address is tried where a name has several. */
  readonly family?: 4 | 6 | { readonly prefer: 4 | 6; readonly fallback: boolean };
};

/** Our own certificate and key (PEM), for peers that ask. */
export const clientKey = z.strictObject({ certificate: secret, key: secret }).optional();

export const streamKeys = {
  /** Speak TLS from the start. @default false */
  tls: z.boolean().optional(),
  ...tlsKeys,
  /** Our own certificate and key (PEM), for peers that ask. */
  client: clientKey,
} as const;

type Written = { readonly [K in keyof StreamOptions]: StreamOptions[K] | undefined };
export const streamOf = ({ tls, serverName, trusted, client }: Written): StreamOptions =>
  present<StreamOptions>({ tls, serverName, trusted, client });

export const wrongStream = ({ tls, client }: Written): readonly Wrong[] =>
  client === undefined || tls === true ? [] : [{ path: ['client'], expected: 'tls: true beside it' }];

/** A password that anybody on the way could read is sent only where somebody has said so. */
export const wrongPassword = ({
  tls,
  allowPlain,
}: Written & { readonly allowPlain?: boolean | undefined }): readonly Wrong[] =>
  tls === true || allowPlain === true
    ? []
    : [{ path: ['login'], expected: 'tls: true, or allowPlain: true, beside it' }];
