import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

export type WsPeer = {
  readonly target: string;
  readonly closed: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

/** A server of `ws`; `closed` is the code with which its last client left. */
export const wsPeer = async (
  handle: (socket: WebSocket, request: IncomingMessage) => void,
  { tls, ...options }: ServerOptions & { readonly tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<WsPeer> => {
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('tlsClientError', () => undefined);
  const ws = new WebSocketServer({ server, ...options });
  const code = Promise.withResolvers<number>();
  ws.on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    socket.on('close', code.resolve);
    handle(socket, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    target: `${tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/live`,
    closed: () => code.promise,
    stop: async () => {
      for (const client of ws.clients) client.terminate();
      ws.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

type Upgraded = { readonly status?: string; readonly accept?: string; readonly extra?: string };
/** A peer that upgrades by hand, rightly or not, and then says whatever it likes. */
export const upgrading =
  (handle: (socket: Socket) => void, { status = '101 Switching Protocols', accept, extra = '' }: Upgraded = {}) =>
  (socket: Socket): void => {
    socket.once('data', (asked: Buffer) => {
      const key = /^sec-websocket-key: (.*)\r$/im.exec(asked.toString('latin1'))?.[1] ?? '';
      const answer = accept ?? createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 ${status}\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${answer}\r\n${extra}\r\n`,
      );
      handle(socket);
    });
  };
