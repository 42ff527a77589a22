import type { Socket } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { LdapOptions } from '../../../infra/landscape/kinds/ldap.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import { ldap as demo, gather } from '../../../scripts/demo/protocols/lines.ts';
import type { Aim } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, type Stand, tcpStand } from '../../testing/servers.ts';
import { element, elementsIn, integer, integerOf, octets } from '../../wire/ldap/ber.ts';
import { ldap } from './ldap.ts';

const plain: LdapOptions = { tls: 'none', allowPlain: false };
const password = { env: 'PASSWORD' };
const login: LdapOptions = { tls: 'none', allowPlain: true, bind: { dn: 'cn=probe,dc=example', password } };
const search = {
  base: 'dc=example',
  scope: 'sub' as const,
  filter: '(uid=*)',
  attributes: ['uid'],
  values: { mail: '@example$' },
  atLeast: 2,
  most: 3,
};
const aimOf = (options: LdapOptions, target: string, timeoutMs = 500): Aim => ({
  check: checkOf('ldap', options, { timeoutMs }),
  target,
  secrets: { 'env:PASSWORD': 'kat-på-taget', 'env:EMPTY': '' },
});

holdContract({
  kind: 'ldap',
  probe: ldap,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => aimOf(plain, endpoint, timeoutMs),
  reasons: { garbage: 'protocol-error', drip: 'protocol-error' },
});

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});

const result = (tag: number, code = 0, said = ''): Buffer =>
  element(tag, integer(code, 0x0a), octets(''), octets(said));
const answer = (id: number, operation: Buffer): Buffer => element(0x30, integer(id), operation);
const attribute = (name: string, ...values: string[]): Buffer =>
  element(0x30, octets(name), element(0x31, ...values.map((value) => octets(value))));
const entry = (...attributes: Buffer[]): Buffer =>
  element(0x64, octets('uid=a,dc=example'), element(0x30, ...attributes));
const person = (uid: string): Buffer => entry(attribute('UID', uid), attribute('Mail', 'x', `${uid}@example`));

/** Answers each request by its tag, with its own number unless the row says otherwise. */
const speaking =
  (replies: Readonly<Record<number, (id: number) => readonly Buffer[]>>) =>
  (socket: Socket): void =>
    gather(socket, (buffer) => {
      const length = 2 + (buffer[1] ?? 0);
      if (buffer.length < 2 || buffer.length < length) return 0;
      const [number, operation] = elementsIn(buffer.subarray(2, length));
      if (number === undefined || operation === undefined) return length;
      for (const reply of replies[operation.tag]?.(integerOf(number)) ?? []) socket.write(reply);
      if (operation.tag === 0x42) socket.end();
      return length;
    });
const bound = { 96: (id: number) => [answer(id, result(0x61))] };
const finding = (found: readonly Buffer[], code = 0) => ({
  ...bound,
  99: (id: number) => [...found.map((one) => answer(id, one)), answer(id, result(0x65, code))],
});
const asking: LdapOptions = { ...plain, search };
const starting: LdapOptions = { ...plain, tls: 'starttls' };
const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const unable = (message: unknown) => ({ outcome: 'unknown', reason: 'could-not-run', message });

