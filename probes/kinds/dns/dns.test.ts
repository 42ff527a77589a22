import { createSocket } from 'node:dgram';
import { type Answer, decode, encode, type Packet, streamEncode } from 'dns-packet';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, type Stand, tcpStand, tlsStand, udpStand } from '../../testing/servers.ts';
import { dns } from './dns.ts';

const query = { name: 'epj.example', type: 'A' };
holdContract({
  kind: 'dns',
  probe: dns,
  wire: 'tcp',
  aim: (target, timeoutMs = 300) => ({ check: checkOf('dns', { query, transport: 'tcp' }, { timeoutMs }), target }),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});

const soa = { mname: 'ns.example', rname: 'root.example', serial: 42, refresh: 1, retry: 2, expire: 3, minimum: 4 };
const records: readonly Answer[] = [
  { name: 'epj.example', type: 'A', ttl: 60, data: '10.0.0.1' },
  { name: 'epj.example', type: 'A', ttl: 60, data: '10.0.0.2' },
  { name: 'epj.example', type: 'SOA', ttl: 5, data: soa },
  { name: 'epj.example', type: 'MX', ttl: 5, data: { preference: 10, exchange: 'mail.example' } },
  { name: 'epj.example', type: 'TXT', ttl: 5, data: ['a "word"', 'two'] },
];
type Reply = (id: number) => Packet;
const answering = (more: Partial<Packet> = {}, flags = 0): Reply => {
  return (id) => ({
    type: 'response',
    id,
    flags,
    questions: [],
    answers: records.filter(({ type }) => type === 'A'),
    ...more,
  });
};
const of = (type: string): Partial<Packet> => ({ answers: records.filter((record) => record.type === type) });

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
const serving = async (reply: Reply): Promise<string> => {
  const stand = await udpStand((message, send) => send(encode(reply(decode(message).id ?? 0))));
  stands.push(stand);
  return stand.target;
};
const probed = async (reply: Reply, options: object) =>
  await dns(
    { check: checkOf('dns', { query, ...options }), target: await serving(reply) },
    contextHere()(AbortSignal.timeout(400)),
  );

const AA = 0x0400;
const AD = 0x0020;
const RD = 0x0100;
const TC = 0x0200;
const opt = (extendedRcode: number): Answer => ({
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
});
const good = { outcome: 'good' };
const lost = { outcome: 'bad', reason: 'answer-too-large' };
const bad = { outcome: 'bad', reason: 'unexpected-answer' };
test.each<[string, Reply, object, object]>([
  [
    'records are written with tabs between their fields',
    answering(),
    { records: { answer: { all: ['^epj\\.example\\.\\t60\\tIN\\tA\\t10\\.'] } } },
    good,
  ],
  ['a forbidden record is bad', answering(), { records: { answer: { forbid: ['10\\.0\\.0\\.2'] } } }, bad],
  [
    'one record that does not match is bad where all must',
    answering(),
    { records: { answer: { all: ['10\\.0\\.0\\.1$'] } } },
    bad,
  ],
  [
    'one that matches is enough where some must',
    answering(),
    { records: { answer: { some: ['10\\.0\\.0\\.9$', '10\\.0\\.0\\.1$'] } } },
    good,
  ],
  [
    'none that matches is bad where some must',
    answering(),
    { records: { answer: { some: ['10\\.0\\.0\\.9$'] } } },
    bad,
  ],
  [
    'nothing is bad where each must match',
    answering({ answers: [] }),
    { records: { answer: { each: ['.'] } }, mayBeEmpty: true },
    bad,
  ],
  [
    'nothing is no record that does not match',
    answering({ answers: [] }),
    { records: { answer: { all: ['x'] } } },
    good,
  ],
  [
    'the authority section is looked at by itself',
    answering({ answers: [], authorities: [...records] }),
    { records: { authority: { some: ['\\tMX\\t10 mail\\.example\\.$'] } } },
    good,
  ],
  ['texts are quoted', answering(of('TXT')), { records: { answer: { all: ['\\t"a \\\\"word\\\\"" "two"$'] } } }, good],
  ['one of several rcodes is good', answering({ answers: [] }, 3), { rcodes: ['NOERROR', 'NXDOMAIN'] }, good],
  [
    'an rcode that is none of them is bad',
    answering({}, 2),
    { rcodes: ['NOERROR', 'NXDOMAIN'] },
    { reason: 'unexpected-rcode', message: 'expected NOERROR or NXDOMAIN, got SERVFAIL' },
  ],
  ['a flag that is set', answering({}, AA | AD), { flags: { authoritative: true, authenticated: true } }, good],
  [
    'DNSSEC that was not verified',
    answering(),
    { flags: { authenticated: true } },
    { ...bad, message: 'expected the answer to be authenticated, got one that is not' },
  ],
  ['a flag that must not be set', answering({}, AA), { flags: { authoritative: false } }, bad],
  ['an empty answer is bad', answering({ answers: [] }), {}, bad],
  ['an empty answer is good where it may be', answering({ answers: [] }), { mayBeEmpty: true }, good],
  ['a truncated answer that has the record is good', answering({}, TC), { answerMatches: '10\\.0\\.0\\.1$' }, good],
  ['a truncated answer without it may have lost it', answering({}, TC), { answerMatches: 'never' }, lost],
  ['a truncated answer that is empty says nothing', answering({ answers: [] }, TC), {}, lost],
  [
    'that no record matches cannot be said of a truncated answer',
    answering({}, TC),
    { records: { answer: { forbid: ['never'] } } },
    lost,
  ],
  [
    'what matches in a truncated answer is forbidden all the same',
    answering({}, TC),
    { records: { answer: { forbid: ['10\\.0'] } } },
    bad,
  ],
  [
    'one that matches is enough in a truncated answer',
    answering({}, TC),
    { records: { answer: { some: ['10\\.0'] } } },
    good,
  ],
  [
    'a truncated answer is held as it is where that was said',
    answering({}, TC),
    { records: { answer: { all: ['10\\.0'] } }, partial: true },
    good,
  ],
  [
    'the upper half of an rcode stands in OPT',
    answering({ additionals: [opt(1)] }),
    { mayBeEmpty: true },
    { reason: 'unexpected-rcode', message: 'expected NOERROR, got BADVERS' },
  ],
  [
    'OPT is no record',
    answering({ additionals: [opt(0)] }),
    { records: { additional: { some: ['.'] } } },
    { ...bad, message: 'expected a record in the additional section, got none' },
  ],
  [
    'a record whose data are none of its type is no answer',
    answering({ answers: [{ type: 'UNKNOWN_1' as 'NULL', name: 'epj.example', data: Buffer.from([10, 0, 0]) }] }),
    {},
    { outcome: 'bad', reason: 'protocol-error' },
  ],
])('%s', async (_, reply, options, expected) => {
  expect(await probed(reply, options)).toMatchObject(expected);
});

