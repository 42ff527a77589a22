import { RE2JS } from 're2js';
import { type Path, type Problem, problem } from '../findings.ts';
import { type Check, type CheckKind, type Depth, depths, type Target } from '../model.ts';
import { patternText } from '../normalise.ts';
import type { CheckInput, PatternInput } from '../schema.ts';
import type { Rule, WrittenCheck } from './context.ts';
import { list, meant, said } from './say.ts';

const second = 1000;
const hour = 3_600_000;

const notBelow = (path: Path, within: string, every: string): Problem =>
  problem('timeout-not-below-interval', path, {
    expected: `less than the interval of ${every}`,
    got: within,
    remedy: 'shorten the deadline or lengthen the interval, or runs overlap',
  });

const timing = ({ path, written, check }: WrittenCheck): readonly Problem[] => [
  ...(check.timeoutMs >= check.intervalMs ? [notBelow([...path, 'within'], written.within, written.every)] : []),
  ...(check.intervalMs < second
    ? [
        problem('interval-too-short', [...path, 'every'], {
          expected: 'at least 1s',
          got: written.every,
          remedy: 'ask more seldom: a check must not become a load',
        }),
      ]
    : []),
  ...(check.intervalMs > hour
    ? [
        problem('interval-too-long', [...path, 'every'], {
          expected: 'at most 1h',
          got: written.every,
          remedy: 'ask more often: a fault would stay unseen for that long',
        }),
      ]
    : []),
];

const patternsOf = ({ expect = {} }: CheckInput): readonly (readonly [Path, PatternInput])[] => [
  ...(expect.body === undefined ? [] : [[['body'], expect.body] as const]),
  ...(expect.answer === undefined ? [] : [[['answer'], expect.answer] as const]),
  ...Object.entries(expect.headers ?? {}).map(([name, pattern]) => [['headers', name], pattern] as const),
  ...(expect.dialogue ?? []).flatMap((step, index) =>
    'expect' in step ? [[['dialogue', index, 'expect'], step.expect] as const] : [],
  ),
];

const patterns = ({ path, written }: WrittenCheck): readonly Problem[] =>
  patternsOf(written).flatMap(([at, pattern]) => {
    const source = patternText(pattern);
    try {
      RE2JS.compile(source);
      return [];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [
        problem('bad-pattern', [...path, 'expect', ...at], {
          expected: 'a regular expression that RE2 reads',
          got: `${said(source)} (${said(why).slice(1, -1)})`,
          remedy: 'write it without lookaround and back references',
        }),
      ];
    }
  });

/** `host:port`, the host a name, an IPv4 address or an IPv6 address in brackets. */
const isAddress = (text: string): boolean => {
  const port = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
};
const isUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:\/\/[^/]/.test(text) && new URL(text).hostname !== '' && !/\s/.test(text);

type Address = { readonly fits: (text: string) => boolean; readonly expected: string };
const url: Address = { fits: isUrl, expected: 'an address such as https://epj.example/health' };
const socket: Address = { fits: isAddress, expected: 'an address such as epj-db-1.example:5432' };
const addresses: Readonly<Record<CheckKind, Address>> = {
  http: url,
  metrics: url,
  tcp: socket,
  tls: socket,
  dns: socket,
};

const wrongAddress = (path: Path, text: string, { fits, expected }: Address): readonly Problem[] =>
  fits(text)
    ? []
    : [
        problem('bad-target', path, {
          expected,
          got: said(text),
          remedy: 'write it whole, with its port or its scheme',
        }),
      ];

const targetText = (target: Target): string | null => ('text' in target ? target.text : null);
const targets = ({ path, check }: WrittenCheck): readonly Problem[] => {
  const text = targetText(check.target);
  return text === null ? [] : wrongAddress([...path, 'target'], text, addresses[check.kind]);
};

/** A metric name with labels that equal something. */
const series = /^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{\s*(?:[a-zA-Z_]\w*\s*=\s*"(?:[^"\\]|\\.)*"\s*(?:,\s*|(?=\})))*\})?$/;
/** What every run measures, and what only those that shake hands in TLS do. */
const measured = ({ kind, target, expect }: Check): readonly string[] => {
  const text = targetText(target);
  const overTls = (kind === 'http' || kind === 'metrics') && text?.startsWith('http:') !== true;
  const handshake = kind === 'tls' || overTls || (kind === 'tcp' && expect.tls === true);
  return handshake ? ['duration', 'certificate'] : ['duration'];
};

