import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../observation.ts';
import { describePeer } from '../../testing/peer.ts';
import { certify, type Holder } from '../../testing/pki.ts';
import { checkOf, contextHere, refusedPort } from '../../testing/servers.ts';
import { imap } from './imap.ts';
import { type Dovecot, startDovecot } from './testing/dovecot.ts';

const user = { name: 'probe', password: 'r"ight w\u00f8rd' };
const secrets = { 'env:RIGHT': user.password, 'env:WRONG': 'not it' };
const login = { login: { user: user.name, password: { env: 'RIGHT' } } };
const tls = { tls: 'starttls', serverName: 'mail.example', allowPlain: false };
const open = { tls: 'none', allowPlain: true };

const good = (depth: string, messages?: number) => ({
  outcome: 'good',
  depth,
  signals: messages === undefined ? {} : { messages },
});
const bad = (reason: string, depth: string) => ({ outcome: 'bad', reason, depth });

describePeer('imap against Dovecot', ['dovecot'], () => {
  let root: Holder;
  let secured: Dovecot;
  let bare: Dovecot;
  beforeAll(async () => {
    root = await certify('CN=root', { ca: true });
    const leaf = await certify('CN=mail.example', { by: root, names: ['mail.example'] });
    [secured, bare] = await Promise.all([
      startDovecot(user, { key: leaf.key, cert: leaf.pem }),
      startDovecot(user, null),
    ]);
  });
  afterAll(async () => {
    await Promise.all([secured?.stop(), bare?.stop()]);
  });
  const run = async (port: number, options: object, source = '127.0.0.1', patience = 10_000): Promise<Measurement> => {
    const context = { ...contextHere([root.pem])(AbortSignal.timeout(patience)), source };
    return await imap({ check: checkOf('imap', options), target: `127.0.0.1:${port}`, secrets }, context);
  };

  const rows: readonly (readonly [
    name: string,
    port: (of: typeof ports) => number,
    options: object,
    expected: object,
  ])[] = [
    ['is greeted in plain', ({ plain }) => plain, open, good('protocol')],
    ['starts TLS', ({ plain }) => plain, tls, good('protocol')],
    ['speaks TLS at once', ({ implicit }) => implicit, { ...tls, tls: 'implicit' }, good('protocol')],
    ['logs in by STARTTLS', ({ plain }) => plain, { ...tls, ...login }, good('session')],
    ['logs in over TLS', ({ implicit }) => implicit, { ...tls, tls: 'implicit', ...login }, good('session')],
    ['logs in in plain where that is allowed', ({ plain }) => plain, { ...open, ...login }, good('session')],
    ['counts messages', ({ plain }) => plain, { ...tls, ...login, mailbox: 'INBOX' }, good('transaction', 3)],
    [
      'opens a mailbox that is not there',
      ({ plain }) => plain,
      { ...tls, ...login, mailbox: 'K\u00f8' },
      bad('query-failed', 'session'),
    ],
    [
      'has a wrong password',
      ({ plain }) => plain,
      { ...tls, login: { user: user.name, password: { env: 'WRONG' } } },
      bad('login-refused', 'protocol'),
    ],
    ['wants TLS of a server without', ({ bare: port }) => port, tls, bad('tls-not-offered', 'protocol')],
    [
      'speaks TLS to a plain port',
      ({ plain }) => plain,
      { ...tls, tls: 'implicit' },
      bad('tls-handshake', 'transport'),
    ],
    ['waits for a greeting on a port of TLS', ({ implicit }) => implicit, open, bad('no-answer', 'transport')],
    [
      'looks for another name',
      ({ plain }) => plain,
      { ...tls, serverName: 'x.example' },
      bad('certificate-name', 'protocol'),
    ],
    ['comes to a stopped server', ({ gone }) => gone, tls, bad('refused', 'none')],
  ];
  const ports = { plain: 0, implicit: 0, bare: 0, gone: 0 };
  beforeAll(async () => {
    Object.assign(ports, {
      plain: secured.port,
      implicit: secured.tlsPort,
      bare: bare.port,
      gone: await refusedPort(),
    });
  });
  test.each(rows)('%s', async (_, port, options, expected) => {
    const silent = JSON.stringify(expected).includes('no-answer');
    const seen = await run(port(ports), options, '127.0.0.1', silent ? 500 : 10_000);
    expect(seen).toMatchObject(expected);
    expect(`${seen.message}${seen.transcript}`).not.toContain(user.password);
  });

  describe('from elsewhere', () => {
    test('a server that takes no login in plain refuses it, and none was sent', async () => {
      const seen = await run(bare.port, { ...open, ...login }, '127.0.0.2');
      expect(seen).toMatchObject(bad('login-refused', 'protocol'));
      expect(seen.transcript).not.toContain('AUTHENTICATE');
    });
  });
});
