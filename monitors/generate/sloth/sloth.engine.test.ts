import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { entriesOf } from '../../../infra/import/entries.ts';
import { importText } from '../../../infra/import/import.ts';
import type { SlothSlo } from '../../../infra/import/sloth/model.ts';
import { readSloth } from '../../../infra/import/sloth/read.ts';
import { parseDuration } from '../../../infra/landscape/duration.ts';
import { normalise } from '../../../infra/landscape/normalise.ts';
import { peerFolder } from '../../../probes/testing/peer.ts';
import { describeEngine, engineAt } from '../../testing/engine.ts';
import { blockYaml } from '../block-yaml.ts';
import { slothOf } from './promises.ts';
import { slothGroups, slothMaker } from './rules.ts';
import { slothRules } from './sloth.ts';
import { badSpecs } from './testing/bad.ts';
import { knownDifferences, knownRefusals } from './testing/known.ts';
import { promising } from './testing/landscape.ts';

/** Our rules beside those of the real Sloth, made from the same specs in the same run. */

const testdata = join(import.meta.dirname, 'testdata');
const specs = ['events', 'raw', 'numbers', 'kubernetes', 'several', 'hostile'] as const;
/** Sloth has catalogues of 28 and 30 days; those of other periods it is given. */
const periods = ['30d', '28d', '7d', '90d'] as const;

type Fields = Readonly<Record<string, unknown>>;
type Groups = readonly { readonly name: string; readonly rules: readonly Fields[] }[];
type File = { readonly groups?: Groups; readonly spec?: { readonly groups: Groups } };

const ours = (text: string, period: string): string => {
  const { entries } = entriesOf(text, 'spec.yml');
  const { objectives, findings } = readSloth(entries, parseDuration(period) ?? 0);
  if (findings.length > 0)
    throw new Error(findings.map(({ expected, got }) => `expected ${expected}, got ${got}`).join());
  const groups = objectives.flatMap(({ slo }) => slothGroups(slo, slothMaker(slo)));
  return blockYaml({ groups });
};
const groupsIn = (text: string): Groups => parse(text).groups;

const sloth = (file: string, period: string, catalogue: string) =>
  spawnSync(
    engineAt('sloth'),
    [
      ...['generate', '--no-log', '--input', file, '--default-slo-period', period],
      ...(period === '30d' || period === '28d' ? [] : ['--slo-period-windows-path', catalogue]),
    ],
    { encoding: 'utf8' },
  );
const theirs = (file: string, period: string, catalogue: string): Groups => {
  const { stdout, stderr, status } = sloth(file, period, catalogue);
  if (status !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => {
    const { groups, spec }: File = document.toJS() ?? {};
    return groups ?? spec?.groups ?? [];
  });
};

const flat = (fields: Fields): ReadonlyMap<string, unknown> =>
  new Map(
    Object.entries(fields).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null ? Object.entries(value) : [[key, value] as const],
    ),
  );
/** Each field that is not the same, in words that hold for every rule of its name. */
const differing = (our: Fields, their: Fields): readonly string[] => {
  const [left, right] = [flat(our), flat(their)];
  const name = String(our['record'] ?? our['alert']);
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    left.get(key) === right.get(key) ? [] : [`${name} ${key} ${left.get(key)}, not ${right.get(key)}`],
  );
};

/** Objectives as specs of Sloth, one document each. */
const specOf = (slos: readonly SlothSlo[]): string =>
  slos
    .map(({ service, name, objective, labels, sli, page, ticket }) => {
      const query = (text: string) => text.replaceAll('{{window}}', '{{.window}}');
      const events = sli.kind === 'raw' ? undefined : { error_query: query(sli.error), total_query: query(sli.total) };
      return stringify({
        version: 'prometheus/v1',
        service,
        labels,
        slos: [
          {
            name,
            objective,
            sli: { events },
            alerting: {
              name: 'one of two',
              page_alert: { labels: page?.labels, annotations: page?.annotations },
              ticket_alert: { labels: ticket?.labels, annotations: ticket?.annotations },
            },
          },
        ],
      });
    })
    .join('---\n');

