import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { kindOf } from '../kinds.ts';
import { imap } from './imap.ts';
import { smtp } from './smtp.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';

const kinds = { imap, smtp, tcp, tls } as const;
const wrong = (kind: keyof typeof kinds, written: object): readonly string[] => {
  const parsed = z.strictObject(kinds[kind].written).safeParse(written);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return (kindOf(kind).whole?.(parsed.data) ?? []).map(({ path, expected }) => `${path.join('.')}: ${expected}`);
};
const options = (kind: keyof typeof kinds, written: object): unknown => {
  const parsed = z.strictObject(kinds[kind].written).parse(written);
  return kindOf(kind).normal(parsed, {});
};

const password = { env: 'P' };
const login = { user: 'probe', password };
const client = { certificate: { file: 'c.pem' }, key: { file: 'k.pem' } };

test.each<readonly [string, keyof typeof kinds, object, readonly string[]]>([
  ['a login in plain', 'smtp', { login }, ["login: tls: 'starttls' or 'implicit' beside it, or allowPlain: true"]],
  ['a login in plain where that is said', 'smtp', { login, allowPlain: true }, []],
  ['a login by STARTTLS', 'imap', { login, tls: 'starttls' }, []],
  [
    'a password as it stands',
    'smtp',
    { login: { user: 'a', password: 'b' }, tls: 'implicit' },
    ["login.password: { env: 'NAME' } or { file: 'name' }"],
  ],
  ['a certificate of our own without TLS', 'imap', { client }, ["client: tls: 'starttls' or 'implicit' beside it"]],
  [
    'an oldest version without TLS',
    'smtp',
    { minVersion: '1.3' },
    ["minVersion: tls: 'starttls' or 'implicit' beside it"],
  ],
  ['a mailbox without a login', 'imap', { mailbox: 'INBOX' }, ['mailbox: login beside it']],
  [
    'a mailbox of two lines',
    'imap',
    { mailbox: 'a\nb', login, tls: 'implicit' },
    ['mailbox: the name of a mailbox, such as INBOX'],
  ],
  ['a name that is none', 'smtp', { hello: 'a b' }, ['hello: a host name such as probe.example']],
  [
    'two dialogues',
    'tcp',
    { expect: { dialogue: [{ send: 'a' }], lines: [{ send: 'a' }] } },
    ['expect: either dialogue or lines'],
  ],
  ['no step', 'tcp', { expect: { dialogue: [] } }, ['expect.dialogue: at least one step']],
  [
    'a step of two sorts',
    'tcp',
    { expect: { dialogue: [{ send: 'a', expect: 'b' }] } },
    [
      'expect.dialogue.0: one of { send }, { sendHex }, { expect }, { expectHex }, { expectBytes } and { startTls: true }',
    ],
  ],
  [
    'a line that expects twice',
    'tcp',
    { expect: { lines: [{ expect: 'a', expectBytes: 'b' }] } },
    ['expect.lines.0: either expect or expectBytes'],
  ],
  [
    'TLS within TLS',
    'tcp',
    { expect: { tls: true, dialogue: [{ startTls: true }] } },
    ['expect.dialogue: TLS to be started once'],
  ],
  [
    'TLS twice',
    'tcp',
    { expect: { lines: [{ startTls: true }, { startTls: true }] } },
    ['expect.lines: TLS to be started once'],
  ],
  ['a certificate of our own in plain', 'tcp', { client }, ['client: TLS in expect beside it']],
  [
    'a certificate of our own where TLS begins later',
    'tcp',
    { client, expect: { dialogue: [{ startTls: true }] } },
    [],
  ],
  [
    'words before TLS that nobody knows',
    'tls',
    { startTls: 'xmpp' },
    ['startTls: one of smtp, imap, pop3, postgres, ldap'],
  ],
  ['a version there is not', 'tls', { expect: { minVersion: '2' } }, ['expect.minVersion: one of 1.0, 1.1, 1.2, 1.3']],
])('%s (%s %j)', (_, kind, written, findings) => expect(wrong(kind, written)).toEqual(findings));

describe('what a probe reads', () => {
  test.each<readonly [keyof typeof kinds, object, object]>([
    ['tls', {}, {}],
    [
      'tls',
      {
        startTls: 'ldap',
        client,
        ca: [{ file: 'ca.pem' }],
        expect: { serverName: 'a', trusted: false, minVersion: '1.3' },
      },
      { startTls: 'ldap', client, ca: [{ file: 'ca.pem' }], serverName: 'a', trusted: false, minVersion: '1.3' },
    ],
    ['smtp', {}, { tls: 'none', allowPlain: false }],
    ['smtp', { tls: 'starttls', login, hello: 'a.b' }, { tls: 'starttls', allowPlain: false, login, hello: 'a.b' }],
    ['imap', { tls: 'implicit', login, mailbox: 'X' }, { tls: 'implicit', allowPlain: false, login, mailbox: 'X' }],
    [
      'tcp',
      { expect: { dialogue: [{ expect: /^a/i }, { send: 'b', expand: true }, { send: 'c' }, { startTls: true }] } },
      { dialogue: [{ expect: '(?i)^a' }, { send: 'b', expand: true }, { send: 'c' }, { startTls: true }] },
    ],
    ['tcp', { expect: { lines: [{ expect: /a/, send: 'b' }] } }, { lines: [{ expect: 'a', send: 'b' }] }],
  ])('%s %j', (kind, written, expected) => expect(options(kind, written)).toEqual(expected));

  test.each<readonly [keyof typeof kinds, object, string, readonly string[]]>([
    ['smtp', {}, 'protocol', []],
    ['smtp', { tls: 'starttls', login }, 'session', ['certificate']],
    ['imap', { tls: 'starttls', login, mailbox: 'INBOX' }, 'transaction', ['certificate', 'messages']],
    ['tcp', {}, 'transport', []],
    ['tcp', { expect: { lines: [{ startTls: true }] } }, 'protocol', ['certificate']],
    ['tls', { startTls: 'smtp' }, 'session', ['certificate']],
  ])('%s %j goes to %s and measures %j', (kind, written, depth, measures) => {
    const read = options(kind, written);
    expect(kindOf(kind).depth(read)).toBe(depth);
    expect(kindOf(kind).measures(read, false)).toEqual(measures);
  });
});
