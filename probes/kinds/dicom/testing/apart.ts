import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Peer, startPeer } from '../../../testing/peer.ts';
import { joined } from './joined.ts';

/** Servers that would listen on every address of the machine: they stand in a network of their own, where nobody is. */

type Forward = { readonly target: string; readonly close: () => Promise<void> };
/** A port on 127.0.0.1 that leads to a Unix socket: those reach across networks. */
const forward = async (path: string): Promise<Forward> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    joined(socket, connect({ path, allowHalfOpen: true }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    target: `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export type Apart = { readonly targets: readonly string[]; readonly peer: Peer; readonly stop: () => Promise<void> };
/**
 * Starts a program in a network of its own with nothing but loopback, and gives for each of its ports an address on
 * 127.0.0.1 that leads there. Without the right to (root, or user namespaces) it fails and says so.
 */
export const startApart = async (how: {
  readonly program: string;
  readonly args: readonly string[];
  readonly ports: readonly number[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<Apart> => {
  const paths = how.ports.map((port) => join(how.folder, `${how.program.split('/').at(-1)}-${port}.sock`));
  const orders = JSON.stringify({ program: how.program, args: how.args, ports: how.ports, paths });
  const root = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const peer = await startPeer({
    program: 'unshare',
    args: ['--net', ...root, process.execPath, join(import.meta.dirname, 'apart.worker.ts'), orders],
    cwd: how.folder,
    ready: (said) => said.includes('stands apart'),
    ...(how.env === undefined ? {} : { env: how.env }),
  });
  const forwards = await Promise.all(paths.map(forward));
  return {
    targets: forwards.map(({ target }) => target),
    peer,
    stop: async () => {
      for (const { close } of forwards) await close();
      await peer.stop();
    },
  };
};
