import { writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../observation.ts';
import { describePeer, freePort, type Peer, peerFolder, startPeer } from '../../testing/peer.ts';
import { certify, type Holder } from '../../testing/pki.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { holdingBack, type Then } from './testing/relay.ts';
import { tls } from './tls.ts';

/** OpenSSL's own server sends no ticket where it is told not to, and an alert where it refuses. */
describePeer('our certificate shown to openssl s_server', ['openssl'], () => {
  const folder = peerFolder('own');
  const at = (name: string): string => join(folder.path, name);
  const peers: Peer[] = [];
  const relays: Server[] = [];
  const ports = { asking: 0, ticketless: 0, open: 0, late: 0, silent: 0 };
  let root: Holder;
  let known: Holder;
  let stranger: Holder;

  const start = async (...more: readonly string[]): Promise<number> => {
    const port = await freePort();
    const own = ['-cert', at('cert.pem'), '-key', at('key.pem'), '-CAfile', at('root.pem'), '-rev'];
    const args = ['s_server', '-accept', `127.0.0.1:${port}`, ...own, ...more];
    peers.push(await startPeer({ program: 'openssl', args, ready: port }));
    return port;
  };
  const relayed = async (port: number, then: Then): Promise<number> => {
    const relay = holdingBack(port, then);
    relays.push(relay);
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const bound = relay.address();
    return typeof bound === 'object' && bound !== null ? bound.port : 0;
  };
  beforeAll(async () => {
    root = await certify('CN=root', { ca: true });
    known = await certify('CN=probe', { by: root });
    stranger = await certify('CN=stranger');
    const leaf = await certify('CN=peer.example', { by: root, names: ['peer.example'] });
    writeFileSync(at('cert.pem'), leaf.pem);
    writeFileSync(at('key.pem'), leaf.key);
    writeFileSync(at('root.pem'), root.pem);
    const asking = ['-Verify', '1', '-verify_return_error'];
    ports.asking = await start(...asking);
    ports.ticketless = await start(...asking, '-num_tickets', '0');
    ports.open = await start('-num_tickets', '0');
    ports.late = await relayed(ports.ticketless, 'let through');
    ports.silent = await relayed(ports.ticketless, 'nothing');
  });
  afterAll(async () => {
    for (const relay of relays) relay.close();
    for (const peer of peers) await peer.stop();
    folder.remove();
  });

  const run = async (port: number, who: Holder): Promise<Measurement> => {
    const client = { certificate: { env: 'CERT' }, key: { env: 'KEY' } };
    const check = checkOf('tls', { serverName: 'peer.example', client }, { timeoutMs: 5000 });
    const secrets = { 'env:CERT': who.pem, 'env:KEY': who.key };
    const context = contextHere([root.pem])(AbortSignal.timeout(5000));
    return await tls({ check, target: `127.0.0.1:${port}`, secrets }, context);
  };
  const good = (ownCertificate: string) => ({ outcome: 'good', depth: 'session', facts: { ownCertificate } });
  const refused = { outcome: 'bad', reason: 'tls-handshake', message: expect.stringMatching(/alert/i) };

  test.each([
    ['is accepted by a ticket', 'asking', good('accepted')],
    ['is accepted by a goodbye where there are no tickets', 'ticketless', good('accepted')],
    ['is accepted by a goodbye that comes late', 'late', good('accepted')],
    ['is not said to be accepted where nothing is heard', 'silent', good('not-told')],
    ['is not asked for', 'open', good('not-asked-for')],
  ] as const)('it %s', async (_, port, expected) => {
    expect(await run(ports[port], known)).toMatchObject(expected);
  });
  test.each(['asking', 'ticketless', 'late'] as const)('that of a stranger is refused (%s)', async (port) => {
    expect(await run(ports[port], stranger)).toMatchObject(refused);
  });
});
