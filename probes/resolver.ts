import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Vantage } from '../infra/landscape/model.ts';
import { ask, type Server } from './wire/ask.ts';
import { endpointOf } from './wire/dial.ts';
import { addressesIn } from './wire/dns/addresses.ts';
import { ProbeFailure } from './wire/failure.ts';

/** A resolver asks again when a packet is lost. */
const againMs = 500;
const noName = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA']);
const nxdomain = 3;

type Place = Pick<Vantage, 'source' | 'resolver'>;
/** How many names are being asked for at this moment, by all who share it. */
export type Queue = { waiting: number };

const unknownName = (host: string, why: string) =>
  new ProbeFailure('name-not-found', `expected an address of ${host}, got ${why}`);

/** Ends with the signal also where the work cannot: the system's lookup has no way to be stopped. */
const bounded = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let ended = (): void => undefined;
  const end = new Promise<never>((_, reject) => {
    ended = () => reject(signal.reason);
    if (signal.aborted) ended();
    else signal.addEventListener('abort', ended, { once: true });
  });
  end.catch(() => undefined);
  try {
    return await Promise.race([work, end]);
  } finally {
    signal.removeEventListener('abort', ended);
  }
};

const bySystem = async (host: string, signal: AbortSignal): Promise<readonly string[]> => {
  try {
    const found = await bounded(lookup(host, { all: true, order: 'verbatim' }), signal);
    return found.map(({ address }) => address);
  } catch (error) {
    if (signal.aborted) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (noName.has(code)) throw unknownName(host, code);
    throw new ProbeFailure(
      'resolver-failed',
      `expected an answer of the system's resolver for ${host}, got ${code}`,
      error,
    );
  }
};

type Asking = { readonly source: string | null; readonly signal: AbortSignal };

const heard = async (host: string, type: 'A' | 'AAAA', { server, how }: { server: Server; how: Asking }) => {
  try {
    const { rcode, truncated, answer } = await ask({ name: host, type }, server, { ...how, againMs });
    return { rcode, truncated, addresses: addressesIn(answer) };
  } catch (error) {
    if (how.signal.aborted || (error instanceof ProbeFailure && error.reason === 'could-not-run')) throw error;
    throw new ProbeFailure(
      'resolver-failed',
      `expected an answer of the resolver ${shownAs(server)} for ${host}: ${error instanceof Error ? error.message : error}`,
      error,
    );
  }
};
const shownAs = ({ address, port }: Server): string => `${address} port ${port}`;

const answered = async (host: string, type: 'A' | 'AAAA', at: { server: Server; how: Asking }) => {
  const { rcode, truncated, addresses } = await heard(host, type, at);
  const shown = shownAs(at.server);
  if (rcode === nxdomain) throw unknownName(host, `NXDOMAIN from ${shown}`);
  if (rcode !== 0)
    throw new ProbeFailure('resolver-failed', `expected an answer of ${shown} for ${host}, got rcode ${rcode}`);
  if (addresses.length === 0 && truncated)
    throw new ProbeFailure('resolver-failed', `expected addresses of ${host}, got a truncated answer of ${shown}`);
  return addresses;
};

/** Of the source's family; without a source IPv4, and IPv6 for a name that has no other. */
const typesFrom = (source: string | null): readonly ('A' | 'AAAA')[] =>
  source === null ? ['A', 'AAAA'] : [isIP(source) === 6 ? 'AAAA' : 'A'];

const byServer = async (host: string, server: Server, how: Asking): Promise<readonly string[]> => {
  const types = typesFrom(how.source);
  for (const type of types) {
    const addresses = await answered(host, type, { server, how });
    if (addresses.length > 0) return addresses;
  }
  throw unknownName(host, `no ${types.join(' or ')} record from ${shownAs(server)}`);
};

/**
 * Addresses of a host as this place sees them: asked of its own DNS server over UDP, or of the system. Nothing is
 * remembered, for a workplace that starts now would have to ask too.
 */
export const createResolver = ({ source, resolver }: Place, queue: Queue = { waiting: 0 }) => {
  const server = resolver === null ? null : endpointOf(resolver, 53);
  return (signal: AbortSignal) =>
    async (host: string): Promise<readonly string[]> => {
      if (isIP(host) !== 0) return [host];
      queue.waiting += 1;
      try {
        if (server === null) return await bySystem(host, signal);
        return await byServer(host, { address: server.host, port: server.port }, { source, signal });
      } finally {
        queue.waiting -= 1;
      }
    };
};
