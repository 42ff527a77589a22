import { ProbeFailure } from '../failure.ts';
import type { Headers, HttpRequest } from './request.ts';

/** What is ours to say, whatever was declared. */
const own = new Set(['content-length', 'transfer-encoding']);
const token = /^[\w!#$%&'*+.^`|~-]+$/;
const unfit = /[\0\r\n]/;

export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');
export const portOf = (url: URL): number =>
  url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
/** Where it is asked, without a login: that is no part of an address that is shown or sent. */
const placeOf = ({ origin, pathname, search }: URL): string => `${origin}${pathname}${search}`;

/** Name and value of every header that is sent beside our own; what could be taken for two headers is refused. */
export const linesOf = (headers: Headers): readonly (readonly [string, string])[] => {
  const lines: (readonly [string, string])[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || own.has(name.toLowerCase())) continue;
    if (!token.test(name)) throw new ProbeFailure('could-not-run', 'expected the name of a header, got another text');
    for (const one of typeof value === 'string' ? [value] : value) {
      if (unfit.test(one))
        throw new ProbeFailure('could-not-run', `expected a value of one line for the header ${name}, got several`);
      lines.push([name, one]);
    }
  }
  return lines;
};

/** With a body, and where a method is meant to have one, its length is said. */
const lengthLine = ({ method, body }: HttpRequest, bytes: number): string =>
  body !== null || method === 'POST' || method === 'PUT' || method === 'PATCH' ? `content-length: ${bytes}\r\n` : '';

/** A request as it is written in HTTP/1.1; with a login for a proxy, in the form a proxy is asked in. */
export const writtenAs = (request: HttpRequest, toProxy?: Headers): string | Buffer => {
  const { url, method, headers, body } = request;
  if (!token.test(method)) throw new ProbeFailure('could-not-run', 'expected a method like GET, got another text');
  let [host, connection, lines] = [`host: ${url.host}\r\n`, 'connection: close\r\n', ''];
  for (const [name, value] of [...linesOf(headers), ...linesOf(toProxy ?? {})]) {
    const line = `${name}: ${value}\r\n`;
    const lower = name.toLowerCase();
    if (lower === 'host') host = line;
    else if (lower === 'connection') connection = line;
    else lines += line;
  }
  const place = toProxy === undefined ? `${url.pathname}${url.search}` : placeOf(url);
  const size = body === null ? 0 : Buffer.byteLength(body);
  const head = `${method} ${place} HTTP/1.1\r\n${host}${lines}${lengthLine(request, size)}${connection}\r\n`;
  if (body === null || size === 0) return head;
  return typeof body === 'string' ? head + body : Buffer.concat([Buffer.from(head), body]);
};

/** What of a request is the same each time it is asked. */
export type Prepared = {
  readonly host: string;
  readonly port: number;
  readonly place: string;
  readonly text: string | Buffer;
};
const prepare = (request: HttpRequest): Prepared => ({
  host: hostOf(request.url),
  port: portOf(request.url),
  place: placeOf(request.url),
  text: writtenAs(request),
});

const kept = new WeakMap<HttpRequest, Prepared>();
/** Remembers what is prepared of a request as long as the request itself: for one that is asked again and again. */
export const keepPrepared = (request: HttpRequest): HttpRequest => {
  kept.set(request, prepare(request));
  return request;
};
export const preparedOf = (request: HttpRequest): Prepared => kept.get(request) ?? prepare(request);
