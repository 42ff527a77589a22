import { type Path, type Problem, problem } from '../findings.ts';
import { graphOf, namesIn } from '../graph.ts';
import type { Check, Landscape, NodeId, Promised, Signal } from '../model.ts';
import type { PromiseInput } from '../promise.ts';
import type { Context, Rule } from './context.ts';
import { list, meant, said } from './say.ts';

const minute = 60_000;
const day = 86_400_000;

type One = {
  readonly path: Path;
  readonly node: NodeId;
  readonly written: PromiseInput;
  readonly promised: Promised;
  readonly context: Context;
};

/** The node and all it rests on, whatever the effect. */
const under = (landscape: Landscape, id: NodeId): ReadonlySet<NodeId> => {
  const { breaks } = graphOf(landscape, null);
  const found = new Set([id]);
  for (const at of found) {
    const needs = landscape.nodes[at]?.needs ?? [];
    for (const on of [...needs.map((need) => need.on), ...(breaks.get(at) ?? [])])
      for (const name of namesIn(on)) found.add(name);
  }
  return found;
};

const kinds = ['latency', 'freshness', 'requests'] as const;
const single = ({ path, written }: One): readonly Problem[] => {
  const given = kinds.filter((kind) => written[kind] !== undefined);
  if (given.length < 2) return [];
  const remedy = 'write a promise for each';
  return [problem('many-indicators', path, { expected: `one of ${list(kinds)}`, got: list(given, 'and'), remedy })];
};

/** The check a latency or freshness reads, or what is wrong about it. */
const read = (one: One): { readonly check: Check | null; readonly problems: readonly Problem[] } => {
  const { path, node, promised, context } = one;
  const { indicator } = promised;
  if (indicator.kind !== 'latency' && indicator.kind !== 'freshness') return { check: null, problems: [] };
  const at = [...path, indicator.kind, 'check'];
  const check = context.landscape.checks[indicator.check] ?? null;
  if (!context.checkIds.has(indicator.check)) {
    const own = [...context.checkIds].filter((id) => id.startsWith(`${node}/`));
    const remedy = meant(indicator.check, context.checkIds, 'declare it, or correct its name');
    const expected =
      own.length === 0 ? 'a check of what it needs' : `a check of its own (${list(own)}) or of what it needs`;
    return { check: null, problems: [problem('dangling-check', at, { expected, got: said(indicator.check), remedy })] };
  }
  if (check === null || under(context.landscape, node).has(check.node)) return { check, problems: [] };
  return {
    check,
    problems: [
      problem('check-elsewhere', at, {
        expected: `a check of ${node} or of what it needs`,
        got: said(check.id),
        remedy: `say that ${node} needs ${check.node}, or promise it there`,
      }),
    ],
  };
};

const dangling = (at: Path, of: string, { signals }: Check): Problem => {
  const names = signals.map(({ name }) => name);
  return problem('dangling-signal', at, {
    expected: names.length === 0 ? 'a signal of the check' : `a signal of the check: ${list(names)}`,
    got: said(of),
    remedy: meant(of, names, 'declare it under the signals of the check'),
  });
};
const wrong = (at: Path, expected: string, got: string, remedy: string): Problem =>
  problem('bad-indicator', at, { expected, got, remedy });

const latencyOf = ({ path, written: { latency } }: One, check: Check): readonly Problem[] => {
  if (latency === undefined) return [];
  const at = [...path, 'latency'];
  const of = latency.of ?? 'duration';
  const signal = check.signals.find(({ name }) => name === of);
  const unit: Signal['unit'] | null = of === 'duration' ? 'seconds' : (signal?.unit ?? null);
  if (unit === null) return [dangling([...at, 'of'], of, check)];
  if (unit === 'timestamp')
    return [wrong([...at, 'of'], 'a duration or an amount', 'a timestamp', 'promise its freshness instead')];
  if (typeof latency.under === 'number')
    return latency.under > 0 ? [] : [wrong([...at, 'under'], 'above 0', String(latency.under), 'allow some')];
  if (unit !== 'seconds')
    return [wrong([...at, 'under'], `a number in ${unit}`, said(latency.under), 'write it in the unit of the signal')];
  return [];
};

