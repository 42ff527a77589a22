import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, type Stand, udpStand } from '../../testing/servers.ts';
import { snmp } from './snmp.ts';
import { counterOf, numberOf, reduced } from './values.ts';

const secrets = { 'env:COMMUNITY': 'a community nobody knows' };
const options = { community: { env: 'COMMUNITY' }, read: { uptime: { oid: '1.3.6.1.2.1.1.3.0' } } };
holdContract({
  kind: 'snmp',
  probe: snmp,
  wire: 'udp',
  aim: (target, timeoutMs = 300) => ({ check: checkOf('snmp', options, { timeoutMs }), target, secrets }),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));

test('a community that was not given is our own trouble, and is never said', async () => {
  const aim = { check: checkOf('snmp', options), target: '127.0.0.1:9' };
  const seen = await snmp(aim, contextHere()(AbortSignal.timeout(300)));
  expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  const refused = await snmp({ ...aim, secrets }, contextHere()(AbortSignal.timeout(300)));
  expect(JSON.stringify(refused)).not.toContain('nobody knows');
});

test('values are numbers where they can be, and what they come to', () => {
  expect([numberOf(7), numberOf(Buffer.from('42.5')), numberOf(Buffer.from('x')), numberOf(null)]).toEqual([
    7,
    42.5,
    null,
    null,
  ]);
  expect(counterOf(Buffer.from([1, 0, 0, 0, 0]))).toBe(2 ** 32);
  expect(counterOf(Buffer.alloc(20, 1))).toBeNull();
  expect(reduced('max', [1, null, 3])).toBe(3);
  expect(reduced('sum', [1, null, 3])).toBe(4);
  expect(reduced('count', [1, null, 3])).toBe(3);
  expect(reduced('min', [null])).toBeNull();
});

test('whatever an agent sends, a run ends with one of the reasons', async () => {
  let bytes: Buffer = Buffer.alloc(0);
  let how: 'as it is' | 'an answer turned' = 'as it is';
  let flips: readonly (readonly [number, number])[] = [];
  const stand = await udpStand((message, send) => {
    const reply = Buffer.from(message);
    const pdu = reply.indexOf(0xa0);
    if (pdu >= 0) reply[pdu] = 0xa2;
    for (const [at, value] of flips) if (reply.length > 0) reply[at % reply.length] = value;
    send(how === 'as it is' ? bytes : reply);
  });
  stands.push(stand);
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 5 }),
      fc.boolean(),
      async (raw, turned, whole) => {
        bytes = Buffer.from(raw);
        flips = turned;
        how = whole ? 'as it is' : 'an answer turned';
        const aim = { check: checkOf('snmp', options, { timeoutMs: 60 }), target: stand.target, secrets };
        const seen = await snmp(aim, contextHere()(AbortSignal.timeout(60)));
        expect(['good', 'bad']).toContain(seen.outcome);
      },
    ),
    { numRuns: 100 },
  );
}, 30_000);
