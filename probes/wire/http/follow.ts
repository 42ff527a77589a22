import { excerpt } from '../../discretion/redact.ts';
import { ProbeFailure } from '../failure.ts';
import { exchange } from './exchange.ts';
import { factsOf } from './facts.ts';
import { valueIn } from './head.ts';
import { createJar, type Jar } from './jar.ts';
import type { Answer, At, Headers, HttpRequest } from './request.ts';

export type Following = {
  /** Bytes of a body, before and after decoding. */
  readonly limit: number;
  /** So many redirects are followed; 0 gives the first answer whatever it is. */
  readonly redirects: number;
  /** An answer that is wanted as it is, though it redirects. */
  readonly enough?: (answer: Answer) => boolean;
  /** Cookies beyond these requests; without one they live as long as the redirects. */
  readonly jar?: Jar;
  /** True takes declared headers along to strangers too, all but logins. What is a key under another name is then theirs. */
  readonly share?: boolean;
};

const redirecting = new Set([301, 302, 303, 307, 308]);
const isMoved = ({ status, fields }: Answer): boolean =>
  redirecting.has(status) && (valueIn(fields, 'location') ?? '') !== '';

export const urlOf = (text: string, base?: URL): URL => {
  const url = URL.parse(text, base?.href);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw base === undefined
    ? new ProbeFailure('could-not-run', 'expected a target like https://host/path')
    : new ProbeFailure('protocol-error', `expected a redirect to http or https, got ${excerpt(text)}`);
};

/** All that a stranger gets to see of us, and how we can read. */
const agent = { 'user-agent': 'Forvarsel' };
const reading = new Set(['accept', 'accept-encoding']);
const logins = new Set(['authorization', 'proxy-authorization', 'cookie', 'host', 'www-authenticate']);
const only = (headers: Headers, keeps: (name: string) => boolean): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => keeps(name.toLowerCase())));

/** The same host by TLS, each on its own port, is no stranger: that is how a site says it is not asked in plain. */
const isSame = (from: URL, to: URL): boolean =>
  from.origin === to.origin ||
  (from.protocol === 'http:' &&
    to.protocol === 'https:' &&
    from.hostname === to.hostname &&
    from.port + to.port === '');

const toStranger = (request: HttpRequest, url: URL, share: boolean): HttpRequest => {
  const { client: _, ...rest } = request;
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
  const headers = share
    ? only(request.headers, (name) => !logins.has(name) && !name.startsWith('content-'))
    : { ...agent, ...only(request.headers, (name) => reading.has(name)) };
  return { ...rest, url, method, headers, body: null, serverName: null };
};

/**
 * The request a redirect asks for (RFC 9110 §15.4). What was declared is meant for one origin: any header may be a key,
 * and a body may be one too. Elsewhere only GET or HEAD is asked, without either.
 */
export const nextOf = (request: HttpRequest, answer: Answer, share: boolean): HttpRequest => {
  const url = urlOf(answer.headers['location'] ?? '', request.url);
  if (!isSame(request.url, url)) return toStranger(request, url, share);
  const plain = answer.status === 303 || (answer.status < 303 && request.method === 'POST');
  if (!plain) return { ...request, url };
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
  return {
    ...request,
    url,
    method,
    headers: only(request.headers, (name) => !name.startsWith('content-')),
    body: null,
  };
};

const withCookies = (request: HttpRequest, jar: Jar | undefined): HttpRequest => {
  const kept = jar?.cookieFor(request.url) ?? null;
  if (kept === null) return request;
  const { headers } = request;
  const name = Object.keys(headers).find((one) => one.toLowerCase() === 'cookie') ?? 'cookie';
  const cookie = [headers[name] ?? [], kept].flat().join('; ');
  return { ...request, headers: { ...headers, [name]: cookie } };
};

/**
 * Asks over new connections and follows redirects, cookies along; the last answer counts, and times add up. Where to
 * is asked of `context.allowed` each time. One redirect more than may be followed is `too-many-redirects`.
 */
export const follow = async (first: HttpRequest, at: At, how: Following): Promise<Answer> => {
  let request = first;
  let { jar } = how;
  for (let followed = 0; ; followed += 1) {
    const answer = await exchange(withCookies(request, jar), at, how.limit);
    if (answer.cookies.length > 0 && (how.redirects > 0 || jar !== undefined)) {
      jar ??= await createJar();
      jar.keep(answer);
    }
    const moved = isMoved(answer);
    const seen = followed + (moved ? 1 : 0);
    if (seen > 0) at.notes.fact('http', factsOf(request, answer, answer.body.length, seen));
    if (how.redirects === 0 || !moved || how.enough?.(answer) === true) return answer;
    if (followed === how.redirects)
      throw new ProbeFailure('too-many-redirects', `expected at most ${how.redirects} redirects, got more`);
    request = nextOf(request, answer, how.share === true);
  }
};
