import { parentPort, workerData } from 'node:worker_threads';
import { createAgent, type Orders, type ToProbes } from './agent.ts';

// What a thread is started with has no type of its own; only workers.ts starts this one.
const orders = workerData as Orders;
const port = parentPort;
if (port === null) throw new Error('probe.worker.ts is started as a thread by workers.ts');

const agent = createAgent(orders, (message) => port.postMessage(message));
agent.start();
port.on('message', (message: ToProbes) => {
  if (message !== 'stop') agent.hear(message.check, message.heartbeat);
  // An open port would keep the thread.
  else void agent.stop().then(() => port.close());
});
