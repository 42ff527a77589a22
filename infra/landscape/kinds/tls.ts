import { z } from 'zod';
import { tlsKeys, wordsOrSecret } from '../written.ts';
import { defineKind, present } from './kind.ts';
import { clientKey, type ModuleOptions, type StreamOptions } from './stream.ts';

export const tlsVersions = ['1.0', '1.1', '1.2', '1.3'] as const;
export const startTlsProtocols = ['smtp', 'imap', 'pop3', 'postgres', 'ldap'] as const;

/** What can be said of any connection that is made secret. */
export type SecureOptions = Omit<StreamOptions, 'tls'> & Pick<ModuleOptions, 'ca' | 'minVersion'>;

export type TlsOptions = SecureOptions & {
  /** What is said in plain text before the handshake. */
  readonly startTls?: (typeof startTlsProtocols)[number];
};

/** Beside `serverName` and `trusted`, which stand where they stand in each kind. */
export const secureKeys = {
  /** Our own certificate and key (PEM), for peers that ask. */
  client: clientKey,
  /** PEM, trusted for this check beside what all trust; as text, or read from the environment or a file. */
  ca: z.array(wordsOrSecret).min(1, { error: 'at least one' }).max(20, { error: 'at most 20' }).optional(),
  /**
   * The oldest version of TLS that will do. Below 1.2 it is offered although it is unsafe.
   * @default '1.2'
   */
  minVersion: z.enum(tlsVersions, { error: `one of ${tlsVersions.join(', ')}` }).optional(),
} as const;

export const tls = defineKind({
  address: 'socket',
  written: {
    /** Ask for TLS in the words of this protocol, on its plain port. @default TLS from the first byte */
    startTls: z.enum(startTlsProtocols, { error: `one of ${startTlsProtocols.join(', ')}` }).optional(),
    client: secureKeys.client,
    ca: secureKeys.ca,
    expect: z.strictObject({ ...tlsKeys, minVersion: secureKeys.minVersion }).optional(),
  },
  normal: ({ startTls, client, ca, expect = {} }) =>
    present<TlsOptions>({
      startTls,
      client,
      ca,
      serverName: expect.serverName,
      trusted: expect.trusted,
      minVersion: expect.minVersion,
    }),
  depth: () => 'session',
  deepest: () => 'session',
  measures: () => ['certificate'],
  judges: true,
});
