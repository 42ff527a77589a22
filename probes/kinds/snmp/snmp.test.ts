import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, type Stand, udpStand } from '../../testing/servers.ts';
import { snmp } from './snmp.ts';
import { endlessAgent, plainAgent } from './testing/agent.ts';
import { readingOf, reduced } from './values.ts';

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

const buffer = (...bytes: readonly number[]): Buffer => Buffer.from(bytes);
test.each<[string, number, unknown, number | null]>([
  ['an integer', 2, -7, -7],
  ['a gauge', 0x42, 4_294_967_295, 4_294_967_295],
  ['a text that is a number', 4, Buffer.from(' 42.5\n'), 42.5],
  ['another text', 4, Buffer.from('42 V'), null],
  ['a counter of 64 bits', 0x46, buffer(1, 0, 0, 0, 0), 2 ** 32],
  ['a counter that is too long', 0x46, Buffer.alloc(20, 1), null],
  ['a float in an opaque value', 0x44, buffer(0x9f, 0x78, 4, 0x3f, 0xc0, 0, 0), 1.5],
  ['a double in an opaque value', 0x44, buffer(0x9f, 0x79, 8, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5],
  ['another opaque value', 0x44, buffer(0x9f, 0x78, 4, 0x3f), null],
  ['no number at all', 0x44, buffer(0x9f, 0x78, 4, 0x7f, 0xc0, 0, 0), null],
  ['an OID', 6, '1.3.6', null],
  ['nothing', 5, null, null],
])('%s is read as what it is', (_, type, value, expected) => {
  expect(readingOf({ type, value })).toBe(expected);
});

test('many values come to one', () => {
  expect(reduced('max', [1, null, 3])).toBe(3);
  expect(reduced('sum', [1, null, 3])).toBe(4);
  expect(reduced('count', [1, null, 3])).toBe(3);
  expect(reduced('min', [null])).toBeNull();
});

const watcher = {
  user: {
    name: 'watcher',
    auth: { protocol: 'sha256', password: { env: 'COMMUNITY' } },
    priv: { protocol: 'aes', password: { env: 'COMMUNITY' } },
  },
  read: options.read,
};
const asked = async (agent: Stand, more: object, ms = 1000) => {
  stands.push(agent);
  const aim = { check: checkOf('snmp', more, { timeoutMs: ms, depth: 'session' }), target: agent.target, secrets };
  return await snmp(aim, contextHere()(AbortSignal.timeout(ms)));
};
describe('an agent that knows no key', () => {
  test.each([
    ['in the clear', 0],
    ['with its word that there is a digest', 1],
    ['with its word that it is encrypted', 3],
    ['encrypted without a digest', 2],
  ])('cannot answer %s', async (_, flags) => {
    const seen = await asked(await plainAgent(flags), watcher);
    expect(seen).toMatchObject({
      outcome: 'bad',
      reason: expect.stringMatching(/^(mismatched-answer|protocol-error)$/),
      depth: 'none',
    });
    expect(seen.signals).toEqual({});
  });
  test('is heard where nothing was to be secret', async () => {
    const seen = await asked(await plainAgent(0), { user: { name: 'watcher' }, read: options.read });
    expect(seen).toMatchObject({ outcome: 'good', signals: { uptime: 4711 } });
  });
});
test('a value of another OID than was asked for is none', async () => {
  const name = { oid: '1.3.6.1.2.1.1.5.0' };
  const seen = await asked(await plainAgent(0), { user: { name: 'watcher' }, read: { name } });
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'mismatched-answer', signals: {} });
});
test('a status that nobody has a word for is a failed question, and ends nothing else', async () => {
  const stand = await udpStand((message, send) => {
    const reply = Buffer.from(message);
    const pdu = reply.indexOf(0xa0);
    reply[pdu] = 0xa2;
    // Behind the number of the question: its status, one byte.
    reply[pdu + 2 + 2 + (reply[pdu + 3] ?? 0) + 2] = 99;
    send(reply);
  });
  expect(await asked(stand, options)).toMatchObject({
    outcome: 'bad',
    reason: 'query-failed',
    message: 'expected values, got an error without a name',
  });
});
test('a table that never ends is not read for ever', async () => {
  const rows = { oid: '1.3.6.1.2.1.2.2.1.1', walk: 'count', min: 1 };
  const seen = await asked(await endlessAgent(), { community: options.community, read: { rows } }, 3000);
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'answer-too-large' });
});
test('silence after a name is told from silence', async () => {
  let first = true;
  const turned = (bytes: Buffer): Buffer | null => {
    const answer = first ? bytes : null;
    first = false;
    return answer;
  };
  const agent = await plainAgent(0, { turned });
  const seen = await asked(agent, watcher, 200);
  expect(seen).toMatchObject({ reason: 'no-answer', message: expect.stringContaining('privacy password') });
});
test('an agent whose boots are below zero says nothing that can be repeated', async () => {
  const turned = (bytes: Buffer): Buffer => {
    // They stand behind the name of its engine, four bytes each.
    bytes[bytes.indexOf('80001f88800123456789', 'hex') + 12] = 0xff;
    return bytes;
  };
  const seen = await asked(await plainAgent(3, { turned }), watcher);
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'protocol-error' });
});
test('a cipher that this machine has not is our own trouble', async () => {
  const { auth } = watcher.user;
  const des = { ...watcher.user, auth, priv: { protocol: 'des', password: { env: 'COMMUNITY' } } };
  const seen = await asked(await plainAgent(3), { ...watcher, user: des });
  expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
});

describe('whatever an agent sends, a run ends with one of the reasons', () => {
  const flips = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 5 });
  const flip = (bytes: Buffer, all: readonly (readonly [number, number])[]): Buffer => {
    for (const [at, value] of all) if (bytes.length > 0) bytes[at % bytes.length] = value;
    return bytes;
  };
  const held = async (target: string, more: object) => {
    const aim = { check: checkOf('snmp', more, { timeoutMs: 20, depth: 'session' }), target, secrets };
    const seen = await snmp(aim, contextHere()(AbortSignal.timeout(20)));
    expect(['good', 'bad']).toContain(seen.outcome);
    return seen;
  };
  test('v2c: bytes, and questions turned into answers', async () => {
    let answer = (question: Buffer): Buffer => question;
    const stand = await udpStand((message, send) => send(answer(Buffer.from(message))));
    stands.push(stand);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), flips, fc.boolean(), async (raw, turned, whole) => {
        answer = (question) => {
          if (whole) return Buffer.from(raw);
          const pdu = question.indexOf(0xa0);
          if (pdu >= 0) question[pdu] = 0xa2;
          return flip(question, turned);
        };
        await held(stand.target, options);
      }),
      { numRuns: 300 },
    );
  }, 30_000);
  test('v3: reports and answers with some of their bytes changed, and none of them is taken for a login', async () => {
    let turned: readonly (readonly [number, number])[] = [];
    const agent = await plainAgent(3, { turned: (bytes) => flip(bytes, turned) });
    stands.push(agent);
    await fc.assert(
      fc.asyncProperty(flips, async (all) => {
        turned = all;
        expect((await held(agent.target, watcher)).outcome).toBe('bad');
      }),
      { numRuns: 300 },
    );
  }, 30_000);
});
