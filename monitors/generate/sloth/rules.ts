import { type Labels, type SlothAlert, type SlothSlo, slothIdOf } from '../../../infra/import/sloth/model.ts';
import { goDecimal, goFloat, promDuration } from './go.ts';
import { groupNames, labels as names, series } from './names.ts';
import { alertWindows, type Pair, shortest, windowsOf } from './windows.ts';

export type Rule =
  | { readonly record: string; readonly expr: string; readonly labels: Labels }
  | { readonly alert: string; readonly expr: string; readonly labels: Labels; readonly annotations: Labels };
export type Group = { readonly name: string; readonly rules: readonly Rule[] };
/** What `sloth_slo_info` says of the program that made the rules. */
export type Maker = { readonly version: string; readonly mode: string };

/** Whose names these are, and how Sloth calls a run that reads such a spec. */
const conventions = 'v0.16.0';
export const slothMaker = ({ spec }: SlothSlo): Maker => ({
  version: conventions,
  mode: spec === 'sloth.slok.dev/v1' ? 'cli-gen-k8s' : 'cli-gen-prom',
});

/** What stands in every rule of an objective. */
type Own = { readonly slo: SlothSlo; readonly ids: Labels; readonly selector: string; readonly period: string };
const ownOf = (slo: SlothSlo): Own => {
  const ids = { [names.id]: slothIdOf(slo), [names.service]: slo.service, [names.slo]: slo.name };
  const selector = Object.entries(ids)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
  return { slo, ids, selector: `{${selector}}`, period: promDuration(slo.windowMs) };
};

const windowed = (query: string, window: string): string => query.replaceAll('{{window}}', window);

const ratioOf = ({ sli }: SlothSlo, window: string): string =>
  sli.kind === 'raw'
    ? `(${windowed(sli.errorRatio, window)})`
    : `(${windowed(sli.error, window)})\n/\n(${windowed(sli.total, window)})\n`;
const now = promDuration(shortest);
/** Sloth's optimisation, on by default: the mean of what the shortest window said, each saying of the same weight. */
const meanOf = ({ selector, period }: Own): string => {
  const said = `${series.error(now)}${selector}[${period}]`;
  return `sum_over_time(${said})\n/ ignoring (${names.window})\ncount_over_time(${said})\n`;
};

const windowNames = alertWindows.map(promDuration);
const sliRules = (own: Own): readonly Rule[] =>
  [...windowNames, own.period].map((window) => ({
    record: series.error(window),
    expr: window === own.period ? meanOf(own) : ratioOf(own.slo, window),
    labels: { ...own.ids, [names.window]: window, ...own.slo.labels },
  }));

const metaRules = ({ slo, ids, selector, period }: Own, { version, mode }: Maker): readonly Rule[] => {
  const labels = { ...ids, ...slo.labels };
  const objective = goFloat(slo.objective / 100);
  const burn = (window: string): string =>
    `${series.error(window)}${selector}\n/ on(${names.id}, ${names.slo}, ${names.service}) group_left\n${series.budget}${selector}\n`;
  const info = {
    [names.version]: version,
    [names.mode]: mode,
    [names.spec]: slo.spec,
    [names.objective]: goDecimal(slo.objective),
  };
  return [
    { record: series.objective, expr: `vector(${objective})`, labels },
    { record: series.budget, expr: `vector(1-${objective})`, labels },
    { record: series.period, expr: `vector(${goFloat(slo.windowMs / 86_400_000)})`, labels },
    { record: series.burnNow, expr: burn(now), labels },
    { record: series.burnOverPeriod, expr: burn(period), labels },
    { record: series.budgetLeft, expr: `1 - ${series.burnOverPeriod}${selector}`, labels },
    { record: series.info, expr: 'vector(1)', labels: { ...labels, ...info } },
  ];
};

const alertRule = (
  { slo, selector }: Own,
  { name, labels, annotations }: SlothAlert,
  [severity, quick, slow]: readonly [severity: string, quick: Pair, slow: Pair],
): Rule => {
  const budget = goFloat((100 - slo.objective) / 100);
  const exceeds = (window: number, { factor }: Pair): string =>
    `    max(${series.error(promDuration(window))}${selector} > (${goFloat(factor)} * ${budget})) without (${names.window})`;
  const both = (pair: Pair): string => `(\n${exceeds(pair.short, pair)}\n    and\n${exceeds(pair.long, pair)}\n)`;
  const who = `{{$labels.${names.service}}} {{$labels.${names.slo}}}`;
  return {
    alert: name,
    expr: `${both(quick)}\nor\n${both(slow)}\n`,
    labels: { [names.severity]: severity, ...labels },
    annotations: {
      title: `(${severity}) ${who} SLO error budget burn rate is too fast.`,
      summary: `${who} SLO error budget burn rate is over expected.`,
      ...annotations,
    },
  };
};

const alertRules = (own: Own): readonly Rule[] => {
  const { page, ticket, windowMs } = own.slo;
  const { pageQuick, pageSlow, ticketQuick, ticketSlow } = windowsOf(windowMs);
  return [
    ...(page === null ? [] : [alertRule(own, page, ['page', pageQuick, pageSlow])]),
    ...(ticket === null ? [] : [alertRule(own, ticket, ['ticket', ticketQuick, ticketSlow])]),
  ];
};

/** The groups of rules that Sloth 0.16 makes of an objective, name for name and value for value. */
export const slothGroups = (slo: SlothSlo, maker: Maker): readonly Group[] => {
  const own = ownOf(slo);
  const id = slothIdOf(slo);
  return [
    { name: groupNames.sli(id), rules: sliRules(own) },
    { name: groupNames.meta(id), rules: metaRules(own, maker) },
    { name: groupNames.alerts(id), rules: alertRules(own) },
  ].filter(({ rules }) => rules.length > 0);
};
