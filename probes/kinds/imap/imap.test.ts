import { describe, expect, test } from 'vitest';
import type { Secret } from '../../../infra/landscape/model.ts';
import type { Secrets } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { type Line, scripted } from '../../testing/scripted.ts';
import { checkOf, contextHere, tcpStand } from '../../testing/servers.ts';
import { certifying, keepStands } from '../../testing/stands.ts';
import { imap } from './imap.ts';
import { mailboxName, quoted } from './words.ts';

const plain = { tls: 'none', allowPlain: false };
holdContract({
  kind: 'imap',
  probe: imap,
  wire: 'tcp',
  aim: (target, timeoutMs = 300) => ({ check: checkOf('imap', plain, { timeoutMs }), target }),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
  speaksFirst: true,
});

const peer = certifying('mail.example');
const stands = keepStands();

const password: Secret = { env: 'P' };
const login = { login: { user: 'probe', password } };
const secure = { tls: 'starttls', serverName: 'mail.example', allowPlain: false };
const open = { tls: 'none', allowPlain: true };
const secrets = { 'env:P': 'secret "word' };
const token = Buffer.from('\0probe\0secret "word').toString('base64');

const greeting = '* OK ready\r\n';
/** An answer to the command of this number. */
const answers = (number: number, when: string, status: string, ...untagged: readonly string[]): Line => ({
  when: new RegExp(`^f${number} ${when}\r\n`),
  say: `${untagged.map((line) => `* ${line}\r\n`).join('')}f${number} ${status}\r\n`,
});
const can = (number: number, more = ''): Line =>
  answers(number, 'CAPABILITY', 'OK done', `CAPABILITY IMAP4rev1 ${more}`.trim());
const start = answers(1, 'STARTTLS', 'OK begin');
const bye = (number: number): Line => answers(number, 'LOGOUT', 'OK done', 'BYE leaving');
const byLogin = (number: number, status: string) => answers(number, 'LOGIN "probe" "secret \\\\"word"', status);
const opened = (number: number, status = 'OK [READ-ONLY]', ...untagged: readonly string[]) =>
  answers(number, 'EXAMINE "INBOX"', status, ...untagged);

