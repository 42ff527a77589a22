import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { machine, quantile, row } from './figures.ts';
import { createServiceTarget, evaluated } from './rules-engine.ts';

/**
 * A thousand objectives to rules, from the command to files that are written: our command line beside the real Sloth,
 * by turns. Then what one evaluation of each file's groups costs a Prometheus that scrapes the same data.
 * FORVARSEL_SLOTH and FORVARSEL_PROMETHEUS name the others; without them their rows are left out.
 */

const [rounds = 7, seconds = 20] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'forvarsel-bench-'));
const objectives = 1000;

const query = (service: string, name: string, bad: boolean, window: string): string =>
  `sum(rate(http_request_duration_seconds_count{job="bench",service="${service}",slo="${name}"${bad ? ',code=~"(5..|429)"' : ''}}[${window}]))`;
type Estate = { readonly service: string; readonly names: readonly string[] };
const estateOf = (services: number): readonly Estate[] =>
  Array.from({ length: services }, (_, index) => ({
    service: `service-${index}`,
    names: Array.from({ length: objectives / services }, (_, at) => `slo-${at}`),
  }));

const slothSpec = (estate: readonly Estate[]): string =>
  estate
    .map(({ service, names }) =>
      stringify({
        version: 'prometheus/v1',
        service,
        labels: { team: 'clinical' },
        slos: names.map((name) => ({
          name,
          objective: 99.9,
          sli: {
            events: {
              error_query: query(service, name, true, '{{.window}}'),
              total_query: query(service, name, false, '{{.window}}'),
            },
          },
          alerting: {
            name: 'ErrorBudgetBurn',
            page_alert: { labels: { severity: 'page' } },
            ticket_alert: { labels: { severity: 'warn' } },
          },
        })),
      }),
    )
    .join('---\n');

const landscapeText = (estate: readonly Estate[]): string =>
  JSON.stringify({
    authority: { title: 'Region', zone: 'Europe/Copenhagen' },
    sites: { north: { title: 'North', kind: 'on-premises', vantage: { anchors: ['gateway.example:443'] } } },
    teams: { clinical: { title: 'Clinical', onCall: 'always' } },
    components: {
      db: {
        title: 'Database',
        site: 'north',
        checks: { port: { kind: 'tcp', target: 'db.example:5432', every: '30s', within: '5s' } },
      },
    },
    solutions: Object.fromEntries(
      estate.map(({ service, names }) => [
        service,
        {
          title: service,
          owner: 'clinical',
          criticality: 'supporting',
          data: 'internal',
          needs: ['db'],
          promises: names.map((name) => {
            const [total, bad] = [false, true].map((which) => query(service, name, which, '{{window}}'));
            return { name, objective: 99.9, window: '30d', requests: { good: `(${total}) - (${bad})`, total } };
          }),
        },
      ]),
    ),
  });

const nothing = 'a Node that does nothing';
const milliseconds = (program: string, args: readonly string[]): number => {
  const began = performance.now();
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.slice(-500)}`);
  return performance.now() - began;
};
const sloth = process.env['FORVARSEL_SLOTH'] ?? null;
const prometheus = process.env['FORVARSEL_PROMETHEUS'] ?? null;

type Way = {
  readonly name: string;
  readonly run: (into: string) => readonly [program: string, args: readonly string[]];
};
const waysFor = (spec: string, landscape: string): readonly Way[] => {
  const ours = (profile: string, path: string) => (into: string) =>
    [
      process.execPath,
      ['scripts/cli.ts', 'generate', path, '--only', 'rules', '--profile', profile, '--out', into],
    ] as const;
  const theirs: Way[] =
    sloth === null
      ? []
      : [{ name: 'sloth', run: (into) => [sloth, ['generate', '--no-log', '-i', spec, '-o', `${into}.yml`]] }];
  return [
    ...theirs,
    { name: 'forvarsel, profile sloth', run: ours('sloth', landscape) },
    { name: 'forvarsel, profile sloth, of the spec itself', run: ours('sloth', spec) },
    { name: 'forvarsel, native', run: ours('native', landscape) },
    { name: nothing, run: () => [process.execPath, ['-e', '0']] },
  ];
};

const filesIn = (place: string): readonly string[] => {
  if (existsSync(`${place}.yml`)) return [`${place}.yml`];
  const rules = join(place, 'rules');
  return existsSync(rules) ? readdirSync(rules).map((name) => join(rules, name)) : [];
};

try {
  console.log(`${objectives} objectives to rules, ${machine()}, median and worst of ${rounds}, by turns\n`);
  row('way', 'services', 'ms', 'worst ms', 'of sloth');
  row('---', '---', '---', '---', '---');
  const made = new Map<string, readonly string[]>();
  for (const services of [1, 100]) {
    const estate = estateOf(services);
    const [spec, landscape] = [join(folder, `spec-${services}.yml`), join(folder, `landscape-${services}.json`)];
    writeFileSync(spec, slothSpec(estate));
    writeFileSync(landscape, landscapeText(estate));
    const ways = waysFor(spec, landscape);
    const took = new Map(ways.map(({ name }) => [name, [] as number[]]));
    const wrote = new Set(took.keys());
    for (let round = 0; round < rounds; round += 1)
      for (const { name, run } of ways) {
        const into = join(folder, `${services}-${name.replaceAll(/\W+/g, '-')}-${round}`);
        took.get(name)?.push(milliseconds(...run(into)));
        const files = filesIn(into);
        if (files.length === 0) wrote.delete(name);
        if (services === 1 && round === 0 && files.length > 0) made.set(name, files);
        else {
          rmSync(into, { recursive: true, force: true });
          rmSync(`${into}.yml`, { force: true });
        }
      }
    const base = quantile(took.get('sloth') ?? [], 0.5);
    for (const [name, all] of took) {
      const median = quantile(all, 0.5);
      // What writes no rules is no rival: it is where the time of those that do begins (start, reading, judging).
      const rival = wrote.has(name);
      const ratio = rival && !Number.isNaN(base) ? `${(base / median).toFixed(2)} ×` : '';
      row(rival ? name : `${name} (no rules)`, String(services), median, Math.max(...all), ratio);
    }
  }
  if (prometheus !== null) {
    console.log(`\none evaluation of all groups, seconds summed, after ${seconds} s of scraping\n`);
    row('rules of', 'groups', 'rules', 's');
    row('---', '---', '---', '---');
    for (const [name, files] of made) {
      const target = await createServiceTarget(estateOf(1));
      try {
        const { groups, rules, took } = await evaluated(prometheus, { files, target: target.address, seconds });
        row(name, String(groups), String(rules), took);
      } finally {
        target.stop();
      }
      await pause(100);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
