import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Client, type Dispatcher } from 'undici';
import { optionsOf } from '../../infra/landscape/kinds.ts';
import type { Aim, ProbeContext } from '../observation.ts';
import { excerpt } from '../redact.ts';
import { dial } from './dial.ts';
import { ProbeFailure } from './failure.ts';
import { secure } from './handshake.ts';
import type { Notes } from './measure.ts';

const headerLimit = 64 * 1024;

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};
type Request = {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly serverName: string | null;
  readonly trusted: boolean;
};
type At = { readonly context: ProbeContext; readonly notes: Notes };

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** Own connections, so that each phase has its own time, and no TLS session is ever resumed. */
const connectorFor =
  ({ url, serverName, trusted }: Request, at: At) =>
  (_: unknown, done: (...result: [null, import('node:net').Socket] | [Error, null]) => void): void => {
    const host = hostOf(url);
    const open = async () => {
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
      const socket = await dial({ host, port }, at.context, at.notes);
      const identity = { name: serverName ?? host, trusted };
      const ready = url.protocol === 'https:' ? await secure(socket, identity, at) : socket;
      at.notes.enter('processing');
      return ready;
    };
    open().then(
      (socket) => done(null, socket),
      (error: Error) => done(error, null),
    );
  };

const collect = async (stream: AsyncIterable<Buffer>, limit: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) throw new ProbeFailure('answer-too-large', `expected a body of at most ${limit} bytes, got more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const decoders: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** The limit holds after decoding too, so a bomb costs no more than a page. */
const decoded = async (body: Buffer, encoding: string, limit: number): Promise<Buffer> => {
  if (body.length === 0 || encoding === '' || encoding === 'identity') return body;
  const decode = decoders[encoding.toLowerCase()];
  if (decode === undefined)
    throw new ProbeFailure(
      'protocol-error',
      `expected content encoded as ${Object.keys(decoders).join(', ')}, got ${encoding}`,
    );
  return await decode(body, { maxOutputLength: limit });
};

const flat = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

const once = async (request: Request, at: At, limit: number): Promise<Answer> => {
  const { context, notes } = at;
  const client = new Client(request.url.origin, {
    connect: connectorFor(request, at),
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: headerLimit,
    // The deadline is the signal's; undici's own are coarser and would only blur the reason.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  notes.hold(() => void client.destroy().catch(() => undefined));
  notes.say(`> ${request.method} ${request.url.href}`);
  const response = await client.request({
    path: `${request.url.pathname}${request.url.search}`,
    // Any token is a method to HTTP; undici's type names the common ones.
    method: request.method as Dispatcher.HttpMethod,
    headers: request.headers,
    body: request.body,
    signal: context.signal,
  });
  notes.enter('transfer');
  notes.reach('protocol');
  const headers = flat(response.headers);
  notes.say(
    [`< ${response.statusCode}`, ...Object.entries(headers).map(([name, value]) => `< ${name}: ${value}`)].join('\n'),
  );
  const raw = await collect(response.body, limit);
  const body = await decoded(raw, headers['content-encoding'] ?? '', limit);
  void client.destroy().catch(() => undefined);
  return { status: response.statusCode, headers, body };
};

const urlOf = (text: string, base?: URL): URL => {
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw base === undefined
    ? new ProbeFailure('could-not-run', 'expected a target like https://host/path')
    : new ProbeFailure('protocol-error', `expected a redirect to http or https, got ${excerpt(text)}`);
};

/** All that a stranger gets to see of us. */
const ours = { 'user-agent': 'Forvarsel', 'accept-encoding': 'gzip' };

const firstOf = ({ check, target }: Aim): Request => {
  const url = urlOf(target);
  const { headers = {}, method = 'GET', body = null, serverName = null, trusted = true } = optionsOf(check, 'http');
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const basic = login === ':' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    url,
    method: method.toUpperCase(),
    headers: { ...ours, ...basic, ...lower },
    body,
    serverName,
    trusted,
  };
};

/**
 * The request a redirect asks for (RFC 9110 §15.4). What was declared is meant for one origin: any header may be a key,
 * and a body may be one too. Elsewhere only GET or HEAD is asked, without either.
 */
const nextOf = (request: Request, answer: Answer): Request => {
  const url = urlOf(answer.headers['location'] ?? '', request.url);
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
  if (url.origin !== request.url.origin)
    return { ...request, url, method, headers: ours, body: null, serverName: null };
  const plain = answer.status === 303 || (answer.status < 303 && request.method === 'POST');
  if (!plain) return { ...request, url };
  const kept = Object.entries(request.headers).filter(([name]) => !name.startsWith('content-'));
  return { ...request, url, method, headers: Object.fromEntries(kept), body: null };
};

const redirecting = new Set([301, 302, 303, 307, 308]);

/** Asks for the target over new connections, following as many redirects as the check allows; the last answer counts. */
export const fetchAnswer = async (aim: Aim, at: At, limit: number): Promise<Answer> => {
  const { redirects = 0, status } = optionsOf(aim.check, 'http');
  let request = firstOf(aim);
  for (let left = redirects; ; left -= 1) {
    const answer = await once(request, at, limit);
    const moved = redirecting.has(answer.status) && answer.headers['location'] !== undefined;
    if (redirects === 0 || !moved || status?.includes(answer.status) === true) return answer;
    if (left === 0) throw new ProbeFailure('too-many-redirects', `expected at most ${redirects} redirects, got more`);
    request = nextOf(request, answer);
  }
};

/** The status the check asks for, by default any of success. */
export const holdStatus = ({ check }: Aim, { status }: Answer): void => {
  const expect = optionsOf(check, 'http');
  const fits = expect.status === undefined ? status >= 200 && status <= 299 : expect.status.includes(status);
  if (!fits)
    throw new ProbeFailure(
      'unexpected-status',
      `expected status ${expect.status?.join(' or ') ?? '200 to 299'}, got ${status}`,
    );
};
