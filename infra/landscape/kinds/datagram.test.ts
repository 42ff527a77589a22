import { expect, test } from 'vitest';
import { z } from 'zod';
import { kindOf } from '../kinds.ts';
import { dns } from './dns.ts';
import { icmp } from './icmp.ts';
import { ntp } from './ntp.ts';
import { snmp } from './snmp.ts';

const kinds = { dns, icmp, ntp, snmp } as const;
type Kind = keyof typeof kinds;
const wrong = (kind: Kind, written: object): readonly string[] => {
  const parsed = z.strictObject(kinds[kind].written).safeParse(written);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return (kindOf(kind).whole?.(parsed.data) ?? []).map(({ path, expected }) => `${path.join('.')}: ${expected}`);
};
const options = (kind: Kind, written: object): unknown =>
  kindOf(kind).normal(z.strictObject(kinds[kind].written).parse(written), {});

const query = { name: 'epj.example', type: 'A' };
const password = { env: 'P' };
const community = { env: 'C' };
const read = { up: '1.3.6.1.2.1.1.3.0' };

test.each<readonly [string, Kind, object, readonly string[]]>([
  ['a question', 'dns', { query }, []],
  [
    'a type nobody asks for',
    'dns',
    { query: { ...query, type: 'AXFR' } },
    ['query.type: a record type such as A, MX or SOA'],
  ],
  [
    'an rcode that is none',
    'dns',
    { query, expect: { rcode: 'NXDOMIAN' } },
    ['expect.rcode: an rcode such as NOERROR, or a list of them'],
  ],
  [
    'again over TCP, over TCP',
    'dns',
    { query, transport: 'tcp', retryOverTcp: true },
    ['retryOverTcp: transport: udp beside it'],
  ],
  ['authorities of our own without TLS', 'dns', { query, ca: [{ file: 'ca.pem' }] }, ['ca: transport: tls beside it']],
  [
    'a rule that RE2 cannot read',
    'dns',
    { query, expect: { records: { answer: { all: ['(?=a)'] } } } },
    ['expect.records.answer.all.0: a regular expression that RE2 reads, without lookaround and back references'],
  ],
  ['too many echoes', 'icmp', { packets: 21 }, ['packets: a number from 1 to 20']],
  ['echoes without room for a time', 'icmp', { size: 8 }, ['size: a number from 16 to 65000']],
  ['all echoes lost', 'icmp', { expect: { loss: 100 } }, ['expect.loss: a number from 0 to 99']],
  ['an offset', 'ntp', { expect: { offset: '100ms', stratum: 3, distance: '1s' } }, []],
  ['stratum 16', 'ntp', { expect: { stratum: 16 } }, ['expect.stratum: a number from 1 to 15']],
  [
    'a community as it stands',
    'snmp',
    { community: 'public', read },
    ["community: { env: 'NAME' } or { file: 'name' }"],
  ],
  ['nobody who asks', 'snmp', { read }, ['community: a community (v2c) or a user (v3), and not both']],
  [
    'two who ask',
    'snmp',
    { community, user: { name: 'a' }, read },
    ['user: a community (v2c) or a user (v3), and not both'],
  ],
  [
    'a secret between strangers',
    'snmp',
    { user: { name: 'a', priv: { protocol: 'aes', password } }, read },
    ['user: auth beside priv: nothing is hidden from whoever is not known'],
  ],
  ['nothing to read', 'snmp', { community, read: {} }, ['read: one to fifty names']],
])('%s', (_, kind, written, expected) => {
  expect(wrong(kind, written)).toEqual(expected);
});

test('what was written comes out as the probe reads it, secrets left where they are', () => {
  expect(
    options('dns', { query, transport: 'tls', expect: { rcode: 'NXDOMAIN', records: { answer: { some: [/^x/i] } } } }),
  ).toEqual({ query, transport: 'tls', rcodes: ['NXDOMAIN'], records: { answer: { some: ['(?i)^x'] } } });
  expect(options('icmp', { packets: 5, dontFragment: true, expect: { loss: 20 } })).toEqual({
    packets: 5,
    dontFragment: true,
    maxLoss: 20,
  });
  expect(options('ntp', { expect: { offset: '100ms', distance: '1s' } })).toEqual({ maxOffset: 0.1, maxDistance: 1 });
  expect(
    options('snmp', { community, read: { up: '.1.3.6.1', load: { oid: '1.3.6.2', walk: 'max', max: 4 } } }),
  ).toEqual({
    community,
    read: { up: { oid: '1.3.6.1' }, load: { oid: '1.3.6.2', walk: 'max', max: 4 } },
  });
});

test('only a user that is known to the agent makes a session', () => {
  const depth = (written: object) => kindOf('snmp').deepest(options('snmp', written) as never);
  expect(depth({ community, read })).toBe('protocol');
  expect(depth({ user: { name: 'a' }, read })).toBe('protocol');
  expect(depth({ user: { name: 'a', auth: { protocol: 'sha256', password } }, read })).toBe('session');
});
