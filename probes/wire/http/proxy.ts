import type { Socket } from 'node:net';
import { addressOf, dial } from '../dial.ts';
import { ProbeFailure } from '../failure.ts';
import { secure } from '../handshake.ts';
import { permit } from '../permit.ts';
import { createHearing, listenTo } from './hearing.ts';
import { createReader } from './reader.ts';
import type { At, Headers, HttpRequest, ProxyWish } from './request.ts';
import { hostOf, linesOf, portOf } from './sent.ts';

/** A refusal is read so far, to be shown. */
const refusalLimit = 16 * 1024;

/** The login of a proxy, as it is told to it. */
export const loginOf = (proxy: URL | undefined): Headers => {
  const { username = '', password = '' } = proxy ?? {};
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
};

/** A connection to the proxy. It is declared, never asked for by a peer: what may be probed does not bind it. */
export const dialProxy = async ({ url }: ProxyWish, { context, notes }: At): Promise<Socket> => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ProbeFailure('could-not-run', 'expected a proxy like http://host:port, got another address');
  const at = { context: { ...context, allowed: null }, notes };
  const socket = await dial({ host: hostOf(url), port: portOf(url) }, at.context, notes);
  return url.protocol === 'https:' ? await secure(socket, { name: hostOf(url), trusted: true }, at) : socket;
};

/** What the proxy is asked to connect to: an address resolved here, or the name as it stands. */
export const destinationOf = async (request: HttpRequest, at: At): Promise<string> => {
  const [host, port] = [hostOf(request.url), portOf(request.url)];
  at.notes.enter('resolve');
  const address = request.proxy?.byName === true ? host : await addressOf(host, at.context, request.family);
  permit(at.context, { host, address, port });
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
};

/** Asks the proxy for a tunnel; what it gives instead is its answer's status, and its own trouble is said to be that. */
export const tunnel = async (socket: Socket, destination: string, proxy: ProxyWish, { notes }: At): Promise<void> => {
  const reader = createReader({ method: 'CONNECT', limit: refusalLimit, whole: false });
  const hearing = createHearing(reader, { ...notes, enter: () => undefined });
  const stop = listenTo(socket, hearing, true);
  const lines = linesOf({ ...loginOf(proxy.url), ...proxy.headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`CONNECT ${destination} HTTP/1.1\r\nhost: ${destination}\r\n${lines.join('')}\r\n`);
  notes.say(`> CONNECT ${destination} by ${proxy.url.host}`);
  const asked = `expected the proxy ${proxy.url.host} to connect to ${destination}`;
  // Until it answers the connection to the target is what is waited for.
  notes.ifLate(() => new ProbeFailure('connect-timeout', `${asked}, got nothing in time`));
  await hearing.answered;
  notes.ifLate(null);
  stop();
  socket.pause();
  const status = reader.head()?.status ?? 0;
  notes.say(`< ${status} from the proxy`);
  if (status >= 200 && status <= 299) return;
  throw new ProbeFailure(status === 407 ? 'login-refused' : 'unexpected-status', `${asked}, got ${status}`);
};
