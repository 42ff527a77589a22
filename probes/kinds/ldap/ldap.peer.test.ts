import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LdapOptions } from '../../../infra/landscape/kinds/ldap.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, freePort, type Peer, peerFolder, programAt, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { ldap } from './ldap.ts';

const day = 86_400_000;
const people = ['anna', 'bo', 'carl', 'dorte', 'erik', 'fie'];
const ldif = [
  'dn: dc=region,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Region\ndc: region',
  'dn: ou=staff,dc=region,dc=example\nobjectClass: organizationalUnit\nou: staff',
  'dn: cn=probe,dc=region,dc=example\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: probe\nuserPassword: rigtigt',
  'dn: cn=bare,dc=region,dc=example\nobjectClass: organizationalRole\ncn: bare',
  ...people.map(
    (uid) =>
      `dn: uid=${uid},ou=staff,dc=region,dc=example\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nsn: ${uid}\nmail: ${uid}@region.example`,
  ),
].join('\n\n');

const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`);
const config = (folder: string, more: readonly string[], rules: readonly string[]): string =>
  [
    ...schemas,
    `modulepath /usr/lib/ldap`,
    'moduleload back_mdb',
    ...more,
    'database mdb',
    'suffix "dc=region,dc=example"',
    'rootdn "cn=root,dc=region,dc=example"',
    `directory ${join(folder, 'data')}`,
    'maxsize 10485760',
    ...rules,
    '',
  ].join('\n');

type Server = { readonly plain: string; readonly tls: string; readonly peer: Peer };
const serve = async (folder: string, more: readonly string[], rules: readonly string[]): Promise<Server> => {
  mkdirSync(join(folder, 'data'), { recursive: true });
  const file = join(folder, 'slapd.conf');
  writeFileSync(file, config(folder, more, rules));
  writeFileSync(join(folder, 'data.ldif'), ldif);
  execFileSync(programAt('slapadd') ?? 'slapadd', ['-q', '-f', file, '-l', join(folder, 'data.ldif')]);
  const [plain, tls] = [await freePort(), await freePort()];
  const withTls = more.some((line) => line.startsWith('TLS'));
  const urls = `ldap://127.0.0.1:${plain}/${withTls ? ` ldaps://127.0.0.1:${tls}/` : ''}`;
  const peer = await startPeer({ program: 'slapd', args: ['-d', '0', '-f', file, '-h', urls], ready: plain });
  return { plain: `127.0.0.1:${plain}`, tls: `127.0.0.1:${tls}`, peer };
};

const base = 'dc=region,dc=example';
const probe = { dn: `cn=probe,${base}`, password: { env: 'RIGHT' } };
const name = { serverName: 'ldap.region.example' };
const search = (more: Partial<NonNullable<LdapOptions['search']>> = {}): NonNullable<LdapOptions['search']> => ({
  base: `ou=staff,${base}`,
  scope: 'one',
  filter: '(objectClass=inetOrgPerson)',
  attributes: [],
  values: {},
  atLeast: 1,
  most: 100,
  ...more,
});
const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string) => ({ outcome: 'good', depth });

