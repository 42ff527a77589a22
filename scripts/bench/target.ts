import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

/** What the probes of a bench are aimed at, in a process of its own: its cost must not be theirs. Certificate and key come by IPC. */
const page = [
  'HTTP/1.1 200 OK',
  'server: bench',
  'content-type: text/plain; charset=utf-8',
  'cache-control: no-store',
  'content-length: 5',
  'connection: close',
  '',
  'ready',
].join('\r\n');

const answer = (socket: Socket): void => {
  let heard = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
    if (heard.endsWith('\r\n\r\n')) socket.end(page, 'latin1');
  });
};
const portOf = (address: ReturnType<ReturnType<typeof createServer>['address']>): number =>
  // A server that listens on TCP has such an address.
  (address as AddressInfo).port;

process.once('message', (issued: { readonly key: string; readonly cert: string }) => {
  const plain = createServer({ noDelay: true }, answer).listen({ port: 0, host: '127.0.0.1', backlog: 511 }, () => {
    const secure = createTls({ ...issued, noDelay: true }, answer).listen(0, '127.0.0.1', () =>
      process.send?.({ http: portOf(plain.address()), tls: portOf(secure.address()) }),
    );
    secure.on('tlsClientError', () => undefined);
  });
});
process.once('disconnect', () => process.exit());
