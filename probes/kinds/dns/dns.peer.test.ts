import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import { describePeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { dns } from './dns.ts';
import { type Running, startNamed, startUnbound } from './testing/named.ts';

const running: Running[] = [];
afterAll(async () => {
  for (const one of running.splice(0).toReversed()) await one.stop();
});
const started = async <T extends Running>(made: Promise<T>): Promise<T> => {
  const one = await made;
  running.push(one);
  return one;
};

const texts = Array.from({ length: 20 }, (_, index) => `long IN TXT "${String(index).padStart(200, 'x')}"`).join('\n');
const region = `$TTL 60
@ IN SOA ns.region.example. root.region.example. 2026112601 3600 600 86400 60
@ IN NS ns.region.example.
ns IN A 127.0.0.1
epj IN A 10.1.1.1
epj IN A 10.1.1.2
epj6 IN AAAA 2001:db8:0:0:1::1
mail IN MX 10 mx.region.example.
note IN TXT "ready" "a \\"word\\""
www IN CNAME epj
_sip._tcp IN SRV 1 2 5060 ns.region.example.
nap IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@region.example!" .
key IN SSHFP 1 1 0123456789abcdef0123456789abcdef01234567
_443._tcp IN TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
caa IN CAA 0 issue "ca.example"
svc IN HTTPS 1 . alpn="h2,h3" port="8443"
own IN TYPE65280 \\# 4 01020304
${texts}
`;
const small = (name: string): string => `$TTL 60
@ IN SOA ns.${name}. root.${name}. 7 3600 600 86400 60
@ IN NS ns.${name}.
ns IN A 127.0.0.1
epj IN A 10.1.1.1
`;

const ask = (port: number, options: object, trust: readonly string[] = []) =>
  dns(
    { check: checkOf('dns', options, { timeoutMs: 3000 }), target: `127.0.0.1:${port}` },
    contextHere(trust)(AbortSignal.timeout(3000)),
  );
const epj = { name: 'epj.region.example', type: 'A' };
const of = (label: string, type: string) => ({ name: `${label}.region.example`, type });
const each = (...patterns: readonly string[]) => ({ records: { answer: { each: patterns } } });
const good = { outcome: 'good', depth: 'protocol' };
const bad = (reason: string, message = '') => ({ outcome: 'bad', reason, message: expect.stringContaining(message) });

describePeer('dns against bind', ['named'], () => {
  let named: Running;
  beforeAll(async () => {
    named = await started(startNamed({ 'region.example': region, 'broken.example': '' }));
  });
  test.each<[string, object, object]>([
    ['an address over udp', { query: epj, answerMatches: '10\\.1\\.1\\.1$' }, good],
    ['an address over tcp', { query: epj, transport: 'tcp', answerMatches: '10\\.1\\.1\\.1$' }, good],
    ['a name in other letters', { query: { ...epj, name: 'EPJ.Region.Example.' } }, good],
    ['an authoritative answer', { query: epj, flags: { authoritative: true, authenticated: false } }, good],
    ['no recursion', { query: epj, recursion: false, flags: { recursionAvailable: false } }, good],
    ['another class', { query: { ...epj, class: 'CH' } }, bad('unexpected-rcode', 'REFUSED')],
    ['a name that is gone', { query: of('gone', 'A') }, bad('unexpected-rcode', 'NXDOMAIN')],
    ['a name that is gone, and should be', { query: of('gone', 'A'), rcodes: ['NXDOMAIN'] }, good],
    ['a zone that did not load', { query: { ...epj, name: 'a.broken.example' } }, bad('unexpected-rcode', 'SERVFAIL')],
    ['a zone of others', { query: { ...epj, name: 'a.elsewhere.example' } }, bad('unexpected-rcode', 'REFUSED')],
    ['another address than expected', { query: epj, answerMatches: '10\\.9\\.' }, bad('unexpected-answer')],
    [
      'one address that is forbidden',
      { query: epj, records: { answer: { forbid: ['1\\.2$'] } } },
      bad('unexpected-answer'),
    ],
    ['DNSSEC that nobody verified', { query: epj, flags: { authenticated: true } }, bad('unexpected-answer')],
    ['a name without such a record', { query: { ...epj, type: 'AAAA' } }, bad('unexpected-answer', 'got none')],
    ['an answer that does not fit', { query: of('long', 'TXT'), ...each('x') }, bad('answer-too-large')],
    ['an answer that fits over tcp', { query: of('long', 'TXT'), ...each('x'), retryOverTcp: true }, good],
  ])('%s', async (_, options, expected) => {
    expect(await ask(named.port, options)).toMatchObject(expected);
  });
  // As blackbox_exporter writes the same records of the same server.
  test.each<[string, string, string]>([
    ['epj', 'A', '10.1.1.[12]'],
    ['epj6', 'AAAA', '2001:db8::1:0:0:1'],
    ['mail', 'MX', '10 mx.region.example.'],
    ['note', 'TXT', '"ready" "a \\"word\\""'],
    ['www', 'CNAME', 'epj.region.example.'],
    ['_sip._tcp', 'SRV', '1 2 5060 ns.region.example.'],
    ['nap', 'NAPTR', '100 10 "u" "E2U+sip" "!^.*$!sip:info@region.example!" .'],
    ['key', 'SSHFP', '1 1 0123456789ABCDEF0123456789ABCDEF01234567'],
    ['_443._tcp', 'TLSA', '3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'],
    ['caa', 'CAA', '0 issue "ca.example"'],
    ['svc', 'HTTPS', '1 . alpn="h2,h3" port="8443"'],
  ])('the record of %s %s is written as it is everywhere', async (label, type, data) => {
    const literal = (text: string) => text.replaceAll(/[\\^$.|?*+(){}"]/g, '\\$&');
    const line = `^${label}\\.region\\.example\\.\\t60\\tIN\\t${type}\\t${literal(data)}$`;
    expect(await ask(named.port, { query: of(label, type), ...each(line) })).toMatchObject(good);
  });
  test('the serial of the zone is a number', async () => {
    const seen = await ask(named.port, { query: { name: 'region.example', type: 'SOA' } });
    expect(seen.signals['serial']).toBe(2026112601);
    expect(seen.facts.dns).toMatchObject({ rcode: 'NOERROR', answers: 1, serial: 2026112601 });
  });
  test('a server that is gone is refused', async () => {
    await named.stop();
    expect(await ask(named.port, { query: epj, transport: 'tcp' })).toMatchObject(bad('refused'));
    expect(await ask(named.port, { query: epj })).toMatchObject(bad('refused'));
  });
});

describePeer('dns over TLS against unbound', ['unbound'], () => {
  test('the certificate counts, and the answer is that of the resolver', async () => {
    const authority = await createAuthority();
    const issued = await authority.issue(['dns.region.example'], new Date(Date.now() + 86_400_000));
    const { port } = await started(
      startUnbound(
        [
          'module-config: "iterator"',
          'local-zone: "region.example." static',
          'local-data: "epj.region.example. 60 IN A 10.1.1.1"',
        ],
        { tls: issued },
      ),
    );
    const options = {
      query: epj,
      transport: 'tls',
      serverName: 'dns.region.example',
      answerMatches: '10\\.1\\.1\\.1$',
    };
    const trusted = await ask(port, options, [authority.pem]);
    expect(trusted).toMatchObject({ ...good, facts: { tls: { wrong: null } } });
    expect(Object.keys(trusted.phases)).toEqual(['resolve', 'connect', 'tls', 'processing']);
    expect(await ask(port, options)).toMatchObject(bad('certificate-untrusted'));
    expect(await ask(port, { ...options, ca: [authority.pem] })).toMatchObject(good);
    expect(await ask(port, { ...options, serverName: 'x.example' }, [authority.pem])).toMatchObject(
      bad('certificate-name'),
    );
    expect(await ask(port, { ...options, transport: 'tcp' })).toMatchObject({ outcome: 'bad' });
    expect(await ask(port, { ...options, query: of('gone', 'A') }, [authority.pem])).toMatchObject(
      bad('unexpected-rcode'),
    );
  });
});

describePeer('dnssec against bind and unbound', ['named', 'unbound', 'dnssec-signzone'], () => {
  test('a resolver says what it has verified, and fails what it could not', async () => {
    const zones = ['region.example', 'plain.example', 'forged.example'] as const;
    const named = await started(
      startNamed(Object.fromEntries(zones.map((name) => [name, small(name)])), ['region.example']),
    );
    const key = named.keys['region.example'] ?? '';
    const resolver = await started(
      startUnbound(
        [
          'module-config: "validator iterator"',
          `trust-anchor: "${key}"`,
          // A zone that is not signed, of which the resolver was told that it is.
          `trust-anchor: "${key.replace('region.example', 'forged.example')}"`,
        ],
        {
          more: zones.flatMap((name) => ['stub-zone:', `  name: "${name}"`, `  stub-addr: 127.0.0.1@${named.port}`]),
        },
      ),
    );
    const asked = (zone: string, authenticated: boolean) =>
      ask(resolver.port, { query: { name: `epj.${zone}`, type: 'A' }, flags: { authenticated } });
    expect(await asked('region.example', true)).toMatchObject(good);
    expect(await asked('plain.example', true)).toMatchObject(bad('unexpected-answer', 'authenticated'));
    expect(await asked('plain.example', false)).toMatchObject(good);
    expect(await asked('forged.example', true)).toMatchObject(bad('unexpected-rcode', 'SERVFAIL'));
  });
});
