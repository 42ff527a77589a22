import { describe, expect, test } from 'vitest';
import { type Line, scripted } from '../testing/scripted.ts';
import { checkOf, contextHere, tcpStand } from '../testing/servers.ts';
import { certifying, keepStands } from '../testing/stands.ts';
import { dial, endpointOf } from './dial.ts';
import { secure } from './handshake.ts';
import { measure } from './measure.ts';
import { type StartTls, startTls } from './starttls.ts';

const peer = certifying('peer.example');
const stands = keepStands();

const run = async (protocol: StartTls, script: readonly Line[]) => {
  const stand = await tcpStand(scripted(script, peer.issued()));
  stands.push(stand);
  const context = contextHere([peer.root()])(AbortSignal.timeout(script.length === 0 ? 300 : 5000));
  return await measure({ check: checkOf('tls'), target: stand.target }, context, async (notes) => {
    const at = { context, notes };
    const socket = await startTls(protocol, await dial(endpointOf(stand.target), context, notes), at);
    await secure(socket, { name: 'peer.example', trusted: true }, at);
  });
};

const greeting = '220 mail.example ESMTP\r\n';
const offers = { when: /^EHLO \[127.0.0.1\]\r\n/, say: '250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n' };
const yes = { when: /^STARTTLS\r\n/, say: '220 go ahead\r\n' };
/** The answer of a directory: message 1, extended, this result code. */
const extended = (code: number, id = 1) => String.fromCharCode(0x30, 12, 2, 1, id, 0x78, 7, 10, 1, code, 4, 0, 4, 0);
const asked = /1\.3\.6\.1\.4\.1\.1466\.20037/;
const ssl = /Ò.\/$/;
const good = { outcome: 'good', depth: 'protocol', reason: null };
const bad = (reason: string, depth = 'protocol') => ({ outcome: 'bad', reason, depth });

type Row = readonly [name: string, protocol: StartTls, script: readonly Line[], expected: object];
const rows: readonly Row[] = [
  ['mail that offers TLS and speaks it', 'smtp', [greeting, offers, yes, 'tls'], good],
  ['a greeting of several lines', 'smtp', ['220-a\r\n220-b\r\n220 c\r\n', offers, yes, 'tls'], good],
  ['mail without TLS', 'smtp', [greeting, { ...offers, say: '250 mail.example\r\n' }], bad('tls-not-offered')],
  [
    'mail that offers TLS and then has none',
    'smtp',
    [greeting, offers, { ...yes, say: '454 not now\r\n' }],
    bad('tls-not-offered'),
  ],
  ['mail that does not serve', 'smtp', ['554 no service\r\n'], bad('rejected')],
  ['mail that does not know EHLO', 'smtp', [greeting, { ...offers, say: '502 what\r\n' }], bad('rejected')],
  ['no mail at all', 'smtp', ['SSH-2.0-OpenSSH_9\r\n'], bad('protocol-error', 'transport')],
  ['replies that do not fit together', 'smtp', ['220-a\r\n250 b\r\n'], bad('protocol-error', 'transport')],
  ['a reply without end', 'smtp', ['220-a\r\n'.repeat(200)], bad('protocol-error', 'transport')],
  ['a line without end', 'smtp', [`220 ${'x'.repeat(20_000)}`], bad('answer-too-large', 'transport')],
  ['a server that greets and goes', 'smtp', [greeting, 'end'], bad('closed-early')],
  ['a greeting that breaks off', 'smtp', ['220 mai', 'end'], bad('closed-early', 'transport')],
  ['nothing at all', 'smtp', [], bad('no-answer', 'transport')],
  [
    'a word smuggled in before TLS',
    'smtp',
    [greeting, offers, { ...yes, say: '220 go ahead\r\n250 all is well\r\n' }, 'tls'],
    bad('protocol-error'),
  ],
  ['IMAP with TLS', 'imap', ['* OK ready\r\n', { when: /^f1 STARTTLS\r\n/, say: 'f1 OK begin\r\n' }, 'tls'], good],
  [
    'IMAP with a word on the way',
    'imap',
    ['* OK [CAPABILITY IMAP4rev1] {3}\r\nabc\r\n', { when: /STARTTLS/, say: '* OK one\r\nf1 OK begin\r\n' }, 'tls'],
    good,
  ],
  [
    'IMAP without TLS',
    'imap',
    ['* OK ready\r\n', { when: /STARTTLS/, say: 'f1 BAD what\r\n' }],
    bad('tls-not-offered'),
  ],
  ['IMAP that is logged in already', 'imap', ['* PREAUTH hello\r\n'], bad('tls-not-offered')],
  ['IMAP that does not serve', 'imap', ['* BYE too busy\r\n'], bad('rejected')],
  ['no IMAP', 'imap', ['220 mail\r\n'], bad('protocol-error', 'transport')],
  [
    'IMAP that answers another command',
    'imap',
    ['* OK ready\r\n', { when: /STARTTLS/, say: 'f2 OK begin\r\n' }],
    bad('protocol-error'),
  ],
  ['a literal without end', 'imap', ['* OK {9999999999}\r\n'], bad('answer-too-large', 'transport')],
  ['literals without end', 'imap', ['* OK {0}\r\n', '{0}\r\n'.repeat(100)], bad('answer-too-large', 'transport')],
  ['POP3 with TLS', 'pop3', ['+OK ready\r\n', { when: /^STLS\r\n/, say: '+OK begin\r\n' }, 'tls'], good],
  ['POP3 without TLS', 'pop3', ['+OK ready\r\n', { when: /^STLS\r\n/, say: '-ERR what\r\n' }], bad('tls-not-offered')],
  ['POP3 that does not serve', 'pop3', ['-ERR busy\r\n'], bad('rejected')],
  ['no POP3', 'pop3', ['+OKAY\r\n'], bad('protocol-error', 'transport')],
  ['PostgreSQL with TLS', 'postgres', [{ when: ssl, say: 'S' }, 'tls'], good],
  ['PostgreSQL without TLS', 'postgres', [{ when: ssl, say: 'N' }], bad('tls-not-offered')],
  ['PostgreSQL that refuses', 'postgres', [{ when: ssl, say: 'E' }], bad('rejected')],
  ['no PostgreSQL', 'postgres', [{ when: ssl, say: 'x' }], bad('protocol-error', 'transport')],
  ['PostgreSQL with a word too many', 'postgres', [{ when: ssl, say: 'SS' }, 'tls'], bad('protocol-error')],
  ['a directory with TLS', 'ldap', [{ when: asked, say: extended(0) }, 'tls'], good],
  ['a directory without TLS', 'ldap', [{ when: asked, say: extended(2) }], bad('tls-not-offered')],
  ['a directory that leaves', 'ldap', [{ when: asked, say: extended(52, 0) }], bad('rejected')],
  ['a directory that answers another', 'ldap', [{ when: asked, say: extended(0, 7) }], bad('mismatched-answer')],
  ['no directory', 'ldap', [{ when: asked, say: 'HTTP/1.1 400\r\n' }], bad('protocol-error', 'transport')],
  ['TLS promised and not spoken', 'postgres', [{ when: ssl, say: 'S' }, 'end'], bad('closed-early')],
];

describe('what is said before TLS', () => {
  test.each(rows)('%s (%s)', async (_, protocol, script, expected) => {
    expect(await run(protocol, script)).toMatchObject(expected);
  });
});
