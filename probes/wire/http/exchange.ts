import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Client, type Dispatcher } from 'undici';
import { dial } from '../dial.ts';
import { ProbeFailure } from '../failure.ts';
import { secure } from '../handshake.ts';
import type { Answer, At, HttpRequest } from './request.ts';

const headerLimit = 64 * 1024;

export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** Own connections, so that each phase has its own time, and no TLS session is ever resumed. */
const connectorFor =
  ({ url, serverName, trusted }: HttpRequest, at: At) =>
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

/**
 * One request over one new connection, and the whole answer; no redirect is followed and no status judged (`follow.ts`
 * follows, `jar.ts` keeps cookies). Phases, address, certificate and the lines of the transcript (neither headers nor
 * body of the request) are noted, and the depth `protocol` is reached with the head of an answer. Throws a
 * ProbeFailure. `limit` is the bytes of the body, before and after decoding.
 */
export const exchange = async (request: HttpRequest, at: At, limit: number): Promise<Answer> => {
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
  const cookies = [response.headers['set-cookie'] ?? []].flat();
  const tls = request.url.protocol === 'https:';
  return {
    url: request.url,
    status: response.statusCode,
    version: '1.1',
    headers,
    cookies,
    body,
    received: raw.length,
    tls,
  };
};
