import { X509Certificate } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Measurement } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { certify, type Holder } from '../../testing/pki.ts';
import { checkOf, contextHere, signalOf } from '../../testing/servers.ts';
import { presentedBy, reasonOf, verifiedUntil } from '../../wire/chain.ts';
import { trustOf } from '../../wire/trust.ts';
import { tcp } from '../tcp/tcp.ts';
import { holdingBack, type Then } from './testing/relay.ts';
import { tls } from './tls.ts';

// Without words before TLS it is held in contract.test.ts.
holdContract({
  kind: 'tls',
  probe: tls,
  wire: 'tcp',
  aim: (target, timeoutMs = 300) => ({ check: checkOf('tls', { startTls: 'smtp' }, { timeoutMs }), target }),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
  speaksFirst: true,
});

const day = 86_400_000;
const start = Math.floor(Date.now() / 1000) * 1000;
const inDays = (days: number): Date => new Date(start + days * day);
const seconds = (date: Date): number => date.getTime() / 1000;

const make = async () => {
  const root = await certify('C=DK, O=Region, CN=root', { ca: true, until: inDays(300) });
  const other = await certify('CN=other root', { ca: true, until: inDays(100) });
  const middle = await certify('CN=middle', { by: root, ca: true, until: inDays(60) });
  const crossed = await certify('CN=middle', {
    by: other,
    ca: true,
    until: inDays(200),
    keys: middle.keys,
    serial: '77',
  });
  const late = await certify('CN=middle', { by: root, ca: true, until: inDays(-1), keys: middle.keys, serial: '78' });
  const names = { names: ['epj.example', '*.ward.example'], until: inDays(30) };
  const leaf = await certify('CN=epj.example', { ...names, by: root, serial: '00ab' });
  return {
    root,
    other,
    middle,
    crossed,
    late,
    leaf,
    below: await certify('CN=epj.example', { ...names, by: middle, until: inDays(90) }),
    expired: await certify('CN=epj.example', { ...names, by: root, until: inDays(-1), from: inDays(-9) }),
    tomorrow: await certify('CN=epj.example', { ...names, by: root, from: inDays(1) }),
    itself: await certify('CN=epj.example', names),
    nameless: await certify('CN=epj.example', { by: root }),
    numbered: await certify('CN=pump', { by: root, addresses: ['127.0.0.1'] }),
    client: await certify('CN=probe', { by: root }),
    stranger: await certify('CN=stranger'),
  };
};
let pki: Awaited<ReturnType<typeof make>>;
beforeAll(async () => {
  pki = await make();
});
type Who = keyof Awaited<ReturnType<typeof make>>;

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    await vi.waitFor(() => expect(sockets.size, 'leaves no connection').toBe(0), { timeout: 1000 });
    await new Promise((resolve) => server.close(resolve));
  }
});
const listening = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({ server, sockets });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
};
const serve = async (chain: readonly Holder[], more: TlsOptions = {}): Promise<number> => {
  const [leaf] = chain;
  const server = createServer({ key: leaf?.key, cert: chain.map(({ pem }) => pem).join(''), ...more }, (socket) =>
    socket.on('error', () => undefined).resume(),
  );
  server.on('tlsClientError', () => undefined);
  return await listening(server);
};

const good = { outcome: 'good', reason: null, depth: 'session' };
const bad = (reason: string, message = '') => ({ outcome: 'bad', reason, message: expect.stringContaining(message) });
const ours = (message: string) => ({
  outcome: 'unknown',
  reason: 'could-not-run',
  message: expect.stringContaining(message),
});
const named = { serverName: 'epj.example' };

type Row = {
  readonly chain: readonly Who[];
  readonly options?: object;
  readonly trust?: readonly Who[];
  readonly server?: TlsOptions | (() => TlsOptions);
  readonly expected: object;
  /** Of the facts: why it is not trusted, how many certificates, and in how many days the verified chains end. */
  readonly wrong?: string | null;
  readonly until?: number | null;
};
const secrets = () => ({
  'env:CERT': pki.client.pem,
  'env:KEY': pki.client.key,
  'env:STRANGE': pki.stranger.pem,
  'env:STRANGE_KEY': pki.stranger.key,
  'env:ROOT': pki.root.pem,
  'env:NONSENSE': 'nonsense',
});
const run = async (
  { chain, options = named, trust = ['root'], server = {} }: Row,
  probe = tls,
): Promise<Measurement> => {
  const port = await serve(
    chain.map((who) => pki[who]),
    typeof server === 'function' ? server() : server,
  );
  const kind = probe === tls ? 'tls' : 'tcp';
  const signals = [signalOf('ends', 'certificate', 'falling')];
  const aim = { check: checkOf(kind, options, { signals }), target: `127.0.0.1:${port}`, secrets: secrets() };
  return await probe(aim, contextHere(trust.map((who) => pki[who].pem))(AbortSignal.timeout(5000)));
};

