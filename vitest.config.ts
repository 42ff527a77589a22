import { defineConfig } from 'vitest/config';
import { createTotalsReporter } from './scripts/tooling/totals-reporter.ts';

const everywhere = ['{infra,probes,monitors,runbooks,scripts,stacks}/**'];
const project = (name: string, include: string[], more: object = {}) => ({
  extends: true as const,
  test: { name, include, exclude: ['**/node_modules/**'], ...more },
});

export default defineConfig({
  test: {
    pool: 'forks',
    // A guard against what hangs, not a measure: the gate may share its machine.
    testTimeout: 20_000,
    // The long ones mostly wait: two at a time on two cores.
    maxWorkers: 2,
    reporters: ['default', createTotalsReporter()],
    projects: [
      project(
        'unit',
        everywhere.map((place) => `${place}/*.test.ts`),
        {
          exclude: ['**/node_modules/**', '**/*.{e2e,long,browser,peer,engine}.test.ts'],
        },
      ),
      project(
        'e2e',
        everywhere.map((place) => `${place}/*.e2e.test.ts`),
        { testTimeout: 150_000, hookTimeout: 60_000 },
      ),
      project(
        'long',
        everywhere.map((place) => `${place}/*.long.test.ts`),
        {
          testTimeout: 600_000,
          hookTimeout: 60_000,
          maxConcurrency: 2,
          fileParallelism: false,
        },
      ),
      project(
        'peer',
        everywhere.map((place) => `${place}/*.peer.test.ts`),
        { testTimeout: 60_000, hookTimeout: 90_000, fileParallelism: false },
      ),
      project(
        'engine',
        everywhere.map((place) => `${place}/*.engine.test.ts`),
        { testTimeout: 120_000, hookTimeout: 60_000, fileParallelism: false },
      ),
      project(
        'browser',
        everywhere.map((place) => `${place}/*.browser.test.ts`),
        {
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      ),
    ],
  },
});