describePeer('OpenLDAP', ['slapd', 'slapadd'], () => {
  const folders = [peerFolder('slapd'), peerFolder('slapd')] as const;
  let authority: Authority;
  let other: Authority;
  const servers: Server[] = [];
  beforeAll(async () => {
    authority = await createAuthority();
    other = await createAuthority();
    const [folder] = folders;
    const { key, cert } = await authority.issue(['ldap.region.example'], new Date(Date.now() + 10 * day));
    const at = (file: string) => join(folder.path, file);
    writeFileSync(at('key.pem'), key, { mode: 0o600 });
    writeFileSync(at('cert.pem'), cert);
    writeFileSync(at('ca.pem'), authority.pem);
    const tls = [
      `TLSCertificateFile ${at('cert.pem')}`,
      `TLSCertificateKeyFile ${at('key.pem')}`,
      `TLSCACertificateFile ${at('ca.pem')}`,
    ];
    servers.push(
      await serve(folder.path, tls, [
        `limits dn.exact="cn=probe,${base}" size=4`,
        'access to attrs=userPassword by anonymous auth by * none',
        `access to dn.subtree="ou=staff,${base}" by users read by anonymous search`,
        'access to * by * read',
      ]),
      await serve(folders[1].path, ['disallow bind_anon', 'security simple_bind=128'], ['access to * by * read']),
    );
  });
  afterAll(async () => {
    for (const { peer } of servers) await peer.stop();
    for (const folder of folders) folder.remove();
  });

  const ask = async (
    which: number,
    options: Partial<LdapOptions>,
    { trust, wrong = false }: { trust?: readonly string[]; wrong?: boolean } = {},
  ): Promise<Measurement> => {
    const whole: LdapOptions = { tls: 'none', allowPlain: false, ...options };
    const server = servers[which];
    const check = checkOf('ldap', whole, { timeoutMs: 3000, depth: 'protocol' });
    const secrets = { 'env:RIGHT': wrong ? 'forkert' : 'rigtigt' };
    const target = (whole.tls === 'ldaps' ? server?.tls : server?.plain) ?? '';
    const seen = await ldap(
      { check, target, secrets },
      contextHere(trust ?? [authority.pem])(AbortSignal.timeout(3000)),
    );
    expect(JSON.stringify(seen)).not.toMatch(/rigtigt|forkert|@region\.example/);
    return seen;
  };

  type Row = readonly [string, number, Partial<LdapOptions>, { trust?: () => string[]; wrong?: boolean }, object];
  const rows: readonly Row[] = [
    ['an anonymous bind is answered', 0, {}, {}, good('protocol')],
    ['a bind with a name over StartTLS', 0, { tls: 'starttls', ...name, bind: probe }, {}, good('session')],
    ['a bind with a name over ldaps', 0, { tls: 'ldaps', ...name, bind: probe }, {}, good('session')],
    ['a bind with a name in plain, when allowed', 0, { allowPlain: true, bind: probe }, {}, good('session')],
    [
      'the root of the server is read anonymously',
      0,
      { search: search({ base: '', scope: 'base', filter: '(objectClass=*)', attributes: ['namingContexts'] }) },
      {},
      { ...good('transaction'), signals: { entries: 1, matching: 1, duration: expect.any(Number) } },
    ],
    [
      'people are found, their values match, and the limit of the server is no harm',
      0,
      { allowPlain: true, bind: probe, search: search({ atLeast: 4, values: { mail: '@region\\.example$' } }) },
      {},
      { ...good('transaction'), signals: { entries: 4, matching: 4, duration: expect.any(Number) } },
    ],
    [
      'a filter of every form is understood',
      0,
      {
        allowPlain: true,
        bind: probe,
        search: search({
          filter:
            '(&(|(uid=anna)(uid=b*))(!(uid=carl))(createTimestamp>=20200101000000Z)(createTimestamp<=20990101000000Z)(cn:caseExactMatch:=anna)(ou:dn:=staff)(sn~=anna)(mail=*))',
        }),
      },
      {},
      { ...good('transaction'), signals: { entries: 1, matching: 1, duration: expect.any(Number) } },
    ],
    [
      'more than the server gives is not enough',
      0,
      { allowPlain: true, bind: probe, search: search({ atLeast: 6 }) },
      {},
      bad('query-failed', 'expected entries, got sizeLimitExceeded (4)'),
    ],
    [
      'who may not read finds nobody',
      0,
      { search: search() },
      {},
      bad('unexpected-answer', 'expected at least 1 entries that count, got 0 of 0'),
    ],
    [
      'a value that is another does not count',
      0,
      { allowPlain: true, bind: probe, search: search({ filter: '(uid=anna)', values: { mail: '^bo@' } }) },
      {},
      bad('unexpected-answer', 'expected at least 1 entries that count, got 0 of 1'),
    ],
    [
      'a wrong password',
      0,
      { tls: 'ldaps', ...name, bind: probe },
      { wrong: true },
      bad('login-refused', 'expected a bind, got invalidCredentials (49)'),
    ],
    [
      'a name that has no password is told no other thing',
      0,
      { tls: 'ldaps', ...name, bind: { ...probe, dn: `cn=bare,${base}` } },
      {},
      bad('login-refused', 'expected a bind, got invalidCredentials (49)'),
    ],
    [
      'a name that is none',
      0,
      { tls: 'ldaps', ...name, bind: { ...probe, dn: 'nonsense' } },
      {},
      bad('login-refused', 'expected a bind, got invalidDNSyntax (34)'),
    ],
    [
      'a base that is not there',
      0,
      { search: search({ base: 'ou=gone,dc=elsewhere' }) },
      {},
      bad('query-failed', 'expected entries, got noSuchObject (32)'),
    ],
    [
      'a certificate nobody trusts, by StartTLS',
      0,
      { tls: 'starttls', ...name, bind: probe },
      { trust: () => [other.pem] },
      bad('certificate-untrusted'),
    ],
    ['a certificate for another name', 0, { tls: 'ldaps', serverName: 'x.example' }, {}, bad('certificate-name')],
    [
      'a server without TLS',
      1,
      { tls: 'starttls', ...name },
      {},
      bad('tls-not-offered', expect.stringContaining('(2)')),
    ],
    ['TLS where none is spoken', 1, { tls: 'ldaps', ...name }, {}, bad('refused')],
    [
      'a server that wants no anonymous bind',
      1,
      {},
      {},
      bad('login-refused', 'expected a bind, got inappropriateAuthentication (48)'),
    ],
    [
      'a server that wants TLS before a password',
      1,
      { allowPlain: true, bind: probe },
      {},
      bad('login-refused', 'expected a bind, got confidentialityRequired (13)'),
    ],
  ];
  test.each(rows)('%s', async (_, which, options, { trust, wrong = false }, expected) => {
    const seen = await ask(which, options, { wrong, ...(trust === undefined ? {} : { trust: trust() }) });
    // What a row calls deep is what the run reached by itself, whatever the check claims.
    expect(seen).toMatchObject(expected);
  });

  test('a stopped server is refused', async () => {
    await servers[1]?.peer.stop();
    expect(await ask(1, {})).toMatchObject(bad('refused'));
  });
});
