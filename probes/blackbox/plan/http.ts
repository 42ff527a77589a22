import type {
  AskingOptions,
  AuthOptions,
  Pairs,
  ProxyOptions,
  TokenOptions,
  Word,
} from '../../../infra/landscape/kinds/asking.ts';
import type { HeaderRule, HttpOptions, HttpVersion } from '../../../infra/landscape/kinds/http.ts';
import { present } from '../../../infra/landscape/kinds/kind.ts';
import type { Client, HttpModule } from '../modules.ts';
import { quiet } from '../page/told.ts';
import { canonicalHeader } from '../tables.ts';
import { proxyFrom } from './environment.ts';
import { createKeys, type Keys } from './keys.ts';
import { type Ask, CannotPlan, checkOf, type Plan, preferOf } from './plan.ts';
import { textIn } from './text.ts';
import { requestTls } from './tls.ts';

/** Where blackbox_exporter sets no limit we still do: a body is held in memory. */
const largest = 64 * 1024 * 1024;
const mostRedirects = 10;
const versions: Readonly<Record<string, HttpVersion>> = { 'HTTP/1.0': '1.0', 'HTTP/1.1': '1.1', 'HTTP/2.0': '2' };
const codings = ['gzip', 'br', 'deflate', 'identity'] as const;

const noRef = (...refs: readonly string[]): void => {
  if (refs.some((ref) => ref !== '')) throw new CannotPlan('expected no _ref, for there is no secret manager');
};

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
type OAuth2 = NonNullable<HttpModule['oauth2']>;
const tokenOf = (oauth: OAuth2, keys: Keys, environment: Ask['environment']): TokenOptions => {
  noRef(oauth.client_secret_ref, oauth.client_certificate_key_ref);
  const signed = oauth.grant_type === jwtBearer;
  const key = signed ? keys.either(oauth.client_certificate_key, oauth.client_certificate_key_file) : null;
  const shared = signed ? null : keys.either(oauth.client_secret, oauth.client_secret_file);
  const proxy = proxyOf(
    { ...oauth, skip_resolve_phase_with_proxy: false },
    new URL('https://token/'),
    keys,
    environment,
  );
  const fields: Pairs<Word> = Object.entries(oauth.endpoint_params);
  return {
    url: oauth.token_url,
    client: {
      id: oauth.client_id,
      ...(shared === null ? {} : { secret: shared }),
      ...(key === null ? {} : { key }),
      ...(oauth.client_certificate_key_id === '' ? {} : { keyId: oauth.client_certificate_key_id }),
      ...(signed ? { algorithm: oauth.signature_algorithm === '' ? 'RS256' : oauth.signature_algorithm } : {}),
      method: signed ? 'private_key_jwt' : shared === null ? 'none' : 'client_secret_basic',
    },
    ...(oauth.scopes.length === 0 ? {} : { scope: oauth.scopes.join(' ') }),
    ...(fields.length === 0 ? {} : { fields }),
    either: true,
    ...(signed
      ? {
          bearer: {
            ...(oauth.iss === '' ? {} : { issuer: oauth.iss }),
            ...(oauth.audience === '' ? {} : { audience: oauth.audience }),
            claims: oauth.claims,
          },
        }
      : {}),
    tls: requestTls(oauth.tls_config, keys),
    ...(proxy === null ? {} : { proxy }),
  };
};

const authOf = (client: Client, keys: Keys, environment: Ask['environment']): AuthOptions | null => {
  const { basic_auth: basic, authorization: shown, oauth2: oauth } = client;
  if (basic !== null) {
    noRef(basic.username_ref, basic.password_ref);
    const username =
      basic.username !== '' ? basic.username : basic.username_file === '' ? '' : keys.file(basic.username_file);
    return { basic: { username, password: keys.either(basic.password, basic.password_file) ?? keys.inline('') } };
  }
  if (shown !== null) {
    noRef(shown.credentials_ref);
    return {
      scheme: shown.type,
      credentials: keys.either(shown.credentials, shown.credentials_file) ?? keys.inline(''),
    };
  }
  return oauth === null ? null : { token: tokenOf(oauth, keys, environment) };
};

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
type Proxied = Pick<
  HttpModule,
  'proxy_url' | 'no_proxy' | 'proxy_from_environment' | 'proxy_connect_header' | 'skip_resolve_phase_with_proxy'
