import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createServer, connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNetwork, type Machine, type Network, pickBase } from './network.ts';
import { createAuthority } from './protocols/authority.ts';

let network: Network;
let release: () => void;
beforeAll(async () => {
  const held = await pickBase(150);
  release = held.release;
  network = createNetwork(held.base);
});
afterAll(() => {
  network.stop();
  release();
});

test('a machine that stops while it says goodbye over TLS leaves no socket behind', async () => {
  const authority = await createAuthority();
  const issued = await authority.issue(['a.region.example'], new Date(Date.now() + 60_000));
  const raws: Socket[] = [];
  const server = createServer(issued, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      socket.end();
      void network.kill('a.region.example');
    });
  });
  const tcp = (socket: Socket) => {
    raws.push(socket);
    server.emit('connection', socket);
  };
  const machine: Machine = {
    number: 1,
    hosts: ['a.region.example'],
    stands: 'aarhus',
    services: [{ port: 443, tcp }],
    reachedFrom: ['aarhus'],
  };
  await network.start([machine]);
  const host = await network.resolver('aarhus')('a.region.example');
  const wire = connect({ host, port: 20_443 });
  const client = tlsConnect({ socket: wire, servername: 'a.region.example', ca: authority.pem }, () =>
    client.write('x'),
  );
  client.on('error', () => undefined);
  await once(client, 'close');
  wire.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const left = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap');
  expect(raws).toHaveLength(1);
  expect(left).toEqual([]);
});
