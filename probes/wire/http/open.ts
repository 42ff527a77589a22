import type { Socket } from 'node:net';
import { dial, type Endpoint } from '../dial.ts';
import { ProbeFailure } from '../failure.ts';
import { secure } from '../handshake.ts';
import { isExcepted } from './except.ts';
import { type Hearing, listenTo, straight } from './hearing.ts';
import { destinationOf, dialProxy, tunnel } from './proxy.ts';
import type { At, HttpRequest, ProxyWish } from './request.ts';
import { preparedOf } from './sent.ts';

export type Connection = {
  readonly socket: Socket;
  readonly version: '1.1' | '2';
  /** To a proxy that is asked for the whole address. */
  readonly absolute: boolean;
};

const offered = {
  '1.1': ['http/1.1'],
  '2': ['h2'],
  any: ['h2', 'http/1.1'],
} as const satisfies Readonly<Record<NonNullable<HttpRequest['version']>, readonly string[]>>;

const endpointOf = (request: HttpRequest): Endpoint => {
  const { host, port } = preparedOf(request);
  return request.family === undefined ? { host, port } : { host, port, family: request.family };
};

/** The proxy of a request, unless its target is asked without. */
const proxyOf = ({ proxy, url }: HttpRequest): ProxyWish | undefined =>
  proxy === undefined || isExcepted(url, proxy.except ?? []) ? undefined : proxy;

const underTls = async (request: HttpRequest, at: At): Promise<Socket> => {
  const proxy = proxyOf(request);
  if (proxy === undefined) return await dial(endpointOf(request), at.context, at.notes);
  const destination = await destinationOf(request, at);
  const socket = await dialProxy(proxy, at);
  await tunnel(socket, destination, proxy, at);
  return socket;
};

const openTls = async (request: HttpRequest, at: At, hearing: Hearing): Promise<Connection> => {
  const { serverName, trusted, verified, client, ca, versions, version = '1.1' } = request;
  const under = await underTls(request, at);
  const identity = {
    name: serverName ?? preparedOf(request).host,
    trusted,
    protocols: offered[version],
    ...(verified === undefined ? {} : { verified }),
    ...(client === undefined ? {} : { client }),
    ...(ca === undefined ? {} : { ca }),
    ...(versions === undefined ? {} : { versions }),
  };
  const socket = await secure(under, identity, at);
  const chosen = socket.alpnProtocol === 'h2' ? '2' : '1.1';
  if (version === '2' && chosen !== '2')
    throw new ProbeFailure('unexpected-version', 'expected HTTP/2 of the TLS handshake, got none');
  if (chosen === '1.1') listenTo(socket, hearing, true);
  return { socket, version: chosen, absolute: false };
};

const openPlain = async (request: HttpRequest, at: At, hearing: Hearing): Promise<Connection> => {
  const { version = '1.1' } = request;
  const proxy = proxyOf(request);
  if (proxy !== undefined) {
    await destinationOf(request, at);
    const socket = await dialProxy(proxy, at);
    listenTo(socket, hearing, true);
    return { socket, version: '1.1', absolute: true };
  }
  const endpoint = endpointOf(request);
  if (version === '2') return { socket: await dial(endpoint, at.context, at.notes), version: '2', absolute: false };
  const socket = await dial(endpoint, at.context, at.notes, straight(hearing));
  listenTo(socket, hearing, false);
  return { socket, version: '1.1', absolute: false };
};

/** A new connection for one request, ready to be written to; in HTTP/1.1 what comes in is heard already. */
export const open = (request: HttpRequest, at: At, hearing: Hearing): Promise<Connection> =>
  request.url.protocol === 'https:' ? openTls(request, at, hearing) : openPlain(request, at, hearing);