test('the serial of a zone is a number, and what was counted is a fact', async () => {
  const seen = await probed(answering({ ...of('SOA'), additionals: [records[0] as Answer] }), {
    query: { name: 'example', type: 'SOA' },
  });
  expect(seen.signals['serial']).toBe(42);
  expect(seen.facts.dns).toEqual({ rcode: 'NOERROR', answers: 1, authorities: 0, additionals: 1, serial: 42 });
});

test('a question says what it was told to: recursion, class, DNSSEC, and how much we take', async () => {
  const asked: Packet[] = [];
  const stand = await udpStand((message, send) => {
    asked.push(decode(message));
    send(encode(answering()(decode(message).id ?? 0)));
  });
  stands.push(stand);
  for (const more of [
    {},
    { recursion: false, edns: false, query: { ...query, class: 'CH' } },
    { query: { name: 'grødhus.example.', type: 'HTTPS' }, flags: { authenticated: true } },
  ])
    await dns(
      { check: checkOf('dns', { query, ...more }), target: stand.target },
      contextHere()(AbortSignal.timeout(1000)),
    );
  expect(
    asked.map((one) => ({
      recursion: ((one.flags ?? 0) & RD) !== 0,
      authentic: ((one.flags ?? 0) & AD) !== 0,
      edns: one.additionals?.length === 1,
      ...one.questions?.[0],
    })),
  ).toEqual([
    { recursion: true, authentic: false, edns: true, name: 'epj.example', type: 'A', class: 'IN' },
    { recursion: false, authentic: false, edns: false, name: 'epj.example', type: 'A', class: 'CH' },
    { recursion: true, authentic: true, edns: true, name: 'xn--grdhus-cya.example', type: 'UNKNOWN_65', class: 'IN' },
  ]);
});

test.each([
  ['another name', { name: 'other.example', type: 'A' }],
  ['another type', { name: 'epj.example', type: 'AAAA' }],
] as const)('an answer to %s under our number is not ours', async (_, asked) => {
  const seen = await probed(answering({ questions: [asked] }), {});
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'no-answer' });
});
test('the answer may write the name in other letters', async () => {
  expect(await probed(answering({ questions: [{ name: 'EPJ.Example', type: 'A' }] }), {})).toMatchObject(good);
});
test.each(['', '..', 'a..b', `${'x'.repeat(64)}.example`, `${'x.'.repeat(128)}example`])(
  'the name %j is our own trouble',
  async (name) => {
    const seen = await probed(answering(), { query: { name, type: 'A' } });
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  },
);

