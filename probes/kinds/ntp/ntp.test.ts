import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, type Stand, udpStand } from '../../testing/servers.ts';
import { ntp } from './ntp.ts';
import { answerOf, clockOf, requestOf } from './packet.ts';

holdContract({
  kind: 'ntp',
  probe: ntp,
  wire: 'udp',
  aim: (target, timeoutMs = 300) => ({ check: checkOf('ntp', {}, { timeoutMs }), target }),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});

const epoch = 2_208_988_800;
const stamp = (packet: Buffer, at: number, unixMs: number): void => {
  const seconds = unixMs / 1000 + epoch;
  packet.writeUInt32BE(Math.floor(seconds) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32) >>> 0, at + 4);
};
type Says = {
  leap?: number;
  stratum?: number;
  mode?: number;
  ahead?: number;
  kiss?: string;
  dispersion?: number;
  forged?: boolean;
};
/** A server that answers a question with what it says of itself. */
const reply = (
  question: Buffer,
  { leap = 0, stratum = 2, mode = 4, ahead = 0, kiss = '', dispersion = 0.01, forged = false }: Says,
): Buffer => {
  const packet = Buffer.alloc(48);
  packet[0] = (leap << 6) | (4 << 3) | mode;
  packet[1] = stratum;
  packet.writeUInt32BE(Math.round(dispersion * 65_536), 8);
  packet.write(kiss, 12, 'latin1');
  question.copy(packet, 24, 40, 48);
  if (forged) packet[24] = (packet[24] ?? 0) ^ 1;
  const now = Date.now() + ahead;
  for (const at of [16, 32, 40]) stamp(packet, at, now);
  return packet;
};
const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
const asked = async (answer: (question: Buffer) => Buffer, options: object = {}) => {
  const stand = await udpStand((message, send) => send(answer(message)));
  stands.push(stand);
  return await ntp({ check: checkOf('ntp', options), target: stand.target }, contextHere()(AbortSignal.timeout(1000)));
};

test.each<[string, Says, object, object]>([
  ['a clock that follows a source is good', {}, {}, { outcome: 'good', depth: 'protocol' }],
  ['a clock near enough is good', { ahead: 50 }, { maxOffset: 0.2 }, { outcome: 'good' }],
  ['a clock that is ahead is bad', { ahead: 500 }, { maxOffset: 0.2 }, { outcome: 'bad', reason: 'clock-offset' }],
  ['a clock that is behind is bad', { ahead: -500 }, { maxOffset: 0.2 }, { outcome: 'bad', reason: 'clock-offset' }],
  [
    'a clock far from its reference is bad',
    { stratum: 9 },
    { maxStratum: 4 },
    { outcome: 'bad', reason: 'out-of-bounds' },
  ],
  [
    'a clock unsure of itself is bad',
    { dispersion: 3 },
    { maxDistance: 1 },
    { outcome: 'bad', reason: 'out-of-bounds' },
  ],
  [
    'a clock as unsure as can be said is not the surest',
    { dispersion: 65_535 },
    { maxDistance: 1 },
    { outcome: 'bad', reason: 'out-of-bounds' },
  ],
  ['a clock that says it follows nothing', { leap: 3 }, {}, { outcome: 'bad', reason: 'not-synchronised' }],
  ['stratum 16', { stratum: 16 }, {}, { outcome: 'bad', reason: 'not-synchronised' }],
  [
    'a refusal is named by its code',
    { stratum: 0, kiss: 'RATE' },
    {},
    { reason: 'not-synchronised', message: expect.stringContaining('RATE') },
  ],
  ['an answer to somebody else', { forged: true }, {}, { outcome: 'bad', reason: 'mismatched-answer' }],
  ['a broadcast is no answer', { mode: 5 }, {}, { outcome: 'bad', reason: 'protocol-error' }],
])('%s', async (_, says, options, expected) => {
  expect(await asked((question) => reply(question, says), options)).toMatchObject(expected);
});

test('the offset is near what the server is ahead by, and a run that failed tells it too', async () => {
  const seen = await asked((question) => reply(question, { ahead: 5000 }), { maxOffset: 0.1 });
  expect(seen.signals['offset']).toBeGreaterThan(4.5);
  expect(seen.signals['offset']).toBeLessThan(5.5);
  expect(seen.signals['stratum']).toBe(2);
});

describe('the arithmetic', () => {
  test('offset and delay of RFC 5905: as far ahead as the ways are equal', () => {
    expect(clockOf({ received: 1150, sent: 1160 }, { asked: 1000, heard: 1110 })).toEqual({ offset: 0.1, delay: 0.1 });
  });
  test.each([
    ['today', Date.parse('2026-11-26T00:00:00Z')],
    ['after the field begins anew', Date.parse('2036-02-08T00:00:00Z')],
    ['in the era after', Date.parse('2090-01-01T00:00:00Z')],
  ])('a moment %s is read in the era that is near', (_, moment) => {
    const packet = reply(requestOf(Buffer.alloc(8, 1)), {});
    stamp(packet, 40, moment);
    expect(answerOf(packet, moment + 86_400_000)?.sent).toBeCloseTo(moment, 0);
  });
  test('any bytes are an answer or none, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(), (bytes, near) => {
        const answer = answerOf(Buffer.from(bytes), near);
        if (answer !== null) expect(answer.stratum).toBeLessThanOrEqual(16);
        if (bytes.length < 48) expect(answer).toBeNull();
      }),
    );
  });
});

test('whatever a server sends, a run ends with one of the reasons', async () => {
  let answer: (question: Buffer) => Buffer = (question) => question;
  const stand = await udpStand((message, send) => send(answer(message)));
  stands.push(stand);
  const flips = fc.array(fc.tuple(fc.nat(47), fc.nat(255)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.oneof(flips, fc.uint8Array({ maxLength: 100 })), async (one) => {
      answer = (question) => {
        if (one instanceof Uint8Array) return Buffer.from(one);
        const packet = reply(question, {});
        for (const [at, value] of one) packet[at] = value;
        return packet;
      };
      const seen = await ntp(
        { check: checkOf('ntp', { maxOffset: 1, maxDistance: 1 }), target: stand.target },
        contextHere()(AbortSignal.timeout(100)),
      );
      expect(['good', 'bad']).toContain(seen.outcome);
      for (const value of Object.values(seen.signals)) expect(Number.isFinite(value)).toBe(true);
      if (seen.outcome === 'good') expect(Math.abs(seen.signals['offset'] ?? Number.NaN)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
}, 30_000);