type Row = readonly [string, LdapOptions, (socket: Socket) => void, object];
const rows: readonly Row[] = [
  ['an anonymous bind that is answered is good', plain, demo, { outcome: 'good', depth: 'protocol' }],
  ['a bind with a name is a session', login, speaking(bound), { outcome: 'good', depth: 'session' }],
  [
    'entries that count are enough: names of attributes know no case',
    asking,
    speaking(finding([person('a'), person('b')])),
    { outcome: 'good', depth: 'transaction', signals: { entries: 2, matching: 2, duration: expect.any(Number) } },
  ],
  [
    'an entry without the attribute or with another value does not count',
    asking,
    speaking(finding([person('a'), entry(attribute('uid', 'b')), entry(attribute('mail', 'c@example'))])),
    bad('unexpected-answer', 'expected at least 2 entries that count, got 1 of 3'),
  ],
  [
    'references to elsewhere are passed over',
    asking,
    speaking(finding([element(0x73, octets('ldap://other/')), person('a'), person('b')])),
    { outcome: 'good' },
  ],
  [
    'a limit that was reached is no harm when enough came',
    asking,
    speaking(finding([person('a'), person('b')], 4)),
    { outcome: 'good' },
  ],
  ['and is a failure when too little came', asking, speaking(finding([person('a')], 4)), bad('query-failed')],
  [
    'more entries than were asked for are too many',
    asking,
    speaking(finding(Array.from({ length: 4 }, () => person('a')))),
    bad('answer-too-large'),
  ],
  [
    'a search that fails is named',
    asking,
    speaking(finding([], 32)),
    bad('query-failed', 'expected entries, got noSuchObject (32)'),
  ],
  [
    'an answer to another request is another answer',
    plain,
    speaking({ 96: (id) => [answer(id + 1, result(0x61))] }),
    bad('mismatched-answer', 'expected an answer to request 1, got one to 2'),
  ],
  [
    'a notice that the server leaves is a rejection',
    plain,
    speaking({ 96: () => [answer(0, result(0x78, 52))] }),
    bad('rejected', 'expected to be served, got unavailable (52)'),
  ],
  ['a busy server rejects', login, speaking({ 96: (id) => [answer(id, result(0x61, 51))] }), bad('rejected')],
  [
    'a refused login is named, also as Active Directory means it',
    login,
    speaking({ 96: (id) => [answer(id, result(0x61, 49, '80090308: comment: AcceptSecurityContext, data 775, v1'))] }),
    bad('login-refused', 'expected a bind, got invalidCredentials (49): the account is locked'),
  ],
  [
    'another operation in answer to a bind is no LDAP',
    plain,
    speaking({ 96: (id) => [answer(id, result(0x65))] }),
    bad('protocol-error'),
  ],
  [
    'a server that does not know StartTLS does not offer it',
    starting,
    speaking({ 119: (id) => [answer(id, result(0x78, 2))] }),
    bad('tls-not-offered', 'expected StartTLS, got protocolError (2)'),
  ],
  [
    'what is slipped in before TLS is not taken as said in it',
    starting,
    speaking({ 119: (id) => [Buffer.concat([answer(id, result(0x78)), answer(2, result(0x61))])] }),
    bad('protocol-error', expect.stringContaining('more than was asked for before TLS')),
  ],
  [
    'a length beyond all bounds is not waited for',
    plain,
    (socket) => void socket.once('data', () => socket.write(Buffer.from('3084ffffffff', 'hex'))),
    bad('answer-too-large'),
  ],
  [
    'entries without end are too much',
    { ...plain, search: { ...search, most: 1000 } },
    speaking(finding(Array.from({ length: 20 }, () => entry(attribute('uid', 'x'.repeat(60_000)))))),
    bad('answer-too-large'),
  ],
  [
    'a password never goes over a connection without TLS unasked',
    { ...login, allowPlain: false },
    speaking(bound),
    unable(expect.stringContaining('allowPlain')),
  ],
  [
    'an empty password would be an anonymous bind, and is not tried',
    { ...login, bind: { dn: 'cn=probe', password: { env: 'EMPTY' } } },
    speaking(bound),
    unable(expect.stringContaining('an empty one')),
  ],
  [
    'a password that could not be read is our own trouble',
    { ...login, bind: { dn: 'cn=probe', password: { env: 'GONE' } } },
    speaking(bound),
    unable(expect.stringContaining('GONE')),
  ],
];

test.each(rows)('%s', async (_, options, server, expected) => {
  const stand = await tcpStand(server);
  stands.push(stand);
  const seen = await ldap(aimOf(options, stand.target), contextHere()(AbortSignal.timeout(2000)));
  expect(seen).toMatchObject(expected);
  expect(JSON.stringify(seen), 'a password is nowhere').not.toContain('kat-på-taget');
  expect(JSON.stringify(seen), 'nor is a value of an entry').not.toContain('@example"');
});

test('a good search claims what the check says', async () => {
  const stand = await tcpStand(speaking(finding([person('a'), person('b')])));
  stands.push(stand);
  const aim = aimOf(asking, stand.target);
  const deep = { ...aim, check: { ...aim.check, depth: 'transaction' as const } };
  expect(await ldap(deep, contextHere()(AbortSignal.timeout(2000)))).toMatchObject({ depth: 'transaction' });
});

test('StartTLS then TLS then the bind, on one connection', async () => {
  const { TLSSocket } = await import('node:tls');
  const credentials = await authority.issue(['ldap.example'], new Date(Date.now() + 86_400_000));
  const stand = await tcpStand((socket) => {
    socket.once('data', (request) => {
      const [number] = elementsIn(Buffer.from(request).subarray(2));
      socket.write(answer(number === undefined ? 0 : integerOf(number), result(0x78)));
      const tls = new TLSSocket(socket, { isServer: true, ...credentials });
      tls.on('error', () => undefined);
      speaking(bound)(tls);
    });
  });
  stands.push(stand);
  const aim = aimOf({ ...login, allowPlain: false, tls: 'starttls', serverName: 'ldap.example' }, stand.target, 2000);
  const seen = await ldap(aim, contextHere([authority.pem])(AbortSignal.timeout(2000)));
  expect(seen).toMatchObject({ outcome: 'good', depth: 'session' });
  expect(seen.signals['certificate']).toBeGreaterThan(0);
  const distrusted = await ldap(aim, contextHere()(AbortSignal.timeout(2000)));
  expect(distrusted).toMatchObject(bad('certificate-untrusted'));
});
