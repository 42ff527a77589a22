import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { retryWithin, runCheck } from './attempt.ts';
import { monotonic } from './clock.ts';
import { checkOf, contextHere, type Stand, signalOf, tcpStand } from './testing/servers.ts';

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
const standing = async (...answers: readonly ((socket: Socket) => void)[]) => {
  let asked = 0;
  const stand = await tcpStand((socket) => {
    answers[Math.min(asked, answers.length - 1)]?.(socket);
    asked += 1;
  });
  stands.push(stand);
  return { target: stand.target, asked: () => asked };
};
const ready = (socket: Socket) => void socket.write('220 ready\r\n');
const busy = (socket: Socket) => void socket.end('421 busy\r\n');
const silent = () => undefined;
const check = checkOf('tcp', { dialogue: [{ expect: '^220' }] }, { signals: [signalOf('latency', 'duration')] });
const at = { slot: 42, vantage: 'here' };

test('a good run is one attempt', async () => {
  const { target, asked } = await standing(ready);
  const before = { wall: Date.now(), mono: monotonic() };
  const seen = await runCheck({ check, target }, contextHere(), at);
  expect(seen).toMatchObject({ outcome: 'good', check: 'thing/tcp', vantage: 'here', slot: 42, first: null });
  expect(asked()).toBe(1);
  expect(seen.startedAt).toBeGreaterThanOrEqual(before.wall);
  expect(seen.began).toBeGreaterThanOrEqual(before.mono);
  expect(seen.ended).toBeGreaterThanOrEqual(seen.began);
});

test('a bad attempt is tried again at once: the second one counts and the first is kept beside it', async () => {
  const { target, asked } = await standing(busy, ready);
  const seen = await runCheck({ check, target }, contextHere(), at);
  expect(seen).toMatchObject({ outcome: 'good', reason: null, first: { reason: 'unexpected-answer' } });
  expect(asked()).toBe(2);
});

test('bad twice is bad, by the reason of the second', async () => {
  const { target, asked } = await standing(silent, busy);
  const seen = await runCheck({ check, target }, contextHere(), at);
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'unexpected-answer', first: { reason: 'no-answer' } });
  expect(asked()).toBe(2);
});

test.each([
  ['the whole timeout, where the interval has room for both', 100, 300, 1000, 300],
  ['what is left of the interval, where it has not', 600, 600, 1000, 400],
  ['half the timeout at least', 900, 900, 1000, 450],
  ['the whole timeout, where the first failed at once', 1, 900, 1000, 900],
])('a second attempt has %s', (_, spent, timeoutMs, intervalMs, expected) =>
  expect(retryWithin(checkOf('tcp', {}, { timeoutMs, intervalMs }), spent)).toBe(expected),
);

test('a silent peer is bad for certain before the next slot, also when two timeouts do not fit', async () => {
  const { target, asked } = await standing(silent);
  const tight = { ...check, timeoutMs: 400, intervalMs: 600 };
  const seen = await runCheck({ check: tight, target }, contextHere(), at);
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'no-answer', first: { reason: 'no-answer' } });
  expect(asked()).toBe(2);
  expect(seen.duration).toBeGreaterThan(0.19);
  expect(seen.ended - seen.began).toBeLessThan(700);
});

test('a run that is our own trouble is unknown and not tried again', async () => {
  const { target, asked } = await standing(ready);
  const broken = checkOf('tcp', { dialogue: [{ expect: '(' }] });
  expect(await runCheck({ check: broken, target }, contextHere(), at)).toMatchObject({
    outcome: 'unknown',
    first: null,
  });
  expect(asked()).toBe(0);
});

test('a throw is unknown: whatever breaks in here says nothing about the peer', async () => {
  const seen = await runCheck(
    { check, target: 'x:1' },
    () => {
      throw new TypeError('a mistake of ours');
    },
    at,
  );
  expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run', depth: 'none', signals: {} });
});

test('a run that is stopped is not tried again', async () => {
  const { target, asked } = await standing(silent);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  const seen = await runCheck({ check, target }, contextHere(), { ...at, stop: stop.signal });
  expect(seen.outcome).toBe('unknown');
  expect(asked()).toBe(1);
});

test('a thread that stood still through the deadline has seen no failure', async () => {
  const { target } = await standing(silent);
  let stalls = 0;
  const stalled = () => (stalls++ === 0 ? 0 : 200);
  const seen = await runCheck({ check, target }, contextHere(), { ...at, stalled });
  expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  expect(seen.message).toContain('stood still');
});

test('a thread that stood still may have seen a success, but not how long it took', async () => {
  const { target } = await standing(ready);
  let stalls = 0;
  const seen = await runCheck({ check, target }, contextHere(), { ...at, stalled: () => 60 * stalls++ });
  expect(seen).toMatchObject({ outcome: 'good', signals: {} });
});
