import { Worker } from 'node:worker_threads';
import type { CheckId, Landscape, VantageId } from '../infra/landscape/model.ts';
import type { Orders, ToProbes } from './agent.ts';
import type { FromProbes, Heartbeat } from './observation.ts';
import { planOf } from './plan.ts';

const threads = 2;
const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A worker that lived this long has earned a quick restart. */
const healthyMs = 60_000;
const graceMs = 1000;

export type Options = {
  readonly landscape: Landscape;
  readonly aims: Orders['aims'];
  readonly trust: readonly string[];
  readonly secrets: Orders['secrets'];
  readonly workers?: number;
  /** What is known of the jobs that report; asked whenever a thread begins. */
  readonly heartbeats?: () => Readonly<Record<CheckId, Heartbeat>>;
  /** Those that are probed from here; without it all. */
  readonly vantages?: readonly VantageId[];
  /** The thread's own file. */
  readonly entry?: URL;
};
export type Listener = {
  readonly message: (message: FromProbes) => void;
  readonly died: (vantages: readonly VantageId[], error: Error) => void;
};

/** Vantages over threads so that the busiest thread has as little to do as possible: greedy, busiest first. */
export const groupsOf = (
  landscape: Landscape,
  workers: number,
  here: readonly VantageId[] = Object.keys(landscape.vantages),
): readonly (readonly VantageId[])[] => {
  const { rates } = planOf(landscape);
  const groups = Array.from({ length: Math.max(1, workers) }, () => ({ rate: 0, vantages: [] as VantageId[] }));
  const busiest = Object.entries(rates)
    .filter(([vantage]) => here.includes(vantage))
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
  for (const [vantage, rate] of busiest) {
    const lightest = groups.reduce((a, b) => (b.rate < a.rate ? b : a));
    lightest.rate += rate;
    lightest.vantages.push(vantage);
  }
  return groups.map(({ vantages }) => vantages).filter((vantages) => vantages.length > 0);
};

/** One thread that is kept alive: when it dies that is told, and after a pause another takes its place. */
const keep = (orders: Orders, { entry, heartbeats }: Pick<Options, 'heartbeats'> & { entry: URL }, on: Listener) => {
  let stopping = false;
  let pause = firstPauseMs;
  let timer: NodeJS.Timeout | undefined;
  let worker: Worker | null = null;
  let gone = Promise.resolve();
  const start = (): void => {
    const began = performance.now();
    let cause: Error | null = null;
    // Memory of its own: a thread that runs away ends alone.
    const workerData: Orders = heartbeats === undefined ? orders : { ...orders, heartbeats: heartbeats() };
    const thread = new Worker(entry, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 },
    });
    worker = thread;
    thread.on('message', on.message);
    thread.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    gone = new Promise((resolve) => {
      thread.once('exit', (code) => {
        resolve();
        if (stopping) return;
        on.died(orders.vantages, cause ?? new Error(`the probe thread ended with code ${code}`));
        if (performance.now() - began > healthyMs) pause = firstPauseMs;
        timer = setTimeout(start, pause);
        pause = Math.min(pause * 2, longestPauseMs);
      });
    });
  };
  start();
  const send = (message: ToProbes): void => worker?.postMessage(message);
  return {
    send,
    stop: async (): Promise<void> => {
      stopping = true;
      clearTimeout(timer);
      send('stop');
      const force = setTimeout(() => void worker?.terminate(), graceMs);
      await gone;
      clearTimeout(force);
    },
  };
};

/** Starts the probe threads of a landscape. Their messages arrive in order, thread by thread. */
export const startProbes = (
  { landscape, aims, trust, secrets, workers = threads, heartbeats, vantages, entry }: Options,
  on: Listener,
) => {
  const file = entry ?? new URL('./probe.worker.ts', import.meta.url);
  const hearing = { entry: file, ...(heartbeats === undefined ? {} : { heartbeats }) };
  const kept = groupsOf(landscape, workers, vantages).map((own) =>
    keep({ landscape, vantages: own, aims, trust, secrets }, hearing, on),
  );
  return {
    /** What a job has reported, for every thread. */
    reportHeartbeat: (check: CheckId, heartbeat: Heartbeat): void => {
      for (const { send } of kept) send({ type: 'heartbeat', check, heartbeat });
    },
    stop: async (): Promise<void> => {
      await Promise.all(kept.map(({ stop }) => stop()));
    },
  };
};
