import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import minimal from '../../stacks/minimal/landscape.ts';
import { formatFinding } from './findings.ts';
import { hashOf } from './hash.ts';
import { landscapeJsonSchema } from './json-schema.ts';
import { normalise } from './normalise.ts';
import { readLandscape } from './read.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landscape-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Names are told apart, for a module is loaded once. */
const read = async (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return readLandscape(join(folder, Object.keys(files)[0] ?? ''));
};
const places = async (files: Readonly<Record<string, string>>) =>
  (await read(files)).findings.map(({ file, line, column, code }) => `${basename(file)}:${line}:${column} ${code}`);

describe('what cannot be read is a finding', () => {
  test.each([
    ['nothing there', {}, 'file-missing'],
    ['a kind of file nobody reads', { 'landscape.toml': '' }, 'file-kind'],
    ['YAML that is not closed', { 'a.yaml': 'authority: {\n' }, 'syntax'],
    ['JSON with a comma too many', { 'a.json': '{ "authority": {}, , }' }, 'syntax'],
    ['an alias of nothing', { 'alias.yaml': 'authority: *nothing\n' }, 'syntax'],
    ['an empty YAML file', { 'empty.yaml': '' }, 'wrong-type'],
    ['YAML that is a list', { 'list.yaml': '- 1\n' }, 'wrong-type'],
    ['a module that does not parse', { 'syntax.ts': 'export default {\n  authority: {,\n};\n' }, 'syntax'],
    ['a module that throws', { 'throws.ts': "\nthrow new Error('no estate today');\n" }, 'module-failed'],
    ['a module that throws a text', { 'text.ts': "throw 'no';\nexport default {};\n" }, 'module-failed'],
    [
      'a module that lacks a neighbour',
      { 'lacks.ts': "import './nowhere.ts';\nexport default {};\n" },
      'module-failed',
    ],
    ['a module without a default', { 'named.ts': 'export const landscape = {};\n' }, 'no-default-export'],
    ['a function for a landscape', { 'function.ts': 'export default () => ({});\n' }, 'wrong-type'],
  ] as const)('%s', async (_sentence, files, code) => {
    const { landscape, findings } =
      Object.keys(files).length === 0 ? await readLandscape(join(folder, 'nowhere')) : await read(files);
    expect(landscape).toBeNull();
    expect([...new Set(findings.map((one) => one.code))]).toEqual([code]);
    for (const finding of findings) expect(formatFinding(finding)).not.toMatch(/\n|\bat .*:\d+:\d+\)/);
  });

  test('a circle in the data itself', async () => {
    const { findings } = await read({
      'loop.ts': 'const a: Record<string, unknown> = {};\na.a = a;\nexport default a;\n',
    });
    expect(findings.map(({ code }) => code)).toContain('unknown-key');
    const needs = 'const a: { atLeast: number; of: unknown[] } = { atLeast: 1, of: [] };\na.of.push(a);\n';
    const solution = "{ title: 'S', criticality: 'supporting', data: 'open', needs: [a] }";
    const text = `${needs}export default { authority: { title: 'R', zone: 'UTC' }, solutions: { s: ${solution} } };\n`;
    expect((await read({ 'need-loop.ts': text })).findings.map(({ code }) => code)).toContain('wrong-type');
  });

  test('a mistake in a module is told with its place', async () => {
    expect(await places({ 'place.ts': 'export default {\n  authority: {,\n};\n' })).toContain('place.ts:2:15 syntax');
  });

  test('types that Node cannot erase, told by Node itself', async () => {
    const file = join(folder, 'enum.ts');
    await writeFile(file, 'enum A {\n  B,\n}\nexport default {};\n');
    const reader = JSON.stringify(join(import.meta.dirname, 'read.ts'));
    const script = `const { readLandscape } = await import(${reader});
      console.log(JSON.stringify((await readLandscape(process.argv[1])).findings));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, file]);
    expect(JSON.parse(stdout)).toMatchObject([{ code: 'syntax', line: 1, got: expect.stringContaining('enum') }]);
  });
});

describe('the same estate in every form', () => {
  const plain = {
    ...minimal,
    solutions: {
      epj: {
        ...minimal.solutions?.['epj'],
        checks: { front: { ...minimal.solutions?.['epj']?.checks?.['front'], expect: { body: 'ready' } } },
      },
    },
  };
  test.each([
    ['estate.yaml', stringify(plain)],
    ['estate.json', JSON.stringify(plain, null, 2)],
    ['estate.ts', `export default ${JSON.stringify(plain)};\n`],
  ])('%s', async (name, text) => {
    const { landscape, findings } = await read({ [name]: text });
    expect(findings).toEqual([]);
    expect(landscape === null ? null : hashOf(landscape).hash).toBe(hashOf(normalise(minimal)).hash);
  });

  test('a folder holds a landscape', async () => {
    const { landscape, file } = await readLandscape(join(import.meta.dirname, '../../stacks/minimal'));
    expect(basename(file)).toBe('landscape.ts');
    expect(landscape).toEqual(normalise(minimal));
  });
});

const head = "authority: { title: 'Region', zone: 'Europe/Copenhagen' }\n";
describe('places in YAML and JSON', () => {
  test('every finding at once, each where it stands', async () => {
    const text = `${head}sites:
  north: { title: North, kind: on-premises, vantage: { anchors: ['gateway.example:443'] } }
components:
  db:
    title: Database
    site: nord
    checks:
      port: { kind: tcp, target: 'db.example', every: 30s, within: 30s, exepct: {} }
      alive:
        kind: http
        within: 5s
        every: often
`;
    expect(await places({ 'places.yaml': text })).toEqual([
      'places.yaml:7:11 dangling-place',
      'places.yaml:9:34 bad-target',
      'places.yaml:9:68 timeout-not-below-interval',
      'places.yaml:9:73 unknown-key',
      'places.yaml:10:7 missing',
      'places.yaml:13:16 bad-duration',
    ]);
  });

  test('a name that stands twice is told, not overwritten', async () => {
    const { landscape, findings } = await read({
      'twice.yaml': `${head}sites:\n  north: { title: A, kind: cloud }\n  north: { title: B, kind: cloud }\n`,
    });
    expect(landscape).toBeNull();
    expect(findings.map(({ code, line }) => `${code} ${line}`)).toEqual(['duplicate-id 4']);
  });

  test('what stands behind an alias is pointed at where it is written', async () => {
    const text = `${head}sites:
  north: { title: &name North, kind: cloud, vantage: &seen { anchors: ['gateway'] } }
  south: { title: *name, kind: cloud, vantage: *seen }
`;
    expect(await places({ 'alias.yaml': text })).toEqual(['alias.yaml:3:72 bad-target', 'alias.yaml:3:72 bad-target']);
  });

  test('JSON', async () => {
    const text = '{\n  "authority": { "title": "Region", "zone": "Europe/Nowhere" }\n}\n';
    expect(await places({ 'places.json': text })).toEqual(['places.json:2:45 bad-zone']);
  });

  test('JSON in which a name stands twice, also spelled otherwise', async () => {
    const authority = '"authority": { "title": "a \\"b\\": c", "zone": "UTC" }';
    expect(await places({ 'once.json': `{ ${authority} }` })).toEqual([]);
    expect(await places({ 'twice.json': `{\n${authority},\n"sites": {},\n"sit\\u0065s": {} }` })).toEqual([
      'twice.json:4:1 duplicate-id',
    ]);
  });
});

describe('places in modules', () => {
  const authority = "  authority: { title: 'Region', zone: 'Europe/Copenhagen' },\n";
  test('through a call, names, spreads and a list', async () => {
    const text = `const defineLandscape = <T>(input: T): T => input;
const vantage = { anchors: ['gateway'] };
const often = { every: '30s', within: '1m' } as const;
const components = {
  db: { title: 'DB', site: 'north', needs: ['one', 'two'], checks: { port: { kind: 'tcp', target: 'db.example:1', ...often } } },
};
const landscape = defineLandscape({
${authority}  sites: { north: { title: 'North', kind: 'on-premises', vantage } },
  ...{ components },
});
export default landscape;
`;
    expect(await places({ 'through.ts': text })).toEqual([
      'through.ts:2:29 bad-target',
      'through.ts:3:39 timeout-not-below-interval',
      'through.ts:5:45 dangling-need',
      'through.ts:5:52 dangling-need',
    ]);
  });

  test('into the module a part is imported from', async () => {
    const files = {
      'importing.ts': `import { sites as places } from './imported.ts';\nexport default {\n${authority}  sites: places,\n};\n`,
      'imported.ts': "export const sites = {\n  north: { title: 'North', kind: 'cloudy' },\n};\n",
    };
    expect(await places(files)).toEqual(['imported.ts:2:34 bad-value']);
  });

  test('a computed value is pointed at by the nearest thing above it', async () => {
    const text = `const site = (title: string) => ({ title, kind: 'cloudy' });
export default {
${authority}  sites: {
    ['no' + 'rth']: site('North'),
    south: site('South'),
  },
};
`;
    expect(await places({ 'computed.ts': text })).toEqual(['computed.ts:4:3 bad-value', 'computed.ts:6:5 bad-value']);
  });

  test('a name that stands twice is told, not overwritten, in what is imported too', async () => {
    const sites = "  north: { title: 'A', kind: 'cloud' },\n  'north': { title: 'B', kind: 'cloud' },\n";
    const files = {
      'twice.ts': `import { sites } from './twice-sites.ts';\nexport default {\n${authority}  sites,\n};\n`,
      'twice-sites.ts': `// @ts-nocheck\nexport const sites = {\n${sites}};\n`,
    };
    expect(await places(files)).toEqual(['twice-sites.ts:4:3 duplicate-id']);
    expect((await readLandscape(join(folder, 'twice.ts'))).landscape).toBeNull();
  });

  test('a warning leaves the landscape to be used', async () => {
    const component = "{ title: 'DB', site: 'north' }";
    const text = `export default {\n${authority}  sites: { north: { title: 'North', kind: 'cloud' } },\n  components: { db: ${component} },\n};\n`;
    const { landscape, findings } = await read({ 'warning.ts': text });
    expect(findings.map(({ code, severity, line }) => `${severity} ${code} ${line}`)).toEqual([
      'warning unwatched-component 4',
    ]);
    expect(landscape?.nodes['db']?.standsOn).toBe('north');
  });
});

test('a finding is one line that says where, what, and what to do', async () => {
  const { findings } = await read({ 'line.yaml': `${head}sitse: {}\n` });
  const [line = ''] = findings.map(formatFinding);
  expect(line.slice(line.lastIndexOf('/') + 1)).toBe(
    "line.yaml:2:1 error unknown-key: expected one of authority, sites, clusters, hosts, teams, components, solutions, workflows, serviceWindows, got 'sitse'; did you mean 'sites'?",
  );
});

test('the JSON Schema knows the sections, closes them, and takes a regular expression as a text', () => {
  // Safe: a JSON Schema of an object has these.
  const schema = landscapeJsonSchema() as { properties: Record<string, unknown>; additionalProperties: boolean };
  expect(Object.keys(schema.properties)).toContain('serviceWindows');
  expect(schema.additionalProperties).toBe(false);
  const text = JSON.stringify(schema);
  expect(text).toContain('"required":["kind","target","every","within"]');
  expect(text).not.toMatch(/\{\}(?=[\],])/);
});
