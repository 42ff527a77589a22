import { expect, test } from 'vitest';
import { createAnchors } from './anchors.ts';
import { createClock } from './testing/clock.ts';
import { contextHere, refusedPort, tcpStand, vantageOf } from './testing/servers.ts';

const here = vantageOf('here', { anchors: ['a:1', 'b:1'], anchorIntervalMs: 10_000, anchorTimeoutMs: 1000 });

/** Anchors on a clock of the test: `answers` says after how many ms each connects, or null for never. */
const asked = (answers: Record<string, number | null>) => {
  const clock = createClock();
  const heard: number[] = [];
  const tried: string[] = [];
  const anchors = createAnchors(here, contextHere(), ({ at }) => void heard.push(at), {
    now: clock.now,
    wall: clock.wall,
    setTimer: clock.setTimer,
    reach: (anchor, { signal }) =>
      new Promise((resolve, reject) => {
        tried.push(anchor);
        signal.addEventListener('abort', () => reject(signal.reason));
        const ms = answers[anchor] ?? null;
        if (ms !== null) clock.setTimer(ms, resolve);
      }),
  });
  anchors.start();
  return { clock, heard, tried, anchors, answers };
};

test('one answering anchor is enough, and what is told is when the asking began', async () => {
  const { clock, heard, tried } = asked({ 'a:1': null, 'b:1': 40 });
  await clock.advance(25_000);
  expect(tried).toEqual(['a:1', 'b:1', 'a:1', 'b:1', 'a:1', 'b:1']);
  expect(heard).toEqual([0, 10_000, 20_000]);
});

test('when none answers nothing is told', async () => {
  const { clock, heard } = asked({});
  await clock.advance(25_000);
  expect(heard).toEqual([]);
});

test('an answer later than the deadline does not count', async () => {
  const { clock, heard } = asked({ 'a:1': 1500 });
  await clock.advance(9000);
  expect(heard).toEqual([]);
});

test('a bad run has the anchors asked at once, and a flock of them only once', async () => {
  const { clock, heard, anchors } = asked({ 'a:1': 5 });
  await clock.advance(3000);
  for (let index = 0; index < 50; index += 1) anchors.confirm();
  await clock.advance(100);
  expect(heard).toEqual([0, 3000]);
  for (let index = 0; index < 50; index += 1) anchors.confirm();
  await clock.advance(1000);
  expect(heard).toEqual([0, 3000, 3250]);
  await clock.advance(10_000);
  expect(heard).toEqual([0, 3000, 3250, 13_250]);
});

test('a bad run during a round is answered by a round that begins after it', async () => {
  const { clock, heard, anchors } = asked({ 'a:1': 300 });
  await clock.advance(100);
  anchors.confirm();
  await clock.advance(1000);
  expect(heard).toEqual([0, 300]);
});

test('after stopping nothing is asked and nothing told', async () => {
  const { clock, heard, anchors } = asked({ 'a:1': 50 });
  await clock.advance(10);
  anchors.stop();
  anchors.confirm();
  await clock.advance(30_000);
  expect(heard).toEqual([]);
  expect(clock.pending()).toBe(0);
});

test('over real sockets a listener answers and a closed port does not', async () => {
  const stand = await tcpStand((socket) => socket.resume());
  const told: string[] = [];
  const make = (id: string, anchors: readonly string[]) =>
    createAnchors(vantageOf(id, { anchors }), contextHere(), ({ vantage }) => void told.push(vantage));
  const all = [make('connected', [stand.target]), make('cut', [`127.0.0.1:${await refusedPort()}`])];
  for (const anchors of all) anchors.start();
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const anchors of all) anchors.stop();
  expect(told).toEqual(['connected']);
  await stand.close();
});
