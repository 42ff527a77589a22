import { describe, expect, test } from 'vitest';
import { normalise } from './normalise.ts';
import type { PromiseInput } from './promise.ts';
import type { CheckInput, LandscapeInput, NeedInput } from './schema.ts';
import { landscapeFrom } from './stored.ts';

const http = { kind: 'http', target: 'https://epj.example/', every: '30s', within: '5s' } as const;
const site = (kind: 'on-premises' | 'cloud', seen = true) => ({
  title: 'Site',
  kind,
  ...(seen ? { vantage: { anchors: ['gateway.example:443'] } } : {}),
});
const solution = (criticality: 'clinical-critical' | 'business-critical' | 'supporting', needs: NeedInput[] = []) => ({
  title: 'Solution',
  criticality,
  data: 'open' as const,
  needs,
});
const workflow = (needs: NeedInput[], more: object = {}) => ({ title: 'Workflow', usedAt: ['ward'], needs, ...more });
const estate = (more: Partial<LandscapeInput> = {}): LandscapeInput => ({
  authority: { title: 'Region', zone: 'Europe/Copenhagen' },
  sites: {
    north: site('on-premises'),
    south: site('on-premises', false),
    cloud: site('cloud'),
    ward: site('on-premises'),
  },
  workflows: { work: workflow([]) },
  ...more,
});
const checkWith = (more: object) => {
  const { checks } = normalise(
    // Safe: each test gives what its kind has.
    estate({ components: { db: { title: 'DB', site: 'north', checks: { one: { ...http, ...more } as CheckInput } } } }),
  );
  return checks['db/one'];
};

describe('vantages', () => {
  const component = { title: 'Component', site: 'north', checks: { one: http } };
  const used = { ...workflow([]), checks: { one: http } };
  const vantagesOf = (input: LandscapeInput, id: string) => normalise(input).checks[id]?.vantages;
  test('a component is asked from the datacenters, not from where people work nor from the cloud', () => {
    expect(vantagesOf(estate({ components: { db: component } }), 'db/one')).toEqual(['north']);
  });
  test('a solution and a workflow are asked from everywhere', () => {
    const input = estate({
      solutions: { epj: { ...solution('supporting'), checks: { one: http } } },
      workflows: { work: used },
    });
    expect(vantagesOf(input, 'epj/one')).toEqual(['cloud', 'north', 'ward']);
    expect(vantagesOf(input, 'work/one')).toEqual(['cloud', 'north', 'ward']);
  });
  test('without a datacenter that sees, a component too is asked from everywhere', () => {
    const sites = { cloud: site('cloud'), ward: site('on-premises') };
    expect(vantagesOf(estate({ sites, components: { db: { ...component, site: 'cloud' } } }), 'db/one')).toEqual([
      'cloud',
      'ward',
    ]);
  });
  test('what a check says itself stands', () => {
    expect(checkWith({ vantages: ['ward'] })?.vantages).toEqual(['ward']);
  });
  test('a vantage has its defaults', () => {
    expect(normalise(estate()).vantages['north']).toEqual({
      id: 'north',
      source: null,
      resolver: null,
      anchors: ['gateway.example:443'],
      anchorIntervalMs: 30_000,
      anchorTimeoutMs: 2_000,
      agent: null,
    });
  });
});

describe('checks', () => {
  test.each([
    [{ kind: 'tcp' }, 'transport', true],
    [{ kind: 'tcp', expect: { dialogue: [{ send: 'x' }] } }, 'protocol', true],
    [{ kind: 'tls' }, 'session', true],
    [{ kind: 'http' }, 'protocol', true],
    [{ kind: 'dns' }, 'protocol', true],
    [{ kind: 'metrics' }, 'none', false],
    [{ kind: 'http', depth: 'transaction' }, 'transaction', true],
  ] as const)('%j reaches %s and judges: %s', (more, depth, judges) => {
    const check = checkWith(more);
    expect([check?.depth, check?.judges]).toEqual([depth, judges]);
  });

  test('regular expressions become text with their flags, wherever they stand', () => {
    const web = checkWith({ expect: { body: /ready/i, headers: { server: /nginx/ } } });
    expect(web?.options).toEqual({ bodyMatches: '(?i)ready', headerMatches: [{ name: 'server', pattern: 'nginx' }] });
    const names = { kind: 'dns', query: { name: 'a.example', type: 'A' }, expect: { answer: 'plain' } };
    expect(checkWith(names)?.options).toMatchObject({ answerMatches: 'plain' });
    const words = { kind: 'tcp', expect: { dialogue: [{ expect: /^220 /m }] } };
    expect(checkWith(words)?.options).toEqual({ dialogue: [{ expect: '(?m)^220 ' }] });
  });

  test('request and expectations meet in one place', () => {
    const check = checkWith({ request: { method: 'POST', body: '{}' }, expect: { status: 201 } });
    expect(check?.options).toEqual({ method: 'POST', body: '{}', status: [201] });
  });

  test('a signal has its defaults', () => {
    expect(checkWith({ signals: { duration: { unit: 'seconds', of: 'duration' } } })?.signals).toEqual([
      {
        name: 'duration',
        title: { da: 'duration', en: 'duration' },
        unit: 'seconds',
        of: 'duration',
        limit: null,
        direction: 'rising',
        kind: 'gauge',
      },
    ]);
  });
});

