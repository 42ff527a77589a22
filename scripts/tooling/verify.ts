import { spawnSync } from 'node:child_process';

/** The whole gate, step by step: nothing stops it, anything failed makes it exit 1. `--after-test` leaves out what `npm test` has just run. */
const afterTest = process.argv.includes('--after-test');
const projects = afterTest
  ? ['peer', 'engine', 'long', 'browser']
  : ['unit', 'e2e', 'peer', 'engine', 'long', 'browser'];
const steps: readonly (readonly [title: string, command: string, ...args: string[]])[] = [
  ['format and lint', 'biome', 'check', '.'],
  ['types', 'tsc'],
  ['boundaries', 'node', 'scripts/tooling/boundaries.ts'],
  ['dead code', 'knip'],
  ['tests', 'vitest', 'run', '--passWithNoTests', ...projects.flatMap((name) => ['--project', name])],
];

const failed: string[] = [];
for (const [title, command, ...args] of steps) {
  const began = performance.now();
  console.log(`\n== ${title}`);
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) failed.push(title);
  console.log(`== ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
console.log(failed.length === 0 ? '\nverify: all is well' : `\nverify: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
