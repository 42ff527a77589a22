import { parentPort, workerData } from 'node:worker_threads';
import { HistoryError } from './history.ts';
import { wordsOf } from './refusal.ts';
import { openLedger } from './sqlite.ts';
import type { FromWorker, ToWorker } from './thread.ts';

/** The thread that owns the file: takes one request at a time, in order, and answers each. */
const port = parentPort;
if (port === null) throw new Error('expected a worker thread, got a main one: use openHistory');

const failure = (id: number, error: unknown): FromWorker => {
  const { code, message } = error instanceof HistoryError ? error : wordsOf(error);
  return { id, code, message };
};

// The one who starts the thread is `openHistory`, which sends a path.
const { path } = workerData as { readonly path: string };
try {
  const ledger = openLedger(path);
  port.on('message', ({ id, name, argument }: ToWorker) => {
    try {
      if (name === 'planes') {
        const planes = ledger.planes(argument);
        const { counts, days, words } = planes;
        port.postMessage({ id, answer: planes } satisfies FromWorker, [counts.buffer, days.buffer, words.buffer]);
        return;
      }
      // The pair (name, argument) is made by one typed function on the other side.
      const work = ledger[name] as (argument: unknown) => unknown;
      port.postMessage({ id, answer: work(argument) } satisfies FromWorker);
      if (name === 'close') port.close();
    } catch (error) {
      port.postMessage(failure(id, error));
    }
  });
  port.postMessage({ id: 0, answer: undefined } satisfies FromWorker);
} catch (error) {
  port.postMessage(failure(0, error));
  port.close();
}