test('an address probes may not go to is not asked', async () => {
  let asked = 0;
  const stand = await udpStand(() => {
    asked += 1;
  });
  stands.push(stand);
  const context = { ...contextHere()(AbortSignal.timeout(1000)), allowed: () => false };
  const seen = await dns({ check: checkOf('dns', { query }), target: stand.target }, context);
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'not-allowed' });
  expect(asked).toBe(0);
});

describe('over a connection', () => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority();
  });
  const stream =
    (reply: Reply, cut = 0) =>
    (socket: import('node:net').Socket) => {
      socket.once('data', (chunk: Buffer) => {
        const whole = streamEncode(reply(decode(chunk.subarray(2)).id ?? 0));
        // In two parts, so that neither is the whole.
        socket.write(whole.subarray(0, 7));
        setTimeout(() => (cut > 0 ? socket.end(whole.subarray(7, -cut)) : socket.write(whole.subarray(7))), 5);
      });
    };
  const ask = async (target: string, options: object, trust: readonly string[] = []) =>
    await dns({ check: checkOf('dns', { query, ...options }), target }, contextHere(trust)(AbortSignal.timeout(1000)));
  const standing = async (made: Promise<Stand>) => {
    const stand = await made;
    stands.push(stand);
    return stand.target;
  };

  test('an answer in parts is put together, and each phase has its time', async () => {
    const seen = await ask(await standing(tcpStand(stream(answering()))), { transport: 'tcp' });
    expect(seen).toMatchObject(good);
    expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'processing']);
  });
  test('an answer that stops in the middle has closed early', async () => {
    const seen = await ask(await standing(tcpStand(stream(answering(), 3))), { transport: 'tcp' });
    expect(seen).toMatchObject({ outcome: 'bad', reason: 'closed-early' });
  });
  test('the answer to another question is not ours', async () => {
    const other: Reply = (id) => answering()(id ^ 1);
    const seen = await ask(await standing(tcpStand(stream(other))), { transport: 'tcp' });
    expect(seen).toMatchObject({ outcome: 'bad', reason: 'mismatched-answer' });
  });
  test('a truncated answer over UDP is asked for again over TCP where that was said', async () => {
    const stand = await tcpStand(stream(answering()));
    const { port, target } = stand;
    stands.push(stand);
    const udp = createSocket('udp4');
    udp.on('message', (bytes, { port: from, address }) =>
      udp.send(encode(answering({ answers: [] }, TC)(decode(bytes).id ?? 0)), from, address),
    );
    await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
    const all = { records: { answer: { each: ['10\\.0'] } } };
    try {
      expect(await ask(target, all)).toMatchObject(lost);
      expect(await ask(target, { ...all, retryOverTcp: true })).toMatchObject({
        ...good,
        facts: { dns: { answers: 2 } },
      });
    } finally {
      udp.close();
    }
  });
  test('over TLS the certificate is looked at, and its end is a number', async () => {
    const issued = await authority.issue(['dns.example'], new Date(Date.now() + 86_400_000));
    const target = await standing(tlsStand(issued, stream(answering())));
    const trusted = await ask(target, { transport: 'tls', serverName: 'dns.example' }, [authority.pem]);
    expect(trusted).toMatchObject({ outcome: 'good' });
    expect(trusted.signals['certificate']).toBeGreaterThan(0);
    expect(await ask(target, { transport: 'tls', serverName: 'other.example' }, [authority.pem])).toMatchObject({
      outcome: 'bad',
      reason: 'certificate-name',
    });
    expect(await ask(target, { transport: 'tls', serverName: 'dns.example' })).toMatchObject({
      outcome: 'bad',
      reason: 'certificate-untrusted',
    });
  });
});

test('whatever a server sends, a run ends with one of the reasons', async () => {
  const whole = encode(answering({ authorities: [...records] })(7));
  const mutated = fc.tuple(
    fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }),
    fc.nat(whole.length),
  );
  let bytes: Buffer = Buffer.alloc(0);
  const stand = await udpStand((message, send) => {
    const reply = Buffer.from(bytes);
    if (reply.length >= 2) message.copy(reply, 0, 0, 2);
    send(reply);
  });
  stands.push(stand);
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 600 })), async (one) => {
      if (one instanceof Uint8Array) bytes = Buffer.from(one);
      else {
        bytes = Buffer.from(whole.subarray(0, one[1]));
        for (const [at, value] of one[0]) if (at < bytes.length) bytes[at] = value;
      }
      const seen = await dns(
        { check: checkOf('dns', { query }), target: stand.target },
        contextHere()(AbortSignal.timeout(60)),
      );
      expect(['good', 'bad']).toContain(seen.outcome);
      expect(seen.transcript.length).toBeLessThan(8000);
    }),
    { numRuns: 150 },
  );
}, 30_000);
