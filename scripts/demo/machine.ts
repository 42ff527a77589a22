import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Ask } from './ask.ts';
import type { Place, Served } from './network.ts';
import type { Handler } from './protocols/lines.ts';
import type { World } from './world.ts';

/** A machine before it has its number and its network: name, place, what it serves. */
export type Draft = {
  readonly name: string;
  readonly stands: Place;
  readonly services: readonly Served[];
  readonly reachedFrom?: readonly Place[];
};

export type Asked = { readonly method: string; readonly path: string; readonly body: string };
export type Answer = { readonly status: number; readonly body: string; readonly type?: string };
/** Paths without their query; `*` is every other path. A thrown error is a 503 with its words. */
export type Pages = Readonly<Record<string, (asked: Asked) => string | Answer | Promise<string | Answer>>>;
/** A line of a metrics page: series with its labels, value. */
export type Series = readonly (readonly [name: string, value: number])[];

const longestBody = 64 * 1024;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > longestBody) throw new Error('request too long');
  }
  return body;
};

export const json = (value: object): Answer => ({
  status: 200,
  body: JSON.stringify(value),
  type: 'application/json',
});

/** Builds the services of one machine: every service has its noise, its jitter and the machine's own delay. */
export const createMachine = (world: World, name: string, stands: Place) => {
  const delay = (): number => world.ramps.at(`delay:${name}`) + world.weather.lag();
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  const answering = (pages: Pages) => async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://machine').pathname;
    const page = pages[path] ?? pages['*'];
    const send = ({ status, body, type = 'text/plain' }: Answer): void => {
      if (response.destroyed) return;
      response.writeHead(status, {
        'content-type': `${type}; charset=utf-8`,
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    };
    try {
      const body = await bodyOf(request);
      await pause(delay());
      if (page === undefined) return send({ status: 404, body: 'not found' });
      const answer = await page({ method: request.method ?? 'GET', path: request.url ?? '/', body });
      send(typeof answer === 'string' ? { status: 200, body: answer } : answer);
    } catch (error) {
      send({ status: 503, body: error instanceof Error ? error.message : String(error) });
    }
  };
  /** A connection handler that meets the weather first. */
  const weathered =
    (handle: (socket: Socket) => void): Handler =>
    (socket) => {
      if (world.weather.resets(name)) socket.resetAndDestroy();
      else handle(socket);
    };
  const settings = { keepAliveTimeout: 30_000 };
  const http = (port: number, pages: Pages): Served => {
    const server = createHttpServer(settings, answering(pages));
    return { port, tcp: weathered((socket) => server.emit('connection', socket)) };
  };
  return {
    name,
    stands,
    http,
    https: (port: number, pages: Pages): Served => {
      const server = createHttpsServer({ ...settings, ALPNProtocols: ['http/1.1'] }, answering(pages));
      world.guard(name, server);
      return { port, tcp: weathered((socket) => server.emit('connection', socket)) };
    },
    /** Only a handshake: whoever comes is greeted and, when he speaks, let go. */
    tls: (port: number, protocols: string[] = []): Served => {
      const server = createTlsServer({ ALPNProtocols: protocols }, (socket) => {
        socket.on('error', () => socket.destroy());
        socket.on('data', () => socket.end());
      });
      server.on('tlsClientError', (_, socket) => socket.destroy());
      world.guard(name, server);
      return { port, tcp: weathered((socket) => server.emit('connection', socket)) };
    },
    line: (port: number, handle: Handler): Served => ({
      port,
      tcp: weathered((socket) => {
        setTimeout(() => !socket.destroyed && handle(socket), delay());
      }),
    }),
    metrics: (series: () => Series): Served =>
      http(9100, {
        '/metrics': () => ({
          status: 200,
          body: `${series()
            .map(([key, value]) => `${key} ${value}`)
            .join('\n')}\n`,
          type: 'text/plain; version=0.0.4',
        }),
      }),
    /** Asks other machines, from this machine's place. */
    ask: (): Ask => world.ask(stands),
  };
};
export type MachineKit = ReturnType<typeof createMachine>;

export const draft = (kit: MachineKit, ...services: readonly Served[]): Draft => ({
  name: kit.name,
  stands: kit.stands,
  services,
});
