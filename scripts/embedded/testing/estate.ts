import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { LandscapeInput } from '../../../infra/landscape/schema.ts';

/** A listener that can be shut, and opened again at the same address. */
export type Stand = {
  readonly target: string;
  readonly shut: () => Promise<void>;
  readonly open: () => Promise<void>;
};

const standOf = async (make: () => Server, address: string): Promise<Stand> => {
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let port = 0;
  const open = async (): Promise<void> => {
    const opened = make();
    opened.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject);
      opened.listen(port, address, resolve);
    });
    const bound = opened.address();
    port = typeof bound === 'object' && bound !== null ? bound.port : port;
    server = opened;
  };
  await open();
  return {
    target: `${address}:${port}`,
    open,
    shut: async () => {
      const closing = server;
      server = null;
      if (closing === null) return;
      const closed = new Promise((resolve) => closing.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

const greeter = () => createServer((socket) => void socket.end('220 ready\r\n'));
const front = () => createHttpServer((_, answer) => void answer.end('ready'));

export const vantages = ['north', 'south', 'ward'] as const;

/** Real listeners on loopback: two databases, a laboratory, a front, and an anchor at each of three sites. */
export const createEstate = async () => {
  const stands = {
    'db-1': await standOf(greeter, '127.0.0.1'),
    'db-2': await standOf(greeter, '127.0.0.2'),
    lab: await standOf(greeter, '127.0.0.1'),
    front: await standOf(front, '127.0.0.2'),
    north: await standOf(greeter, '127.0.0.21'),
    south: await standOf(greeter, '127.0.0.22'),
    ward: await standOf(greeter, '127.0.0.23'),
  };
  return {
    stands,
    close: async (): Promise<void> => {
      await Promise.all(Object.values(stands).map(({ shut }) => shut()));
    },
  };
};
export type Estate = Awaited<ReturnType<typeof createEstate>>;

const often = { every: '1s', within: '800ms' } as const;
const greets = { ...often, kind: 'tcp' as const, expect: { dialogue: [{ expect: '^220' }] } };

/** Every second; the laboratory is seen from the north alone. */
export const landscapeOf = ({ stands }: Estate): LandscapeInput => {
  const site = (title: string, id: (typeof vantages)[number], source: string) => ({
    title,
    kind: 'on-premises' as const,
    vantage: { source, anchors: [stands[id].target], anchorEvery: '1s', anchorWithin: '500ms' },
  });
  const owned = { owner: 'clinical', criticality: 'clinical-critical', data: 'patient' } as const;
  const promises = [{ objective: 90, window: '1d' }];
  return {
    authority: { title: 'Test', zone: 'Europe/Copenhagen' },
    sites: {
      north: site('North', 'north', '127.0.0.11'),
      south: site('South', 'south', '127.0.0.12'),
      ward: site('Ward', 'ward', '127.0.0.13'),
    },
    teams: { clinical: { title: 'Clinical applications', onCall: 'always' } },
    components: {
      'db-1': { title: 'Database 1', site: 'north', checks: { port: { ...greets, target: stands['db-1'].target } } },
      'db-2': { title: 'Database 2', site: 'south', checks: { port: { ...greets, target: stands['db-2'].target } } },
      lab: {
        title: 'Laboratory',
        site: 'north',
        checks: { port: { ...greets, target: stands.lab.target, vantages: ['north'] } },
      },
    },
    solutions: {
      epj: {
        title: 'Patient record',
        ...owned,
        needs: [{ atLeast: 1, of: ['db-1', 'db-2'] }],
        checks: { front: { kind: 'http', target: `http://${stands.front.target}/`, ...often } },
        promises,
      },
      results: { title: 'Laboratory results', ...owned, needs: ['lab'], promises },
    },
    workflows: {
      order: { title: 'Order medication', usedAt: ['ward'], needs: ['epj'] },
      'see-results': { title: 'See results', usedAt: ['ward'], needs: ['results'] },
    },
  };
};
