import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Holds the import rules and asserts that they were held against something: dependency-cruiser that understands
 * no TypeScript cruises nothing and reports no errors.
 */
type Cruise = {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string; readonly severity: string };
    }[];
  };
};

const folders = ['infra', 'probes', 'monitors', 'scripts', 'stacks'].filter((folder) => existsSync(folder));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...folders], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((name) => name.endsWith('.ts'));
const run = spawnSync(
  'node_modules/.bin/depcruise',
  ['--config', '.dependency-cruiser.cjs', '-T', 'json', ...folders],
  {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  },
);
if (run.stdout === '') throw new Error(`dependency-cruiser said nothing: ${run.stderr}`);
const { summary }: Cruise = JSON.parse(run.stdout);
for (const { rule, from, to } of summary.violations) console.log(`${rule.severity} ${rule.name}: ${from} -> ${to}`);
const errors = summary.violations.filter(({ rule }) => rule.severity === 'error').length;
console.log(`${summary.totalCruised} modules cruised, ${files.length} of them ours, ${errors} errors`);
process.exitCode = errors > 0 || summary.totalCruised < files.length ? 1 : 0;