>;
const proxyOf = (own: Proxied, url: URL, keys: Keys, environment: Ask['environment']): ProxyOptions | null => {
  const found = own.proxy_from_environment
    ? proxyFrom(environment, url)
    : own.proxy_url === ''
      ? null
      : { url: own.proxy_url, except: listOf(own.no_proxy) };
  if (found === null) return null;
  if (!/^https?:\/\//i.test(found.url)) throw new CannotPlan('expected a proxy of http or https, got another');
  const headers = Object.entries(own.proxy_connect_header).map(
    ([name, values]) => [name, values.map(keys.inline)] as const,
  );
  return {
    url: keys.inline(found.url),
    ...(headers.length === 0 ? {} : { headers }),
    ...(own.skip_resolve_phase_with_proxy ? { byName: true } : {}),
    ...(found.except.length === 0 ? {} : { except: found.except }),
  };
};

/** Of one name the module's `headers` comes first, then all of `http_headers`. */
const headersOf = (own: HttpModule, hostname: string, keys: Keys): Pairs<Word | readonly Word[]> => {
  const values = new Map<string, readonly Word[]>();
  for (const [name, value] of Object.entries(own.headers)) values.set(canonicalHeader(name), [keys.inline(value)]);
  if (hostname !== '') values.set('Host', [hostname]);
  for (const [name, { values: open, secrets, files }] of Object.entries(own.http_headers ?? {})) {
    const added = [...open, ...secrets.map(keys.inline), ...files.map(keys.file)];
    values.set(canonicalHeader(name), [...(values.get(canonicalHeader(name)) ?? []), ...added]);
  }
  return [...values].flatMap(([name, list]) =>
    list.length === 0 ? [] : [[name, list.length === 1 ? (list[0] ?? '') : list] as const],
  );
};

const rulesOf = (matches: HttpModule['fail_if_header_matches']): readonly HeaderRule[] =>
  matches.map(({ header, regexp, allow_missing: optional }) => ({
    name: header,
    pattern: regexp,
    ...(optional ? { optional } : {}),
  }));

const codingOf = (name: string): AskingOptions['compression'] => {
  if (name === '') return undefined;
  const coding = codings.find((one) => one === name.toLowerCase());
  if (coding === undefined) throw new CannotPlan(`expected a compression of ${codings.join(', ')}, got ${name}`);
  return coding;
};

const securedOf = (own: HttpModule): { readonly secured?: boolean } => {
  if (own.fail_if_ssl && own.fail_if_not_ssl) throw new CannotPlan('expected fail_if_ssl or fail_if_not_ssl, got both');
  return own.fail_if_ssl ? { secured: false } : own.fail_if_not_ssl ? { secured: true } : {};
};

const bodyOf = (own: HttpModule, keys: Keys): { readonly body?: Word } => {
  if (own.body_file !== '') return { body: keys.fileAsItIs(own.body_file) };
  if (own.body === '') return {};
  return { body: keys.inline(textIn(own.body)) };
};
const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
const expectedOf = (own: HttpModule) =>
  present<Partial<HttpOptions>>({
    status: some(own.valid_status_codes),
    versions: some(own.valid_http_versions)?.flatMap((name) => versions[name] ?? []),
    headerMatches: some(rulesOf(own.fail_if_header_not_matches)),
    headerNever: some(rulesOf(own.fail_if_header_matches)),
    bodyMatches: some(own.fail_if_body_not_matches_regexp),
    bodyNever: some(own.fail_if_body_matches_regexp),
    json: own.fail_if_body_json_not_matches_cel === null ? undefined : [own.fail_if_body_json_not_matches_cel],
    jsonNever: own.fail_if_body_json_matches_cel === null ? undefined : [own.fail_if_body_json_matches_cel],
  });

const urlOf = (target: string): URL => {
  const url = URL.parse(/^https?:\/\//.test(target) ? target : `http://${target}`);
  if (url === null) throw new CannotPlan('expected a target such as https://host/path');
  return url;
};

export const httpPlan = ({ module, target, hostname, environment }: Ask): Plan => {
  const own = module.http;
  if (own.enable_http3) throw new CannotPlan('HTTP/3 is not spoken here: use a module without enable_http3');
  const keys = createKeys();
  const url = urlOf(target);
  const [tls, auth] = [requestTls(own.tls_config, keys), authOf(own, keys, environment)];
  const proxy = proxyOf(own, url, keys, environment);
  const headers = headersOf(own, hostname, keys);
  const coding = codingOf(own.compression);
  const family = preferOf(own);
  const options: HttpOptions = {
    ...tls,
    method: own.method === '' ? 'GET' : own.method,
    ...(headers.length === 0 ? {} : { headers }),
    ...bodyOf(own, keys),
    ...(auth === null ? {} : { auth }),
    ...(proxy === null ? {} : { proxy }),
    family,
    version: own.enable_http2 ? 'any' : '1.1',
    blind: true,
    ...(coding === undefined ? {} : { compression: coding }),
    bodyLimit: own.body_size_limit > 0 ? Math.min(own.body_size_limit, largest) : largest,
    redirects: own.follow_redirects ? mostRedirects : 0,
    onward: true,
    share: true,
    ...expectedOf(own),
    ...securedOf(own),
  };
  return {
    check: checkOf('http', options),
    target: url.href,
    source: null,
    family: proxy?.byName === true ? null : family,
    place: `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`,
    held: keys.held,
    told: {
      ...quiet,
      prober: 'http',
      cel: options.json !== undefined || options.jsonNever !== undefined,
      unverified: own.tls_config.insecure_skip_verify,
      mostRedirects: options.redirects ?? 0,
      token: own.oauth2 !== null,
    },
  };
};