const freshnessOf = ({ path, written: { freshness } }: One, check: Check): readonly Problem[] => {
  if (freshness === undefined) return [];
  const at = [...path, 'freshness', 'of'];
  const signal = check.signals.find(({ name }) => name === freshness.of);
  if (signal === undefined) return [dangling(at, freshness.of, check)];
  return signal.unit === 'timestamp' || signal.unit === 'seconds'
    ? []
    : [wrong(at, 'an age in seconds or a timestamp', signal.unit, 'read a signal that tells how old something is')];
};

const requestsOf = ({ path, written: { requests } }: One): readonly Problem[] =>
  requests === undefined
    ? []
    : (['good', 'total'] as const).flatMap((key) =>
        requests[key].includes('{{window}}')
          ? []
          : [
              wrong(
                [...path, 'requests', key],
                'a query over [{{window}}]',
                'none',
                'write the range as [{{window}}]: it is filled in for every window',
              ),
            ],
      );

const sliced = ({ path, written: { slice, method }, promised }: One): readonly Problem[] => {
  const { name, slice: normal } = promised.method;
  const overRequests = promised.indicator.kind === 'requests';
  const at = [...path, 'slice'];
  const bad = (where: Path, expected: string, got: string, remedy: string) =>
    problem('bad-slice', where, { expected, got, remedy });
  if (normal === null)
    return slice === undefined
      ? []
      : [bad(at, 'no slice, as every one counts for itself', 'one', "remove it, or write method: 'timeslices'")];
  // Requests come in counts of five minutes, everything else in minutes.
  const grain = overRequests ? 5 * minute : minute;
  if (slice === undefined)
    return overRequests
      ? [bad([...path, 'method'], 'slice: { lasts, target } beside it', said(method), 'say what makes a slice good')]
      : [];
  const { target } = slice;
  return [
    ...(normal.ms % grain === 0 && day % normal.ms === 0
      ? []
      : [
          bad(
            [...at, 'lasts'],
            `whole ${overRequests ? 'steps of 5m' : 'minutes'} that divide a day`,
            said(slice.lasts),
            "write '5m', '15m' or '1h'",
          ),
        ]),
    ...(name === 'timeslices' && target === undefined && (overRequests || normal.ms > minute)
      ? [bad(at, 'a target: percent of the slice that makes it good', 'none', 'write target: 99')]
      : []),
    ...(target === undefined || (target > 0 && target <= 100)
      ? []
      : [bad([...at, 'target'], 'a percentage above 0, at most 100', String(target), 'write it as 99')]),
    ...(name === 'ratio-timeslices' && target !== undefined
      ? [
          bad(
            [...at, 'target'],
            'none: a slice counts by its ratio',
            String(target),
            "remove it, or write method: 'timeslices'",
          ),
        ]
      : []),
  ];
};

const oneOf = (one: One): readonly Problem[] => {
  const { check, problems } = read(one);
  const of = check === null ? [] : [...latencyOf(one, check), ...freshnessOf(one, check)];
  return [...single(one), ...problems, ...of, ...requestsOf(one), ...sliced(one)];
};

/** What is promised can be counted. */
export const indicators: readonly Rule[] = [
  (context) =>
    context.entries.flatMap(({ id: node, path, written: entry }) =>
      ('promises' in entry ? (entry.promises ?? []) : []).flatMap((written, index) => {
        const promised = context.landscape.nodes[node]?.promises[index];
        if (promised === undefined) return [];
        return oneOf({ path: [...path, 'promises', index], node, written, promised, context });
      }),
    ),
];
