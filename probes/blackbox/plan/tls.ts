import type { TlsOptions } from '../../../infra/landscape/kinds/asking.ts';
import type { ModuleOptions, StreamOptions } from '../../../infra/landscape/kinds/stream.ts';
import type { TlsConfig } from '../modules.ts';
import type { Keys } from './keys.ts';
import { CannotPlan } from './plan.ts';

type TlsVersion = '1.0' | '1.1' | '1.2' | '1.3';
const versionOf: Readonly<Record<string, TlsVersion>> = { TLS10: '1.0', TLS11: '1.1', TLS12: '1.2', TLS13: '1.3' };

/** What `tls_config` says, with its texts kept apart. */
const read = (tls: TlsConfig, keys: Keys) => {
  if ([tls.ca_ref, tls.cert_ref, tls.key_ref].some((ref) => ref !== ''))
    throw new CannotPlan('expected tls_config without _ref, for there is no secret manager');
  const [least, most] = [versionOf[tls.min_version], versionOf[tls.max_version]];
  if (least !== undefined && most !== undefined && most < least)
    throw new CannotPlan('expected max_version to be at least min_version in tls_config');
  const certificate = keys.either(tls.cert, tls.cert_file);
  const key = keys.either(tls.key, tls.key_file);
  return {
    least,
    most,
    ca: keys.either(tls.ca, tls.ca_file),
    shared: {
      ...(tls.server_name === '' ? {} : { serverName: tls.server_name }),
      ...(tls.insecure_skip_verify ? { verified: false, trusted: false } : {}),
      ...(certificate === null || key === null ? {} : { client: { certificate, key } }),
    },
  };
};

/** As the options of a request. */
export const requestTls = (tls: TlsConfig, keys: Keys): TlsOptions => {
  const { least, most, ca, shared } = read(tls, keys);
  const versions = { ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }) };
  return {
    ...shared,
    ...(ca === null ? {} : { ca: { certificates: [ca], only: true } }),
    ...(least === undefined && most === undefined ? {} : { tlsVersions: versions }),
  };
};

/** As the options of a connection. */
export const streamTls = (tls: TlsConfig, keys: Keys): Omit<StreamOptions & ModuleOptions, 'tls' | 'family'> => {
  const { least, most, ca, shared } = read(tls, keys);
  return {
    ...shared,
    ...(ca === null ? {} : { ca: [ca], caOnly: true }),
    ...(least === undefined ? {} : { minVersion: least }),
    ...(most === undefined ? {} : { maxVersion: most }),
  };
};
