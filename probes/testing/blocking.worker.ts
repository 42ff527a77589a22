import { parentPort, workerData } from 'node:worker_threads';
import { createAgent, type Orders } from '../agent.ts';

/** As the real thread, but it stands still for a while, between runs and in the middle of them. */
const agent = createAgent(workerData as Orders, (message) => parentPort?.postMessage(message));
agent.start();
setTimeout(() => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
}, 800);
parentPort?.once('message', () => void agent.stop().then(() => parentPort?.close()));
