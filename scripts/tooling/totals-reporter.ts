import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** What one run of the test runner counted. */
export type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number };

/**
 * Says at the end of a run what was skipped and why, and which projects this command does not run.
 * With FORVARSEL_TOTALS set it leaves the runner's own counts in that folder for the gate's closing line.
 */
export const createTotalsReporter = (): Reporter => ({
  onTestRunEnd: (modules: readonly TestModule[], unhandled) => {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const states = tests.map((test) => ({ test, result: test.result() }));
    const skipped = states.filter(({ result }) => result.state === 'skipped');
    const count = (state: string) => states.filter(({ result }) => result.state === state).length;
    // A file that does not load runs no test and must still count as a failure.
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const totals: Totals = {
      passed: count('passed'),
      failed: count('failed') + brokenFiles + unhandled.length,
      skipped: skipped.length,
    };
    const ran = new Set(modules.map((module) => module.project.name));
    const notRun = ['unit', 'e2e', 'peer', 'long', 'browser'].filter((name) => !ran.has(name));
    console.log(skipped.length === 0 ? '\nSkipped: nothing.' : `\nSkipped: ${skipped.length}`);
    for (const { test, result } of skipped)
      console.log(`  ${test.fullName}: ${result.state === 'skipped' ? (result.note ?? 'no reason given') : ''}`);
    if (notRun.length > 0) console.log(`Not run by this command: ${notRun.join(', ')} (npm run verify runs them).`);
    const folder = process.env['FORVARSEL_TOTALS'];
    if (folder === undefined || folder === '') return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${[...ran].sort().join('-') || 'none'}-${process.pid}.json`), JSON.stringify(totals));
  },
});
