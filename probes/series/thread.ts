import { Worker } from 'node:worker_threads';
import type { Landscape } from '../../infra/landscape/model.ts';
import type { FromProbes, Observation } from '../observation.ts';
import type { ToSeries } from './series.worker.ts';

/** What is said goes to the thread this often: a message each would cost more than the counting. */
const batchMs = 250;
const patienceMs = 10_000;

/** The series read numbers and codes; what was said to whom stays here. */
const slim = (seen: Observation): Observation => ({
  ...seen,
  message: '',
  transcript: '',
  facts: seen.facts.tls === undefined ? {} : { tls: { ...seen.facts.tls, chain: [] } },
  first: seen.first === null ? null : { ...seen.first, message: '' },
});
const slimmed = (message: FromProbes): FromProbes =>
  message.type === 'observations' ? { ...message, batch: message.batch.map(slim) } : message;

/**
 * The series of a landscape in a thread of their own, so that no page of any size delays a probe or the judge. `page`
 * rejects when the thread is gone or silent: a page that cannot be made is an error, never an empty one.
 */
export const startSeries = (landscape: Landscape) => {
  const worker = new Worker(new URL('./series.worker.ts', import.meta.url), { workerData: landscape });
  worker.unref();
  const send = (message: ToSeries): void => worker.postMessage(message);
  const waiting = new Map<number, { resolve: (page: string) => void; reject: (error: Error) => void }>();
  let gone: Error | null = null;
  let asked = 0;
  let took: FromProbes[] = [];
  const flush = (): void => {
    if (took.length > 0 && gone === null) send({ took });
    took = [];
  };
  const timer = setInterval(flush, batchMs);
  timer.unref();
  worker.on('message', ({ asked: number, page }: { asked: number; page: string }) => {
    waiting.get(number)?.resolve(page);
    waiting.delete(number);
  });
  const end = (error: Error): void => {
    gone ??= error;
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };
  worker.on('error', end);
  worker.on('exit', () => end(new Error('the thread that renders metrics has ended')));
  return {
    take: (message: FromProbes): void => void (gone === null && took.push(slimmed(message))),
    page: (): Promise<string> =>
      new Promise((resolve, reject) => {
        if (gone !== null) return reject(gone);
        flush();
        asked += 1;
        const number = asked;
        const late = setTimeout(() => {
          waiting.delete(number);
          reject(new Error(`expected a page of metrics within ${patienceMs / 1000} s, got none`));
        }, patienceMs);
        const settled =
          <T>(then: (value: T) => void) =>
          (value: T) => {
            clearTimeout(late);
            then(value);
          };
        waiting.set(number, { resolve: settled(resolve), reject: settled(reject) });
        send({ ask: number });
      }),
    stop: async (): Promise<void> => {
      clearInterval(timer);
      send('stop');
      await worker.terminate();
    },
  };
};
