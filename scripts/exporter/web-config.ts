import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import {
  duration,
  fitting,
  list,
  maybe,
  named,
  secret,
  text,
  trueAtFirst,
  truth,
  whole,
} from '../../probes/blackbox/shape.ts';
import { struct } from '../../probes/blackbox/struct.ts';
import { readYaml } from '../../probes/blackbox/yaml.ts';
import { ServeError } from './trouble.ts';

/** How an exporter of Prometheus is served, in the form of its exporter toolkit. */

const clientAuth = [
  '',
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'RequireClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
];
const versions = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;
const isVersion = (value: string): value is keyof typeof versions => Object.hasOwn(versions, value);
const version = fitting(`one of ${Object.keys(versions).join(', ')}`, isVersion);
const hash = fitting(
  'a password hashed by bcrypt',
  (value) => /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/.test(value),
  false,
);

const shape = struct({
  tls_server_config: maybe(
    struct({
      cert: text,
      key: secret,
      client_ca: text,
      cert_file: text,
      key_file: text,
      client_auth_type: fitting(`one of ${clientAuth.slice(1).join(', ')}`, (value) => clientAuth.includes(value)),
      client_ca_file: text,
      client_allowed_sans: list(text),
      cipher_suites: list(text),
      curve_preferences: list(text),
      min_version: version,
      max_version: version,
      prefer_server_cipher_suites: trueAtFirst(truth),
    }),
  ),
  http_server_config: maybe(struct({ http2: trueAtFirst(truth), headers: named(text) })),
  basic_auth_users: named({ ...hash, show: secret.show }),
  rate_limit: maybe(struct({ burst: whole, interval: duration })),
});

export type WebConfig = {
  /** Null is plain HTTP. */
  readonly tls: TlsOptions | null;
  /** Of a client's certificate one of these alternative names must be there; empty is any. */
  readonly clientNames: readonly string[];
  /** Password hashes by user; empty lets everyone in. */
  readonly users: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** As the toolkit calls it; empty asks no client for a certificate. */
  readonly clientAuth: string;
  /** So many requests at once, and one more each so many seconds; null is no limit. */
  readonly rate: { readonly burst: number; readonly interval: number } | null;
};
/** Whether nobody gets in who has not proved who they are. */
export const isGuarded = ({ users, clientAuth }: WebConfig): boolean =>
  Object.keys(users).length > 0 || clientAuth === 'RequireAndVerifyClientCert';

/** OpenSSL's names of curves by Go's. */
const curves: Readonly<Record<string, string>> = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
};

const usage = (message: string): ServeError => new ServeError('usage', message);
const contentOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ServeError('usage', `expected a readable file ${path} in the web configuration`, { cause });
  }
};

type Tls = NonNullable<(typeof shape)['zero']['tls_server_config']>;
const tlsOf = (tls: Tls, folder: string): TlsOptions => {
  const from = (inline: string, path: string): string =>
    inline !== '' || path === '' ? inline : contentOf(isAbsolute(path) ? path : join(folder, path));
  const [cert, key, ca] = [
    from(tls.cert, tls.cert_file),
    from(tls.key, tls.key_file),
    from(tls.client_ca, tls.client_ca_file),
  ];
  if (cert === '' || key === '') throw usage('expected cert_file and key_file in tls_server_config, got not both');
  if (tls.cipher_suites.length > 0)
    throw usage('expected no cipher_suites: OpenSSL has other names for them; remove them');
  const asks = !['', 'NoClientCert'].includes(tls.client_auth_type);
  if (ca !== '' && !asks) throw usage('expected client_auth_type beside client_ca_file in tls_server_config, got none');
  return {
    cert,
    key,
    requestCert: asks,
    // Whoever is not vouched for is told so by us; Node would only hang up.
    rejectUnauthorized: false,
    minVersion: isVersion(tls.min_version) ? versions[tls.min_version] : 'TLSv1.2',
    ...(isVersion(tls.max_version) ? { maxVersion: versions[tls.max_version] } : {}),
    ...(ca === '' ? {} : { ca }),
    ...(tls.curve_preferences.length === 0
      ? {}
      : { ecdhCurve: tls.curve_preferences.map((name) => curves[name] ?? name).join(':') }),
    honorCipherOrder: tls.prefer_server_cipher_suites,
  };
};

export const openWeb: WebConfig = { tls: null, clientNames: [], users: {}, headers: {}, clientAuth: '', rate: null };

/** Throws ServeError with every problem of the file. */
export const readWebConfig = (file: string): WebConfig => {
  const { value, findings } = readYaml(contentOf(file), shape);
  if (findings.length > 0)
    throw usage(findings.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
  const tls = value.tls_server_config;
  const { rate_limit: rate } = value;
  if (rate !== null && (rate.burst < 1 || rate.interval <= 0)) throw usage('expected burst and interval in rate_limit');
  return {
    tls: tls === null ? null : tlsOf(tls, dirname(file)),
    clientNames: tls?.client_allowed_sans ?? [],
    users: value.basic_auth_users,
    headers: value.http_server_config?.headers ?? {},
    clientAuth: tls?.client_auth_type.replace(/^NoClientCert$/, '') ?? '',
    rate,
  };
};
