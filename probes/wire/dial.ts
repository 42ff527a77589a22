import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import type { ProbeContext } from '../observation.ts';
import { ProbeFailure } from './failure.ts';
import type { Notes } from './measure.ts';
import { permit } from './permit.ts';

/** One family alone, or one that is preferred and, where allowed, the other when the host has no address of it. */
export type Family = 4 | 6 | { readonly prefer: 4 | 6; readonly fallback: boolean };
export type Endpoint = { readonly host: string; readonly port: number; readonly family?: Family };
/** A socket of this machine. */
export type SocketFile = { readonly path: string };

/** `host:port`, `[v6]:port`, or a host alone where the kind has a port of its own. */
export const endpointOf = (target: string, ownPort?: number): Endpoint => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#[\]]+))(?::(\d{1,5}))?$/i.exec(target.trim());
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? ownPort : Number(match[3]);
  if (host === undefined || port === undefined || port < 1 || port > 65_535)
    throw new ProbeFailure('could-not-run', `expected a target host:port${ownPort === undefined ? '' : ' or host'}`);
  return { host, port };
};

/** As `endpointOf`, and `unix:/path` for a socket of this machine. */
export const placeOf = (target: string, ownPort?: number): Endpoint | SocketFile => {
  const path = /^unix:(\/.+)$/.exec(target)?.[1];
  return path === undefined ? endpointOf(target, ownPort) : { path };
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

const wanted = (family: Family | undefined): readonly number[] => {
  if (family === undefined) return [];
  if (typeof family === 'number') return [family];
  return family.fallback ? [family.prefer, family.prefer === 4 ? 6 : 4] : [family.prefer];
};

/**
 * The one address that is tried: of the source's family when there is a source, and of the family that is asked for. A
 * dead family must not hide.
 */
export const addressOf = async (host: string, context: ProbeContext, family?: Family): Promise<string> => {
  const addresses = await context.resolve(host);
  const own = context.source === null ? 0 : isIP(context.source);
  const mine = own === 0 ? addresses : addresses.filter((candidate) => isIP(candidate) === own);
  const order = wanted(family);
  const address =
    order.length === 0 ? mine[0] : order.map((one) => mine.find((candidate) => isIP(candidate) === one)).find(Boolean);
  if (address !== undefined) return address;
  const only = own !== 0 ? own : order.length === 1 ? order[0] : undefined;
  throw new ProbeFailure(
    'name-not-found',
    `expected an address of ${host}${only === undefined ? '' : ` in IPv${only}`}, got none`,
  );
};

const ignored = (): void => undefined;

const connected = (socket: Socket): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(
        ours.has(error.code ?? '')
          ? new ProbeFailure('could-not-run', `cannot connect from here: ${error.message}`, error)
          : error,
      );
    socket.once('error', failed);
    socket.once('connect', () => {
      // Whoever reads next listens for errors of his own; between readers an error must not end the process.
      socket.on('error', ignored);
      socket.off('error', failed);
      resolve();
    });
  });

/** A connection to a socket of this machine; where nobody made one, nobody listens. */
const dialFile = async (
  { path }: SocketFile,
  context: ProbeContext,
  notes: Notes,
  read?: OnReadOpts,
): Promise<Socket> => {
  if (context.allowed?.(`unix:${path}`, `unix:${path}`, 0) === false)
    throw new ProbeFailure('not-allowed', 'expected an address probes may go to, got a socket of this machine');
  notes.enter('connect');
  const socket = connect({ path, ...(read === undefined ? {} : { onread: read }) });
  notes.hold(() => socket.destroy());
  await connected(socket).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new ProbeFailure('refused', `expected a socket at ${path}, got none`) : error;
  });
  notes.reach('transport');
  notes.say(`connected to ${path}`);
  return socket;
};

/**
 * A TCP connection to one address of the host, closed when the attempt ends. `read` takes what comes in at once instead
 * of as a stream, which is cheaper and leaves nothing for other listeners of data.
 */
export const dial = async (
  place: Endpoint | SocketFile,
  context: ProbeContext,
  notes: Notes,
  read?: OnReadOpts,
): Promise<Socket> => {
  if ('path' in place) return await dialFile(place, context, notes, read);
  const { host, port, family } = place;
  notes.enter('resolve');
  const address = await addressOf(host, context, family);
  context.signal.throwIfAborted();
  notes.say(`resolved ${host} to ${address}`);
  permit(context, { host, address, port });
  notes.fact('address', address);
  notes.enter('connect');
  const socket = connect({
    host: address,
    port,
    autoSelectFamily: false,
    // Whoever reads straight asks once and waits.
    noDelay: read === undefined,
    ...(context.source === null ? {} : { localAddress: context.source }),
    ...(read === undefined ? {} : { onread: read }),
  });
  notes.hold(() => socket.destroy());
  await connected(socket);
  notes.reach('transport');
  notes.say(`connected to ${address} port ${port}`);
  return socket;
};
