import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './app.ts';
import { ConsoleError, guard, type Listen, readListen } from './security.ts';
import type { ConsoleSource } from './source.ts';

export type Serving = { readonly url: string; readonly close: () => Promise<void> };

const listening = (server: Server, { host, port }: Listen): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'in-use' : 'usage';
      reject(
        new ConsoleError(code, `cannot listen on ${host}:${port}: ${cause.message}; choose another with --listen`, {
          cause,
        }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/**
 * Serves the console on a loopback address; port 0 takes a free one. Rejects with ConsoleError: `unsafe` for an address
 * others can reach, `usage` for one that is none, `in-use` for one that is taken.
 */
export const serveConsole = async (
  source: ConsoleSource,
  {
    listen = '127.0.0.1:9640',
    complain = () => {},
  }: {
    readonly listen?: string;
    /** Told of errors that became a 500. */
    readonly complain?: (error: unknown) => void;
  } = {},
): Promise<Serving> => {
  const asked = readListen(listen);
  const closed = new AbortController();
  const app = await createApp(source, { closed: closed.signal, complain });
  const handle = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  let bound = asked;
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384 },
    (request, response) => {
      if (!guard(request, response, bound)) void handle(request, response);
    },
  );
  server.maxConnections = 256;
  bound = { host: asked.host, port: await listening(server, asked) };
  const name = asked.host.includes(':') ? `[${asked.host}]` : asked.host;
  const close = () =>
    new Promise<void>((resolve) => {
      closed.abort();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${name}:${bound.port}`, close };
};
