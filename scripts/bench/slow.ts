import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * A server that is slow by known amounts, in a process of its own: before it takes part in the TLS handshake, before the
 * first byte, and before the rest of the body. It tells by IPC how long it truly waited for each request, by its path.
 */
export type Waited = {
  readonly id: string;
  readonly tls: number;
  readonly processing: number;
  readonly transfer: number;
};
export type Delays = { readonly tls: number; readonly processing: number; readonly transfer: number };
type Order = { readonly key: string; readonly cert: string; readonly delays: Delays };

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const portOf = (address: ReturnType<ReturnType<typeof createServer>['address']>): number =>
  // A server that listens on TCP has such an address.
  (address as AddressInfo).port;

const answer = (socket: Socket, tls: number, delays: Delays): void => {
  let heard = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
    if (!heard.endsWith('\r\n\r\n')) return;
    const id = /^GET \/(\S*)/.exec(heard)?.[1] ?? '';
    const asked = now();
    setTimeout(() => {
      const first = now();
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n');
      setTimeout(() => {
        const last = now();
        socket.end('ready');
        process.send?.({ id, tls, processing: first - asked, transfer: last - first } satisfies Waited);
      }, delays.transfer);
    }, delays.processing);
  });
};

process.once('message', ({ key, cert, delays }: Order) => {
  const plain = createServer({ noDelay: true }, (socket) => answer(socket, 0, delays));
  const secure = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    const accepted = now();
    setTimeout(() => {
      const waited = now() - accepted;
      answer(new TLSSocket(socket, { isServer: true, key, cert }), waited, delays);
    }, delays.tls);
  });
  plain.listen({ port: 0, host: '127.0.0.1', backlog: 511 }, () =>
    secure.listen({ port: 0, host: '127.0.0.1', backlog: 511 }, () =>
      process.send?.({ http: portOf(plain.address()), tls: portOf(secure.address()) }),
    ),
  );
});
process.once('disconnect', () => process.exit());
