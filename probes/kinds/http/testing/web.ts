import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Issued } from '../../../../scripts/demo/protocols/authority.ts';

/** Web servers of tests: they remember what they were asked. */

export type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
export type Web = {
  readonly port: number;
  readonly asked: Asked[];
  /** Connections that are still there. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
};
type Answer = (asked: Asked, response: ServerResponse) => void;

type Listening = {
  readonly on: (event: 'connection', listener: (socket: Socket) => void) => unknown;
  readonly listen: (port: number, host: string, done: () => void) => unknown;
  readonly address: () => AddressInfo | string | null;
  readonly close: (done: () => void) => unknown;
};
export const standing = async (server: Listening, asked: Asked[]): Promise<Web> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

const remembering =
  (asked: Asked[], answer: Answer) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await request.toArray().catch(() => [])).join('');
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    asked.push(one);
    answer(one, response);
  };

export const web = (answer: Answer): Promise<Web> => {
  const asked: Asked[] = [];
  return standing(createServer(remembering(asked, answer)), asked);
};

export type Secured = Issued & { readonly ca?: string; readonly requestCert?: boolean };
export const secureWeb = (issued: Secured, answer: Answer): Promise<Web> => {
  const asked: Asked[] = [];
  const server = createHttps(
    { ...issued, rejectUnauthorized: issued.requestCert === true },
    remembering(asked, answer),
  );
  server.on('tlsClientError', () => undefined);
  return standing(server, asked);
};

/** HTTP/2, and 1.1 for those who do not speak it. */
export const secondWeb = (issued: Issued, answer: (stream: ServerHttp2Stream, asked: Asked) => void): Promise<Web> => {
  const asked: Asked[] = [];
  const server = createSecureServer({ ...issued, allowHTTP1: true });
  server.on('stream', async (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined);
    const body = (await stream.toArray().catch(() => [])).join('');
    const one = { method: String(headers[':method']), url: String(headers[':path']), headers, body };
    asked.push(one);
    answer(stream, one);
  });
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('request', (request, response) => {
    if (request.httpVersionMajor === 1) response.end('in one');
  });
  server.on('tlsClientError', () => undefined);
  return standing(server as unknown as Listening, asked);
};

/** A proxy that connects wherever it is asked, when it is shown this login; plain requests are asked on. */
export const proxy = (login: string | null = null): Promise<Web> => {
  const asked: Asked[] = [];
  const allowed = ({ headers }: IncomingMessage): boolean =>
    login === null || headers['proxy-authorization'] === `Basic ${Buffer.from(login).toString('base64')}`;
  const note = (request: IncomingMessage): void =>
    void asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: '' });
  const server: Server = createServer((request, response) => {
    note(request);
    response.writeHead(allowed(request) ? 200 : 407).end(`by proxy ${request.url}`);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    note(request);
    socket.on('error', () => undefined);
    if (!allowed(request)) return void socket.end('HTTP/1.1 407 Login\r\ncontent-length: 0\r\n\r\n');
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), hostname === 'epj.region.example' ? '127.0.0.1' : hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => void socket.end('HTTP/1.1 503 Nobody there\r\ncontent-length: 0\r\n\r\n'));
    socket.on('close', () => onward.destroy());
  });
  return standing(server, asked);
};
