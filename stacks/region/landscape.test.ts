import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { graphOf } from '../../infra/landscape/graph.ts';
import { fewestFailures } from '../../infra/landscape/margin.ts';
import { type Check, isCritical, type Landscape, type Node, type NodeId } from '../../infra/landscape/model.ts';
import { optionsOf } from '../../infra/landscape/options.ts';
import { readLandscape } from '../../infra/landscape/read.ts';
import estate from './landscape.ts';

const { landscape: read, findings } = await readLandscape(fileURLToPath(new URL('.', import.meta.url)));
if (read === null) throw new Error(`expected no errors, got ${JSON.stringify(findings, null, 2)}`);
const landscape: Landscape = read;
const nodes = Object.values(landscape.nodes);
const checks = Object.values(landscape.checks);
const ofKind = (kind: Node['kind']): readonly Node[] => nodes.filter((node) => node.kind === kind);
const none: ReadonlySet<NodeId> = new Set();

test('validates without errors, and what is left is known: the national login and the chat stand alone', () => {
  expect(findings.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
    'designed-margin-one workflows.talk-to-clinic.needs',
    'designed-margin-one workflows.see-appointments.needs',
  ]);
});

test('is as large as a reference estate has to be', () => {
  expect(ofKind('workflow').length).toBeGreaterThanOrEqual(12);
  expect(ofKind('component').length).toBeGreaterThanOrEqual(60);
  expect(checks.length).toBeGreaterThanOrEqual(90);
});

test('declares every solution that the strategy names, and the shared ground under them', () => {
  const named = ['epj', 'kl', 'kita', 'mdi', 'pacs', 'portal', 'telemedicine', 'rpa', 'bi', 'ai', 'agile'];
  const ground = ['identity', 'network-services', 'integration'];
  expect(new Set(ofKind('solution').map(({ id }) => id))).toEqual(new Set([...named, ...ground]));
  for (const { id, promises, owner } of ofKind('solution'))
    expect([id, promises.length, owner !== null]).toEqual([id, 1, true]);
});

test('every solution carries a workflow', () => {
  const below = (id: NodeId): readonly NodeId[] => [
    id,
    ...(graphOf(landscape, null).breaks.get(id) ?? []).flatMap((need) => ('node' in need ? below(need.node) : [])),
  ];
  const carried = new Set(ofKind('workflow').flatMap(({ id }) => below(id)));
  expect(ofKind('solution').filter(({ id }) => !carried.has(id))).toEqual([]);
});

test('is probed in many ways, and no kind is most of it', () => {
  const share = (which: (check: Check) => boolean) => checks.filter(which).length / checks.length;
  for (const kind of ['http', 'tcp', 'tls', 'dns', 'metrics'] as const) {
    const part = share((check) => check.kind === kind);
    expect([kind, part > 0.01, part < 0.5]).toEqual([kind, true, true]);
  }
  // A connection that is merely accepted says least; only routes and media relays are watched that way.
  expect(share((check) => check.kind === 'tcp' && optionsOf(check, 'tcp').dialogue === undefined)).toBeLessThan(0.2);
  const dialogues = new Set(
    checks.flatMap((check) => {
      const { dialogue } = optionsOf(check, 'tcp');
      return dialogue ? [JSON.stringify(dialogue)] : [];
    }),
  );
  expect(dialogues.size).toBe(7);
  const asserting = checks.filter(
    (check) => check.kind === 'http' && optionsOf(check, 'http').bodyMatches !== undefined,
  );
  expect(asserting.length / checks.filter(({ kind }) => kind === 'http').length).toBeGreaterThan(0.75);
});

test('every title and first action is said in Danish and in English', () => {
  const alone: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || value instanceof RegExp) return;
    for (const [key, inner] of Object.entries(value)) {
      const told = key === 'title' || key === 'firstAction';
      const both = typeof inner === 'object' && inner !== null && 'da' in inner && 'en' in inner;
      if (told && !both) alone.push(`${path}.${key}`);
      visit(inner, `${path}.${key}`);
    }
  };
  visit(estate, 'estate');
  expect(alone).toEqual([]);
});

test('every component and every judged solution front is watched, and every signal has a title of its own', () => {
  const judged = new Set(checks.filter(({ judges }) => judges).map(({ node }) => node));
  expect(ofKind('component').filter(({ id }) => !judged.has(id))).toEqual([]);
  for (const id of ['epj', 'kl', 'kita', 'portal']) expect([id, judged.has(id)]).toEqual([id, true]);
  const untitled = checks.flatMap((check) => check.signals.filter(({ name, title }) => title.en === name));
  expect(untitled).toEqual([]);
});

test('everything critical says who is called, what is done first, and what people do meanwhile', () => {
  const critical = nodes.filter(({ criticality }) => criticality !== null && isCritical(criticality));
  expect(critical.length).toBeGreaterThan(20);
  for (const { id, runbook, firstAction } of critical)
    expect([id, runbook !== null, firstAction !== null]).toEqual([id, true, true]);
  expect(ofKind('workflow').filter(({ fallback }) => fallback === null)).toEqual([]);
});

test.each(
  ofKind('workflow').flatMap(({ id, criticality, usedAt }) =>
    criticality === 'clinical-critical' ? usedAt.map((site) => [id, site] as const) : [],
  ),
)('%s at %s bears the loss of any one component or host', (workflow, site) => {
  const graph = graphOf(landscape, site);
  for (const level of ['component', 'host'] as const)
    expect(fewestFailures(graph, workflow, { level, failed: none }).order).toBeGreaterThanOrEqual(2);
});

test('a hospital that has lost one of its two ways to Aarhus is one way from losing its images, and only it', () => {
  const left = (site: string) =>
    fewestFailures(graphOf(landscape, site), 'imaging', {
      level: 'component',
      failed: new Set(['route-randers-aarhus-a']),
    });
  expect(left('randers')).toEqual({ order: 1, sets: [['route-randers-aarhus-b']] });
  expect(left('horsens').order).toBe(2);
});

test('with one of two database nodes lost, the other stands between the record and everyone', () => {
  const graph = graphOf(landscape, 'auh');
  const { order, sets } = fewestFailures(graph, 'read-record', { level: 'component', failed: new Set(['epj-db-1']) });
  expect([order, sets.map(([id]) => id).sort()]).toEqual([1, ['epj-db-2', 'storage-viborg']]);
});

test('a front is slow up to the moment its check gives up', () => {
  const limits = checks.flatMap(({ id, timeoutMs, signals }) =>
    signals.filter(({ of }) => of === 'duration').map(({ limit }) => [id, limit, timeoutMs / 1000]),
  );
  expect(limits.length).toBeGreaterThan(5);
  for (const [id, limit, timeout] of limits) expect([id, limit]).toEqual([id, timeout]);
});
