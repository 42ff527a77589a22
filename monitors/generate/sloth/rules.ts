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

const idLabels = (slo: SlothSlo): Labels => ({
  [names.id]: slothIdOf(slo),
  [names.service]: slo.service,
  [names.slo]: slo.name,
});
const selector = (slo: SlothSlo): string =>
  `{${Object.entries(idLabels(slo))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;

const windowed = (query: string, window: string): string => query.replaceAll('{{window}}', window);

const ratioOf = ({ sli }: SlothSlo, window: string): string =>
  sli.kind === 'raw'
    ? `(${windowed(sli.errorRatio, window)})`
    : `(${windowed(sli.error, window)})\n/\n(${windowed(sli.total, window)})\n`;
/** Sloth's optimisation, on by default: the mean of what the shortest window said, each saying of the same weight. */
const meanOf = (slo: SlothSlo, window: string): string => {
  const said = `${series.error(promDuration(shortest))}${selector(slo)}[${window}]`;
  return `sum_over_time(${said})\n/ ignoring (${names.window})\ncount_over_time(${said})\n`;
};

const sliRules = (slo: SlothSlo): readonly Rule[] =>
  [...alertWindows, slo.windowMs].map((ms) => {
    const window = promDuration(ms);
    return {
      record: series.error(window),
      expr: ms === slo.windowMs ? meanOf(slo, window) : ratioOf(slo, window),
      labels: { ...idLabels(slo), [names.window]: window, ...slo.labels },
    };
  });

const metaRules = (slo: SlothSlo, { version, mode }: Maker): readonly Rule[] => {
  const own = selector(slo);
  const labels = { ...idLabels(slo), ...slo.labels };
  const objective = goFloat(slo.objective / 100);
  const burn = (window: number): string =>
    `${series.error(promDuration(window))}${own}\n/ on(${names.id}, ${names.slo}, ${names.service}) group_left\n${series.budget}${own}\n`;
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
    { record: series.burnNow, expr: burn(shortest), labels },
    { record: series.burnOverPeriod, expr: burn(slo.windowMs), labels },
    { record: series.budgetLeft, expr: `1 - ${series.burnOverPeriod}${own}`, labels },
    { record: series.info, expr: 'vector(1)', labels: { ...labels, ...info } },
  ];
};

const alertRule = (
  slo: SlothSlo,
  { name, labels, annotations }: SlothAlert,
  [severity, quick, slow]: readonly [severity: string, quick: Pair, slow: Pair],
): Rule => {
  const budget = goFloat((100 - slo.objective) / 100);
  const exceeds = (window: number, { factor }: Pair): string =>
    `    max(${series.error(promDuration(window))}${selector(slo)} > (${goFloat(factor)} * ${budget})) without (${names.window})`;
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

const alertRules = (slo: SlothSlo): readonly Rule[] => {
  const { pageQuick, pageSlow, ticketQuick, ticketSlow } = windowsOf(slo.windowMs);
  return [
    ...(slo.page === null ? [] : [alertRule(slo, slo.page, ['page', pageQuick, pageSlow])]),
    ...(slo.ticket === null ? [] : [alertRule(slo, slo.ticket, ['ticket', ticketQuick, ticketSlow])]),
  ];
};

/** The groups of rules that Sloth 0.16 makes of an objective, name for name and value for value. */
export const slothGroups = (slo: SlothSlo, maker: Maker): readonly Group[] => {
  const id = slothIdOf(slo);
  return [
    { name: groupNames.sli(id), rules: sliRules(slo) },
    { name: groupNames.meta(id), rules: metaRules(slo, maker) },
    { name: groupNames.alerts(id), rules: alertRules(slo) },
  ].filter(({ rules }) => rules.length > 0);
};
