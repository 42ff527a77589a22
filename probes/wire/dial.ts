import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import type { ProbeContext } from '../observation.ts';
import { ProbeFailure } from './failure.ts';
import type { Notes } from './measure.ts';

export type Endpoint = { readonly host: string; readonly port: number };

/** `host:port`, `[v6]:port`, or a host alone where the kind has a port of its own. */
export const endpointOf = (target: string, ownPort?: number): Endpoint => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#[\]]+))(?::(\d{1,5}))?$/i.exec(target.trim());
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? ownPort : Number(match[3]);
  if (host === undefined || port === undefined || port < 1 || port > 65_535)
    throw new ProbeFailure('could-not-run', `expected a target host:port${ownPort === undefined ? '' : ' or host'}`);
  return { host, port };
};

/** Errors of our own side: no source address, no free port, no descriptor, a local firewall. */
const ours = new Set([
  'EADDRNOTAVAIL',
  'EADDRINUSE',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EACCES',
  'EPERM',
  'EINVAL',
]);

/** The one address that is tried: of the source's family when there is a source. A dead family must not hide. */
export const addressOf = async (host: string, context: ProbeContext): Promise<string> => {
  const addresses = await context.resolve(host);
  const family = context.source === null ? 0 : isIP(context.source);
  const address = addresses.find((candidate) => family === 0 || isIP(candidate) === family);
  if (address === undefined)
    throw new ProbeFailure(
      'name-not-found',
      `expected an address of ${host}${family === 0 ? '' : ` in IPv${family}`}, got none`,
    );
  return address;
};

/**
 * A TCP connection to one address of the host, closed when the attempt ends. `read` takes what comes in at once instead
 * of as a stream, which is cheaper and leaves nothing for other listeners of data.
 */
export const dial = async (
  { host, port }: Endpoint,
  context: ProbeContext,
  notes: Notes,
  read?: OnReadOpts,
): Promise<Socket> => {
  notes.enter('resolve');
  const address = await addressOf(host, context);
  context.signal.throwIfAborted();
  notes.say(`resolved ${host} to ${address}`);
  if (context.allowed?.(host, address, port) === false)
    throw new ProbeFailure('not-allowed', `expected an address probes may go to, got ${address} port ${port}`);
  notes.enter('connect');
  const socket = connect({
    host: address,
    port,
    autoSelectFamily: false,
    noDelay: true,
    ...(context.source === null ? {} : { localAddress: context.source }),
    ...(read === undefined ? {} : { onread: read }),
  });
  notes.hold(() => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  }).catch((error: NodeJS.ErrnoException) => {
    if (ours.has(error.code ?? ''))
      throw new ProbeFailure('could-not-run', `cannot connect from here: ${error.message}`, error);
    throw error;
  });
  // Whoever reads next listens for errors of his own; between readers an error must not end the process.
  socket.on('error', () => undefined);
  notes.reach('transport');
  notes.say(`connected to ${address} port ${port}`);
  return socket;
};
