import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { changed, gone, type Place } from '../landscape/testing/change.ts';
import { examine } from '../landscape/validate.ts';
import { fragmentText, idOf } from './fragment.ts';
import { type Import, importText } from './import.ts';
import { reasons } from './reasons.ts';

const textOf = (name: string): string => readFileSync(`${import.meta.dirname}/testdata/${name}.yml`, 'utf8');
const told = ({ unsaid }: Import): readonly string[] =>
  unsaid.map(({ line, path, reason, detail }) => [line, path, reason, detail].filter((one) => one !== null).join(' '));
const cases = ['openslo', 'sloth', 'sloth-kubernetes', 'pyrra'] as const;
const imports = new Map(cases.map((name) => [name, importText(textOf(name), `${name}.yml`, '30d')]));

test.each(cases)('%s: promises, and all that is not said in them, as they were reviewed', async (name) => {
  const read = imports.get(name);
  if (read?.made === null || read === undefined) throw new Error(JSON.stringify(read?.findings));
  await expect(fragmentText(read.made, told(read))).toMatchFileSnapshot(`testdata/${name}.landscape.yml`);
  expect(parse(fragmentText(read.made, []))).toEqual(read.made.fragment);
});

const small = {
  authority: { title: 'Region Example', zone: 'Europe/Copenhagen' },
  sites: { north: { title: 'North', kind: 'on-premises', vantage: { anchors: ['gateway.north.example:443'] } } },
};
const checks = { front: { kind: 'tcp', target: 'front.example:443', every: '30s', within: '5s' } };
test.each(cases)('%s: with something under it, the landscape it became is without an error', (name) => {
  const solutions = Object.entries(imports.get(name)?.made?.fragment.solutions ?? {});
  expect(solutions.length).toBeGreaterThan(0);
  const whole = Object.fromEntries(solutions.map(([id, one]) => [id, { ...one, checks }]));
  const { landscape, problems } = examine({ ...small, solutions: whole });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const promised = Object.values(landscape?.nodes ?? {}).flatMap(({ promises }) => promises.map(({ id }) => id));
  expect(new Set(promised).size).toBe(solutions.flatMap(([, { promises }]) => promises).length);
});

test('every reason is given by a file, but those of plugins by a test of their own', () => {
  const given = new Set([...imports.values()].flatMap(({ unsaid }) => unsaid.map(({ reason }) => reason)));
  expect(Object.keys(reasons).filter((reason) => !given.has(reason as keyof typeof reasons))).toEqual([]);
});
test('what a source logs in with is nowhere in what was made', () => {
  const read = imports.get('openslo');
  expect(JSON.stringify([read?.made?.fragment, read?.unsaid])).not.toContain('not to be copied');
});

