import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import { describePeer, freePort, type Peer, peerFolder, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { dns } from './dns.ts';

const running: { readonly stop: () => Promise<void> | void }[] = [];
afterAll(async () => {
  for (const one of running.splice(0).toReversed()) await one.stop();
});

const zone = `$TTL 60
@ IN SOA ns.region.example. root.region.example. 2026112601 3600 600 86400 60
@ IN NS ns.region.example.
ns IN A 127.0.0.1
epj IN A 10.1.1.1
epj IN A 10.1.1.2
mail IN MX 10 mx.region.example.
note IN TXT "ready"
`;

const named = async (): Promise<{ readonly port: number; readonly peer: Peer }> => {
  const { path, remove } = peerFolder('named');
  running.push({ stop: remove });
  const port = await freePort();
  chmodSync(path, 0o777);
  writeFileSync(join(path, 'region.zone'), zone);
  writeFileSync(
    join(path, 'named.conf'),
    `options { directory "${path}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; recursion no; allow-query { 127.0.0.1; }; session-keyfile "${path}/key"; managed-keys-directory "${path}"; dnssec-validation no; };
controls { };
zone "region.example" { type primary; file "${path}/region.zone"; };
zone "broken.example" { type primary; file "${path}/nothing.zone"; };
`,
  );
  const peer = await startPeer({ program: 'named', args: ['-f', '-c', join(path, 'named.conf')], ready: port });
  running.push(peer);
  return { port, peer };
};

const ask = (port: number, options: object, trust: readonly string[] = []) =>
  dns(
    { check: checkOf('dns', options, { timeoutMs: 3000 }), target: `127.0.0.1:${port}` },
    contextHere(trust)(AbortSignal.timeout(3000)),
  );
const epj = { name: 'epj.region.example', type: 'A' };

describePeer('dns against bind', ['named'], () => {
  let port = 0;
  let peer: Peer;
  beforeAll(async () => {
    ({ port, peer } = await named());
  });
  const good = { outcome: 'good', depth: 'protocol' };
  test.each<[string, object, object]>([
    ['an address over udp', { query: epj, answerMatches: '10\\.1\\.1\\.1$' }, good],
    ['an address over tcp', { query: epj, transport: 'tcp', answerMatches: '10\\.1\\.1\\.1$' }, good],
    [
      'a record as it is written',
      { query: epj, records: { answer: { all: ['^epj\\.region\\.example\\.\\t60\\tIN\\tA\\t10\\.1\\.1\\.'] } } },
      good,
    ],
    ['an authoritative answer', { query: epj, flags: { authoritative: true, authenticated: false } }, good],
    [
      'a mail exchange',
      {
        query: { name: 'mail.region.example', type: 'MX' },
        records: { answer: { some: ['\\t10 mx\\.region\\.example\\.$'] } },
      },
      good,
    ],
    [
      'a text',
      { query: { name: 'note.region.example', type: 'TXT' }, records: { answer: { some: ['"ready"$'] } } },
      good,
    ],
    [
      'a name that is gone',
      { query: { ...epj, name: 'gone.region.example' } },
      { outcome: 'bad', reason: 'unexpected-rcode' },
    ],
    [
      'a name that is gone, and should be',
      { query: { ...epj, name: 'gone.region.example' }, rcodes: ['NXDOMAIN'] },
      good,
    ],
    [
      'a zone that did not load',
      { query: { ...epj, name: 'a.broken.example' } },
      { outcome: 'bad', reason: 'unexpected-rcode', message: expect.stringContaining('SERVFAIL') },
    ],
    [
      'a zone of others',
      { query: { ...epj, name: 'a.elsewhere.example' } },
      { outcome: 'bad', reason: 'unexpected-rcode', message: expect.stringContaining('REFUSED') },
    ],
    [
      'another address than expected',
      { query: epj, answerMatches: '10\\.9\\.' },
      { outcome: 'bad', reason: 'unexpected-answer' },
    ],
    [
      'DNSSEC that nobody verified',
      { query: epj, flags: { authenticated: true } },
      { outcome: 'bad', reason: 'unexpected-answer' },
    ],
    [
      'a name without such a record',
      { query: { ...epj, type: 'AAAA' } },
      { outcome: 'bad', reason: 'unexpected-answer' },
    ],
  ])('%s', async (_, options, expected) => {
    expect(await ask(port, options)).toMatchObject(expected);
  });
  test('the serial of the zone is a number', async () => {
    const seen = await ask(port, { query: { name: 'region.example', type: 'SOA' } });
    expect(seen.signals['serial']).toBe(2026112601);
  });
  test('a server that is gone is refused', async () => {
    await peer.stop();
    expect(await ask(port, { query: epj, transport: 'tcp' })).toMatchObject({ outcome: 'bad', reason: 'refused' });
    expect(await ask(port, { query: epj })).toMatchObject({ outcome: 'bad', reason: 'refused' });
  });
});

describePeer('dns over TLS against unbound', ['unbound'], () => {
  test('the certificate counts, and the answer is that of the resolver', async () => {
    const authority = await createAuthority();
    const issued = await authority.issue(['dns.region.example'], new Date(Date.now() + 86_400_000));
    const { path, remove } = peerFolder('unbound');
    running.push({ stop: remove });
    const port = await freePort();
    chmodSync(path, 0o755);
    writeFileSync(join(path, 'cert.pem'), issued.cert);
    writeFileSync(join(path, 'key.pem'), issued.key);
    chownSync(join(path, 'key.pem'), 0, 0);
    writeFileSync(
      join(path, 'unbound.conf'),
      `server:
  interface: 127.0.0.1@${port}
  tls-port: ${port}
  tls-service-key: "${path}/key.pem"
  tls-service-pem: "${path}/cert.pem"
  username: ""
  chroot: ""
  directory: "${path}"
  pidfile: "${path}/pid"
  use-syslog: no
  do-daemonize: no
  access-control: 127.0.0.0/8 allow
  module-config: "iterator"
  local-zone: "region.example." static
  local-data: "epj.region.example. 60 IN A 10.1.1.1"
remote-control:
  control-enable: no
`,
    );
    const peer = await startPeer({ program: 'unbound', args: ['-d', '-c', join(path, 'unbound.conf')], ready: port });
    running.push(peer);
    const options = {
      query: epj,
      transport: 'tls',
      serverName: 'dns.region.example',
      answerMatches: '10\\.1\\.1\\.1$',
    };
    const trusted = await ask(port, options, [authority.pem]);
    expect(trusted).toMatchObject({ outcome: 'good' });
    expect(await ask(port, options)).toMatchObject({ outcome: 'bad', reason: 'certificate-untrusted' });
    expect(await ask(port, { ...options, serverName: 'x.example' }, [authority.pem])).toMatchObject({
      outcome: 'bad',
      reason: 'certificate-name',
    });
    expect(await ask(port, { ...options, transport: 'tcp' })).toMatchObject({ outcome: 'bad' });
    expect(
      await ask(port, { ...options, query: { ...epj, name: 'gone.region.example' } }, [authority.pem]),
    ).toMatchObject({ reason: 'unexpected-rcode' });
  });
});
