import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import minimal from '../../stacks/minimal/landscape.ts';
import { type FindingCode, findingCodes, type Path } from './findings.ts';
import { normalise } from './normalise.ts';
import { changed, gone, type Place } from './testing/change.ts';
import { allowedBy } from './validate/promises.ts';
import { examine } from './validate.ts';

type Row = readonly [
  sentence: string,
  code: FindingCode,
  path: Path,
  ...changes: readonly (readonly [place: Place, value: unknown])[],
];

const db1 = ['components', 'epj-db-1'] as const;
const port = [...db1, 'checks', 'port'] as const;
const epj = ['solutions', 'epj'] as const;
const front = [...epj, 'checks', 'front'] as const;
const dns = ['components', 'dns-1', 'checks', 'answer'] as const;
const order = ['workflows', 'order-medication'] as const;
const ward = ['sites', 'ward', 'vantage'] as const;
const patching = ['serviceWindows', 'patching'] as const;
const window = {
  title: 'Patching',
  nodes: ['epj-db-1'],
  rrule: 'FREQ=MONTHLY;BYDAY=1TU,3TU',
  start: '2026-01-06T21:00',
  lasts: '6h',
};
const windowWith = (more: object) => [patching, { ...window, ...more }] as const;
const metrics = { kind: 'metrics', target: 'http://epj-db-1.example:9100/metrics', every: '30s', within: '5s' };
const disk = { unit: 'bytes', of: 'disk_used_bytes{mount="/data"}' };
const numbers = [...db1, 'checks', 'numbers'] as const;
const queries = { good: 'sum(increase(ok[{{window}}]))', total: 'sum(increase(all[{{window}}]))' };
const mail = { smarthost: 'smtp.example:25', from: 'forvarsel@region.example' };
const office = { days: ['mon'], from: '07:00', to: '16:00' };
const extra = (kind: string, more: object) => [[`${kind}s`, 'extra'], { title: 'Extra', ...more }] as const;

