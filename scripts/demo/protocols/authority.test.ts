import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { type Authority, createAuthority } from './authority.ts';

const day = 86_400_000;

/** Shakes hands with a server that holds the certificate; null, or why the client does not trust it. */
const handshake = async (authority: Authority, names: readonly string[], notAfter: Date): Promise<string | null> => {
  const server = createServer(await authority.issue(names, notAfter), (socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const options = { host: '127.0.0.1', port, ca: authority.pem, servername: 'epj.region.example' };
    return await new Promise((resolve) => {
      const socket = connect(options, () => resolve(null));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    server.close();
  }
};

test.each([
  ['a certificate of the authority is trusted', ['epj.region.example'], day, null],
  ['one that has ended is refused as expired', ['epj.region.example'], -1000, 'CERT_HAS_EXPIRED'],
  ['one for another name is refused for its name', ['kl.region.example'], day, 'ERR_TLS_CERT_ALTNAME_INVALID'],
])('%s', async (_, names, lasts, expected) => {
  const authority = await createAuthority();
  expect(await handshake(authority, names, new Date(Date.now() + lasts))).toBe(expected);
});

test('a certificate of another authority is not trusted', async () => {
  const [ours, theirs] = await Promise.all([createAuthority(), createAuthority()]);
  const mixed: Authority = { pem: ours.pem, issue: theirs.issue };
  expect(await handshake(mixed, ['epj.region.example'], new Date(Date.now() + day))).not.toBeNull();
});
