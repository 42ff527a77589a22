import { excerpt } from '../../redact.ts';
import { ProbeFailure } from '../failure.ts';
import { exchange } from './exchange.ts';
import { createJar, type Jar } from './jar.ts';
import type { Answer, At, HttpRequest } from './request.ts';

export type Following = {
  /** Bytes of a body, before and after decoding. */
  readonly limit: number;
  /** So many redirects are followed; 0 gives the first answer whatever it is. */
  readonly redirects: number;
  /** An answer that is wanted as it is, though it redirects. */
  readonly enough?: (answer: Answer) => boolean;
  /** Cookies beyond this run of requests; without one they live as long as these redirects. */
  readonly jar?: Jar;
};

const redirecting = new Set([301, 302, 303, 307, 308]);

export const urlOf = (text: string, base?: URL): URL => {
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw base === undefined
    ? new ProbeFailure('could-not-run', 'expected a target like https://host/path')
    : new ProbeFailure('protocol-error', `expected a redirect to http or https, got ${excerpt(text)}`);
};

/** All that a stranger gets to see of us, and how we can read. */
const agent = { 'user-agent': 'Forvarsel' };
const reading = new Set(['accept', 'accept-encoding']);
const only = (headers: HttpRequest['headers'], keeps: (name: string) => boolean): HttpRequest['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => keeps(name.toLowerCase())));

/**
 * The request a redirect asks for (RFC 9110 §15.4). What was declared is meant for one origin: any header may be a key,
 * and a body may be one too. Elsewhere only GET or HEAD is asked, without either.
 */
const nextOf = (request: HttpRequest, answer: Answer): HttpRequest => {
  const url = urlOf(answer.headers['location'] ?? '', request.url);
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
  if (url.origin !== request.url.origin) {
    const { client: _, ...rest } = request;
    return {
      ...rest,
      url,
      method,
      headers: { ...agent, ...only(request.headers, (name) => reading.has(name)) },
      body: null,
      serverName: null,
    };
  }
  const plain = answer.status === 303 || (answer.status < 303 && request.method === 'POST');
  if (!plain) return { ...request, url };
  return {
    ...request,
    url,
    method,
    headers: only(request.headers, (name) => !name.startsWith('content-')),
    body: null,
  };
};

const withCookies = (request: HttpRequest, jar: Jar | undefined): HttpRequest => {
  const cookie = jar?.cookieFor(request.url) ?? null;
  return cookie === null ? request : { ...request, headers: { ...request.headers, cookie } };
};

/**
 * Asks over new connections and follows redirects, cookies along; the last answer counts, and times add up. Where to
 * is asked of `context.allowed` each time. One redirect more than allowed is `too-many-redirects`.
 */
export const follow = async (
  first: HttpRequest,
  at: At,
  how: Following,
): Promise<Answer & { readonly redirects: number }> => {
  let request = first;
  let jar = how.jar;
  for (let followed = 0; ; followed += 1) {
    const answer = await exchange(withCookies(request, jar), at, how.limit);
    if (answer.cookies.length > 0 && (how.redirects > 0 || jar !== undefined)) {
      jar ??= await createJar();
      jar.keep(answer);
    }
    const moved = redirecting.has(answer.status) && answer.headers['location'] !== undefined;
    if (how.redirects === 0 || !moved || how.enough?.(answer) === true) return { ...answer, redirects: followed };
    if (followed === how.redirects)
      throw new ProbeFailure('too-many-redirects', `expected at most ${how.redirects} redirects, got more`);
    request = nextOf(request, answer);
  }
};
