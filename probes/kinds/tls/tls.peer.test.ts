import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TlsOptions } from '../../../infra/landscape/kinds/tls.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer } from '../../testing/peer.ts';
import { certify, type Holder } from '../../testing/pki.ts';
import { checkOf, contextHere, refusedPort } from '../../testing/servers.ts';
import { startDovecot } from '../imap/testing/dovecot.ts';
import { startPostfix } from '../smtp/testing/postfix.ts';
import { type Credentials, postgresPrograms, type Standing, startPostgres, startSlapd } from './testing/servers.ts';
import { tls } from './tls.ts';

const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);
const user = { name: 'probe', password: 'right' };

/** A server with a good certificate, the same with one that is out of date, and one without TLS. */
type Trio = { readonly good: Standing; readonly late: Standing; readonly bare: Standing };
type Server = {
  readonly programs: readonly string[];
  readonly startTls: NonNullable<TlsOptions['startTls']>;
  /** Whether it has a port where TLS is spoken at once. */
  readonly implicit: boolean;
  readonly start: (credentials: Credentials | null) => Promise<Standing>;
};
const servers: Readonly<Record<string, Server>> = {
  slapd: { programs: ['slapd'], startTls: 'ldap', implicit: true, start: startSlapd },
  PostgreSQL: { programs: postgresPrograms, startTls: 'postgres', implicit: false, start: startPostgres },
  Dovecot: { programs: ['dovecot'], startTls: 'imap', implicit: true, start: (own) => startDovecot(user, own) },
  Postfix: {
    programs: ['postfix', 'dovecot'],
    startTls: 'smtp',
    implicit: true,
    start: async (own) => {
      const dovecot = await startDovecot(user, null);
      const postfix = await startPostfix(own ?? nobody, dovecot.authPort);
      const stop = async (): Promise<void> => {
        await postfix.stop();
        await dovecot.stop();
      };
      return { port: own === null ? postfix.barePort : postfix.port, tlsPort: postfix.tlsPort, stop };
    },
  },
};
let nobody: Credentials;
let root: Holder;
const credentialsOf = async (until: Date): Promise<Credentials> => {
  const { key, pem } = await certify('CN=peer.example', { by: root, names: ['peer.example'], from: days(-9), until });
  return { key, cert: pem };
};
const certified = async (): Promise<void> => {
  root = await certify('CN=root', { ca: true });
  nobody = await credentialsOf(days(1));
};
const run = async (port: number, options: TlsOptions, trust = [root.pem]): Promise<Measurement> =>
  await tls(
    { check: checkOf('tls', { serverName: 'peer.example', ...options }), target: `127.0.0.1:${port}` },
    contextHere(trust)(AbortSignal.timeout(10_000)),
  );
const good = { outcome: 'good', depth: 'session', facts: { tls: { wrong: null } } };
const bad = (reason: string, wrong?: string) => ({
  outcome: 'bad',
  reason,
  ...(wrong === undefined ? {} : { facts: { tls: { wrong } } }),
});

for (const [name, { programs, startTls, implicit, start }] of Object.entries(servers))
  describePeer(`tls against ${name}`, programs, () => {
    let trio: Trio;
    let gone = 0;
    beforeAll(async () => {
      await certified();
      trio = {
        good: await start(await credentialsOf(days(30))),
        late: await start(await credentialsOf(days(-1))),
        bare: await start(null),
      };
      gone = await refusedPort();
    }, 60_000);
    afterAll(async () => {
      for (const standing of Object.values(trio ?? {})) await standing.stop();
    }, 60_000);

    describe('asked for TLS in its own words', () => {
      test('it shows a good certificate', async () => {
        const seen = await run(trio.good.port, { startTls });
        expect(seen).toMatchObject(good);
        expect(seen.facts.tls?.chain[0]).toMatchObject({ subject: 'CN=peer.example', issuer: 'CN=root' });
        expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'tls', 'processing']);
      });
      test('it shows one that is out of date, and until when it was good', async () => {
        const seen = await run(trio.late.port, { startTls });
        expect(seen).toMatchObject(bad('certificate-expired', 'certificate-expired'));
        const since = Date.now() / 1000 - (seen.signals['certificate'] ?? 0);
        expect(since).toBeGreaterThan(86_400);
        expect(since).toBeLessThan(86_400 + 3600);
      });
      test('it shows one of nobody we trust', async () => {
        expect(await run(trio.good.port, { startTls }, [])).toMatchObject(
          bad('certificate-untrusted', 'certificate-untrusted'),
        );
      });
      test('it shows one for another name', async () => {
        expect(await run(trio.good.port, { startTls, serverName: 'x.example' })).toMatchObject(
          bad('certificate-name', 'certificate-name'),
        );
      });
      test('it has no TLS', async () => {
        expect(await run(trio.bare.port, { startTls })).toMatchObject({ ...bad('tls-not-offered'), depth: 'protocol' });
      });
    });

    test('it does not speak TLS at once on its plain port', async () => {
      const patience = contextHere([root.pem])(AbortSignal.timeout(1000));
      const seen = await tls({ check: checkOf('tls', {}), target: `127.0.0.1:${trio.good.port}` }, patience);
      expect(seen).toMatchObject({
        outcome: 'bad',
        reason: expect.stringMatching(/^(tls-handshake|closed-early|reset|no-answer)$/),
      });
    });
    if (implicit)
      test('it speaks TLS at once on its own port', async () => {
        expect(await run(trio.good.tlsPort, {})).toMatchObject(good);
      });
    test('it is stopped', async () => {
      expect(await run(gone, { startTls })).toMatchObject({ ...bad('refused'), depth: 'none' });
    });
  });
