import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import {
  MappingType,
  type Panel,
  SpecialValueMatch,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as LinePanel } from '@grafana/grafana-foundation-sdk/timeseries';
import type { BoardWords } from './words.ts';

/** The few kinds of panel a board is made of. Colours are those of the console; no state is told by colour alone. */

export type Query = { readonly expr: string; readonly legend: string };
type Said = {
  readonly title: string;
  readonly about?: string;
  /** Rows of Grafana's grid, 30 px each; a board is 24 columns wide. */
  readonly height?: number;
  readonly span?: number;
  readonly unit?: string;
};

const colours = { good: 'green', bad: 'red', unknown: 'purple', warn: 'orange', dim: 'text' } as const;
type Colour = keyof typeof colours;
/** Every board is pointed at a Prometheus by its first variable. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
export const source = { type: 'prometheus', uid: '${datasource}' };

/** What the numbers of `/metrics` mean: 1, 0, and NaN for what is not known. */
const mapped = (good: string, bad: string, unknown: string): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: { '0': { text: bad, color: colours.bad, index: 1 }, '1': { text: good, color: colours.good, index: 0 } },
  },
  {
    type: MappingType.SpecialValue,
    options: { match: SpecialValueMatch.NullAndNan, result: { text: unknown, color: colours.unknown, index: 2 } },
  },
];
export const statesOf = ({ states }: BoardWords): ValueMapping[] => mapped(states.good, states.bad, states.unknown);
export const sightOf = ({ connected, cut, states }: BoardWords): ValueMapping[] =>
  mapped(connected, cut, states.unknown);
export const answersOf = ({ yes, no, states }: BoardWords): ValueMapping[] => mapped(yes, no, states.unknown);

/** Colours from these values on; below the first, the base. */
export const steps = (base: Colour, ...from: readonly (readonly [number, Colour])[]): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([
      { value: null, color: colours[base] } satisfies Threshold,
      ...from.map(([value, colour]) => ({ value, color: colours[colour] })),
    ]);

const queries = (wanted: readonly Query[], ask: (query: DataqueryBuilder) => DataqueryBuilder): Builder<Dataquery>[] =>
  wanted.map(({ expr, legend }, index) =>
    ask(
      new DataqueryBuilder()
        .datasource(source)
        .expr(expr)
        .legendFormat(legend)
        .refId(String.fromCharCode(65 + index)),
    ),
  );

type Common = {
  title: (text: string) => unknown;
  description: (text: string) => unknown;
  datasource: (source: { type: string; uid: string }) => unknown;
  height: (rows: number) => unknown;
  span: (columns: number) => unknown;
  unit: (unit: string) => unknown;
};
const placed = <P extends Common>(panel: P, { title, about, height = 8, span = 24, unit }: Said): P => {
  panel.title(title);
  if (about !== undefined) panel.description(about);
  if (unit !== undefined) panel.unit(unit);
  panel.datasource(source);
  panel.height(height);
  panel.span(span);
  return panel;
};

export const timeline = (said: Said, wanted: readonly Query[], mappings: ValueMapping[]): Builder<Panel> =>
  placed(new TimelinePanel(), said)
    .targets(queries(wanted, (query) => query.range()))
    .mappings(mappings)
    .thresholds(steps('unknown'))
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .rowHeight(0.8);

export const line = (
  said: Said & { readonly min?: number; readonly thresholds?: ThresholdsConfigBuilder },
  wanted: readonly Query[],
): Builder<Panel> => {
  const panel = placed(new LinePanel(), said)
    .targets(queries(wanted, (query) => query.range()))
    .showPoints(VisibilityMode.Never)
    // A gap is a gap: what was not seen is not drawn.
    .spanNulls(false);
  if (said.min !== undefined) panel.min(said.min);
  if (said.thresholds !== undefined) panel.thresholds(said.thresholds);
  return panel;
};

export const stat = (
  said: Said & {
    readonly mappings?: ValueMapping[];
    readonly thresholds?: ThresholdsConfigBuilder;
    readonly none: string;
  },
  wanted: readonly Query[],
): Builder<Panel> => {
  const panel = placed(new StatPanel(), said)
    .targets(queries(wanted, (query) => query.instant()))
    .noValue(said.none);
  if (said.mappings !== undefined) panel.mappings(said.mappings);
  if (said.thresholds !== undefined) panel.thresholds(said.thresholds);
  return panel;
};

/** Several instant queries as the columns of one table, joined by the labels they share. `names` says what a field is called. */
export const grid = (
  said: Said & { readonly none: string },
  wanted: readonly Query[],
  names: Readonly<Record<string, string>>,
): Builder<Panel> => {
  const hidden = ['Time', ...(wanted.length === 1 ? ['Value'] : [])];
  const values =
    wanted.length === 1
      ? {}
      : Object.fromEntries(wanted.map(({ legend }, index) => [`Value #${String.fromCharCode(65 + index)}`, legend]));
  return placed(new TablePanel(), said)
    .targets(queries(wanted, (query) => query.instant().format(PromQueryFormat.Table)))
    .noValue(said.none)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
        renameByName: { ...names, ...values },
      },
    });
};
