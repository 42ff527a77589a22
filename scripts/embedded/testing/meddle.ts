import { openSync, readSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';

/**
 * Loaded by tests before the program, in each of its threads: moves the wall clock and makes threads stand still, as the
 * file in MEDDLE orders. The monotonic clock is left alone. Five numbers: ms the wall is ahead, then the count of orders
 * and the ms of the newest for the main thread, and the same two for the probe threads of the vantage in MEDDLE_VANTAGE.
 */
const file = openSync(process.env['MEDDLE'] ?? '', 'r');
const orders = new Float64Array(5);
const read = (): Float64Array => {
  readSync(file, orders, 0, orders.byteLength, 0);
  return orders;
};

const real = Date.now.bind(Date);
Date.now = () => Math.round(real() + (read()[0] ?? 0));

// Probe threads are the ones started with vantages.
const given: unknown = workerData;
const vantages = typeof given === 'object' && given !== null && 'vantages' in given ? given.vantages : [];
const chosen = Array.isArray(vantages) && vantages.includes(process.env['MEDDLE_VANTAGE']);
const mine = isMainThread ? 1 : chosen ? 3 : null;

const standStill = (at: number): void => {
  let done = read()[at] ?? 0;
  const look = (): void => {
    const [count = 0, ms = 0] = read().slice(at, at + 2);
    if (count === done) return;
    done = count;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  };
  setInterval(look, 50).unref();
};
if (mine !== null) standStill(mine);

// Whatever becomes of the test, nothing of it goes on alone.
if (isMainThread) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.exit(), 1_000).unref();
}