describe('nodes', () => {
  test('a component stands on the host, a host on the cluster, a cluster on the site', () => {
    const { nodes } = normalise(
      estate({
        clusters: { k8s: { title: 'K', site: 'north' } },
        hosts: { hyp: { title: 'H', cluster: 'k8s' } },
        components: { db: { title: 'D', host: 'hyp' } },
      }),
    );
    expect([nodes['db']?.standsOn, nodes['hyp']?.standsOn, nodes['k8s']?.standsOn]).toEqual(['hyp', 'k8s', 'north']);
  });

  test('needs in every form', () => {
    const needs: NeedInput[] = [
      'a',
      { atLeast: 1, of: ['a', { atLeast: 2, of: ['b', 'c'] }] },
      { atLeast: 1, of: ['a'], effect: 'degrades' },
      { on: 'a', effect: 'starts' },
    ];
    expect(normalise(estate({ solutions: { s: solution('supporting', needs) } })).nodes['s']?.needs).toEqual([
      { effect: 'breaks', on: { node: 'a' } },
      { effect: 'breaks', on: { atLeast: 1, of: [{ node: 'a' }, { atLeast: 2, of: [{ node: 'b' }, { node: 'c' }] }] } },
      { effect: 'degrades', on: { atLeast: 1, of: [{ node: 'a' }] } },
      { effect: 'starts', on: { node: 'a' } },
    ]);
  });

  const solutions = {
    high: solution('clinical-critical'),
    middle: solution('business-critical', ['high']),
    low: solution('supporting'),
  };
  test.each([
    [
      'the highest of those it needs',
      workflow(['low', { atLeast: 1, of: ['middle', { atLeast: 1, of: ['low'] }] }]),
      'business-critical',
    ],
    [
      'also of one deep in a choice',
      workflow([{ atLeast: 1, of: ['low', { atLeast: 1, of: ['high'] }] }]),
      'clinical-critical',
    ],
    ['its own, when it says', workflow(['high'], { criticality: 'supporting' }), 'supporting'],
    ['supporting, when nothing says', workflow([]), 'supporting'],
  ])('the criticality of a workflow: %s', (_sentence, work, expected) => {
    expect(normalise(estate({ solutions, workflows: { work } })).nodes['work']?.criticality).toBe(expected);
  });

  test('promises and windows take the zone of the authority, and ids of their own', () => {
    const promises = [
      {
        objective: 99.5,
        window: '30d',
        during: { days: ['fri' as const, 'mon' as const], from: '07:00', to: '22:00' },
      },
    ];
    const landscape = normalise(
      estate({
        solutions: { tele: { ...solution('supporting'), promises } },
        serviceWindows: {
          night: { title: 'Night', nodes: ['tele'], rrule: 'FREQ=DAILY', start: '2026-01-01T01:00', lasts: '1h' },
        },
      }),
    );
    expect(landscape.nodes['tele']?.promises).toEqual([
      {
        id: 'tele/99.5-30d',
        node: 'tele',
        objective: 99.5,
        window: '30d',
        span: { kind: 'rolling', ms: 2_592_000_000 },
        indicator: { kind: 'availability' },
        method: { name: 'timeslices', version: 1, slice: { ms: 60_000, target: 100 } },
        fewestBad: 3,
        during: { days: [1, 5], from: '07:00', to: '22:00', zone: 'Europe/Copenhagen' },
      },
    ]);
    expect(landscape.windows[0]).toMatchObject({ id: 'night', zone: 'Europe/Copenhagen', durationMs: 3_600_000 });
  });
});

