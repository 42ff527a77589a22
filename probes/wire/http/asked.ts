import type {
  AskingOptions,
  AuthOptions,
  Pairs,
  ProxyOptions,
  TlsOptions,
  Word,
} from '../../../infra/landscape/kinds/asking.ts';
import { refusePerson } from '../../discretion/person.ts';
import type { Aim } from '../../observation.ts';
import { secretOf, wordOf } from '../secret.ts';
import { urlOf } from './follow.ts';
import type { Headers, HttpRequest, ProxyWish, TlsWish } from './request.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const listOf = (value: Word | readonly Word[]): readonly Word[] => (Array.isArray(value) ? value : [value as Word]);

/** Headers as they are declared, with what they hold of secrets. */
export const headersOf = (aim: Aim, pairs: Pairs<Word | readonly Word[]> = []): Headers =>
  Object.fromEntries(pairs.map(([name, value]) => [name, listOf(value).map((word) => wordOf(aim, word))]));

export const tlsOf = (
  aim: Aim,
  { serverName, trusted, verified, client, ca, tlsVersions: versions }: TlsOptions,
): TlsWish => ({
  serverName: serverName ?? null,
  trusted: trusted ?? true,
  ...(verified === undefined ? {} : { verified }),
  ...(client === undefined
    ? {}
    : { client: { cert: wordOf(aim, client.certificate), key: secretOf(aim, client.key) } }),
  ...(ca === undefined ? {} : { ca: { certificates: ca.certificates.map((one) => wordOf(aim, one)), only: ca.only } }),
  ...(versions === undefined ? {} : { versions }),
});

export const proxyOf = (aim: Aim, { url, headers, byName, except }: ProxyOptions): ProxyWish => ({
  url: urlOf(wordOf(aim, url)),
  headers: headersOf(aim, headers),
  ...(byName === undefined ? {} : { byName }),
  ...(except === undefined ? {} : { except }),
});

const shownLogin = (aim: Aim, auth: AuthOptions | undefined, url: URL): Headers => {
  if (auth !== undefined && 'basic' in auth) {
    const { username, password = '' } = auth.basic;
    return { authorization: [`Basic ${base64(`${wordOf(aim, username)}:${wordOf(aim, password)}`)}`] };
  }
  if (auth !== undefined && 'scheme' in auth)
    return { authorization: [`${auth.scheme} ${wordOf(aim, auth.credentials)}`] };
  if (auth !== undefined || (url.username === '' && url.password === '')) return {};
  // A login in the address of the target is basic authentication.
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: [`Basic ${base64(login)}`] };
};

/** All that a stranger gets to see of us, and how we can read. */
const usual = ({ blind, compression = 'gzip' }: AskingOptions): Headers =>
  blind === true ? { 'user-agent': ['Forvarsel'] } : { 'user-agent': ['Forvarsel'], 'accept-encoding': [compression] };

/** Of several groups of headers the last that has a name counts, whatever letters it is written in. */
const merged = (...groups: readonly Headers[]): Headers => {
  const byName = new Map<string, readonly [string, string | readonly string[]]>();
  for (const group of groups)
    for (const [name, value] of Object.entries(group)) byName.set(name.toLowerCase(), [name, value]);
  return Object.fromEntries(byName.values());
};

const hostHeader = (headers: Headers): string | undefined => {
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'host') ?? [];
  return [value ?? []]
    .flat()[0]
    ?.replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
};

/** What a person wrote or a peer of ours fills in; a secret may look like anything. */
const holdNobody = (aim: Aim, { headers, body }: AskingOptions, url: URL): void =>
  refusePerson(
    [
      `${url.pathname}${url.search}`,
      ...(headers ?? []).flatMap(([, value]) => listOf(value).filter((word) => typeof word === 'string')),
      body === undefined ? '' : wordOf(aim, body),
    ],
    null,
  );

/** The request that a check asks for, but for a token that is still to be had. */
export const requestOf = (aim: Aim, options: AskingOptions): HttpRequest => {
  const url = urlOf(aim.target);
  holdNobody(aim, options, url);
  const { method = 'GET', body, proxy, family, version, compression, blind, auth } = options;
  const declared = headersOf(aim, options.headers);
  const tls = tlsOf(aim, options);
  const bytes = body === undefined ? null : wordOf(aim, body);
  return {
    url,
    method,
    headers: merged(usual(options), shownLogin(aim, auth, url), declared),
    body: bytes,
    ...tls,
    // Who asks for another host by its header asks that one for its certificate too.
    serverName: tls.serverName ?? hostHeader(declared) ?? null,
    decode: blind === true ? (compression ?? 'none') : 'said',
    ...(proxy === undefined ? {} : { proxy: proxyOf(aim, proxy) }),
    ...(family === undefined ? {} : { family }),
    ...(version === undefined ? {} : { version }),
  };
};
