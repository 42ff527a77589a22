import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePeer } from '../../testing/peer.ts';
import { certify } from '../../testing/pki.ts';
import { checkOf, contextHere, refusedPort } from '../../testing/servers.ts';
import { type Dovecot, startDovecot } from '../imap/testing/dovecot.ts';
import { smtp } from './smtp.ts';
import { type Postfix, startPostfix } from './testing/postfix.ts';

const user = { name: 'probe', password: 'r"ight w\u00f8rd' };
const secrets = { 'env:RIGHT': user.password, 'env:WRONG': 'not it' };
const login = { login: { user: user.name, password: { env: 'RIGHT' } } };
const wrong = { login: { user: user.name, password: { env: 'WRONG' } } };
const tls = { tls: 'starttls', serverName: 'mail.example', allowPlain: false };
const implicit = { ...tls, tls: 'implicit' };
const open = { tls: 'none', allowPlain: true };

const good = (depth: string) => ({ outcome: 'good', depth });
const bad = (reason: string, depth: string) => ({ outcome: 'bad', reason, depth });
type Port = 'port' | 'tlsPort' | 'plainPort' | 'barePort' | 'closedPort' | 'gone';
type Row = readonly [name: string, port: Port, options: object, expected: object];
const rows: readonly Row[] = [
  ['is greeted in plain', 'barePort', open, good('protocol')],
  ['gives a name of its own', 'barePort', { ...open, hello: 'probe.example' }, good('protocol')],
  ['starts TLS', 'port', tls, good('protocol')],
  ['speaks TLS at once', 'tlsPort', implicit, good('protocol')],
  ['logs in by STARTTLS', 'port', { ...tls, ...login }, good('session')],
  ['logs in over TLS', 'tlsPort', { ...implicit, ...login }, good('session')],
  ['logs in in plain where that is allowed', 'plainPort', { ...open, ...login }, good('session')],
  ['has a wrong password', 'port', { ...tls, ...wrong }, bad('login-refused', 'protocol')],
  ['finds no login offered in plain', 'port', { ...open, ...login }, bad('login-refused', 'protocol')],
  ['wants TLS of a server without', 'barePort', tls, bad('tls-not-offered', 'protocol')],
  ['speaks TLS to a plain port', 'port', implicit, bad('tls-handshake', 'transport')],
  ['waits for a greeting on a port of TLS', 'tlsPort', open, bad('no-answer', 'transport')],
  ['looks for another name', 'port', { ...tls, serverName: 'x.example' }, bad('certificate-name', 'protocol')],
  ['is not let in', 'closedPort', open, bad('rejected', 'protocol')],
  ['comes to a stopped server', 'gone', open, bad('refused', 'none')],
];

describePeer('smtp against Postfix', ['postfix', 'dovecot'], () => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  let gone = 0;
  let trust: readonly string[] = [];
  beforeAll(async () => {
    const root = await certify('CN=root', { ca: true });
    const leaf = await certify('CN=mail.example', { by: root, names: ['mail.example'] });
    trust = [root.pem];
    dovecot = await startDovecot(user, null);
    postfix = await startPostfix({ key: leaf.key, cert: leaf.pem }, dovecot.authPort);
    gone = await refusedPort();
  });
  afterAll(async () => {
    await postfix?.stop();
    await dovecot?.stop();
  });
  test.each(rows)('%s', async (_, port, options, expected) => {
    const patience = JSON.stringify(expected).includes('no-answer') ? 500 : 10_000;
    const target = `127.0.0.1:${port === 'gone' ? gone : postfix[port]}`;
    const seen = await smtp(
      { check: checkOf('smtp', options), target, secrets },
      contextHere(trust)(AbortSignal.timeout(patience)),
    );
    expect(seen).toMatchObject(expected);
    expect(`${seen.message}${seen.transcript}`).not.toContain(user.password);
  });
});