const mutual = (): TlsOptions => ({ ca: pki.root.pem, requestCert: true, rejectUnauthorized: true });
const own = { ...named, client: { certificate: { env: 'CERT' }, key: { env: 'KEY' } } };
const strange = { ...named, client: { certificate: { env: 'STRANGE' }, key: { env: 'STRANGE_KEY' } } };
const refused = { outcome: 'bad', reason: expect.stringMatching(/^(tls-handshake|closed-early|reset)$/) };
const old: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };

const rows: Readonly<Record<string, Row>> = {
  'a certificate of a root we trust': { chain: ['leaf'], expected: good, wrong: null, until: 30 },
  'a chain over a middle': { chain: ['below', 'middle'], expected: good, wrong: null, until: 60 },
  'a chain with its root': { chain: ['leaf', 'root'], expected: good, wrong: null, until: 30 },
  'a chain in disorder': { chain: ['below', 'root', 'middle'], expected: good, wrong: null, until: 60 },
  'a chain without its middle': {
    chain: ['below'],
    expected: bad('certificate-untrusted', 'UNABLE_TO'),
    wrong: 'certificate-untrusted',
    until: null,
  },
  'a middle that is trusted for its own sake': {
    chain: ['below'],
    trust: ['middle'],
    expected: good,
    wrong: null,
    until: 60,
  },
  'two ways to two roots: the one that holds longest counts': {
    chain: ['below', 'middle', 'crossed'],
    trust: ['root', 'other'],
    expected: good,
    wrong: null,
    until: 90,
  },
  'two ways, of which one is trusted': {
    chain: ['below', 'middle', 'crossed'],
    trust: ['root'],
    expected: good,
    wrong: null,
    until: 60,
  },
  'a middle that is out of date beside one that is not': {
    chain: ['below', 'late', 'middle'],
    expected: good,
    wrong: null,
    until: 60,
  },
  'a middle that is out of date': {
    chain: ['below', 'late'],
    expected: bad('certificate-expired'),
    wrong: 'certificate-expired',
    until: null,
  },
  'one that is out of date': {
    chain: ['expired'],
    expected: bad('certificate-expired', 'CN=epj.example'),
    wrong: 'certificate-expired',
    until: null,
  },
  'one that is out of date and of nobody': {
    chain: ['expired'],
    trust: [],
    options: { ...named, trusted: false },
    expected: bad('certificate-expired'),
    wrong: 'certificate-expired',
    until: null,
  },
  'one of nobody, beside another that is out of date': {
    chain: ['below', 'expired'],
    expected: bad('certificate-untrusted'),
    wrong: 'certificate-untrusted',
    until: null,
  },
  'one of tomorrow': {
    chain: ['tomorrow'],
    expected: bad('certificate-not-yet-valid'),
    wrong: 'certificate-not-yet-valid',
    until: null,
  },
  'one that signed itself': {
    chain: ['itself'],
    expected: bad('certificate-untrusted', 'SELF_SIGNED'),
    wrong: 'certificate-untrusted',
    until: null,
  },
  'one that signed itself, accepted': {
    chain: ['itself'],
    options: { ...named, trusted: false },
    expected: good,
    wrong: 'certificate-untrusted',
    until: null,
  },
  'one that signed itself, accepted, for another name': {
    chain: ['itself'],
    options: { serverName: 'x.example', trusted: false },
    expected: bad('certificate-name'),
    wrong: 'certificate-untrusted',
    until: null,
  },
  'one that signed itself and is trusted itself': {
    chain: ['itself'],
    trust: ['itself'],
    expected: good,
    wrong: null,
    until: 30,
  },
  'another name': {
    chain: ['leaf'],
    options: { serverName: 'x.example' },
    expected: bad('certificate-name', 'for x.example, got CN=epj.example (DNS:epj.example, DNS:*.ward.example)'),
    wrong: 'certificate-name',
    until: 30,
  },
  'a name among many': { chain: ['leaf'], options: { serverName: 'a7.ward.example' }, expected: good, wrong: null },
  'a name that is too deep for a star': {
    chain: ['leaf'],
    options: { serverName: 'b.a7.ward.example' },
    expected: bad('certificate-name'),
    wrong: 'certificate-name',
  },
  'a name that stands in the subject alone, as no browser takes it': {
    chain: ['nameless'],
    expected: bad('certificate-name', 'no names'),
    wrong: 'certificate-name',
  },
  'an address that is asked for': { chain: ['numbered'], options: {}, expected: good, wrong: null },
  'an address that is not in it': {
    chain: ['leaf'],
    options: {},
    expected: bad('certificate-name', 'for 127.0.0.1'),
    wrong: 'certificate-name',
  },
  'a name in the subject, where only an address is beside it': {
    chain: ['numbered'],
    options: { serverName: 'pump' },
    expected: bad('certificate-name'),
    wrong: 'certificate-name',
  },
  'a name where only an address is': {
    chain: ['numbered'],
    expected: bad('certificate-name'),
    wrong: 'certificate-name',
  },
  'trust of the check alone': {
    chain: ['leaf'],
    trust: [],
    options: { ...named, ca: [{ env: 'ROOT' }] },
    expected: good,
    wrong: null,
    until: 30,
  },
  'trust of the check that is no certificate': {
    chain: ['leaf'],
    options: { ...named, ca: ['nonsense'] },
    expected: ours('the trust of the check'),
  },
  'TLS that is too old for the check': {
    chain: ['leaf'],
    server: { maxVersion: 'TLSv1.2' },
    options: { ...named, minVersion: '1.3' },
    expected: bad('unexpected-version', 'expected at least TLS 1.3, got TLS 1.2'),
    wrong: null,
    until: 30,
  },
  'TLS that is old enough': {
    chain: ['leaf'],
    server: { maxVersion: 'TLSv1.2' },
    options: { ...named, minVersion: '1.2' },
    expected: good,
    wrong: null,
  },
  'TLS that is too old for anybody': { chain: ['leaf'], server: old, expected: bad('unexpected-version') },
  'old TLS where the check says so': {
    chain: ['leaf'],
    server: old,
    options: { ...named, minVersion: '1.1' },
    expected: { ...good, facts: { tls: { version: 'TLS 1.1' } } },
    wrong: null,
  },
  'a peer that wants to know who we are': {
    chain: ['leaf'],
    server: mutual,
    options: own,
    expected: { ...good, facts: { ownCertificate: 'accepted' } },
    wrong: null,
  },
  'a peer that wants to know who we are, over TLS 1.2': {
    chain: ['leaf'],
    server: () => ({ ...mutual(), maxVersion: 'TLSv1.2' }),
    options: own,
    expected: { ...good, facts: { ownCertificate: 'accepted' } },
    wrong: null,
  },
  'a peer that does not know us': { chain: ['leaf'], server: mutual, options: strange, expected: refused, wrong: null },
  'a peer that does not know us, over TLS 1.2': {
    chain: ['leaf'],
    server: () => ({ ...mutual(), maxVersion: 'TLSv1.2' }),
    options: strange,
    expected: refused,
  },
  'a certificate of our own where nobody asks': {
    chain: ['leaf'],
    options: own,
    expected: { ...good, facts: { ownCertificate: 'not-asked-for' } },
    wrong: null,
  },
  'a certificate of our own that is none': {
    chain: ['leaf'],
    options: { ...named, client: { certificate: { env: 'NONSENSE' }, key: { env: 'KEY' } } },
    expected: ours('a certificate of our own'),
  },
  'a key that is not there': {
    chain: ['leaf'],
    options: { ...named, client: { certificate: { env: 'CERT' }, key: { env: 'NOWHERE' } } },
    expected: { ...ours('the environment variable NOWHERE'), depth: 'none' },
  },
};

