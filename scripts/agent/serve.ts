import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What an agent shows: each answers with a status, a type and a text. */
export type Page = { readonly status: number; readonly type: string; readonly text: string };
export type Pages = Readonly<Record<string, (query: URLSearchParams) => Promise<Page> | Page>>;

export type Guarding = {
  readonly listen: { readonly host: string; readonly port: number };
  /** Null lets everyone in who has a client certificate. */
  readonly token: string | null;
  readonly tls: { readonly certificate: string; readonly key: string; readonly clients: string | null } | null;
};

export class AgentError extends Error {
  readonly code: 'unsafe' | 'usage';
  constructor(code: AgentError['code'], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'AgentError';
    this.code = code;
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** `host:port`; beyond loopback only with TLS, and never without a token or client certificates. */
export const readAddress = (text: string): Guarding['listen'] => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])];
  if (host === undefined || port > 65_535)
    throw new AgentError('usage', `expected an address such as 127.0.0.1:9641, got ${text}; give host and port`);
  return { host, port };
};
const checked = ({ listen, token, tls }: Guarding): void => {
  if (tls === null && !isLoopback(listen.host))
    throw new AgentError(
      'unsafe',
      `what an agent has seen crosses a network only by TLS; give --tls-cert and --tls-key, or listen on 127.0.0.1:${listen.port}`,
    );
  if (token === null && (tls?.clients ?? null) === null)
    throw new AgentError('unsafe', 'anyone could read this agent; give --token or --client-ca');
  if (token !== null && token.length < 16)
    throw new AgentError('unsafe', 'expected a token of at least 16 letters; make a longer one');
};

/** Of equal length whatever is compared, so that time tells nothing. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const admitted = (request: IncomingMessage, { token, tls }: Guarding): boolean => {
  // Safe: the socket of a server made with TLS is one.
  if (tls?.clients != null && !(request.socket as TLSSocket).authorized) return false;
  if (token === null) return true;
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));
};

const answer = (response: ServerResponse, { status, type, text }: Page): void => {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
};
export const plainPage = (status: number, text: string): Page => ({ status, type: 'text/plain; charset=utf-8', text });

/** Serves to whoever may read; everything else is 401, 404 or 405 and says no more. Rejects with AgentError. */
export const serveAgent = async (
  guarding: Guarding,
  pages: Pages,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  checked(guarding);
  const { listen, tls } = guarding;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '/', 'http://agent');
    if (!admitted(request, guarding)) {
      response.setHeader('www-authenticate', 'Bearer');
      return answer(response, plainPage(401, 'expected the token or the certificate of the hub\n'));
    }
    if (url === null) return answer(response, plainPage(400, 'expected a path\n'));
    if (request.method !== 'GET') return answer(response, plainPage(405, 'only GET: nothing can be changed here\n'));
    const page = Object.hasOwn(pages, url.pathname) ? pages[url.pathname] : undefined;
    if (page === undefined)
      return answer(response, plainPage(404, `expected one of ${Object.keys(pages).join(', ')}\n`));
    try {
      answer(response, await page(url.searchParams));
    } catch {
      answer(response, plainPage(500, 'the agent could not answer\n'));
    }
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void handle(request, response).catch(() => response.destroy());
  const limits = { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384, keepAliveTimeout: 30_000 };
  const server: Server =
    tls === null
      ? createPlain(limits, listener)
      : createSecure(
          {
            ...limits,
            cert: tls.certificate,
            key: tls.key,
            minVersion: 'TLSv1.2',
            ...(tls.clients === null ? {} : { ca: tls.clients, requestCert: true, rejectUnauthorized: false }),
          },
          listener,
        );
  server.maxConnections = 64;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new AgentError('usage', `cannot listen on ${listen.host}:${listen.port}: ${cause.message}`, { cause })),
    );
    server.listen(listen.port, listen.host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return {
    url: `${tls === null ? 'http' : 'https'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
