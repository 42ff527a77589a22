import { type Path, type Problem, problem } from '../findings.ts';
import { kindOf } from '../kinds.ts';
import { type Agent, type Check, depths, type Target } from '../model.ts';
import { optionsOf } from '../options.ts';
import { addresses, crossesPlainly, isUrl, socket, wrongAddress } from './addresses.ts';
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

const targetText = (target: Target): string | null => ('text' in target ? target.text : null);
const targets = ({ path, check }: WrittenCheck): readonly Problem[] => {
  const text = targetText(check.target);
  const kind = kindOf(check.kind);
  const address = kind.addressOf?.(check.options) ?? kind.address;
  return text === null ? [] : wrongAddress([...path, 'target'], text, addresses[address]);
};

/** A metric name with labels that equal something. */
const series = /^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{\s*(?:[a-zA-Z_]\w*\s*=\s*"(?:[^"\\]|\\.)*"\s*(?:,\s*|(?=\})))*\})?$/;
/** What every run measures, and what its kind does beside. */
const measured = ({ kind, target, options }: Check): readonly string[] => {
  const overTls = !/^(?:http|ws):/.test(targetText(target) ?? '');
  return ['duration', ...kindOf(kind).measures(options, overTls)];
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
  ...(check.kind === 'dns' && optionsOf(check, 'dns').query === undefined
    ? [
        problem('dns-without-query', path, {
          expected: 'query: { name, type }',
          got: 'nothing',
          remedy: 'say what is asked for',
        }),
      ]
    : []),
];

const depth = ({ path, check }: WrittenCheck): readonly Problem[] => {
  const most = kindOf(check.kind).deepest(check.options);
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

/** Probes a second that one address may get from all vantages together, the retries of a bad day not counted. */
const budget = 10;
/** Where a target leads, as far as it is written: `host:port`, without what stands behind. */
const placeOf = ({ target }: Check): string | null => {
  const text = targetText(target);
  if (text === null) return null;
  return URL.canParse(text) && text.includes('://') ? new URL(text).host : text.trim();
};
const busy: Rule = ({ checks: all }) => {
  const places = Map.groupBy(all, ({ check }) => placeOf(check));
  return [...places].flatMap(([place, at]) => {
    const rate = at.reduce((sum, { check }) => sum + (check.vantages.length * 1000) / check.intervalMs, 0);
    const [first] = at;
    if (place === null || first === undefined || rate <= budget) return [];
    return [
      problem('busy-target', [...first.path, 'every'], {
        expected: `at most ${budget} probes a second at ${place} from all vantages`,
        got: `${rate.toFixed(1)} a second by ${list(
          at.map(({ check }) => check.id),
          'and',
        )}`,
        remedy: 'ask more seldom, from fewer vantages, or join checks',
      }),
    ];
  });
};

/** A test patient is one that was agreed to. */
const patients: Rule = ({ checks: all, input }) =>
  all.flatMap(({ path, written }) => {
    if (!('patient' in written) || typeof written.patient !== 'string') return [];
    const agreed = Object.keys(input.authority.testPatients ?? {});
    if (agreed.includes(written.patient)) return [];
    return [
      problem('dangling-patient', [...path, 'patient'], {
        expected: agreed.length === 0 ? 'a test patient of authority.testPatients' : list(agreed.map(said)),
        got: said(written.patient),
        remedy: meant(written.patient, agreed, 'declare it there, with the approval, or remove it here'),
      }),
    ];
  });

const agentOf = (path: Path, { url, token, client }: Agent): readonly Problem[] => {
  const at = [...path, 'agent'];
  if (!isUrl(url)) return wrongAddress([...at, 'url'], url, addresses.url);
  const plain = crossesPlainly(url);
  return [
    ...(plain
      ? [
          problem('open-agent', [...at, 'url'], {
            expected: 'https, for what is collected crosses a network',
            got: said(url),
            remedy: 'give the agent a certificate, and write https here',
          }),
        ]
      : []),
    ...(token === null && client === null
      ? [
          problem('open-agent', at, {
            expected: 'a token, or a client certificate',
            got: 'neither',
            remedy: "write token: { env: 'NAME' }, or client: { certificate, key }",
          }),
        ]
      : []),
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
      ...(normal.agent === null ? [] : agentOf(path, normal.agent)),
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

const each = [timing, targets, signals, empty, depth];
/** A check can be run as it is written. */
export const checks: readonly Rule[] = [
  ({ checks: all }) => all.flatMap((one) => each.flatMap((rule) => rule(one))),
  vantages,
  patients,
  busy,
];
