import { describe, expect, test } from 'vitest';
import type { Secret } from '../../../infra/landscape/model.ts';
import type { Secrets } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { type Line, scripted } from '../../testing/scripted.ts';
import { checkOf, contextHere, tcpStand } from '../../testing/servers.ts';
import { certifying, keepStands } from '../../testing/stands.ts';
import { smtp } from './smtp.ts';

const plain = { tls: 'none', allowPlain: false };
holdContract({
  kind: 'smtp',
  probe: smtp,
  wire: 'tcp',
  aim: (target, timeoutMs = 300) => ({ check: checkOf('smtp', plain, { timeoutMs }), target }),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
  speaksFirst: true,
});

const peer = certifying('mail.example');
const stands = keepStands();

const password: Secret = { env: 'P' };
const login = { login: { user: 'probe', password } };
const secure = { tls: 'starttls', serverName: 'mail.example', allowPlain: false };
const open = { tls: 'none', allowPlain: true };
const secrets = { 'env:P': 'sæcret word' };
const token = Buffer.from('\0probe\0sæcret word').toString('base64');

const greeting = '220 mail.example ESMTP\r\n';
const ehlo = (...offers: readonly string[]): Line => ({
  when: /^EHLO \[127\.0\.0\.1\]\r\n/,
  say: ['mail.example', ...offers].map((one, at) => `250${at < offers.length ? '-' : ' '}${one}\r\n`).join(''),
});
const start: Line = { when: /^STARTTLS\r\n/, say: '220 go ahead\r\n' };
const bye: Line = { when: /^QUIT\r\n/, say: '221 bye\r\n' };
const takes = (reply: string): Line => ({
  when: new RegExp(`^AUTH PLAIN ${token.replaceAll('+', '\\+')}\r\n`),
  say: reply,
});

