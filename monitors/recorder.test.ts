import { expect, test, vi } from 'vitest';
import { type Batch, HistoryError } from './history/history.ts';
import { createRecorder } from './recorder.ts';

const batch = (minute: number): Batch => ({
  slices: [{ stream: 'a/b@c', minute, slice: 1, provenance: 'measured' }],
});
const settle = () => new Promise((resolve) => setImmediate(resolve));

const stage = () => {
  const state = { now: 0, full: false };
  const kept: Batch[] = [];
  const shown: Batch[] = [];
  const recorder = createRecorder(
    {
      commit: async (one) => {
        if (state.full) throw new HistoryError('full', 'no space');
        kept.push(one);
      },
    },
    { now: () => state.now, wall: () => state.now, committed: (one) => shown.push(one) },
  );
  return { state, kept, shown, recorder };
};

test('what is shown has been kept, in order', async () => {
  const { kept, shown, recorder } = stage();
  for (const minute of [1, 2, 3]) recorder.offer(batch(minute));
  await settle();
  expect(kept).toEqual([1, 2, 3].map(batch));
  expect(shown).toEqual(kept);
});
test('a full disk pauses loudly, shows nothing, and goes on by itself with everything', async () => {
  const { state, kept, shown, recorder } = stage();
  state.full = true;
  recorder.offer(batch(1));
  await settle();
  expect(recorder.recording()).toMatchObject({ state: 'paused', message: expect.stringContaining('the disk is full') });
  expect(shown).toEqual([]);
  state.full = false;
  state.now = 1000;
  recorder.offer(batch(2));
  await settle();
  expect(kept).toEqual([]);
  state.now = 6000;
  recorder.offer(batch(3));
  await settle();
  expect(kept).toEqual([1, 2, 3].map(batch));
  expect(recorder.recording()).toMatchObject({ state: 'recording', since: 6000 });
});
test('a pause of days keeps memory bounded and says what was given up', async () => {
  const { state, kept, recorder } = stage();
  state.full = true;
  for (let minute = 0; minute < 2000; minute += 1) {
    state.now = minute * 10_000;
    recorder.offer(batch(minute));
    await settle();
  }
  expect(recorder.recording().message).toMatch(/600 batches wait; 1400 batches were given up/);
  state.full = false;
  expect(await recorder.finish()).toBe(true);
  expect(kept.length).toBe(600);
  expect(kept.at(-1)).toEqual(batch(1999));
});
test('a batch is never written twice, however often it is asked', async () => {
  const commit = vi.fn(async () => settle().then(() => undefined));
  const recorder = createRecorder({ commit }, { now: () => 0, wall: () => 0, committed: () => undefined });
  recorder.offer(batch(1));
  recorder.offer(batch(2));
  await recorder.finish();
  await vi.waitFor(() => expect(commit).toHaveBeenCalledTimes(2));
  await settle();
  expect(commit).toHaveBeenCalledTimes(2);
});
test('a commit that never comes back is not recording, and is said to be', async () => {
  let now = 0;
  const recorder = createRecorder(
    { commit: () => new Promise(() => undefined) },
    { now: () => now, wall: () => 1_000_000 + now, committed: () => undefined },
  );
  recorder.offer(batch(1));
  now = 10_000;
  expect(recorder.recording().state).toBe('recording');
  now = 16_000;
  expect(recorder.recording()).toMatchObject({
    state: 'paused',
    since: 1_000_000,
    message: expect.stringContaining('has not answered'),
  });
});
test('finishing waits for what is under way', async () => {
  const kept: Batch[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const commit = async (one: Batch) => {
    if (kept.length === 0) await promise;
    kept.push(one);
  };
  const recorder = createRecorder({ commit }, { now: () => 0, wall: () => 0, committed: () => undefined });
  recorder.offer(batch(1));
  recorder.offer(batch(2));
  const finished = recorder.finish();
  resolve();
  expect(await finished).toBe(true);
  expect(kept).toHaveLength(2);
});
