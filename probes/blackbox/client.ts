import { anything, fitting, list, maybe, named, secret, shownTruth, text, trueAtFirst, truth } from './shape.ts';
import { struct } from './struct.ts';
import { canonicalHeader, reservedHeaders, tlsVersions } from './tables.ts';
import { goUrlProblem, redactedUrl } from './url.ts';

/** The parts of a module that Prometheus' own HTTP clients have too. */

const count = (...values: readonly (string | null)[]): number =>
  values.filter((value) => value !== '' && value !== null).length;

const tlsVersion = fitting(`one of ${[...tlsVersions].join(', ')}`, (value) => tlsVersions.has(value));
export const tlsConfig = struct(
  {
    ca: text,
    cert: text,
    key: secret,
    ca_file: text,
    cert_file: text,
    key_file: text,
    ca_ref: text,
    cert_ref: text,
    key_ref: text,
    server_name: text,
    insecure_skip_verify: shownTruth,
    min_version: tlsVersion,
    max_version: tlsVersion,
  },
  {
    rules: (tls, complain) => {
      const [ca, cert, key] = (['ca', 'cert', 'key'] as const).map((name) =>
        count(tls[name], tls[`${name}_file`], tls[`${name}_ref`]),
      ) as [number, number, number];
      if (ca > 1) complain('ca', 'at most one of ca, ca_file and ca_ref');
      if (cert > 1) complain('cert', 'at most one of cert, cert_file and cert_ref');
      if (key > 1) complain('key', 'at most one of key, key_file and key_ref');
      if (cert > 0 && key === 0) complain('cert', 'key or key_file beside a client certificate');
      if (key > 0 && cert === 0) complain('key', 'cert or cert_file beside a client key');
    },
  },
);

const url = {
  ...fitting('a URL', (value) => goUrlProblem(value) === null),
  show: (value: string) => (value === '' ? undefined : redactedUrl(value)),
};
const proxyFields = {
  proxy_url: url,
  no_proxy: text,
  proxy_from_environment: truth,
  proxy_connect_header: named(list(secret)),
};
type Proxy = {
  readonly proxy_url: string;
  readonly no_proxy: string;
  readonly proxy_from_environment: boolean;
  readonly proxy_connect_header: Readonly<Record<string, readonly string[]>>;
};
type Complain = (key: string, expected: string) => void;
const proxyRules = (proxy: Proxy, complain: Complain): void => {
  const { proxy_url: through, proxy_from_environment: fromEnvironment, no_proxy: without } = proxy;
  if (Object.keys(proxy.proxy_connect_header).length > 0 && !fromEnvironment && through === '')
    complain('proxy_connect_header', 'proxy_url or proxy_from_environment beside proxy_connect_header');
  if (fromEnvironment && through !== '') complain('proxy_url', 'no proxy_url beside proxy_from_environment');
  if (fromEnvironment && without !== '') complain('no_proxy', 'no no_proxy beside proxy_from_environment');
  if (through === '' && without !== '') complain('no_proxy', 'proxy_url beside no_proxy');
};

const basicAuth = struct({
  username: text,
  username_file: text,
  username_ref: text,
  password: secret,
  password_file: text,
  password_ref: text,
});
const authorization = struct({ type: text, credentials: secret, credentials_file: text, credentials_ref: text });
const oauth2 = struct(
  {
    client_id: text,
    client_secret: secret,
    client_secret_file: text,
    client_secret_ref: text,
    client_certificate_key_id: text,
    client_certificate_key: secret,
    client_certificate_key_file: text,
    client_certificate_key_ref: text,
    grant_type: text,
    signature_algorithm: text,
    iss: text,
    audience: text,
    claims: named(anything),
    scopes: list(text),
    token_url: text,
    endpoint_params: named(text),
    tls_config: tlsConfig,
    ...proxyFields,
  },
  { rules: proxyRules },
);
const httpHeaders = {
  ...named(struct({ values: list(text), secrets: list(secret), files: list(text) })),
};

