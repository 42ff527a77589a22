import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { namesIn } from '../../../infra/landscape/graph.ts';
import type { CheckId, Landscape, Language, Node, NodeId } from '../../../infra/landscape/model.ts';
import { tiersOf } from '../../slo/burn.ts';
import { selector } from '../promql.ts';
import { answersOf, grid, line, sightOf, stat, statesOf, steps, timeline } from './panels.ts';
import type { BoardWords } from './words.ts';

export type Ground = { readonly landscape: Landscape; readonly language: Language; readonly words: BoardWords };

const minute = 60;
const day = 86_400;

/** The one board of a wall: what fires, which workflow is how far from breaking, and whether that can be believed. */
export const ladder = ({ words }: Ground): readonly Builder<Panel>[] => [
  stat(
    {
      title: words.heartbeat,
      about: words.heartbeatAbout,
      unit: 's',
      height: 4,
      span: 6,
      none: words.states.unknown,
      thresholds: steps('good', [15, 'warn'], [minute, 'bad']),
    },
    [{ expr: `time() - ${selector('forvarsel_heartbeat_timestamp_seconds')}`, legend: words.heartbeat }],
  ),
  stat(
    {
      title: words.recording,
      height: 4,
      span: 6,
      none: words.states.unknown,
      mappings: answersOf(words),
      thresholds: steps('bad', [1, 'good']),
    },
    [{ expr: selector('forvarsel_recording'), legend: words.recording }],
  ),
  stat(
    {
      title: words.vantages,
      about: words.vantagesAbout,
      height: 4,
      span: 12,
      none: words.states.unknown,
      mappings: sightOf(words),
      thresholds: steps('bad', [1, 'good']),
    },
    [{ expr: selector('forvarsel_vantage_connected'), legend: '{{vantage}}' }],
  ),
  grid(
    { title: words.alerts, about: words.alertsAbout, height: 9, none: '–' },
    [{ expr: `max by (rule, severity, phase, node, site) (${selector('forvarsel_alert')})`, legend: '' }],
    words.columns,
  ),
  timeline(
    { title: words.workflows, height: 12 },
    [{ expr: selector('forvarsel_workflow_state'), legend: '{{workflow}} @ {{site}}' }],
    statesOf(words),
  ),
  line(
    { title: words.margins, about: words.marginsAbout, min: 0, thresholds: steps('bad', [1, 'warn'], [2, 'good']) },
    [
      {
        expr: `min by (workflow) (${selector('forvarsel_workflow_margin_lower', { level: 'component' })})`,
        legend: '{{workflow}}',
      },
    ],
  ),
];

/** A workflow: whether it works at each of its sites, and how far it is from not doing so. */
export const workflow = ({ words }: Ground, { id }: Node): readonly Builder<Panel>[] => {
  const at = (name: string) => `min by (site) (${selector(name, { workflow: id, level: 'component' })})`;
  return [
    timeline(
      { title: words.state, height: 7 },
      [{ expr: selector('forvarsel_workflow_state', { workflow: id }), legend: '{{site}}' }],
      statesOf(words),
    ),
    line({ title: words.margins, about: words.marginsAbout, min: 0 }, [
      { expr: at('forvarsel_workflow_margin_lower'), legend: `{{site}}: ${words.left}` },
      { expr: at('forvarsel_workflow_margin_upper'), legend: `{{site}}: ${words.leftUpper}` },
      { expr: at('forvarsel_workflow_margin_designed'), legend: `{{site}}: ${words.designed}` },
    ]),
    grid(
      { title: words.alerts, about: words.alertsAbout, height: 6, none: '–' },
      [{ expr: `max by (rule, severity, phase, site) (${selector('forvarsel_alert', { node: id })})`, legend: '' }],
      words.columns,
    ),
  ];
};

