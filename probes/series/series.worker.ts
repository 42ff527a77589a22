import { parentPort, workerData } from 'node:worker_threads';
import type { Landscape } from '../../infra/landscape/model.ts';
import type { FromProbes } from '../observation.ts';
import { createSeries } from './series.ts';

export type ToSeries = { readonly took: readonly FromProbes[] } | { readonly ask: number } | 'stop';

const port = parentPort;
if (port === null) throw new Error('series.worker.ts is started as a thread by thread.ts');
// What a thread is started with has no type of its own; only thread.ts starts this one.
const series = createSeries(workerData as Landscape);
port.on('message', (message: ToSeries) => {
  if (message === 'stop') port.close();
  else if ('ask' in message) port.postMessage({ asked: message.ask, page: series.page() });
  else for (const one of message.took) series.take(one);
});