export const clientFields = {
  basic_auth: maybe(basicAuth),
  authorization: maybe(authorization),
  oauth2: maybe(oauth2),
  bearer_token: secret,
  bearer_token_file: text,
  tls_config: tlsConfig,
  follow_redirects: trueAtFirst(shownTruth),
  enable_http2: trueAtFirst(shownTruth),
  ...proxyFields,
  http_headers: maybe(httpHeaders),
};

type Field<K extends keyof typeof clientFields> = (typeof clientFields)[K]['zero'];
export type Client = { readonly [K in keyof typeof clientFields]: Field<K> };

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const oauthRules = (client: Client, complain: Complain): void => {
  const { oauth2: oauth } = client;
  if (oauth === null) return;
  if (oauth.client_id === '') complain('oauth2', 'a client_id in oauth2');
  if (oauth.token_url === '') complain('oauth2', 'a token_url in oauth2');
  if (oauth.grant_type === jwtBearer) {
    const { client_certificate_key: key, client_certificate_key_file: file, client_certificate_key_ref: ref } = oauth;
    if (count(key, file, ref) > 1) complain('oauth2', 'at most one client_certificate_key, of file or of ref');
    if (!['', 'RS256', 'RS384', 'RS512'].includes(oauth.signature_algorithm))
      complain('oauth2', 'RS256, RS384 or RS512 as signature_algorithm');
  } else if (count(oauth.client_secret, oauth.client_secret_file, oauth.client_secret_ref) > 1)
    complain('oauth2', 'at most one client_secret, of file or of ref');
};

const basicRules = ({ basic_auth: basic }: Client, complain: Complain): void => {
  if (basic === null) return;
  if (count(basic.username, basic.username_file, basic.username_ref) > 1)
    complain('basic_auth', 'at most one of username, username_file and username_ref');
  if (count(basic.password, basic.password_file, basic.password_ref) > 1)
    complain('basic_auth', 'at most one of password, password_file and password_ref');
};

const authorizationRules = (client: Client, complain: Complain): void => {
  const { authorization: shown, basic_auth: basic, oauth2: oauth } = client;
  if (shown === null) return;
  if (count(client.bearer_token, client.bearer_token_file) > 0)
    complain('authorization', 'no bearer_token beside authorization');
  if (count(shown.credentials, shown.credentials_file, shown.credentials_ref) > 1)
    complain('authorization', 'at most one of credentials and credentials_file');
  if (shown.type.trim().toLowerCase() === 'basic') complain('authorization', 'basic_auth for the type basic');
  if (basic !== null || oauth !== null)
    complain('authorization', 'at most one of basic_auth, oauth2 and authorization');
};

export const clientRules = (client: Client, complain: Complain): void => {
  const { basic_auth: basic, oauth2: oauth, bearer_token: token, bearer_token_file: tokenFile } = client;
  if (count(token, tokenFile) > 1) complain('bearer_token', 'at most one of bearer_token and bearer_token_file');
  if ((basic !== null || oauth !== null) && count(token, tokenFile) > 0)
    complain('bearer_token', 'at most one of basic_auth, oauth2, bearer_token and bearer_token_file');
  if (basic !== null && oauth !== null) complain('oauth2', 'at most one of basic_auth, oauth2 and authorization');
  basicRules(client, complain);
  authorizationRules(client, complain);
  oauthRules(client, complain);
  proxyRules(client, complain);
  for (const name of Object.keys(client.http_headers ?? {}))
    if (reservedHeaders.has(canonicalHeader(name)))
      complain('http_headers', `headers without ${canonicalHeader(name)}, which is not for http_headers`);
};

/** The older ways to say a bearer token, said the newer way. */
export const withAuthorization = <T extends Client>(client: T): T => {
  const { authorization: given, bearer_token: token, bearer_token_file: file } = client;
  const made =
    given === null
      ? token === '' && file === ''
        ? null
        : { type: 'Bearer', credentials: token, credentials_file: file, credentials_ref: '' }
      : { ...given, type: given.type.trim() === '' ? 'Bearer' : given.type.trim() };
  return { ...client, authorization: made, bearer_token: '', bearer_token_file: '' };
};