describe('a TLS server shows', () => {
  test.each(Object.entries(rows))('%s', async (_, row) => {
    const seen = await run(row);
    expect(seen).toMatchObject(row.expected);
    const { tls: facts } = seen.facts;
    expect(facts?.wrong).toBe(row.wrong);
    if (row.until !== undefined)
      expect(facts?.verifiedUntil).toBe(row.until === null ? null : seconds(inDays(row.until)));
    if (facts === undefined) return;
    // A server that trusts a root of its own shows that too.
    expect(facts.chain).toHaveLength(row.chain.length + (typeof row.server === 'function' ? 1 : 0));
    const ends = [...facts.chain.map(({ until }) => until), facts.verifiedUntil ?? Number.POSITIVE_INFINITY];
    expect(seen.signals['certificate']).toBe(Math.min(...ends));
    expect(seen.signals['ends']).toBe(seen.signals['certificate']);
    for (const secret of [pki.client.key, pki.stranger.key])
      expect(JSON.stringify(seen)).not.toContain(secret.slice(40, 80));
  });

  test('who it is, in full, leaf first, and how it is spoken', async () => {
    const seen = await run({ chain: ['leaf', 'root'], expected: good });
    const { raw } = new X509Certificate(pki.leaf.pem);
    const [leaf, root] = seen.facts.tls?.chain ?? [];
    expect(leaf).toEqual({
      subject: 'CN=epj.example',
      issuer: 'CN=root,O=Region,C=DK',
      names: 'DNS:epj.example, DNS:*.ward.example',
      serial: 'ab',
      fingerprint: new X509Certificate(raw).fingerprint256.replaceAll(':', '').toLowerCase(),
      from: expect.any(Number),
      until: seconds(inDays(30)),
    });
    expect(root?.subject).toBe(leaf?.issuer);
    expect(seen.facts.tls).toMatchObject({ version: 'TLS 1.3', cipher: expect.stringMatching(/^TLS_AES_/) });
    expect(seen.facts.address).toBe('127.0.0.1');
    expect(seen.transcript).toContain('CN=epj.example (DNS:epj.example');
  });

  test('the cipher of TLS 1.2 by the name it has for all', async () => {
    const seen = await run({ chain: ['leaf'], server: { maxVersion: 'TLSv1.2' }, expected: good });
    expect(seen.facts.tls?.cipher).toMatch(/^TLS_ECDHE_ECDSA_WITH_/);
  });

  test.each([
    ['whatever it is', { verified: false, ...named }, { outcome: 'good' }, 'certificate-expired'],
    [
      'trust of one alone',
      { ...named, ca: [{ env: 'STRANGE' }], caOnly: true },
      bad('certificate-expired'),
      'certificate-expired',
    ],
  ])('%s, where a dialogue says so', async (_, options, expected, wrong) => {
    const seen = await run({ chain: ['expired'], options: { tls: true, ...options }, expected }, tcp);
    expect(seen).toMatchObject(expected);
    expect(seen.facts.tls?.wrong).toBe(wrong);
  });

  test('nothing to a check that trusts one alone, and not this', async () => {
    const options = { tls: true, ...named, ca: [{ env: 'STRANGE' }], caOnly: true };
    expect(await run({ chain: ['leaf'], options, expected: {} }, tcp)).toMatchObject(bad('certificate-untrusted'));
  });
});