type Row = readonly [name: string, options: object, script: readonly Line[], expected: object, secrets?: Secrets];
const good = (depth: string, more: object = {}) => ({ outcome: 'good', reason: null, depth, ...more });
const bad = (reason: string, depth: string, message = '') => ({
  outcome: 'bad',
  reason,
  depth,
  message: expect.stringContaining(message),
});
const ours = (message: string) => ({
  outcome: 'unknown',
  reason: 'could-not-run',
  depth: 'none',
  message: expect.stringContaining(message),
});
const inside = { ...open, ...login, mailbox: 'INBOX' };
const entered = [greeting, can(1), byLogin(2, 'OK welcome')];
const rows: readonly Row[] = [
  ['is greeted and asks what it can', plain, [greeting, can(1), bye(2), 'end'], good('protocol')],
  ['is greeted as somebody already', plain, ['* PREAUTH hello\r\n', can(1), bye(2)], good('protocol')],
  ['is not served', plain, ['* BYE too many\r\n', 'end'], bad('rejected', 'protocol', 'got BYE too many')],
  ['meets somebody else', plain, ['+OK POP3 ready\r\n'], bad('protocol-error', 'transport')],
  [
    'meets IMAP of old',
    plain,
    [greeting, answers(1, 'CAPABILITY', 'OK', 'CAPABILITY IMAP2')],
    bad('unexpected-version', 'protocol'),
  ],
  [
    'meets a server that can nothing',
    plain,
    [greeting, answers(1, 'CAPABILITY', 'OK')],
    bad('protocol-error', 'protocol'),
  ],
  [
    'meets a server that does not tell',
    plain,
    [greeting, answers(1, 'CAPABILITY', 'BAD what')],
    bad('rejected', 'protocol'),
  ],
  [
    'hears an answer to another command',
    plain,
    [greeting, { when: /CAPA/, say: 'f9 OK done\r\n' }],
    bad('protocol-error', 'protocol'),
  ],
  [
    'is asked for more that it has not',
    plain,
    [greeting, { when: /CAPA/, say: '+ go on\r\n' }],
    bad('protocol-error', 'protocol'),
  ],
  [
    'meets a server that leaves',
    plain,
    [greeting, { when: /CAPA/, say: '* BYE shutting down\r\n' }, 'end'],
    bad('rejected', 'protocol', 'got BYE shutting down'),
  ],
  ['meets a server that just goes', plain, [greeting, 'end'], bad('closed-early', 'protocol')],
  [
    'hears without end',
    plain,
    [greeting, { when: /CAPA/, say: '* OK still\r\n'.repeat(1100) }],
    bad('answer-too-large', 'protocol'),
  ],
  ['meets a server that falls silent', plain, [greeting], bad('no-answer', 'protocol')],
  ['is not kept by a server that does not say goodbye', plain, [greeting, can(1)], good('protocol')],
  ['starts TLS', secure, [greeting, start, 'tls', can(1), bye(2)], good('protocol')],
  ['meets a server without TLS', secure, [greeting, answers(1, 'STARTTLS', 'NO')], bad('tls-not-offered', 'protocol')],
  [
    'meets a certificate for another name',
    { ...secure, serverName: 'other.example' },
    [greeting, start, 'tls'],
    bad('certificate-name', 'protocol'),
  ],
  ['speaks TLS from the start', { ...secure, tls: 'implicit' }, ['tls', greeting, can(1), bye(2)], good('protocol')],
  ['logs in by LOGIN', { ...open, ...login }, [...entered, bye(3)], good('session'), secrets],
  [
    'logs in by PLAIN at once under TLS',
    { ...secure, ...login },
    [greeting, start, 'tls', can(1, 'AUTH=PLAIN SASL-IR'), answers(2, `AUTHENTICATE PLAIN ${token}`, 'OK'), bye(3)],
    good('session'),
    secrets,
  ],
  [
    'logs in by PLAIN when it is asked',
    { ...open, ...login },
    [
      greeting,
      can(1, 'AUTH=PLAIN'),
      { when: /^f2 AUTHENTICATE PLAIN\r\n/, say: '+ \r\n' },
      { when: new RegExp(`^${token}\r\n`), say: 'f2 OK\r\n' },
      bye(3),
    ],
    good('session'),
    secrets,
  ],
  [
    'is let in before it has said who it is',
    { ...open, ...login },
    [greeting, can(1, 'AUTH=PLAIN'), answers(2, 'AUTHENTICATE PLAIN', 'OK welcome'), bye(3)],
    bad('protocol-error', 'protocol', 'that asks for more first, got "f2 OK welcome"'),
    secrets,
  ],
  [
    'is refused before it has said who it is',
    { ...open, ...login },
    [greeting, can(1, 'AUTH=PLAIN'), answers(2, 'AUTHENTICATE PLAIN', 'NO not so')],
    bad('login-refused', 'protocol', 'got NO not so'),
    secrets,
  ],
  [
    'is asked twice who it is',
    { ...open, ...login },
    [
      greeting,
      can(1, 'AUTH=PLAIN'),
      { when: /^f2 AUTHENTICATE PLAIN\r\n/, say: '+ \r\n' },
      { when: new RegExp(`^${token}\r\n`), say: '+ \r\n' },
    ],
    bad('protocol-error', 'protocol', 'got "+ "'),
    secrets,
  ],
  [
    'is asked for what it has said',
    { ...open, ...login },
    [greeting, can(1, 'AUTH=PLAIN SASL-IR'), { when: /^f2 AUTHENTICATE PLAIN .+\r\n/, say: '+ \r\n' }],
    bad('protocol-error', 'protocol', 'got "+ "'),
    secrets,
  ],
  [
    'is answered in the words of POP3',
    { ...open, ...login },
    [greeting, can(1, 'AUTH=PLAIN'), { when: /^f2 AUTHENTICATE PLAIN\r\n/, say: '+OK\r\n' }],
    bad('protocol-error', 'protocol', 'got "+OK"'),
    secrets,
  ],
  [
    'is not let in, and the password is not told',
    { ...open, ...login },
    [greeting, can(1), byLogin(2, 'NO [AUTHENTICATIONFAILED] secret "word is wrong')],
    bad('login-refused', 'protocol', 'got NO [AUTHENTICATIONFAILED] *** is wrong'),
    secrets,
  ],
  [
    'comes when nobody can look at a login',
    { ...open, ...login },
    [greeting, can(1), byLogin(2, 'NO [UNAVAILABLE] later')],
    bad('rejected', 'protocol'),
    secrets,
  ],
  [
    'may not log in',
    { ...open, ...login },
    [greeting, can(1, 'LOGINDISABLED')],
    bad('login-refused', 'protocol', 'LOGINDISABLED'),
    secrets,
  ],
  [
    'has a word that LOGIN does not take',
    { ...open, ...login },
    [greeting, can(1)],
    bad('login-refused', 'protocol', 'AUTH=PLAIN'),
    { 'env:P': 'sæcret' },
  ],
  [
    'is taken for somebody else',
    { ...open, ...login },
    ['* PREAUTH hi\r\n', can(1)],
    bad('login-refused', 'protocol'),
    secrets,
  ],
  [
    'counts the messages',
    inside,
    [...entered, opened(3, 'OK [READ-ONLY]', '17 EXISTS', '0 RECENT'), bye(4)],
    good('transaction', { signals: expect.objectContaining({ messages: 17 }) }),
    secrets,
  ],
  [
    'opens what is not there',
    inside,
    [...entered, opened(3, 'NO no such mailbox')],
    bad('query-failed', 'session'),
    secrets,
  ],
  ['is not told how many there are', inside, [...entered, opened(3)], bad('protocol-error', 'session'), secrets],
  ['keeps a password back from a plain connection', { ...plain, ...login }, [], ours('allowPlain'), secrets],
  ['has no password', { ...secure, ...login }, [], ours('the environment variable P')],
];