type Row = readonly [name: string, options: object, script: readonly Line[], expected: object, secrets?: Secrets];
const good = (depth: string) => ({ outcome: 'good', reason: null, depth });
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
const rows: readonly Row[] = [
  ['is greeted and says hello', plain, [greeting, ehlo('SIZE 10'), bye, 'end'], good('protocol')],
  [
    'says the name it is given',
    { ...plain, hello: 'probe.example' },
    [greeting, { when: /^EHLO probe\.example\r\n/, say: '250 mail.example\r\n' }, bye],
    good('protocol'),
  ],
  ['is not served', plain, ['554 go away\r\n'], bad('rejected', 'protocol', 'got 554 go away')],
  ['comes when there are too many', plain, ['421 too many\r\n', 'end'], bad('rejected', 'protocol', '421')],
  ['is not welcome', plain, [greeting, { when: /EHLO/, say: '550 who are you\r\n' }], bad('rejected', 'protocol')],
  ['meets somebody else', plain, ['SSH-2.0-OpenSSH_9.2\r\n'], bad('protocol-error', 'transport')],
  [
    'meets a reply that is none',
    plain,
    [greeting, { when: /EHLO/, say: '250x\r\n' }],
    bad('protocol-error', 'protocol'),
  ],
  ['meets a server that leaves', plain, [greeting, 'end'], bad('closed-early', 'protocol')],
  [
    'meets a server that resets',
    plain,
    [greeting, 'reset'],
    { outcome: 'bad', reason: expect.stringMatching(/^(reset|closed-early)$/) },
  ],
  ['meets a server that falls silent', plain, [greeting], bad('no-answer', 'protocol')],
  ['is not kept by a server that does not say goodbye', plain, [greeting, ehlo()], good('protocol')],
  ['starts TLS', secure, [greeting, ehlo('STARTTLS'), start, 'tls', ehlo(), bye], good('protocol')],
  ['meets a server without TLS', secure, [greeting, ehlo('SIZE')], bad('tls-not-offered', 'protocol')],
  [
    'meets a certificate for another name',
    { ...secure, serverName: 'other.example' },
    [greeting, ehlo('STARTTLS'), start, 'tls'],
    bad('certificate-name', 'protocol'),
  ],
  ['speaks TLS from the start', { ...secure, tls: 'implicit' }, ['tls', greeting, ehlo(), bye], good('protocol')],
  [
    'logs in under TLS',
    { ...secure, ...login },
    [greeting, ehlo('STARTTLS'), start, 'tls', ehlo('AUTH LOGIN PLAIN'), takes('235 welcome\r\n'), bye],
    good('session'),
    secrets,
  ],
  [
    'takes what is offered under TLS alone',
    { ...secure, ...login },
    [greeting, ehlo('STARTTLS', 'AUTH PLAIN'), start, 'tls', ehlo()],
    bad('login-refused', 'protocol', 'got none'),
    secrets,
  ],
  [
    'logs in by LOGIN where there is no PLAIN',
    { ...open, ...login },
    [
      greeting,
      ehlo('AUTH=LOGIN'),
      { when: /^AUTH LOGIN\r\n/, say: '334 VXNlcm5hbWU6\r\n' },
      { when: /^cHJvYmU=\r\n/, say: '334 UGFzc3dvcmQ6\r\n' },
      { when: /^c8OmY3JldCB3b3Jk\r\n/, say: '235 welcome\r\n' },
      bye,
    ],
    good('session'),
    secrets,
  ],
  [
    'is not let in',
    { ...open, ...login },
    [greeting, ehlo('AUTH PLAIN'), takes('535 no: s\xc3\xa6cret word is wrong\r\n')],
    bad('login-refused', 'protocol', 'got 535 no: *** is wrong'),
    secrets,
  ],
  [
    'comes when nobody can look at a login',
    { ...open, ...login },
    [greeting, ehlo('AUTH PLAIN'), takes('454 later\r\n')],
    bad('rejected', 'protocol'),
    secrets,
  ],
  [
    'is refused in the middle of LOGIN',
    { ...open, ...login },
    [greeting, ehlo('AUTH LOGIN'), { when: /^AUTH LOGIN\r\n/, say: '504 no\r\n' }],
    bad('login-refused', 'protocol', '504'),
    secrets,
  ],
  [
    'is let in without a name',
    { ...open, ...login },
    [greeting, ehlo('AUTH LOGIN'), { when: /^AUTH LOGIN\r\n/, say: '235 welcome\r\n' }, bye],
    bad('protocol-error', 'protocol', 'expected 334 that asks for a name, got 235'),
    secrets,
  ],
  [
    'is let in without a password',
    { ...open, ...login },
    [
      greeting,
      ehlo('AUTH LOGIN'),
      { when: /^AUTH LOGIN\r\n/, say: '334 VXNlcm5hbWU6\r\n' },
      { when: /^cHJvYmU=\r\n/, say: '235 welcome\r\n' },
      bye,
    ],
    bad('protocol-error', 'protocol', 'expected 334 that asks for a password, got 235'),
    secrets,
  ],
  [
    'is refused for its name alone',
    { ...open, ...login },
    [
      greeting,
      ehlo('AUTH LOGIN'),
      { when: /^AUTH LOGIN\r\n/, say: '334 VXNlcm5hbWU6\r\n' },
      { when: /^cHJvYmU=\r\n/, say: '535 nobody\r\n' },
    ],
    bad('login-refused', 'protocol', '535'),
    secrets,
  ],
  [
    'comes in the middle of LOGIN when nobody can look',
    { ...open, ...login },
    [greeting, ehlo('AUTH LOGIN'), { when: /^AUTH LOGIN\r\n/, say: '421 later\r\n' }],
    bad('rejected', 'protocol', '421'),
    secrets,
  ],
  [
    'is asked for more than a password',
    { ...open, ...login },
    [
      greeting,
      ehlo('AUTH LOGIN'),
      { when: /^AUTH LOGIN\r\n/, say: '334 VXNlcm5hbWU6\r\n' },
      { when: /^cHJvYmU=\r\n/, say: '334 UGFzc3dvcmQ6\r\n' },
      { when: /^c8OmY3JldCB3b3Jk\r\n/, say: '334 \r\n' },
    ],
    bad('protocol-error', 'protocol', 'expected 235 to a login, got 334'),
    secrets,
  ],
  [
    'is asked for what it has said',
    { ...open, ...login },
    [greeting, ehlo('AUTH PLAIN'), takes('334 \r\n')],
    bad('protocol-error', 'protocol', 'got 334'),
    secrets,
  ],
  [
    'is answered as if it had asked for something else',
    { ...open, ...login },
    [greeting, ehlo('AUTH PLAIN'), takes('250 ok\r\n'), bye],
    bad('protocol-error', 'protocol', 'got 250'),
    secrets,
  ],
  [
    'meets ways to log in that it has not',
    { ...open, ...login },
    [greeting, ehlo('AUTH GSSAPI CRAM-MD5')],
    bad('login-refused', 'protocol', 'got GSSAPI CRAM-MD5'),
    secrets,
  ],
  ['keeps a password back from a plain connection', { ...plain, ...login }, [], ours('allowPlain'), secrets],
  ['has no password', { ...secure, ...login }, [], ours('the environment variable P')],
  ['has an empty password', { ...secure, ...login }, [], ours('empty'), { 'env:P': '' }],
  ['has a password of two lines', { ...secure, ...login }, [], ours('one line'), { 'env:P': 'a\nb' }],
];

describe('a mail server', () => {
  for (const [name, options, script, expected, known = {}] of rows)
    test(name, async () => {
      const stand = await tcpStand(scripted(script, peer.issued()));
      stands.push(stand);
      const aim = { check: checkOf('smtp', options), target: stand.target, secrets: known };
      const patience = JSON.stringify(expected).includes('no-answer') ? 300 : 5000;
      const seen = await smtp(aim, contextHere([peer.root()])(AbortSignal.timeout(patience)));
      expect(seen).toMatchObject(expected);
      const told = `${seen.message}${seen.transcript}${JSON.stringify(seen.facts)}`;
      for (const secret of ['cret word', token, 'c8OmY3JldCB3b3Jk']) expect(told).not.toContain(secret);
      expect(seen.signals['certificate'] !== undefined).toBe(script.includes('tls'));
    });
});