/** What was promised of a node, and how it goes. */
const promised = ({ words }: Ground, { promises }: Node): readonly Builder<Panel>[] =>
  promises.flatMap(({ id: promise, objective, window, span }) => {
    const sli = (bound: string) => selector('forvarsel_promise_sli_ratio', { promise, bound });
    const name = `${objective} % / ${window}`;
    return [
      line({ title: `${name}: ${words.sli}`, about: words.sliAbout, unit: 'percentunit', span: 12 }, [
        { expr: sli('raw'), legend: words.raw },
        { expr: sli('lower'), legend: words.lower },
        { expr: sli('upper'), legend: words.upper },
        { expr: `vector(${objective / 100})`, legend: words.objective },
      ]),
      line({ title: `${name}: ${words.budget}`, unit: 's', span: 6, thresholds: steps('bad', [0, 'good']) }, [
        { expr: selector('forvarsel_promise_budget_left_seconds', { promise }), legend: words.budget },
      ]),
      line(
        {
          title: `${name}: ${words.burn}`,
          about: words.burnAbout,
          min: 0,
          span: 6,
          thresholds: steps(
            'good',
            ...[...tiersOf(span)]
              .reverse()
              .map(({ factor, fires }) => [factor, fires === 'fast-burn' ? 'bad' : 'warn'] as const),
          ),
        },
        [{ expr: selector('forvarsel_promise_burn_rate', { promise }), legend: '{{window}}' }],
      ),
    ];
  });

/** The checks of a node and of everything it needs or stands on. */
const checksBelow = ({ nodes }: Landscape, id: NodeId): readonly CheckId[] => {
  const met = new Set<NodeId>([id]);
  for (const at of met)
    for (const below of [
      nodes[at]?.standsOn ?? [],
      ...(nodes[at]?.needs ?? []).flatMap(({ on }) => namesIn(on)),
    ].flat())
      met.add(below);
  return [...met].flatMap((node) => nodes[node]?.checks ?? []);
};

/** A solution: its state, its checks, what was promised of it. */
export const solution = (ground: Ground, node: Node): readonly Builder<Panel>[] => {
  const { words } = ground;
  const own = { check: node.checks };
  const below = { check: checksBelow(ground.landscape, node.id), outcome: 'bad' };
  const checked =
    node.checks.length === 0
      ? []
      : [
          timeline(
            { title: words.checks, height: 3 + node.checks.length },
            [{ expr: selector('forvarsel_check_quorum', own), legend: '{{check}}' }],
            statesOf(words),
          ),
          line({ title: words.durations, unit: 's', min: 0 }, [
            {
              expr: `${selector('forvarsel_probe_duration_seconds', own)} and on (check, vantage) (${selector('forvarsel_probe_success', own)} == 1)`,
              legend: '{{check}} @ {{vantage}}',
            },
          ]),
          stat(
            {
              title: words.certificates,
              unit: 's',
              height: 4,
              none: '–',
              thresholds: steps('bad', [7 * day, 'warn'], [30 * day, 'good']),
            },
            [
              {
                expr: `min by (check) (${selector('forvarsel_probe_certificate_end_timestamp_seconds', own)}) - time()`,
                legend: '{{check}}',
              },
            ],
          ),
        ];
  return [
    timeline(
      { title: words.state, height: 4 },
      [{ expr: selector('forvarsel_node_state', { node: node.id }), legend: node.id }],
      statesOf(words),
    ),
    ...promised(ground, node),
    line({ title: words.failures, min: 0 }, [
      {
        expr: `sum by (check, reason) (increase(${selector('forvarsel_probe_runs_total', below)}[$__rate_interval]))`,
        legend: '{{check}}: {{reason}}',
      },
    ]),
    ...checked,
  ];
};

/** Every promise in one table, and its budget over time: what a leader reads. */
export const month = ({ words }: Ground): readonly Builder<Panel>[] => {
  const per = (expr: string) => `max by (promise) (${expr})`;
  const sli = (bound: string) => per(selector('forvarsel_promise_sli_ratio', { bound }));
  return [
    grid(
      { title: words.sli, about: words.sliAbout, height: 12, unit: 'percentunit', none: '–' },
      [
        { expr: sli('raw'), legend: words.raw },
        { expr: sli('lower'), legend: words.lower },
        { expr: sli('upper'), legend: words.upper },
      ],
      { promise: words.promise },
    ),
    stat({ title: words.budget, unit: 's', height: 8, none: '–', thresholds: steps('bad', [0, 'good']) }, [
      { expr: per(selector('forvarsel_promise_budget_left_seconds')), legend: '{{promise}}' },
    ]),
    line({ title: words.budget, unit: 's', height: 9 }, [
      { expr: per(selector('forvarsel_promise_budget_left_seconds')), legend: '{{promise}}' },
    ]),
    stat(
      {
        title: words.simulated,
        about: words.simulatedAbout,
        unit: 's',
        height: 4,
        none: '–',
        thresholds: steps('good', [1, 'unknown']),
      },
      [{ expr: `max(${selector('forvarsel_promise_simulated_seconds')})`, legend: words.simulated }],
    ),
  ];
};