const signals = ({ path, check }: WrittenCheck): readonly Problem[] => {
  const names = check.signals.map(({ name }) => name);
  const own = measured(check);
  const reads = (of: string) => (check.kind === 'metrics' && series.test(of)) || own.includes(of);
  return check.signals.flatMap(({ name, of, limit }) => [
    ...(reads(of)
      ? []
      : [
          problem('bad-series', [...path, 'signals', name, 'of'], {
            expected:
              check.kind === 'metrics' ? 'a series such as disk_used_bytes{mount="/data"}' : list(own.map(said)),
            got: said(of),
            remedy:
              check.kind === 'metrics'
                ? 'write a name, and labels that equal a value'
                : 'read what this check measures',
          }),
        ]),
    ...(limit === null || typeof limit === 'number' || (names.includes(limit.signal) && limit.signal !== name)
      ? []
      : [
          problem('dangling-signal', [...path, 'signals', name, 'limit', 'signal'], {
            expected: 'another signal of the same check',
            got: said(limit.signal),
            remedy: meant(
              limit.signal,
              names.filter((other) => other !== name),
              'declare it beside this one',
            ),
          }),
        ]),
  ]);
};

const empty = ({ path, check }: WrittenCheck): readonly Problem[] => [
  ...(check.kind === 'metrics' && check.signals.length === 0
    ? [
        problem('metrics-without-signals', path, {
          expected: 'at least one signal',
          got: 'none',
          remedy: 'say under signals which series is read, or remove the check',
        }),
      ]
    : []),
  ...(check.kind === 'dns' && check.expect.query === undefined
    ? [
        problem('dns-without-query', path, {
          expected: 'query: { name, type }',
          got: 'nothing',
          remedy: 'say what is asked for',
        }),
      ]
    : []),
];

/** What each kind reads, by where a person writes it. */
const tlsWords = ['serverName', 'trusted'];
const read: Readonly<Record<CheckKind, { readonly expect: readonly string[]; readonly beside: readonly string[] }>> = {
  http: { expect: ['status', 'body', 'headers', 'redirects', ...tlsWords], beside: ['request'] },
  tcp: { expect: ['dialogue', 'tls', ...tlsWords], beside: [] },
  tls: { expect: tlsWords, beside: [] },
  dns: { expect: ['rcode', 'answer'], beside: ['query'] },
  metrics: { expect: ['status', 'redirects', ...tlsWords], beside: ['request'] },
};

const ofAnotherKind = ({ path, written, check }: WrittenCheck): readonly Problem[] => {
  const { expect, beside } = read[check.kind];
  const unread = [
    ...Object.keys(written.expect ?? {}).flatMap((key) => (expect.includes(key) ? [] : [['expect', key]])),
    ...['request', 'query'].flatMap((key) => (Object.hasOwn(written, key) && !beside.includes(key) ? [[key]] : [])),
  ];
  return unread.map((at) =>
    problem('not-for-kind', [...path, ...at], {
      expected: `what ${check.kind} reads (${list([...expect.map((key) => `expect.${key}`), ...beside]) || 'nothing'})`,
      got: at.join('.'),
      remedy: 'remove it, or use the kind that checks it',
    }),
  );
};

const deepest: Readonly<Record<CheckKind, Depth>> = {
  http: 'transaction',
  tcp: 'transaction',
  tls: 'session',
  dns: 'protocol',
  metrics: 'none',
};
/** As deep as a kind can go; a round trip needs an answer that was looked at. */
const reachable = ({ kind, expect }: Check): Depth => {
  if (kind === 'tcp' && expect.dialogue === undefined) return expect.tls === true ? 'session' : 'transport';
  return deepest[kind];
};

const depth = ({ path, check }: WrittenCheck): readonly Problem[] => {
  const most = reachable(check);
  return depths.indexOf(check.depth) <= depths.indexOf(most)
    ? []
    : [
        problem('too-deep', [...path, 'depth'], {
          expected: `at most '${most}'`,
          got: said(check.depth),
          remedy: 'say how deep it truly goes, or use the kind that goes deeper',
        }),
      ];
};

const vantages: Rule = ({ input, landscape }) =>
  Object.entries(input.sites ?? {}).flatMap(([id, { vantage }]) => {
    const normal = landscape.vantages[id];
    if (vantage === undefined || vantage === true || normal === undefined) return [];
    const path = ['sites', id, 'vantage'];
    return [
      ...vantage.anchors.flatMap((text, index) => wrongAddress([...path, 'anchors', index], text, socket)),
      ...(vantage.resolver === undefined ? [] : wrongAddress([...path, 'resolver'], vantage.resolver, socket)),
      ...(normal.anchorTimeoutMs >= normal.anchorIntervalMs
        ? [
            notBelow(
              [...path, vantage.anchorWithin === undefined ? 'anchorEvery' : 'anchorWithin'],
              `${normal.anchorTimeoutMs}ms`,
              `${normal.anchorIntervalMs}ms`,
            ),
          ]
        : []),
    ];
  });

const each = [timing, patterns, targets, signals, empty, ofAnotherKind, depth];
/** A check can be run as it is written. */
export const checks: readonly Rule[] = [
  ({ checks: all }) => all.flatMap((one) => each.flatMap((rule) => rule(one))),
  vantages,
];
