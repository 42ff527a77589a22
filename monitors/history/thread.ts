import { Worker } from 'node:worker_threads';
import { type History, HistoryError, type HistoryErrorCode } from './history.ts';
import { unpackPlanes } from './planes.ts';
import type { Ledger } from './sqlite.ts';

type Call<Name extends keyof Ledger> = {
  readonly id: number;
  readonly name: Name;
  readonly argument: Parameters<Ledger[Name]>[0];
};
export type ToWorker = { [Name in keyof Ledger]: Call<Name> }[keyof Ledger];
/** Answers by id; 0 is the opening itself. */
export type FromWorker =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly code: HistoryErrorCode; readonly message: string };

type Waiting = { readonly resolve: (answer: unknown) => void; readonly reject: (error: HistoryError) => void };

/** Commits that may wait: at one a second, a disk that hangs for four minutes is ridden out before commits are refused. */
const mostWaiting = 256;

/**
 * The memory in its own thread, so that no query and no slow disk bends a measurement. A commit resolves after it is on
 * the disk. Rejects with the code of `openLedger`; a thread that dies rejects everything with `failed`.
 */
export const openHistory = async (path: string): Promise<History> => {
  const worker = new Worker(new URL('./history.worker.ts', import.meta.url), { workerData: { path } });
  const waiting = new Map<number, Waiting>();
  let [lastId, commits] = [0, 0];
  let ended: HistoryError | null = null;

  const end = (error: HistoryError): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (message: FromWorker) => {
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if ('code' in message) one?.reject(new HistoryError(message.code, message.message));
    else one?.resolve(message.answer);
  });
  worker.on('error', (cause) =>
    end(new HistoryError('failed', `the history thread died: ${String(cause)}`, { cause })),
  );
  worker.on('exit', () =>
    end(new HistoryError('closed', `expected an open history, got one that was closed: ${path}`)),
  );
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));

  const ask = <Name extends keyof Ledger>(
    name: Name,
    ...[argument]: Parameters<Ledger[Name]>
  ): Promise<ReturnType<Ledger[Name]>> => {
    if (ended) return Promise.reject(ended);
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      worker.postMessage({ id, name, argument });
      // The worker answers a call by its name with what the ledger returns for it.
      waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
    });
  };

  await new Promise((resolve, reject) => waiting.set(0, { resolve, reject })).catch(async (error: unknown) => {
    await exited;
    throw error;
  });
  return {
    commit: async (batch) => {
      if (commits >= mostWaiting)
        throw new HistoryError('busy', `expected at most ${mostWaiting} commits under way: the disk does not keep up`);
      commits += 1;
      await ask('commit', batch).finally(() => {
        commits -= 1;
      });
    },
    planes: async (wanted) => unpackPlanes(await ask('planes', wanted)),
    numbers: (wanted) => ask('numbers', wanted),
    transcripts: (stream) => ask('transcripts', stream),
    streams: () => ask('streams'),
    events: (wanted) => ask('events', wanted),
    remember: (landscape) => ask('remember', landscape),
    landscapeAt: (at) => ask('landscapeAt', at),
    pictureAt: (at) => ask('pictureAt', at),
    fold: (now) => ask('fold', now),
    size: () => ask('size'),
    close: async () => {
      const closing = ended ? null : ask('close');
      ended ??= new HistoryError('closed', `expected an open history, got one that was closed: ${path}`);
      await closing;
      await exited;
    },
  };
};