describe('a peer that takes its time to look at our certificate', () => {
  const ask = async (then: Then): Promise<Measurement> => {
    const port = await listening(holdingBack(await serve([pki.leaf], mutual()), then));
    const aim = {
      check: checkOf('tls', own, { timeoutMs: 5000 }),
      target: `127.0.0.1:${port}`,
      secrets: secrets(),
    };
    return await tls(aim, contextHere([pki.root.pem])(AbortSignal.timeout(5000)));
  };

  test('and has taken it when it answers our goodbye', async () => {
    expect(await ask('let through')).toMatchObject({ ...good, facts: { ownCertificate: 'accepted' } });
  });
  test('is not said to have taken it when it only hangs up', async () => {
    expect(await ask('hang up')).toMatchObject({ ...good, facts: { ownCertificate: 'not-told' } });
  });
  test('is not said to have taken it when it says nothing', async () => {
    const seen = await ask('nothing');
    expect(seen).toMatchObject({ ...good, facts: { ownCertificate: 'not-told' } });
    expect(seen.transcript).toContain('our certificate: not-told');
    expect(seen.duration).toBeLessThan(2);
  });
});

describe('what is remembered of a chain', () => {
  const chainOf = (who: Who) => presentedBy(new X509Certificate(pki[who].pem));
  const trusted = () => trustOf([pki.root.pem], {});
  const at = (days: number): number => seconds(inDays(days));

  test('is the same for the same bytes', () => {
    expect(chainOf('leaf').facts).toBe(chainOf('leaf').facts);
    expect(chainOf('leaf').facts).not.toEqual(chainOf('expired').facts);
  });
  test('is held against the clock every time', () => {
    const chain = chainOf('leaf');
    expect([at(-2), at(0), at(31)].map((now) => reasonOf('PERMITTED_VIOLATION', chain, now))).toEqual([
      'certificate-not-yet-valid',
      'certificate-untrusted',
      'certificate-expired',
    ]);
    expect([at(-2), at(0), at(31)].map((now) => verifiedUntil(chain, trusted(), now))).toEqual([null, at(30), null]);
  });
  test('says nothing of a trust that is another', () => {
    expect(verifiedUntil(chainOf('leaf'), trustOf([pki.other.pem], {}), at(0))).toBeNull();
    expect(verifiedUntil(chainOf('leaf'), trusted(), at(0))).toBe(at(30));
  });
});
