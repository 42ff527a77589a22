import { maybe, present } from '../../infra/landscape/kinds/kind.ts';
import type { ModuleOptions, StreamOptions } from '../../infra/landscape/kinds/stream.ts';
import type { Aim } from '../observation.ts';
import type { Identity } from './handshake.ts';
import { secretOf, wordOf } from './secret.ts';

/** What any kind says of the TLS it speaks. */
export type SecureWish = Omit<StreamOptions, 'tls'> &
  Omit<ModuleOptions, 'family'> & {
    /** Offered by ALPN. */
    readonly protocols?: readonly string[];
  };

/** Whom a check wants to meet over TLS, and as whom it comes. To be made before anything is dialled: it reads secrets. */
export const identityOf = (aim: Aim, wish: SecureWish, host: string): Identity => {
  const { serverName, trusted = true, verified = true, client, ca, caOnly = false, protocols } = wish;
  const { minVersion, maxVersion } = wish;
  return present<Identity>({
    name: serverName ?? host,
    trusted,
    verified,
    client: maybe(client, ({ certificate, key }) => ({ cert: secretOf(aim, certificate), key: secretOf(aim, key) })),
    ca: maybe(ca, (all) => ({ certificates: all.map((one) => wordOf(aim, one)), only: caOnly })),
    versions:
      minVersion === undefined && maxVersion === undefined
        ? undefined
        : present({ least: minVersion, most: maxVersion }),
    protocols,
  });
};
