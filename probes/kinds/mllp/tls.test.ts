import { createServer } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Aim, Measurement } from '../../observation.ts';
import { contextHere } from '../../testing/servers.ts';
import { mllp } from './mllp.ts';
import { ack } from './testing/engine.ts';
import { aimOf, normal, run as runAt, says, shown, type Written } from './testing/run.ts';

const day = 86_400_000;
let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});
const run = (
  options: Parameters<typeof runAt>[0],
  peer: Parameters<typeof runAt>[1],
  tls: { key: string; cert: string } | null,
): Promise<Measurement> => runAt(options, peer, { trust: authority.pem, ...(tls === null ? {} : { tls }) });
const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string) => ({ outcome: 'good', depth });
const unable = (message: unknown) => ({ outcome: 'unknown', reason: 'could-not-run', message });

test('mllp: over TLS, with the truth about the certificate', async () => {
  const tls = await authority.issue(['127.0.0.1', 'engine.example'], new Date(Date.now() + 10 * day));
  const peer = says(({ control }) => ack('AA', control));
  const options = normal({ level: 'accepted', tls: true, serverName: 'engine.example' });
  const seen = await run(options, peer, tls);
  expect(seen).toMatchObject(good('session'));
  expect(seen.signals['certificate']).toBeGreaterThan(Date.now() / 1000 + 9 * 86_400);
  const old = await authority.issue(['engine.example'], new Date(Date.now() - 1000));
  expect(await run(options, peer, old)).toMatchObject(bad('certificate-expired'));
  expect(await run({ ...options, serverName: 'other.example' }, peer, tls)).toMatchObject(bad('certificate-name'));
  const foreign = await (await createAuthority()).issue(['engine.example'], new Date(Date.now() + 10 * day));
  expect(await run(options, peer, foreign)).toMatchObject(bad('certificate-untrusted'));
  expect(await run({ ...options, trusted: false }, peer, foreign)).toMatchObject(good('session'));
  expect(
    await run(
      options,
      says(({ control }) => ack('AA', control)),
      null,
    ),
  ).toMatchObject({ outcome: 'bad' });
  const connectOnly = normal({ level: 'connect', tls: true, serverName: 'engine.example' });
  expect(await run(connectOnly, peer, tls)).toMatchObject(good('protocol'));
});

test('mllp: a peer that wants to know who asks is shown our certificate', async () => {
  const tls = await authority.issue(['engine.example'], new Date(Date.now() + 10 * day));
  const ours = await authority.issue(['forvarsel.example'], new Date(Date.now() + 10 * day));
  const server = createServer({ ...tls, ca: authority.pem, requestCert: true, rejectUnauthorized: true }, (socket) =>
    says(({ control }) => ack('AA', control))(socket),
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const target = `127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
  const client = { certificate: { env: 'CERT' }, key: { env: 'KEY' } };
  const over = { level: 'accepted', tls: true, serverName: 'engine.example' } as const;
  const ask = async (keys: Written, secrets: Aim['secrets']) =>
    await mllp(
      { ...aimOf(normal(keys), target), secrets: secrets ?? {} },
      contextHere([authority.pem])(AbortSignal.timeout(500)),
    );
  const secrets = { 'env:CERT': ours.cert, 'env:KEY': ours.key };
  const known = await ask({ ...over, client }, secrets);
  expect(known).toMatchObject(good('session'));
  expect(shown(known)).not.toContain(ours.key.slice(40, 60));
  expect(await ask(over, secrets)).toMatchObject(bad('tls-handshake'));
  expect(await ask({ ...over, client }, {})).toMatchObject(unable(expect.stringMatching(/CERT/)));
  expect(await ask({ ...over, client }, { ...secrets, 'env:KEY': 'no key' })).toMatchObject(
    unable(expect.stringMatching(/PEM/)),
  );
  await new Promise((resolve) => server.close(resolve));
});

test('mllp: a peer that speaks TLS and is asked without it is named', async () => {
  const tls = await authority.issue(['engine.example'], new Date(Date.now() + 10 * day));
  const seen = await run(normal(), () => undefined, tls);
  expect(seen).toMatchObject({ outcome: 'bad', reason: expect.stringMatching(/^(?:protocol-error|closed-early)$/) });
});
