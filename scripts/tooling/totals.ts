import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Totals } from './totals-reporter.ts';

/** The gate's closing line: the runner's own totals, each failed step counted as one failure more. Exits 1 on any failure or when no test ran. */
const [folder, failedSteps] = process.argv.slice(2);
if (folder === undefined || failedSteps === undefined) throw new Error('usage: totals.ts FOLDER FAILED-STEPS');
const runs = readdirSync(folder).map((name): Totals => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const sum = (key: keyof Totals): number => runs.reduce((total, run) => total + run[key], 0);
const failed = sum('failed') + (sum('failed') === 0 ? Number(failedSteps) : 0);
console.log(`\n${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`);
process.exitCode = failed > 0 || Number(failedSteps) > 0 || sum('passed') === 0 ? 1 : 0;