describe('a mailbox server', () => {
  for (const [name, options, script, expected, known = {}] of rows)
    test(name, async () => {
      const stand = await tcpStand(scripted(script, peer.issued()));
      stands.push(stand);
      const aim = { check: checkOf('imap', options), target: stand.target, secrets: known };
      const patience = JSON.stringify(expected).includes('no-answer') ? 300 : 5000;
      const seen = await imap(aim, contextHere([peer.root()])(AbortSignal.timeout(patience)));
      expect(seen).toMatchObject(expected);
      const told = `${seen.message}${seen.transcript}${JSON.stringify(seen.facts)}`;
      for (const secret of [known['env:P'], token]) expect(told).not.toContain(secret ?? token);
      expect(seen.signals['certificate'] !== undefined).toBe(script.includes('tls'));
    });
});

test.each([
  ['INBOX', '"INBOX"'],
  ['a "b" \\c', '"a \\"b\\" \\\\c"'],
  ['R&D', '"R&-D"'],
  ['Sygehus Æbeløgade', '"Sygehus &AMY-bel&APg-gade"'],
  ['台北', '"&U,BTFw-"'],
])('the mailbox %s is asked for as %s', (name, said) => expect(mailboxName(name)).toBe(said));

test.each([
  ['a"b\\c', '"a\\"b\\\\c"'],
  ['æ', null],
  ['a\r\nb', null],
])('%j is quoted as %s', (text, said) => expect(quoted(text)).toBe(said));
