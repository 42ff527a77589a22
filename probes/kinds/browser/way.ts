import { createServer, type Socket } from 'node:net';
import type { ProbeContext } from '../../observation.ts';
import { dial } from '../../wire/dial.ts';
import { failureOf, ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';

/** No journey needs more. */
const mostConnections = 500;
const mostBytes = 64 * 1024 * 1024;
const mostTroubles = 50;

type Asked = { readonly host: string; readonly port: number; readonly length: number };

/** A request of SOCKS 5 (RFC 1928 §4); null while it is not whole, 'wrong' when it is none we serve. */
export const requestIn = (bytes: Buffer): Asked | 'wrong' | null => {
  if (bytes.length < 5) return null;
  if (bytes[0] !== 5 || bytes[1] !== 1 || bytes[2] !== 0) return 'wrong';
  const kind = bytes[3];
  const named = kind === 3 ? (bytes[4] ?? 0) : 0;
  const [from, size] = kind === 3 ? [5, named] : [4, kind === 1 ? 4 : kind === 4 ? 16 : 0];
  if (size === 0) return 'wrong';
  const length = from + size + 2;
  if (bytes.length < length) return null;
  const address = bytes.subarray(from, from + size);
  const groups = (): string => [...Array(8).keys()].map((at) => address.readUInt16BE(at * 2).toString(16)).join(':');
  const host = kind === 3 ? address.toString('latin1') : kind === 1 ? address.join('.') : groups();
  return { host: host.toLowerCase(), port: bytes.readUInt16BE(from + size), length };
};

const placeOf = (origin: string): string => {
  const { hostname, port, protocol } = new URL(origin);
  return `${hostname.replace(/^\[|\]$/g, '')}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
};

/** The words of a run, for what is not its main conversation: only what must be closed and how far it came count. */
export const aside = (notes: Notes, hold: Notes['hold'] = notes.hold): Notes => ({
  ...notes,
  enter: () => undefined,
  leave: () => undefined,
  say: () => undefined,
  fact: () => undefined,
  signal: () => undefined,
  hold,
});

const answer = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
const [granted, refused, forbidden] = [0, 5, 2];

/** One request off a connection of the browser, with the greeting before it answered. */
const asked = (client: Socket): Promise<Asked | 'wrong'> =>
  new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    let greeted = false;
    const take = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const greeting = 2 + (bytes[1] ?? 0);
      if (!greeted && bytes.length >= Math.max(3, greeting)) {
        greeted = true;
        bytes = bytes.subarray(greeting);
        client.write(Buffer.from([5, 0]));
      }
      const request = greeted ? requestIn(bytes) : null;
      if (request === null && bytes.length < 1024) return;
      client.off('data', take).pause();
      resolve(request ?? 'wrong');
    };
    client.on('data', take);
  });

export type Way = {
  readonly port: number;
  /** Why the browser could not go there; null when it could, or never wanted to. */
  readonly trouble: (url: URL) => ProbeFailure | null;
};

/**
 * The only way a browser has out: a proxy of our own on loopback. It leaves from the vantage's address, asks the
 * vantage's resolver, and goes to the allowed origins alone, whatever redirects, scripts and sockets say.
 */
export const openWay = async (
  origins: ReadonlyMap<string, ProbeFailure | null>,
  { context, notes }: { readonly context: ProbeContext; readonly notes: Notes },
): Promise<Way> => {
  const known = new Map([...origins].map(([origin, fault]) => [placeOf(origin), fault]));
  const sockets = new Set<Socket>();
  const troubles = new Map<string, ProbeFailure>();
  let connections = 0;
  let bytes = 0;
  const close = (socket: Socket): void => {
    socket.destroy();
    sockets.delete(socket);
  };
  const serve = async (client: Socket): Promise<void> => {
    const request = await asked(client);
    if (request === 'wrong') return close(client);
    const place = `${request.host}:${request.port}`;
    const fault = known.get(place);
    connections += 1;
    if (fault === undefined) {
      if (troubles.size >= mostTroubles) return close(client);
      troubles.set(
        place,
        new ProbeFailure('not-allowed', `expected only origins that are allowed, got sent to ${place}`),
      );
      client.end(answer(forbidden));
      return;
    }
    try {
      if (fault !== null) throw fault;
      if (connections > mostConnections) throw new ProbeFailure('answer-too-large', 'expected fewer connections');
      const server = await dial(
        request,
        context,
        aside(notes, (shut) => void client.once('close', shut)),
      );
      sockets.add(server);
      client.write(answer(granted));
      server.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= mostBytes) return;
        troubles.set(place, new ProbeFailure('answer-too-large', `expected at most ${mostBytes} bytes in all`));
        close(server);
      });
      // What befalls one side befalls the other in the same way: an end is an end, a reset a reset.
      server.once('close', (broken) => void (broken ? client.resetAndDestroy() : client.end()));
      client.once('close', () => close(server));
      client.pipe(server);
      server.pipe(client);
    } catch (error) {
      troubles.set(place, failureOf(error, 'connect'));
      if (!client.destroyed) client.end(answer(refused));
    }
  };
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => close(client)).on('close', () => close(client));
    void serve(client);
  });
  notes.hold(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ProbeFailure('could-not-run', 'cannot listen on loopback', error)));
    server.listen(0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    trouble: (url) => troubles.get(placeOf(url.href)) ?? null,
  };
};
