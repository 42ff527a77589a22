import { parentPort, workerData } from 'node:worker_threads';
import type { Landscape } from '../../infra/landscape/model.ts';
import { pastDay } from './past.ts';

/** Makes the days before now, the newest first, and rests between them: the living estate comes first. */
const { landscape, seed, days, until }: { landscape: Landscape; seed: number; days: readonly number[]; until: number } =
  workerData;
const restMs = 250;

for (const day of days) {
  parentPort?.postMessage({ day, ...pastDay(landscape, { seed, day, until }) });
  await new Promise((resolve) => setTimeout(resolve, restMs));
}
