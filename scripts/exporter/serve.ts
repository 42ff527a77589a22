import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { monotonic } from '../../probes/clock.ts';
import { createPasswords } from './passwords.ts';
import { type Asked, plain, type Reply } from './reply.ts';
import { ServeError } from './trouble.ts';
import { isGuarded, type WebConfig } from './web-config.ts';

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

export type Listen = { readonly host: string; readonly port: number };
/** `host:port`, `[v6]:port` or `:port`, which is every address of this machine. */
export const readListen = (text: string): Listen => {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])];
  if (host === undefined || port > 65_535)
    throw new ServeError('usage', `expected an address such as 127.0.0.1:9115, got ${text}`);
  return { host: host === '' ? '::' : host, port };
};

/** Whoever can reach an exporter can send its probes about and read what they saw. */
const checked = ({ host, port }: Listen, web: WebConfig): void => {
  if (isLoopback(host)) return;
  if (web.tls === null || !isGuarded(web))
    throw new ServeError(
      'unsafe',
      `${host}:${port} can be reached by others: give --web.config.file with tls_server_config and basic_auth_users or RequireAndVerifyClientCert, or listen on 127.0.0.1:${port}`,
    );
};

const certificateProblem = ({ clientAuth, clientNames }: WebConfig, socket: Socket): string | null => {
  if (clientAuth === '' || !('getPeerCertificate' in socket)) return null;
  // Safe: only the socket of a server made with TLS has certificates.
  const tls = socket as TLSSocket;
  const shown = tls.getPeerX509Certificate();
  if (shown === undefined) return clientAuth.startsWith('Require') ? 'expected a client certificate, got none' : null;
  if (clientAuth.includes('Verify') && !tls.authorized)
    return 'expected a client certificate of the authority, got another';
  const names = (shown.subjectAltName ?? '').split(', ').map((name) => name.replace(/^[^:]*:/, ''));
  return clientNames.length === 0 || names.some((name) => clientNames.includes(name))
    ? null
    : 'expected a client certificate for one of the allowed names, got another';
};

/** A page of a browser must not be able to use an exporter that only this machine can reach. */
const isForeign = ({ headers }: IncomingMessage, { host }: Listen): boolean => {
  if (headers['sec-fetch-site'] === 'cross-site') return true;
  if (!isLoopback(host)) return false;
  const named = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return named !== 'localhost' && isIP(named) === 0;
};

const createRate = (rate: WebConfig['rate'], now: () => number) => {
  if (rate === null) return () => true;
  let left = rate.burst;
  let at = now();
  return (): boolean => {
    const moment = now();
    left = Math.min(rate.burst, left + (moment - at) / 1000 / rate.interval);
    at = moment;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
};

const loginOf = (header: string): readonly [string, string] => {
  const text = Buffer.from(/^basic +(.+)$/i.exec(header)?.[1] ?? '', 'base64').toString('utf8');
  const at = text.indexOf(':');
  return [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
};

const createDoor = (listen: Listen, web: WebConfig) => {
  const isKnown = createPasswords(web.users);
  const inTime = createRate(web.rate, monotonic);
  /** What is said instead of an answer; null lets the request in. */
  return async (request: IncomingMessage): Promise<Reply | null> => {
    if (!inTime()) return plain(429, 'too many requests: ask again later\n');
    if (isForeign(request, listen))
      return plain(403, 'expected a request to this machine by its address or localhost\n');
    const problem = certificateProblem(web, request.socket);
    if (problem !== null) return plain(403, `${problem}\n`);
    if (Object.keys(web.users).length === 0) return null;
    const { authorization = '' } = request.headers;
    const known = authorization !== '' && (await isKnown(...loginOf(authorization)));
    if (known === true) return null;
    if (known === null) return plain(429, 'too many logins: try again later\n');
    return { ...plain(401, 'Unauthorized\n'), headers: { 'www-authenticate': 'Basic' } };
  };
};

const answer = (response: ServerResponse, reply: Reply, web: WebConfig): void => {
  response.writeHead(reply.status, {
    'content-type': reply.contentType,
    'content-length': Buffer.byteLength(reply.body),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...web.headers,
    ...reply.headers,
  });
  response.end(reply.body);
};

const askedOf = (request: IncomingMessage, response: ServerResponse): Asked => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const url = new URL(`http://exporter${(request.url ?? '/').replace(/^(?!\/)/, '/')}`);
  const { ['x-prometheus-scrape-timeout-seconds']: timeout } = request.headers;
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    timeout: typeof timeout === 'string' ? timeout : undefined,
    gone: gone.signal,
  };
};

export type Serving = { readonly url: string; readonly close: () => Promise<void> };

/** Serves to whoever may ask. Rejects with ServeError: `unsafe` before anything listens. */
export const serveExporter = async (
  handle: (asked: Asked) => Promise<Reply>,
  { listen, web }: { readonly listen: Listen; readonly web: WebConfig },
): Promise<Serving> => {
  checked(listen, web);
  const door = createDoor(listen, web);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      answer(response, (await door(request)) ?? (await handle(askedOf(request, response))), web);
    } catch {
      answer(response, plain(500, 'the exporter could not answer\n'), web);
    }
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => void serve(request, response);
  const limits = { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 65_536 };
  const server: Server =
    web.tls === null ? createPlain(limits, listener) : createSecure({ ...limits, ...web.tls }, listener);
  server.maxConnections = 1024;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new ServeError('usage', `cannot listen on ${listen.host}:${listen.port}: ${cause.message}`, { cause })),
    );
    server.listen(listen.port, listen.host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return {
    url: `${web.tls === null ? 'http' : 'https'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
