import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { alertingOf } from '../../infra/landscape/alerting.ts';
import type { Check, CheckKind, Landscape, Signal, Vantage } from '../../infra/landscape/model.ts';
import type { ContextOf } from '../attempt.ts';
import { contextFrom } from '../station.ts';

/** A server of a test, with what it needs to be asked: are all its connections gone? */
export type Stand = {
  readonly port: number;
  readonly target: string;
  readonly open: () => number;
  readonly close: () => Promise<void>;
};

const standOf = async (server: Server, address: string): Promise<Stand> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    // Half-open is allowed so that a server may stay silent; the peer's end is still the end.
    socket.on('end', () => socket.end());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    port,
    target: `${address}:${port}`,
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export const tcpStand = (handle: (socket: Socket) => void, address = '127.0.0.1'): Promise<Stand> =>
  standOf(createServer({ allowHalfOpen: true }, handle), address);

export const tlsStand = (
  credentials: { readonly key: string; readonly cert: string },
  handle: (socket: Socket) => void,
  address = '127.0.0.1',
): Promise<Stand> => {
  const server = createTlsServer(credentials, (socket) => {
    socket.on('error', () => undefined);
    handle(socket);
  });
  server.on('tlsClientError', () => undefined);
  return standOf(server, address);
};

export const udpStand = async (handle: (message: Buffer, reply: (answer: Buffer) => void) => void): Promise<Stand> => {
  const socket = createSocket('udp4');
  socket.on('message', (message, peer) => handle(message, (answer) => socket.send(answer, peer.port, peer.address)));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  return {
    port,
    target: `127.0.0.1:${port}`,
    open: () => 0,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

/** A whole HTTP/1.1 answer after any request; the connection stays open as long as the peer wants. */
export const answering =
  (head: string, body: string | Buffer = '') =>
  (socket: Socket) => {
    socket.once('data', () => {
      socket.write(`HTTP/1.1 ${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`);
      socket.write(body);
    });
  };

/** Writes for ever, no faster than the peer reads. */
export const endless = (socket: Socket, chunk: Buffer): void => {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
    socket.once('drain', more);
  };
  more();
};

export const dripping = (socket: Socket, text: string, everyMs = 20): void => {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(text[at % text.length] ?? ' ');
    at += 1;
  }, everyMs);
  socket.on('close', () => clearInterval(timer));
};

/** A port on which nobody listens. */
export const refusedPort = async (): Promise<number> => {
  const stand = await tcpStand(() => undefined);
  await stand.close();
  return stand.port;
};

export const checkOf = (kind: CheckKind, options: object = {}, more: Partial<Check> = {}): Check => ({
  id: `thing/${kind}`,
  node: 'thing',
  name: kind,
  kind,
  depth: 'protocol',
  target: { text: '' },
  intervalMs: 1000,
  timeoutMs: 300,
  vantages: ['here'],
  options,
  signals: [],
  judges: true,
  runbook: null,
  firstAction: null,
  ...more,
});

export const signalOf = (name: string, of: string, direction: Signal['direction'] = 'rising'): Signal => ({
  name,
  title: { da: name, en: name },
  unit: 'count',
  of,
  limit: null,
  direction,
  kind: 'gauge',
});

export const contextHere = (trust: readonly string[] = [], resolver: string | null = null): ContextOf =>
  contextFrom({ source: '127.0.0.1', resolver }, trust);

export const vantageOf = (id: string, more: Partial<Vantage> = {}): Vantage => ({
  id,
  source: '127.0.0.1',
  resolver: null,
  anchors: [],
  anchorIntervalMs: 1000,
  anchorTimeoutMs: 300,
  agent: null,
  ...more,
});

export const landscapeOf = (checks: readonly Check[], vantages: readonly Vantage[]): Landscape => ({
  authority: {
    title: { da: 'Prøve', en: 'Test' },
    zone: 'Europe/Copenhagen',
    trust: [],
    testPatients: {},
    ...alertingOf({}),
  },
  teams: {},
  nodes: {},
  windows: [],
  checks: Object.fromEntries(checks.map((check) => [check.id, check])),
  vantages: Object.fromEntries(vantages.map((vantage) => [vantage.id, vantage])),
});
