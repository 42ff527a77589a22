import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TcpOptions } from '../../../infra/landscape/kinds/tcp.ts';
import { describePeer } from '../../testing/peer.ts';
import { certify } from '../../testing/pki.ts';
import { checkOf, contextHere, refusedPort } from '../../testing/servers.ts';
import { type Dovecot, startDovecot } from '../imap/testing/dovecot.ts';
import { type Postfix, startPostfix } from '../smtp/testing/postfix.ts';
import { postgresPrograms, type Standing, startPostgres, startSlapd } from '../tls/testing/servers.ts';
import { tcp } from './tcp.ts';

type Place = 'mail' | 'mails' | 'bare' | 'directory' | 'database' | 'gone';
type Row = readonly [name: string, place: Place, options: TcpOptions, expected: object];

const good = (captured?: object) => ({
  outcome: 'good',
  depth: 'transaction',
  ...(captured === undefined ? {} : { facts: { captured } }),
});
const bad = (reason: string, failedOn?: string) => ({
  outcome: 'bad',
  reason,
  ...(failedOn === undefined ? {} : { facts: { failedOn } }),
});
const starts = [
  { expect: '^220 (?P<host>\\S+) ESMTP' },
  { send: 'EHLO probe.example\r\n' },
  { expect: '250.STARTTLS(?s:.*)250 \\w+\r\n' },
  { send: 'STARTTLS\r\n' },
  { expect: '^220 .*\r\n' },
  { startTls: true },
] as const;
const secret = [
  { send: 'EHLO probe.example\r\n' },
  { expect: '250.AUTH' },
  { send: 'QUIT\r\n' },
  { expect: '^(?s:.*)221 ' },
] as const;
const inLines = [
  { expect: '^220 ([^ ]+) ESMTP (.+)$', labels: [{ name: 'host', value: '$1' }], send: 'EHLO prober' },
  { expect: '^250-STARTTLS', send: 'STARTTLS' },
  { expect: '^220', startTls: true },
  { send: 'EHLO prober' },
  { expect: '^250-AUTH', send: 'QUIT' },
] as const;
/** StartTLS to a directory, as bytes; and its answer: extended, success. */
const directory = [
  { sendHex: '301d02010177188016312e332e362e312e342e312e313436362e3230303337' },
  { expectHex: '02010178070a0100' },
  { expectHex: '04000400' },
  { startTls: true },
] as const;
const database = [{ sendHex: '0000000804d2162f' }, { expectBytes: 'S' }, { startTls: true }] as const;

const rows: readonly Row[] = [
  ['mail is greeted, secured and left', 'mail', { dialogue: [...starts, ...secret] }, good({ host: 'mail.example' })],
  [
    'mail is told what it said',
    'bare',
    { dialogue: [{ expect: '^220 (\\S+) .*\r\n' }, { send: 'HELO $1\r\n', expand: true }, { expect: '^250 mail' }] },
    good(),
  ],
  ['the same in lines', 'mail', { lines: inLines }, good({ host: 'mail.example' })],
  ['mail over TLS at once', 'mails', { tls: true, dialogue: [{ expect: '^220 ' }] }, good()],
  ['a directory is secured', 'directory', { dialogue: directory }, good()],
  ['a database is secured', 'database', { dialogue: database }, good()],
  ['a greeting that is another', 'bare', { dialogue: [{ expect: '^554 ' }] }, bad('unexpected-answer', 'regex')],
  [
    'a line that does not come',
    'bare',
    { lines: [{ send: 'QUIT' }, { expect: '^250' }] },
    bad('unexpected-answer', 'regex'),
  ],
  [
    'bytes that are others',
    'database',
    { dialogue: [{ sendHex: '0000000804d2162f' }, { expectBytes: 'N' }] },
    bad('unexpected-answer', 'bytes'),
  ],
  [
    'mail without TLS',
    'bare',
    {
      lines: [
        { expect: '^220', send: 'STARTTLS' },
        { expect: '^220', startTls: true },
      ],
    },
    bad('unexpected-answer'),
  ],
  [
    'a certificate for another name',
    'mail',
    { serverName: 'x.example', dialogue: [...starts, ...secret] },
    bad('certificate-name'),
  ],
  ['TLS where there is none', 'bare', { tls: true }, bad('tls-handshake')],
  ['a stopped server', 'gone', { dialogue: [{ expect: '^220 ' }] }, bad('refused')],
];

describePeer('tcp against Postfix, slapd and PostgreSQL', ['postfix', 'dovecot', 'slapd', ...postgresPrograms], () => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  let slapd: Standing;
  let postgres: Standing;
  let trust: readonly string[] = [];
  const ports = { mail: 0, mails: 0, bare: 0, directory: 0, database: 0, gone: 0 };
  beforeAll(async () => {
    const root = await certify('CN=root', { ca: true });
    const { key, pem: cert } = await certify('CN=peer.example', { by: root, names: ['peer.example'] });
    trust = [root.pem];
    dovecot = await startDovecot({ name: 'probe', password: 'right' }, null);
    postfix = await startPostfix({ key, cert }, dovecot.authPort);
    slapd = await startSlapd({ key, cert });
    postgres = await startPostgres({ key, cert });
    Object.assign(ports, {
      mail: postfix.port,
      mails: postfix.tlsPort,
      bare: postfix.barePort,
      directory: slapd.port,
      database: postgres.port,
      gone: await refusedPort(),
    });
  }, 60_000);
  afterAll(async () => {
    for (const peer of [postfix, dovecot, slapd, postgres]) await peer?.stop();
  }, 60_000);

  test.each(rows)('%s', async (_, place, options, expected) => {
    // A dialogue in lines goes on to its deadline where no line matches.
    const patience = place === 'bare' && options.lines !== undefined ? 2000 : 10_000;
    const check = checkOf('tcp', { serverName: 'peer.example', ...options }, { depth: 'transaction' });
    const seen = await tcp(
      { check, target: `127.0.0.1:${ports[place]}` },
      contextHere(trust)(AbortSignal.timeout(patience)),
    );
    expect(seen).toMatchObject(expected);
  });
});