describe('what is promised', () => {
  const signals = { age: { unit: 'seconds' as const, of: 'duration' } };
  const queries = { good: 'sum(increase(ok[{{window}}]))', total: 'sum(increase(all[{{window}}]))' };
  const of = (promise: PromiseInput) => {
    const checks = { front: { ...http, signals } };
    const tele = { ...solution('supporting'), checks, promises: [promise] };
    return normalise(estate({ solutions: { tele } })).nodes['tele']?.promises[0];
  };
  test.each<[string, PromiseInput, object]>([
    [
      'a month of the calendar in the zone of the authority',
      { objective: 99, window: 'month' },
      { id: 'tele/99-month', span: { kind: 'calendar', unit: 'month', zone: 'Europe/Copenhagen' } },
    ],
    [
      'latency in seconds, of an own check',
      { objective: 99, window: '30d', latency: { check: 'front', under: '1500ms' } },
      {
        id: 'tele/latency-99-30d',
        indicator: { kind: 'latency', check: 'tele/front', of: 'duration', under: 1.5 },
        method: { name: 'timeslices', version: 1, slice: { ms: 60_000, target: 100 } },
      },
    ],
    [
      'freshness of a check elsewhere',
      { objective: 99, window: '30d', freshness: { check: 'db/load', of: 'age', within: '26h' } },
      { indicator: { kind: 'freshness', check: 'db/load', of: 'age', withinMs: 93_600_000 } },
    ],
    [
      'requests, each for itself',
      { objective: 99.9, window: 'quarter', requests: queries },
      {
        id: 'tele/requests-99.9-quarter',
        indicator: { kind: 'requests', ...queries },
        method: { name: 'occurrences', version: 1, slice: null },
      },
    ],
    [
      'slices, a guard and a name',
      { objective: 99, window: '28d', name: 'ward', slice: { lasts: '5m', target: 95 }, fewestBad: 5 },
      {
        id: 'tele/ward-99-28d',
        method: { name: 'timeslices', version: 1, slice: { ms: 300_000, target: 95 } },
        fewestBad: 5,
      },
    ],
  ])('%s', (_sentence, promise, expected) => {
    expect(of(promise)).toMatchObject(expected);
  });
});

test('where alerts go, and the engine: what is not said is null or empty', () => {
  const bare = normalise(estate({}));
  expect(bare.authority).toMatchObject({
    mail: null,
    alertmanagers: [],
    engine: null,
    links: { console: null, runbooks: null },
  });
  const told = normalise({
    ...estate({}),
    authority: {
      title: 'R',
      zone: 'Europe/Copenhagen',
      alertmanagers: ['http://a:9093', { env: 'AM' }],
      engine: { url: 'https://p.example', client: { certificate: 'c.pem', key: { file: 'k.pem' } } },
    },
    teams: { ops: { title: 'Ops', onCall: 'always', notify: [{ webhook: { env: 'HOOK' } }] } },
  });
  expect(told.authority.alertmanagers).toEqual([{ text: 'http://a:9093' }, { env: 'AM' }]);
  expect(told.authority.engine).toEqual({
    url: { text: 'https://p.example' },
    kind: 'prometheus',
    tenant: null,
    token: null,
    basic: null,
    client: { certificate: { text: 'c.pem' }, key: { file: 'k.pem' } },
    trust: null,
  });
  expect(told.teams['ops']?.notify).toEqual([{ webhook: { env: 'HOOK' } }]);
});

test('what an earlier version kept is read as today', () => {
  const today = normalise(
    estate({ solutions: { tele: { ...solution('supporting'), promises: [{ objective: 99.5, window: '30d' }] } } }),
  );
  const { title, zone, trust, testPatients } = today.authority;
  const tele = today.nodes['tele'];
  const promise = {
    id: 'tele/99.5-30d',
    node: 'tele',
    objective: 99.5,
    windowMs: 2_592_000_000,
    window: '30d',
    during: null,
  };
  const kept = {
    ...today,
    authority: { title, zone, trust, testPatients },
    nodes: { ...today.nodes, tele: { ...tele, promises: [promise] } },
  };
  expect(landscapeFrom(JSON.stringify(kept))).toEqual(today);
  expect(landscapeFrom(JSON.stringify(today))).toEqual(today);
});

test('the normal form is plain JSON', () => {
  const landscape = normalise(
    estate({ components: { db: { title: 'D', site: 'north', checks: { one: { ...http, expect: { body: /x/ } } } } } }),
  );
  expect(JSON.parse(JSON.stringify(landscape))).toEqual(landscape);
});

test('what the schema would have refused is refused here too', () => {
  expect(() => checkWith({ every: 'often' })).toThrow("expected a duration such as '30s', got 'often'");
});
