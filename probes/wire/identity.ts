import type { SecureOptions } from '../../infra/landscape/kinds/tls.ts';
import type { Aim } from '../observation.ts';
import type { Identity } from './handshake.ts';
import { secretOf, wordOf } from './secret.ts';

type Options = SecureOptions & { readonly verified?: boolean; readonly caOnly?: boolean };

/** Whom a check wants to meet over TLS, and as whom it comes. To be made before anything is dialled: it reads secrets. */
export const identityOf = (aim: Aim, options: Options, host: string): Identity => {
  const { serverName, trusted = true, client, ca, caOnly = false, minVersion, maxVersion, verified = true } = options;
  return {
    name: serverName ?? host,
    trusted,
    verified,
    ...(client === undefined
      ? {}
      : { client: { cert: secretOf(aim, client.certificate), key: secretOf(aim, client.key) } }),
    ...(ca === undefined ? {} : { ca: { certificates: ca.map((one) => wordOf(aim, one)), only: caOnly } }),
    ...(minVersion === undefined && maxVersion === undefined
      ? {}
      : {
          versions: {
            ...(minVersion === undefined ? {} : { least: minVersion }),
            ...(maxVersion === undefined ? {} : { most: maxVersion }),
          },
        }),
  };
};
