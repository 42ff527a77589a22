import type { TlsOptions } from '../../../infra/landscape/kinds/asking.ts';
import type { TlsConfig } from '../modules.ts';
import type { Keys } from './keys.ts';
import { CannotPlan } from './plan.ts';

const versionOf: Readonly<Record<string, '1.0' | '1.1' | '1.2' | '1.3'>> = {
  TLS10: '1.0',
  TLS11: '1.1',
  TLS12: '1.2',
  TLS13: '1.3',
};

/** Every other option that could not be kept is said; a reference has nobody here to ask. */
const checked = (tls: TlsConfig): void => {
  if ([tls.ca_ref, tls.cert_ref, tls.key_ref].some((ref) => ref !== ''))
    throw new CannotPlan('expected tls_config without _ref, for there is no secret manager');
  const [least, most] = [versionOf[tls.min_version], versionOf[tls.max_version]];
  if (least !== undefined && most !== undefined && most < least)
    throw new CannotPlan('expected max_version to be at least min_version in tls_config');
};

/** `tls_config` as the options of any kind that speaks TLS. */
export const tlsOf = (tls: TlsConfig, keys: Keys): TlsOptions => {
  checked(tls);
  const [ca, cert, key] = [
    keys.either(tls.ca, tls.ca_file),
    keys.either(tls.cert, tls.cert_file),
    keys.either(tls.key, tls.key_file),
  ];
  const [least, most] = [versionOf[tls.min_version], versionOf[tls.max_version]];
  return {
    ...(tls.server_name === '' ? {} : { serverName: tls.server_name }),
    ...(tls.insecure_skip_verify ? { verified: false, trusted: false } : {}),
    ...(ca === null ? {} : { ca: { certificates: [ca], only: true } }),
    ...(cert === null || key === null ? {} : { client: { certificate: cert, key } }),
    ...(least === undefined && most === undefined
      ? {}
      : { versions: { ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }) } }),
  };
};
