import { Worker } from 'node:worker_threads';
import type { Tried } from './clinician.ts';
import type { Moment, StoryName } from './stories.ts';

export type DemoData = { readonly base?: number | undefined; readonly seed: number; readonly dataFolder: string };
export type DemoCommand = { readonly type: 'play'; readonly name: StoryName } | { readonly type: 'stop' };
export type DemoReady = {
  readonly type: 'ready';
  readonly base: number;
  /** PEM of the authority that the simulated region's certificates come from. */
  readonly trustFile: string;
  readonly machines: number;
};
export type DemoMessage = DemoReady | ({ readonly type: 'story' } & Moment) | Tried;

/** The handle of the simulated region, which lives in a thread of its own. */
export const startDemo = (data: DemoData, on: (message: DemoMessage) => void) => {
  const worker = new Worker(new URL('./estate.worker.ts', import.meta.url), { workerData: data });
  const ready = Promise.withResolvers<DemoReady>();
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const playing: { readonly name: StoryName; readonly done: PromiseWithResolvers<void> }[] = [];
  const fail = (error: Error): void => {
    ready.reject(error);
    for (const { done } of playing.splice(0)) done.reject(error);
  };
  worker.on('message', (message: DemoMessage) => {
    if (message.type === 'ready') ready.resolve(message);
    on(message);
    if (message.type === 'story' && message.phase === 'ends') playing.shift()?.done.resolve();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the simulated region has stopped')));
  // Whoever never awaits it must not be ended by it.
  ready.promise.catch(() => undefined);
  const command = (message: DemoCommand): void => worker.postMessage(message);
  return {
    ready: ready.promise,
    /** Plays a story, after those asked for before it; resolves when it has ended. */
    play: (name: StoryName): Promise<void> => {
      const done = Promise.withResolvers<void>();
      playing.push({ name, done });
      command({ type: 'play', name });
      return done.promise;
    },
    /** Ends the thread: politely, or after two seconds by force. */
    stop: async (): Promise<void> => {
      command({ type: 'stop' });
      const force = setTimeout(() => void worker.terminate(), 2_000);
      await ended;
      clearTimeout(force);
    },
  };
};
export type Demo = ReturnType<typeof startDemo>;
