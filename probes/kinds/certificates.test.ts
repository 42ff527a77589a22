import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Check } from '../../infra/landscape/model.ts';
import { type Authority, createAuthority } from '../../scripts/demo/protocols/authority.ts';
import { kinds } from '../kinds.ts';
import { answering, checkOf, contextHere, type Stand, signalOf, tlsStand } from '../testing/servers.ts';

const day = 86_400_000;
const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
let ours: Authority;
let early: Authority;
beforeAll(async () => {
  ours = await createAuthority();
  // An authority of tomorrow: everything it issues is not valid yet.
  early = await createAuthority(Date.now() + day);
});

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
const soon = new Date(Date.now() + 10 * day);
const past = new Date(Date.now() - 60_000);

type Row = readonly [
  string,
  object,
  { names?: string[]; until?: Date; by?: () => Authority; trust?: () => string[] },
  object,
];
const good = { outcome: 'good', reason: null, depth: 'session' };
const bad = (reason: string) => ({ outcome: 'bad', reason });
const named = { serverName: 'epj.region.example' };
const rows: readonly Row[] = [
  ['a trusted certificate for the name is good', named, {}, good],
  ['an expired one is expired', named, { until: past }, bad('certificate-expired')],
  [
    'one of tomorrow is not valid yet',
    named,
    { by: () => early, trust: () => [early.pem] },
    bad('certificate-not-yet-valid'),
  ],
  ['one of nobody we trust is untrusted', named, { trust: () => [] }, bad('certificate-untrusted')],
  ['one for another name has the wrong name', named, { names: ['other.example'] }, bad('certificate-name')],
  ['expired and untrusted is expired first', named, { until: past, trust: () => [] }, bad('certificate-expired')],
  ['an untrusted one can be accepted', { ...named, trusted: false }, { trust: () => [] }, good],
  [
    'accepted does not mean expired',
    { ...named, trusted: false },
    { until: past, trust: () => [] },
    bad('certificate-expired'),
  ],
  [
    'accepted does not mean any name',
    { ...named, trusted: false },
    { names: ['other.example'], trust: () => [] },
    bad('certificate-name'),
  ],
  [
    'trust that is no PEM is our own trouble',
    named,
    { trust: () => ['nonsense'] },
    { outcome: 'unknown', reason: 'could-not-run' },
  ],
];

test.each(rows)(
  '%s',
  async (_, expectation, {
    names = ['epj.region.example'],
    until = soon,
    by = () => ours,
    trust = () => [ours.pem],
  }, expected) => {
    const stand = await tlsStand(await by().issue(names, until), answering('200 OK', 'ready'));
    stands.push(stand);
    const check: Check = checkOf('tls', expectation, { signals: [signalOf('ends', 'certificate', 'falling')] });
    const seen = await kinds.tls({ check, target: stand.target }, contextHere(trust())(AbortSignal.timeout(2000)));
    expect(seen).toMatchObject(expected);
    if (seen.outcome === 'unknown') return;
    expect(seen.signals['certificate'], 'the end of the certificate is known also when it is bad').toBe(seconds(until));
    expect(seen.signals['ends']).toBe(seconds(until));
    expect(seen.phases.tls).toBeGreaterThan(0);
  },
);

test('every probe makes a full handshake: the second sees the certificate too', async () => {
  const stand = await tlsStand(await ours.issue(['epj.region.example'], soon), answering('200 OK', 'ready'));
  stands.push(stand);
  const trust = [ours.pem];
  const aim = { check: checkOf('http', { ...named, bodyMatches: 'ready' }), target: `https://${stand.target}/` };
  for (const attempt of [1, 2, 3]) {
    const seen = await kinds.http(aim, contextHere(trust)(AbortSignal.timeout(2000)));
    expect(seen, `attempt ${attempt}`).toMatchObject({ outcome: 'good', signals: { certificate: seconds(soon) } });
    expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
  }
});

test('a conversation can be held over TLS', async () => {
  const stand = await tlsStand(await ours.issue(['epj.region.example'], soon), (socket) =>
    socket.write('220 ready\r\n'),
  );
  stands.push(stand);
  const aim = { check: checkOf('tcp', { ...named, tls: true, dialogue: [{ expect: '^220' }] }), target: stand.target };
  const seen = await kinds.tcp(aim, contextHere([ours.pem])(AbortSignal.timeout(2000)));
  expect(seen).toMatchObject({ outcome: 'good', signals: { certificate: seconds(soon) } });
});