describeEngine('the rules of Sloth', ['sloth'], () => {
  const folder = peerFolder('sloth');
  afterAll(folder.remove);
  const catalogue = join(folder.path, 'windows');
  beforeAll(() => {
    mkdirSync(catalogue);
    for (const period of ['7d', '90d'])
      cpSync(join(testdata, `${period}.windows.yml`), join(catalogue, `${period}.yml`));
  });
  const found = new Set<string>();
  const cases = specs.flatMap((spec) => periods.map((period) => [spec, period] as const));

  test.each(cases)('%s.yml over %s: rule by rule', (spec, period) => {
    const file = join(testdata, `${spec}.yml`);
    const [our, their] = [groupsIn(ours(readFileSync(file, 'utf8'), period)), theirs(file, period, catalogue)];
    expect(our.map(({ name }) => name)).toEqual(their.map(({ name }) => name));
    for (const [index, { name, rules }] of our.entries()) {
      const other = their[index]?.rules ?? [];
      expect(Object.keys(their[index] ?? {})).toEqual(['name', 'rules']);
      expect(rules.length, name).toBe(other.length);
      const differences = rules.flatMap((rule, at) => differing(rule, other[at] ?? {}));
      for (const difference of differences) found.add(difference);
      expect(differences.filter((difference) => !Object.hasOwn(knownDifferences, difference))).toEqual([]);
    }
  });
  test('the promises of a landscape are what Sloth makes of the same in its own words', () => {
    const landscape = normalise(promising);
    const [file] = slothRules({ landscape, hash: '', source: 'landscape.ts', profile: 'sloth', from: 0 });
    const our: Groups = groupsIn(file?.text ?? '');
    for (const period of periods) {
      const { slos } = slothOf(landscape);
      const same = slos.filter(({ windowMs }) => windowMs === parseDuration(period));
      const path = join(folder.path, `promises-${period}.yml`);
      writeFileSync(path, specOf(same));
      const their = theirs(path, period, catalogue);
      const ids = new Set(their.map(({ name }) => name));
      const own = our.filter(({ name }) => ids.has(name));
      expect(own.map(({ name }) => name)).toEqual(their.map(({ name }) => name));
      expect(ids.size).toBe(3 * same.length);
      const differences = own.flatMap(({ rules }, index) =>
        rules.flatMap((rule, at) => differing(rule, their[index]?.rules[at] ?? {})),
      );
      expect([...new Set(differences)].filter((one) => !Object.hasOwn(knownDifferences, one))).toEqual([]);
      for (const difference of differences) found.add(difference);
    }
  });
  test('a spec that became a landscape still asks what Sloth asks', () => {
    const text = readFileSync(join(testdata, 'round.yml'), 'utf8');
    const { made } = importText(text, 'round.yml', '30d');
    const solutions = made?.fragment.solutions;
    const landscape = normalise({ authority: { title: 'Region', zone: 'UTC' }, ...(solutions && { solutions }) });
    const our = slothOf(landscape).slos.flatMap((slo) => slothGroups(slo, slothMaker(slo)));
    const their = theirs(join(testdata, 'round.yml'), '30d', catalogue);
    const asked = (groups: Groups) =>
      groups
        .filter(({ name }) => name.startsWith('sloth-slo-sli'))
        .flatMap(({ rules }) => rules.slice(0, -1).map(({ record, expr }) => `${record} ${expr}`));
    expect(asked(groupsIn(blockYaml({ groups: our })))).toEqual(asked(their));
    expect(asked(their)).toHaveLength(2 * 7);
  });
  test('what is known to differ does', () => {
    expect([...found].toSorted()).toEqual(Object.keys(knownDifferences).toSorted());
  });

  describe('what is refused', () => {
    const refusals = new Set<string>();
    test.each(Object.entries(badSpecs))('%s', (name, spec) => {
      const file = join(folder.path, 'bad.yml');
      const text = typeof spec === 'string' ? spec : stringify(spec);
      writeFileSync(file, text);
      const { entries, findings } = entriesOf(text, file);
      const weRefuse = findings.length + readSloth(entries, parseDuration('30d') ?? 0).findings.length > 0;
      const theyRefuse = sloth(file, '30d', catalogue).status !== 0;
      if (weRefuse !== theyRefuse) refusals.add(name);
      else expect(weRefuse).toBe(true);
    });
    test('and by one of the two alone, what is known', () => {
      expect([...refusals].toSorted()).toEqual(Object.keys(knownRefusals).toSorted());
    });
  });
});

describeEngine('what is written', ['promtool'], () => {
  const folder = peerFolder('sloth-rules');
  afterAll(folder.remove);
  const checked = (text: string, ...flags: readonly string[]) => {
    const path = join(folder.path, 'rules.yml');
    writeFileSync(path, text);
    return spawnSync(engineAt('promtool'), ['check', 'rules', ...flags, path], { encoding: 'utf8' });
  };
  test.each(specs)('%s.yml is what promtool takes for rules', (spec) => {
    // Alerts of one spec may have one name; that is all the lint would say.
    const { stdout, status } = checked(ours(readFileSync(join(testdata, `${spec}.yml`), 'utf8'), '30d'), '--lint=none');
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
    expect(status).toBe(0);
  });
  test('and so are the promises of a landscape', () => {
    const ground = { landscape: normalise(promising), hash: '', source: 'land"scape\n.ts', from: 0 };
    const [file] = slothRules({ ...ground, profile: 'sloth' });
    expect(checked(file?.text ?? '').stdout).toContain(`SUCCESS: ${7 * 17} rules found`);
    expect(file?.text).toContain('# Not here: epj/99.9-month;');
    expect(slothRules({ ...ground, profile: 'native' })).toEqual([]);
  });
});
