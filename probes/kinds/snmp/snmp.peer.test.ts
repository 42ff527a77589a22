import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePeer, freePort, type Peer, peerFolder, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { snmp } from './snmp.ts';

const secrets = {
  'env:COMMUNITY': 'region-read',
  'env:WRONG': 'something-else',
  'env:AUTH': 'authentication-pass',
  'env:PRIV': 'privacy-pass-word',
};
const community = { env: 'COMMUNITY' };
const name = '1.3.6.1.2.1.1.5.0';
const uptime = '1.3.6.1.2.1.1.3.0';

describePeer('snmp against net-snmp', ['snmpd'], () => {
  const folder = peerFolder('snmpd');
  let port = 0;
  let peer: Peer;
  const ask = (options: object, ms = 1000) =>
    snmp(
      {
        check: checkOf('snmp', { read: { uptime: { oid: uptime } }, ...options }, { timeoutMs: ms }),
        target: `127.0.0.1:${port}`,
        secrets,
      },
      contextHere()(AbortSignal.timeout(ms)),
    );
  const user = (known: string, protocol: string, more: object = {}) => ({
    user: { name: known, auth: { protocol, password: { env: 'AUTH' } }, ...more },
  });
  const v3 = (more: object = {}) => ({
    user: {
      name: 'watcher',
      auth: { protocol: 'sha256', password: { env: 'AUTH' } },
      priv: { protocol: 'aes', password: { env: 'PRIV' } },
      ...more,
    },
  });
  beforeAll(async () => {
    port = await freePort();
    const file = join(folder.path, 'snmpd.conf');
    writeFileSync(
      file,
      `rocommunity region-read 127.0.0.1
createUser watcher SHA-256 "authentication-pass" AES "privacy-pass-word"
rouser watcher priv
createUser older SHA "authentication-pass"
rouser older auth
createUser newer SHA-512 "authentication-pass" AES-256 "privacy-pass-word"
rouser newer priv
sysname region
extend load /bin/echo 42
`,
    );
    peer = await startPeer({
      program: 'snmpd',
      args: ['-f', '-Lo', '-C', '-c', file, '-p', join(folder.path, 'pid'), '-I', '-smux', `udp:127.0.0.1:${port}`],
      env: { SNMP_PERSISTENT_DIR: folder.path },
      ready: async () => (await ask({ community }, 300)).outcome === 'good',
    });
  });
  afterAll(async () => {
    await peer.stop();
    folder.remove();
  });

  test.each<[string, object, object]>([
    ['v2c reads a value as a signal', { community }, { outcome: 'good', depth: 'protocol' }],
    ['v3 with authentication and privacy is a session', v3(), { outcome: 'good', depth: 'session' }],
    ['a text that is as expected', { community, read: { name: { oid: name, equals: 'region' } } }, { outcome: 'good' }],
    [
      'a text that is not',
      { community, read: { name: { oid: name, equals: 'other' } } },
      { outcome: 'bad', reason: 'unexpected-answer' },
    ],
    [
      'a number beyond its bound',
      { community, read: { uptime: { oid: uptime, min: 1e9 } } },
      { outcome: 'bad', reason: 'out-of-bounds' },
    ],
    [
      'a walk counts what is there',
      { community, read: { rows: { oid: '1.3.6.1.2.1.2.2.1.1', walk: 'count', min: 1 } } },
      { outcome: 'good' },
    ],
    [
      'a walk over nothing',
      { community, read: { rows: { oid: '1.3.6.1.4.1.99999', walk: 'max' } } },
      { outcome: 'bad', reason: 'query-failed' },
    ],
    [
      'an OID that is not there',
      { community, read: { gone: { oid: '1.3.6.1.2.1.1.99.0' } } },
      { outcome: 'bad', reason: 'query-failed' },
    ],
    [
      'a user nobody knows',
      { user: { name: 'stranger', auth: { protocol: 'sha256', password: { env: 'AUTH' } } } },
      { outcome: 'bad', reason: 'login-refused' },
    ],
    [
      'a wrong key',
      v3({ auth: { protocol: 'sha256', password: { env: 'WRONG' } } }),
      { outcome: 'bad', reason: 'login-refused' },
    ],
    ['v3 with authentication alone, as of old', user('older', 'sha'), { outcome: 'good', depth: 'session' }],
    [
      'v3 with the longest of both',
      user('newer', 'sha512', { priv: { protocol: 'aes256b', password: { env: 'PRIV' } } }),
      { outcome: 'good', depth: 'session' },
    ],
    ['another digest than was agreed', user('older', 'sha256'), { outcome: 'bad', reason: 'login-refused' }],
    ['too little security for what is asked', v3({ priv: undefined }), { outcome: 'bad', reason: 'login-refused' }],
    [
      'a wrong privacy password, which the agent answers by silence',
      v3({ priv: { protocol: 'aes', password: { env: 'WRONG' } } }),
      { outcome: 'bad', reason: 'no-answer', message: expect.stringContaining('privacy password') },
    ],
    [
      'a load average, which is a float in an opaque value',
      { community, read: { load: { oid: '1.3.6.1.4.1.2021.10.1.6', walk: 'max', min: 0, max: 1000 } } },
      { outcome: 'good', signals: { load: expect.any(Number) } },
    ],
    [
      'a counter of 64 bits',
      { community, read: { octets: { oid: '1.3.6.1.2.1.31.1.1.1.6.1', min: 0 } } },
      { outcome: 'good', signals: { octets: expect.any(Number) } },
    ],
    [
      'one value of several that is out of bounds, and the others are kept',
      { community, read: { low: { oid: uptime, min: 1e9 }, rows: { oid: '1.3.6.1.2.1.2.1.0' } } },
      { outcome: 'bad', reason: 'out-of-bounds', signals: { low: expect.any(Number), rows: expect.any(Number) } },
    ],
    [
      'a count of nothing, and nobody said how many',
      { community, read: { rows: { oid: '1.3.6.1.4.1.99999', walk: 'count' } } },
      { outcome: 'bad', reason: 'query-failed' },
    ],
    [
      'a count of nothing that should be nothing',
      { community, read: { rows: { oid: '1.3.6.1.4.1.99999', walk: 'count', max: 0 } } },
      { outcome: 'good' },
    ],
  ])('%s', async (_, options, expected) => {
    expect(await ask(options)).toMatchObject(expected);
  });
  test('a wrong community is answered by silence, and that is what is said', async () => {
    expect(await ask({ community: { env: 'WRONG' } }, 500)).toMatchObject({ outcome: 'bad', reason: 'no-answer' });
  });
  test('numbers are signals, and no secret is shown', async () => {
    const seen = await ask(v3());
    expect(seen.signals['uptime']).toBeGreaterThan(0);
    for (const secret of Object.values(secrets)) expect(JSON.stringify(seen)).not.toContain(secret);
  });
  test('an agent that is gone is refused', async () => {
    await peer.stop();
    expect(await ask({ community }, 800)).toMatchObject({ outcome: 'bad', reason: 'refused' });
  });
});