const rows: readonly Row[] = [
  ['a section misspelt', 'unknown-key', ['componets'], [['componets'], {}]],
  ['a key of a check misspelt', 'unknown-key', [...port, 'tmeout'], [[...port, 'tmeout'], '5s']],
  ['a key of an expectation misspelt', 'unknown-key', [...front, 'expect', 'bdy'], [[...front, 'expect', 'bdy'], 'x']],
  ['a key of a choice misspelt', 'unknown-key', [...epj, 'needs', 1, 'off'], [[...epj, 'needs', 1, 'off'], []]],
  ['a title that is a number', 'wrong-type', [...db1, 'title'], [[...db1, 'title'], 7]],
  ['needs that are no list', 'wrong-type', [...epj, 'needs'], [[...epj, 'needs'], 'idp-1']],
  ['a target of no known form', 'wrong-type', [...port, 'target'], [[...port, 'target'], 5432]],
  ['a kind of check there is not', 'bad-value', [...port, 'kind'], [[...port, 'kind'], 'tpc']],
  ['a status beyond HTTP', 'bad-value', [...front, 'expect', 'status'], [[...front, 'expect', 'status'], 2000]],
  [
    'a weekday there is not',
    'bad-value',
    ['teams', 'clinical', 'onCall', 'days', 0],
    [['teams', 'clinical', 'onCall'], { ...office, days: ['day'] }],
  ],
  ['a check without an interval', 'missing', [...port, 'every'], [[...port, 'every'], gone]],
  ['an authority without a zone', 'missing', ['authority', 'zone'], [['authority', 'zone'], gone]],
  ['a text without its Danish half', 'missing', [...epj, 'title', 'da'], [[...epj, 'title', 'da'], gone]],
  ['an interval in words', 'bad-duration', [...port, 'every'], [[...port, 'every'], 'half a minute']],
  ['an interval of nothing', 'bad-duration', [...port, 'every'], [[...port, 'every'], '0s']],
  ['an id in capitals', 'bad-id', ['components', 'DB'], [['components', 'DB'], { title: 'DB', site: 'north' }]],
  [
    'an id every object has',
    'bad-id',
    ['components', 'constructor'],
    [['components', 'constructor'], { title: 'C', site: 'north' }],
  ],

  [
    'a host called like a solution',
    'duplicate-id',
    ['solutions', 'epj'],
    [['hosts', 'epj'], { title: 'Host', site: 'north' }],
  ],
  [
    'a need of what is not there',
    'dangling-need',
    [...epj, 'needs', 1, 'of', 0],
    [[...epj, 'needs', 1, 'of', 0], 'epj-db-3'],
  ],
  [
    'a degrading need of what is not there',
    'dangling-need',
    [...epj, 'needs', 2, 'on'],
    [[...epj, 'needs', 2, 'on'], 'dns-9'],
  ],
  [
    'a route over what is not there',
    'dangling-need',
    ['sites', 'ward', 'routes', 'north'],
    [['sites', 'ward', 'routes', 'north'], 'line'],
  ],
  ['a component on no known site', 'dangling-place', [...db1, 'site'], [[...db1, 'site'], 'nord']],
  [
    'a component on no known host',
    'dangling-place',
    [...db1, 'host'],
    [[...db1, 'site'], gone],
    [[...db1, 'host'], 'hyp-1'],
  ],
  ['a host on no known cluster', 'dangling-place', ['hosts', 'extra', 'cluster'], extra('host', { cluster: 'k8s' })],
  ['a component that stands on nothing', 'one-place', db1, [[...db1, 'site'], gone]],
  ['a component on two grounds', 'one-place', db1, [[...db1, 'host'], 'extra'], extra('host', { site: 'north' })],
  ['an owner nobody knows', 'dangling-team', [...epj, 'owner'], [[...epj, 'owner'], 'clinicals']],
  [
    'a check from a site without a vantage',
    'dangling-vantage',
    [...port, 'vantages', 0],
    [[...port, 'vantages'], ['east']],
    extra('site', { kind: 'cloud' }),
  ],
  [
    'a workflow used at no known site',
    'dangling-site-of-use',
    [...order, 'usedAt', 1],
    [[...order, 'usedAt', 1], 'wrad'],
  ],
  [
    'a route to nowhere',
    'dangling-route',
    ['sites', 'ward', 'routes', 'west'],
    [['sites', 'ward', 'routes', 'west'], 'dns-1'],
  ],
  [
    'a route to itself',
    'dangling-route',
    ['sites', 'ward', 'routes', 'ward'],
    [['sites', 'ward', 'routes', 'ward'], 'dns-1'],
  ],
  [
    'a window for what is not there',
    'dangling-window-node',
    [...patching, 'nodes', 0],
    windowWith({ nodes: ['epj-db-9'] }),
  ],
  ['a former id in use', 'was-alive', [...db1, 'was', 0], [[...db1, 'was'], ['epj-db-2']]],

  ['a component that needs itself', 'self-need', [...db1, 'needs', 0], [[...db1, 'needs'], ['epj-db-1']]],
  [
    'two components that break each other',
    'circle',
    ['components', 'idp-1', 'needs'],
    [['components', 'idp-1', 'needs'], ['idp-2']],
    [['components', 'idp-2', 'needs'], ['idp-1']],
  ],
  [
    'a circle through a choice',
    'circle',
    ['components', 'dns-1', 'needs'],
    [['components', 'dns-1', 'needs'], ['epj']],
    [[...epj, 'needs', 2], { atLeast: 1, of: ['dns-1', 'idp-1'] }],
  ],
  [
    'two of one',
    'at-least-above',
    [...epj, 'needs', 0, 'atLeast'],
    [[...epj, 'needs', 0, 'of'], ['idp-1']],
    [[...epj, 'needs', 0, 'atLeast'], 2],
  ],
  ['none of two', 'at-least-below', [...epj, 'needs', 0, 'atLeast'], [[...epj, 'needs', 0, 'atLeast'], 0]],
  [
    'redundant with itself',
    'duplicate-choice',
    [...epj, 'needs', 0, 'of', 1],
    [
      [...epj, 'needs', 0, 'of'],
      ['idp-1', 'idp-1'],
    ],
  ],
  [
    'redundant with itself, nested',
    'duplicate-choice',
    [...epj, 'needs', 0, 'of', 0, 'of', 1],
    [
      [...epj, 'needs', 0, 'of'],
      [{ atLeast: 1, of: ['idp-1', 'idp-1'] }, 'idp-2'],
    ],
  ],

  [
    'a deadline as long as the interval',
    'timeout-not-below-interval',
    [...port, 'within'],
    [[...port, 'within'], '30s'],
  ],
  [
    'an anchor waited for longer than its interval',
    'timeout-not-below-interval',
    [...ward, 'anchorWithin'],
    [[...ward, 'anchorWithin'], '1m'],
  ],
  [
    'an interval of half a second',
    'interval-too-short',
    [...port, 'every'],
    [[...port, 'every'], '500ms'],
    [[...port, 'within'], '100ms'],
  ],
  ['an interval of a day', 'interval-too-long', [...port, 'every'], [[...port, 'every'], '1d']],
  [
    'a pattern with lookahead',
    'bad-pattern',
    [...front, 'expect', 'body'],
    [[...front, 'expect', 'body'], /(?=ready)/],
  ],
  [
    'a pattern that is not closed',
    'bad-pattern',
    [...front, 'expect', 'headers', 'server'],
    [[...front, 'expect', 'headers'], { server: '(' }],
  ],
  [
    'a pattern in a dialogue',
    'bad-pattern',
    [...port, 'expect', 'dialogue', 0, 'expect'],
    [[...port, 'expect'], { dialogue: [{ expect: '[' }] }],
  ],
  [
    'an address for HTTP without a scheme',
    'bad-target',
    [...front, 'target'],
    [[...front, 'target'], 'epj.example/health'],
  ],
  ['a socket without a port', 'bad-target', [...port, 'target'], [[...port, 'target'], 'epj-db-1.example']],
  ['a port beyond the last', 'bad-target', [...port, 'target'], [[...port, 'target'], 'epj-db-1.example:70000']],
  ['an anchor without a port', 'bad-target', [...ward, 'anchors', 0], [[...ward, 'anchors'], ['gateway']]],
  [
    'a series that is none',
    'bad-series',
    [...numbers, 'signals', 'used', 'of'],
    [numbers, { ...metrics, signals: { used: { ...disk, of: 'disk used' } } }],
  ],
  [
    'a certificate without TLS',
    'bad-series',
    [...port, 'signals', 'end', 'of'],
    [[...port, 'signals'], { end: { unit: 'timestamp', of: 'certificate' } }],
  ],
  [
    'a limit at no signal',
    'dangling-signal',
    [...numbers, 'signals', 'used', 'limit', 'signal'],
    [numbers, { ...metrics, signals: { used: { ...disk, limit: { signal: 'size' } } } }],
  ],
  [
    'a limit at itself',
    'dangling-signal',
    [...numbers, 'signals', 'used', 'limit', 'signal'],
    [numbers, { ...metrics, signals: { used: { ...disk, limit: { signal: 'used' } } } }],
  ],
  [
    'an address that is asked eleven times a second',
    'busy-target',
    [...port, 'every'],
    [
      [...db1, 'checks'],
      Object.fromEntries(
        ['port', 'b', 'c', 'd', 'e', 'f'].map((name) => [
          name,
          { kind: 'tcp', target: 'epj-db-1.example:5432', every: '1s', within: '500ms' },
        ]),
      ),
    ],
  ],
  [
    'a patient nobody has agreed to',
    'dangling-patient',
    [...db1, 'checks', 'hl7', 'patient'],
    [
      [...db1, 'checks', 'hl7'],
      {
        kind: 'mllp',
        target: 'epj-db-1.example:2575',
        every: '30s',
        within: '5s',
        patient: 'nancy',
        message: { type: 'QBP^Q22^QBP_Q21', segments: ['PID|1'] },
      },
    ],
  ],
  [
    'an agent anyone could read',
    'open-agent',
    [...ward, 'agent'],
    [[...ward, 'agent'], { url: 'https://agent.ward.example:9641' }],
  ],
  [
    'an agent in plain text',
    'open-agent',
    [...ward, 'agent', 'url'],
    [[...ward, 'agent'], { url: 'http://agent.ward.example:9641', token: { env: 'TOKEN' } }],
  ],
  [
    'an agent at no address',
    'bad-target',
    [...ward, 'agent', 'url'],
    [[...ward, 'agent'], { url: 'agent.ward.example', token: { env: 'TOKEN' } }],
  ],
  ['metrics of which none is read', 'metrics-without-signals', numbers, [numbers, metrics]],
  ['a name server asked for nothing', 'dns-without-query', dns, [[...dns, 'query'], gone]],
  [
    'a dialogue with a web server',
    'not-for-kind',
    [...front, 'expect', 'dialogue'],
    [[...front, 'expect', 'dialogue'], [{ send: 'x' }]],
  ],
  [
    'a query to a database port',
    'not-for-kind',
    [...port, 'query'],
    [[...port, 'query'], { name: 'epj.example', type: 'A' }],
  ],

  ['a port that claims a business round trip', 'too-deep', [...port, 'depth'], [[...port, 'depth'], 'transaction']],
  [
    'no vantage at all',
    'no-vantage',
    ['sites'],
    [['sites', 'north', 'vantage'], gone],
    [['sites', 'south', 'vantage'], gone],
    [ward, gone],
  ],
  ['a vantage that cannot prove itself', 'vantage-without-anchors', ward, [ward, true]],
  ['a component nobody asks', 'unwatched-component', db1, [[...db1, 'checks'], gone]],
  [
    'a component of which only numbers are read',
    'unwatched-component',
    db1,
    [[...db1, 'checks'], { numbers: { ...metrics, signals: { used: disk } } }],
  ],
  [
    'a clinical-critical solution nobody works with',
    'in-no-workflow',
    epj,
    [[...order, 'needs'], ['dns-1']],
    [[...order, 'criticality'], 'supporting'],
  ],
  ['a solution of nothing', 'nothing-to-judge', epj, [[...epj, 'needs'], gone], [[...epj, 'checks'], gone]],
  [
    'a clinical-critical solution seen from one place',
    'one-vantage',
    [...epj, 'checks'],
    [[...front, 'vantages'], ['ward']],
  ],
  ['a hospital without a vantage', 'blind-site', [...order, 'usedAt', 0], [ward, gone]],
  ['a critical solution of nobody', 'no-owner', epj, [[...epj, 'owner'], gone]],
  ['a workflow of which nothing says how critical it is', 'no-criticality', order, [[...order, 'needs'], ['dns-1']]],
  ['a critical workflow without a first action', 'no-first-action', order, [[...order, 'firstAction'], gone]],
  ['a workflow used nowhere', 'no-site-of-use', [...order, 'usedAt'], [[...order, 'usedAt'], []]],

  [
    'an objective of a hundred percent',
    'bad-objective',
    [...epj, 'promises', 0, 'objective'],
    [[...epj, 'promises', 0, 'objective'], 100],
  ],
  [
    'an objective of nothing',
    'bad-objective',
    [...epj, 'promises', 0, 'objective'],
    [[...epj, 'promises', 0, 'objective'], 0],
  ],
  [
    'one promise twice',
    'duplicate-promise',
    [...epj, 'promises', 1],
    [[...epj, 'promises', 1], { objective: 99.95, window: '30d' }],
  ],
  [
    'a promise over an hour',
    'window-too-short',
    [...epj, 'promises', 0, 'window'],
    [[...epj, 'promises', 0, 'window'], '1h'],
  ],
  ...[
    ['latency', { latency: { check: 'back', under: '2s' } }, 'dangling-check', ['latency', 'check']],
    ['latency', { latency: { check: 'epj-db-9/port', under: '2s' } }, 'dangling-check', ['latency', 'check']],
    ['latency', { latency: { check: 'front', of: 'size', under: 7 } }, 'dangling-signal', ['latency', 'of']],
    ['freshness', { freshness: { check: 'front', of: 'age', within: '1h' } }, 'dangling-signal', ['freshness', 'of']],
    ['latency', { latency: { check: 'front', under: 0 } }, 'bad-indicator', ['latency', 'under']],
    [
      'requests',
      { requests: { good: 'sum(ok)', total: 'sum(all[{{window}}])' } },
      'bad-indicator',
      ['requests', 'good'],
    ],
    ['slices of a week', { slice: { lasts: '7d' } }, 'bad-slice', ['slice', 'lasts']],
    ['slices of half a minute', { slice: { lasts: '30s' } }, 'bad-slice', ['slice', 'lasts']],
    ['slices without a target', { slice: { lasts: '5m' } }, 'bad-slice', ['slice']],
    ['slices that must be better than good', { slice: { lasts: '5m', target: 101 } }, 'bad-slice', ['slice', 'target']],
    ['slices of single minutes', { method: 'occurrences', slice: { lasts: '5m' } }, 'bad-slice', ['slice']],
    [
      'ratios that are good or bad',
      { method: 'ratio-timeslices', slice: { lasts: '5m', target: 99 } },
      'bad-slice',
      ['slice', 'target'],
    ],
    ['slices of requests of no length', { requests: queries, method: 'timeslices' }, 'bad-slice', ['method']],
    [
      'slices of requests by the minute',
      { requests: queries, method: 'timeslices', slice: { lasts: '1m', target: 99 } },
      'bad-slice',
      ['slice', 'lasts'],
    ],
    [
      'latency and requests at once',
      { latency: { check: 'front', under: '2s' }, requests: queries },
      'many-indicators',
      [],
    ],
  ].map(
    ([sentence, more, code, path]): Row => [
      `a promise of ${sentence}`,
      // Safe: the rows above are written so.
      code as FindingCode,
      [...epj, 'promises', 1, ...(path as Path)],
      [[...epj, 'promises', 1], { objective: 99, window: 'month', ...(more as object) }],
    ],
  ),
  [
    'a promise of an amount written as a time',
    'bad-indicator',
    [...epj, 'promises', 1, 'latency', 'under'],
    [
      [...front, 'signals'],
      { left: { unit: 'timestamp', of: 'certificate' }, size: { unit: 'count', of: 'duration' } },
    ],
    [[...epj, 'promises', 1], { objective: 99, window: 'month', latency: { check: 'front', of: 'size', under: '2s' } }],
  ],
  [
    'a promise of the latency of a date',
    'bad-indicator',
    [...epj, 'promises', 1, 'latency', 'of'],
    [[...front, 'signals'], { left: { unit: 'timestamp', of: 'certificate' } }],
    [[...epj, 'promises', 1], { objective: 99, window: 'month', latency: { check: 'front', of: 'left', under: 5 } }],
  ],
  [
    'a promise of the freshness of an amount',
    'bad-indicator',
    [...epj, 'promises', 1, 'freshness', 'of'],
    [[...front, 'signals'], { size: { unit: 'count', of: 'duration' } }],
    [
      [...epj, 'promises', 1],
      { objective: 99, window: 'month', freshness: { check: 'front', of: 'size', within: '1h' } },
    ],
  ],
  [
    'a promise of what it does not rest on',
    'check-elsewhere',
    ['solutions', 'extra', 'promises', 0, 'latency', 'check'],
    extra('solution', {
      owner: 'clinical',
      criticality: 'supporting',
      data: 'open',
      needs: ['dns-1'],
      promises: [{ objective: 99, window: 'month', latency: { check: 'epj/front', under: '2s' } }],
    }),
  ],
  [
    'two promises with one id',
    'duplicate-promise',
    [...epj, 'promises', 2],
    [[...epj, 'promises', 1], { objective: 99, window: 'month', latency: { check: 'front', under: '2s' } }],
    [[...epj, 'promises', 2], { objective: 99, window: 'month', latency: { check: 'front', under: '5s' } }],
  ],
  [
    'a promise over a fortnight',
    'bad-duration',
    [...epj, 'promises', 0, 'window'],
    [[...epj, 'promises', 0, 'window'], 'fortnight'],
  ],
  [
    'a relay without a port',
    'bad-target',
    ['authority', 'mail', 'smarthost'],
    [['authority', 'mail'], { ...mail, smarthost: 'smtp' }],
  ],
  [
    'an Alertmanager that is no address',
    'bad-target',
    ['authority', 'alertmanagers', 0],
    [['authority', 'alertmanagers'], ['am:9093']],
  ],
  [
    'a console that is no address',
    'bad-target',
    ['authority', 'links', 'console'],
    [['authority', 'links'], { console: 'here' }],
  ],
  [
    'an engine that is no address',
    'bad-target',
    ['authority', 'engine', 'url'],
    [['authority', 'engine'], { url: 'prometheus' }],
  ],
  [
    'a mailbox that is none',
    'wrong-type',
    ['teams', 'clinical', 'notify', 0],
    [['teams', 'clinical', 'notify'], ['ops']],
  ],
  [
    'a team told by mail that nobody carries',
    'mail-without-relay',
    ['teams', 'clinical', 'notify', 0],
    [['teams', 'clinical', 'notify'], [{ email: 'ops@region.example' }]],
  ],
  [
    'an engine with two credentials',
    'two-credentials',
    ['authority', 'engine', 'basic'],
    [
      ['authority', 'engine'],
      { url: 'https://prometheus.example', token: { env: 'T' }, basic: { user: 'ops', password: { env: 'P' } } },
    ],
  ],
  [
    'a token in plain text on its way',
    'open-engine',
    ['authority', 'engine', 'url'],
    [['authority', 'engine'], { url: 'http://prometheus.example:9090', token: { env: 'T' } }],
  ],
  [
    'a promise above that of what is needed',
    'promise-too-tight',
    [...epj, 'promises', 0, 'objective'],
    extra('solution', {
      owner: 'clinical',
      criticality: 'supporting',
      data: 'open',
      needs: ['dns-1'],
      promises: [{ objective: 99.9, window: '30d' }],
    }),
    [[...epj, 'needs', 3], 'extra'],
  ],
  ['one identity provider behind it all', 'designed-margin-one', [...order, 'needs'], [[...epj, 'needs', 0], 'idp-1']],

  [
    'a password in an address',
    'plain-secret',
    [...front, 'target'],
    [[...front, 'target'], 'https://ops:hunter22@epj.example/'],
  ],
  [
    'a password among settings',
    'plain-secret',
    [...front, 'request', 'body'],
    [[...front, 'request', 'body'], 'user=ops;Password=hunter22'],
  ],
  [
    'a key in a header',
    'plain-secret',
    [...front, 'request', 'headers', 'X-Api-Key'],
    [[...front, 'request', 'headers'], { 'X-Api-Key': '7f3a' }],
  ],
  [
    'a bearer token',
    'plain-secret',
    [...front, 'request', 'headers', 'accept'],
    [[...front, 'request', 'headers'], { accept: 'Bearer abcdefgh12345678' }],
  ],
  [
    'a private key',
    'plain-secret',
    ['authority', 'trust', 0],
    [['authority', 'trust'], ['-----BEGIN EC PRIVATE KEY-----\nMHcC']],
  ],
  [
    'a civil registration number with a hyphen',
    'cpr-like',
    [...epj, 'runbook'],
    [[...epj, 'runbook'], 'Test patient 251248-9996'],
  ],
  [
    'a civil registration number without one',
    'cpr-like',
    [...front, 'target'],
    [[...front, 'target'], 'https://epj.example/record/2512489996'],
  ],
  [
    'a civil registration number in bytes',
    'cpr-like',
    [...port, 'expect', 'dialogue', 0, 'sendHex'],
    [[...port, 'expect'], { dialogue: [{ sendHex: Buffer.from('PID|251248-9996').toString('hex') }] }],
  ],
  ['a replacement number', 'cpr-like', [...epj, 'runbook'], [[...epj, 'runbook'], '851248-9996']],

  ['a zone there is not', 'bad-zone', ['authority', 'zone'], [['authority', 'zone'], 'Europe/Kopenhagen']],
  ['an offset for a zone', 'bad-zone', [...patching, 'zone'], windowWith({ zone: '+01:00' })],
  ['a rule of no frequency', 'bad-recurrence', [...patching, 'rrule'], windowWith({ rrule: 'BYDAY=1TU' })],
  [
    'a rule with a part there is not',
    'bad-recurrence',
    [...patching, 'rrule'],
    windowWith({ rrule: 'FREQ=DAILY;BYDAYS=TU' }),
  ],
  [
    'a rule by the minute',
    'bad-recurrence',
    [...patching, 'rrule'],
    windowWith({ rrule: 'FREQ=MINUTELY', lasts: '1s' }),
  ],
  [
    'a rule that never comes',
    'bad-recurrence',
    [...patching, 'rrule'],
    windowWith({ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31' }),
  ],
  ['a day February lacks', 'bad-start', [...patching, 'start'], windowWith({ start: '2026-02-30T21:00' })],
  [
    'a start the rule does not know',
    'start-not-in-rule',
    [...patching, 'start'],
    windowWith({ start: '2026-01-07T21:00' }),
  ],
  [
    'hours of no length',
    'bad-hours',
    ['teams', 'clinical', 'onCall', 'to'],
    [['teams', 'clinical', 'onCall'], { ...office, to: '07:00' }],
  ],
  [
    'a window that begins before it ends',
    'window-never-ends',
    [...patching, 'lasts'],
    windowWith({ rrule: 'FREQ=DAILY', start: '2026-01-06T21:00', lasts: '24h' }),
  ],
  ['a window for nothing', 'window-without-nodes', [...patching, 'nodes'], windowWith({ nodes: [] })],
];

const found = (raw: unknown) => examine(raw).problems;

describe('examine', () => {
  test('the smallest estate has nothing to find', () => {
    expect(found(minimal)).toEqual([]);
    expect(found(changed(minimal, windowWith({})))).toEqual([]);
  });

  const cases = rows.map(([sentence, code, path, ...changes]) => ({ sentence, code, path, changes }));
  test.each(cases)('$sentence: $code', ({ code, path, changes }) => {
    const { landscape, problems } = examine(changed(minimal, ...changes));
    expect(problems.map((one) => [one.code, one.path])).toContainEqual([code, path]);
    expect(landscape === null).toBe(problems.some(({ severity }) => severity === 'error'));
    for (const { expected, got, remedy } of problems)
      for (const text of [expected, got, remedy]) expect(text).toMatch(/^\S.{0,299}$/u);
  });

  test('every code of the vocabulary has a row', () => {
    const reading = ['file-missing', 'file-kind', 'syntax', 'module-failed', 'no-default-export'];
    const shown = new Set<string>([...rows.map(([, code]) => code), ...reading]);
    expect(Object.keys(findingCodes).filter((code) => !shown.has(code))).toEqual([]);
  });

  test('one mistake makes one finding', () => {
    const alone = rows.filter(([, code]) => !['no-vantage', 'nothing-to-judge', 'no-criticality'].includes(code));
    const many = alone.flatMap(([sentence, code, _path, ...changes]) => {
      const others = found(changed(minimal, ...changes)).filter((one) => one.code !== code && one.severity === 'error');
      return others.map((one) => `${sentence}: ${one.code} at ${one.path.join('.')}`);
    });
    expect(many).toEqual([]);
  });
});

describe('all findings at once', () => {
  test('what is malformed hides neither its neighbours nor what they mean', () => {
    const codes = found(
      changed(
        minimal,
        [[...port, 'every'], 'often'],
        [[...epj, 'needs', 0, 'of', 1], 'idp-3'],
        [[...front, 'within'], '30s'],
        [['clusters'], 7],
      ),
    ).map(({ code, path }) => `${code} ${path.join('.')}`);
    expect(codes.sort()).toEqual([
      'bad-duration components.epj-db-1.checks.port.every',
      'dangling-need solutions.epj.needs.0.of.1',
      'timeout-not-below-interval solutions.epj.checks.front.within',
      'wrong-type clusters',
    ]);
  });

  test('a malformed component is not called missing, nor what it lost a fault of its own', () => {
    const codes = found(changed(minimal, [[...db1, 'title'], gone], [[...db1, 'checks'], 'none'])).map(
      ({ code }) => code,
    );
    expect(codes.sort()).toEqual(['missing', 'wrong-type']);
  });

  test('places after a malformed element of a list are still right', () => {
    const raw = changed(minimal, [[...epj, 'needs', 0], 7], [[...epj, 'needs', 1, 'of', 0], 'epj-db-7']);
    expect(found(raw).map(({ path }) => path.join('.'))).toEqual([
      'solutions.epj.needs.0',
      'solutions.epj.needs.1.of.0',
    ]);
  });

  test('a secret is found in what is otherwise unreadable, and is not repeated', () => {
    const problems = found({ nothing: 'postgres://ops:hunter22@db' });
    expect(problems.map(({ code }) => code)).toContain('plain-secret');
    expect(JSON.stringify(found(changed(minimal, [[...front, 'target'], 'x://ops:hunter22@db'])))).not.toContain(
      'hunter22',
    );
  });

  test.each([
    ['componets', 'components'],
    ['worklows', 'workflows'],
  ])('%s: did you mean %s?', (wrong, right) => {
    expect(found(changed(minimal, [[wrong], {}]))[0]?.remedy).toBe(`did you mean '${right}'?`);
  });

  test('anything at all yields findings, never an exception', () => {
    fc.assert(
      fc.property(fc.anything(), (raw) => {
        expect(examine(raw).landscape).toBeNull();
      }),
    );
    const places = rows.flatMap(([, , path]) => path.map((_, depth) => path.slice(0, depth + 1)));
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.oneof(fc.anything(), fc.string()), (path, value) => {
        expect(Array.isArray(examine(changed(minimal, [path, value])).problems)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what hard needs allow', () => {
  const solution = (needs: unknown[], objective?: number) => ({
    title: 'S',
    owner: 'clinical',
    criticality: 'supporting',
    data: 'open',
    needs,
    promises: objective === undefined ? [] : [{ objective, window: '30d' }],
  });
  const allowed = (needs: unknown[]) => {
    const solutions = { a: solution([], 99), b: solution([], 98), c: solution(['a']), top: solution(needs) };
    // Safe: what changed gives back has the form of minimal.
    return allowedBy(normalise(changed(minimal, [['solutions'], solutions]) as typeof minimal), 'top');
  };
  test.each([
    ['nothing needed allows everything', [], 1],
    ['one after the other', ['a', 'b'], 0.99 * 0.98],
    ['one of two', [{ atLeast: 1, of: ['a', 'b'] }], 1 - 0.01 * 0.02],
    ['two of two', [{ atLeast: 2, of: ['a', 'b'] }], 0.99 * 0.98],
    ['what promises nothing allows what its own needs do', ['c'], 0.99],
    ['what only degrades allows everything', [{ on: 'a', effect: 'degrades' }], 1],
  ])('%s', (_sentence, needs, share) => {
    expect(allowed(needs)).toBeCloseTo(share, 12);
  });
});