const slo = {
  apiVersion: 'openslo/v1',
  kind: 'SLO',
  metadata: { name: 'one' },
  spec: {
    service: 'svc',
    indicator: {
      spec: {
        ratioMetric: {
          counter: true,
          good: { metricSource: { type: 'Prometheus', spec: { query: 'good_total' } } },
          total: { metricSource: { type: 'Prometheus', spec: { query: 'all_total' } } },
        },
      },
    },
    timeWindow: [{ duration: '28d', isRolling: true }],
    budgetingMethod: 'Occurrences',
    objectives: [{ target: 0.99 }],
  },
};
const pyrra = {
  apiVersion: 'pyrra.dev/v1alpha1',
  kind: 'ServiceLevelObjective',
  metadata: { name: 'one', labels: { app: 'svc' } },
  spec: { target: '99', window: '28d', indicator: { bool_gauge: { metric: 'up{job="a"}' } } },
};
const sloth = {
  version: 'prometheus/v1',
  service: 'svc',
  slos: [
    {
      name: 'one',
      objective: 99,
      sli: { events: { error_query: 'e[{{.window}}]', total_query: 't[{{.window}}]' } },
      alerting: { name: 'A' },
    },
  ],
};
const ratio = ['spec', 'indicator', 'spec', 'ratioMetric'] as const;
const [objective, window] = [['spec', 'objectives', 0] as const, ['spec', 'timeWindow', 0] as const];
const bad: readonly (readonly [
  name: string,
  base: unknown,
  changes: readonly (readonly [Place, unknown])[],
  finding: RegExp,
])[] = [
  [
    'another version of OpenSLO',
    slo,
    [[['apiVersion'], 'openslo/v1alpha']],
    /^bad-value apiVersion: expected openslo\/v1, /,
  ],
  [
    'another version of Sloth',
    sloth,
    [[['version'], 'prometheus/v2']],
    /^bad-value version: expected .*prometheus\/v1/,
  ],
  ['no service', slo, [[['spec', 'service'], gone]], /^missing spec.service/],
  [
    'no method',
    slo,
    [[['spec', 'budgetingMethod'], 'Often']],
    /^bad-value spec.budgetingMethod: expected 'Occurrences'/,
  ],
  [
    'two windows',
    slo,
    [
      [
        ['spec', 'timeWindow'],
        [{ duration: '1d' }, { duration: '2d' }],
      ],
    ],
    /one window/,
  ],
  ['a window that is none', slo, [[[...window, 'duration'], '28 days']], /^bad-duration spec.timeWindow.0.duration/],
  ['no target', slo, [[[...objective, 'target'], gone]], /^missing spec.objectives.0.target/],
  ['two targets', slo, [[[...objective, 'targetPercent'], 99]], /^bad-value spec.objectives.0.target: .+ got both/],
  ['a target in percent', slo, [[[...objective, 'target'], 99]], /a share from 0 to 1/],
  ['no indicator', slo, [[['spec', 'indicator'], gone]], /^missing spec.indicator: expected indicator or indicatorRef/],
  [
    'an indicator that is nowhere',
    slo,
    [
      [['spec', 'indicator'], gone],
      [['spec', 'indicatorRef'], 'els'],
    ],
    /^bad-value spec.indicatorRef/,
  ],
  ['an indicator twice', slo, [[['spec', 'indicatorRef'], 'x']], /got both/],
  [
    'good and bad',
    slo,
    [[[...ratio, 'bad'], slo.spec.indicator.spec.ratioMetric.good]],
    /total with good or bad, got both/,
  ],
  ['no total', slo, [[[...ratio, 'total'], gone]], /got no total/],
  [
    'raw beside counts',
    slo,
    [[[...ratio, 'raw'], slo.spec.indicator.spec.ratioMetric.good]],
    /raw, or total with good or bad, got both/,
  ],
  [
    'a source without a query',
    slo,
    [[[...ratio, 'good', 'metricSource', 'spec'], {}]],
    /^missing .+good.metricSource.spec: expected a query/,
  ],
  ['another template', slo, [[[...ratio, 'good', 'metricSource', 'spec', 'query'], 'x{{ .y }}']], /no template but/],
  [
    'slices without a length',
    slo,
    [[['spec', 'budgetingMethod'], 'RatioTimeslices']],
    /^bad-duration spec.objectives.0.timeSliceWindow/,
  ],
  [
    'slices without a share',
    slo,
    [
      [['spec', 'budgetingMethod'], 'Timeslices'],
      [[...objective, 'timeSliceWindow'], '5m'],
    ],
    /^missing .+timeSliceTarget/,
  ],
  [
    'a threshold without a value',
    slo,
    [[['spec', 'indicator', 'spec'], { thresholdMetric: slo.spec.indicator.spec.ratioMetric.good }]],
    /op and value/,
  ],
  ['a target of Pyrra that is none', pyrra, [[['spec', 'target'], 'high']], /^bad-value spec.target/],
  ['a window of Pyrra that is none', pyrra, [[['spec', 'window'], '4 weeks']], /^bad-duration spec.window/],
  [
    'two indicators of Pyrra',
    pyrra,
    [[['spec', 'indicator', 'ratio'], { errors: { metric: 'a' }, total: { metric: 'b' } }]],
    /got ratio and bool_gauge/,
  ],
  [
    'a metric that is a query',
    pyrra,
    [[['spec', 'indicator', 'bool_gauge', 'metric'], 'sum(up)']],
    /a series and its matchers/,
  ],
  [
    'a window of nothing',
    sloth,
    [[['slos', 0, 'sli', 'events', 'total_query'], 't[5m]']],
    /a query over \[\{\{\.window\}\}\]/,
  ],
  [
    'two objectives of one id',
    sloth,
    [
      [['slos', 1], { ...sloth.slos[0], name: 'O_N_E' }],
      [['slos', 0, 'name'], 'o.n.e'],
    ],
    /^duplicate-promise slos.1/,
  ],
];
const saidOf = ({ findings }: Import): readonly string[] =>
  findings.map(({ code, path, expected, got }) => `${code} ${path.join('.')}: expected ${expected}, got ${got}`);

test.each([slo, pyrra, sloth])('what the mistakes below are made in has none (%#)', (good) => {
  expect(saidOf(importText(JSON.stringify(good), 'a.json', '30d'))).toEqual([]);
});
test.each(bad)('%s', (_name, base, changes, finding) => {
  const read = importText(JSON.stringify(changed(base, ...changes)), 'a.json', '30d');
  expect(saidOf(read).join('\n')).toMatch(finding);
  expect(saidOf(read)).toHaveLength(1);
  expect(read.made).toBeNull();
});
test('everything that is wrong is told at once, where it stands', () => {
  const text = `${JSON.stringify(changed(slo, [['spec', 'service'], gone]), null, 1)}\n---\n${textOf('pyrra').replace("'99.5'", 'x')}\n---\na: [\n`;
  const { findings, made } = importText(text, 'all.yml', '30d');
  expect(findings.map(({ code }) => code)).toEqual(
    ['missing', 'bad-value', 'syntax', 'syntax'].slice(0, findings.length),
  );
  expect(findings.length).toBeGreaterThanOrEqual(3);
  expect(findings.every(({ line }, index) => line >= (findings[index - 1]?.line ?? 1))).toBe(true);
  expect(made).toBeNull();
});
test.each(['', '---\n', 'a: 1\n', '[]', 'kind: ConfigMap\n'])('a file without an objective is no input: %j', (text) => {
  expect(saidOf(importText(text, 'a.yml', '30d')).join()).toMatch(/^missing : expected an objective of openslo\/v1/);
});

test.each([
  ['epj', 'epj'],
  ['Medicin_Ordination', 'medicin-ordination'],
  ['Røntgen & Ånd', 'roentgen-aand'],
  ['crème', 'creme'],
  ['--a..b--', 'a-b'],
  ['constructor', 'x-constructor'],
  ['🏥', 'x'],
  [`${'a'.repeat(62)}-b`, 'a'.repeat(62)],
])('%s as an id is %s', (name, id) => expect(idOf(name)).toBe(id));
