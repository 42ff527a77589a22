import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';

export type ConsoleErrorCode = 'unsafe' | 'usage' | 'in-use';
export class ConsoleError extends Error {
  readonly code: ConsoleErrorCode;
  constructor(code: ConsoleErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ConsoleError';
    this.code = code;
  }
}

const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()',
  'cache-control': 'no-store',
};

export type Listen = { readonly host: string; readonly port: number };

/** `host:port`, loopback only; anything wider has no login to stand behind. */
export const readListen = (text: string): Listen => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    throw new ConsoleError('usage', `expected an address such as 127.0.0.1:9640, got ${text}; give host and port`);
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (!loopback)
    throw new ConsoleError(
      'unsafe',
      `the console has no login and listens on loopback only; got ${text}; use 127.0.0.1:${port} and reach it through a tunnel`,
    );
  return { host, port };
};

const allowedHosts = ({ host, port }: Listen): ReadonlySet<string> =>
  new Set(
    ['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host].map((name) => `${name}:${port}`),
  );

type Refusal = { readonly status: number; readonly text: string };

/** Links from elsewhere may open a page; nothing elsewhere may read one, or have a probe sent. */
const crossSite = ({ headers: sent, url = '' }: IncomingMessage): boolean => {
  const site = sent['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return sent['sec-fetch-mode'] !== 'navigate' || url.startsWith('/probe') || url.startsWith('/push/');
};

const refusalOf = (request: IncomingMessage, listen: Listen): Refusal | null => {
  // A name that another site has pointed at loopback must not open the console to that site.
  if (!allowedHosts(listen).has((request.headers.host ?? '').toLowerCase()))
    return { status: 421, text: 'expected the host localhost or 127.0.0.1 with the port of this console\n' };
  const reports = request.method === 'POST' && (request.url ?? '').startsWith('/push/');
  if (request.method !== 'GET' && request.method !== 'HEAD' && !reports)
    return { status: 405, text: 'only GET and HEAD: nothing can be changed here\n' };
  return crossSite(request) ? { status: 403, text: 'asked for by another site\n' } : null;
};

/** Sets the headers that every answer carries, and ends what may not go on; true when it has. */
export const guard = (request: IncomingMessage, response: ServerResponse, listen: Listen): boolean => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const refusal = refusalOf(request, listen);
  if (refusal === null) return false;
  response.statusCode = refusal.status;
  if (refusal.status === 405) response.setHeader('allow', 'GET, HEAD');
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('connection', 'close');
  response.end(request.method === 'HEAD' ? undefined : refusal.text);
  return true;
};
