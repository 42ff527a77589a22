import { Gauge, Registry } from 'prom-client';
import { graphOf } from '../infra/landscape/graph.ts';
import { type Landscape, levels } from '../infra/landscape/model.ts';
import { standings, standingsOf } from './judge/standing.ts';
import type { Picture, State } from './picture.ts';

/** 1 good, 0 bad; unknown is NaN, so that no average and no comparison ever takes it for either. */
const numberOf: Readonly<Record<State, number>> = { good: 1, bad: 0, unknown: Number.NaN };

/**
 * What is judged, as a Prometheus page. Before the first picture it says nothing of any node: series that are missing
 * are unknown, and a heartbeat that stands still is how somebody else notices that this process does.
 */
export const createMonitorExporter = (landscape: Landscape) => {
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const heartbeat = gauge(
    'forvarsel_heartbeat_timestamp_seconds',
    'When the judge last gave a picture; a dead man’s switch.',
    [],
  );
  const state = gauge('forvarsel_node_state', 'State of a node: 1 good, 0 bad, NaN unknown.', ['node', 'kind']);
  const workflow = gauge(
    'forvarsel_workflow_state',
    'State of a workflow at a site of use: 1 good, 0 bad, NaN unknown.',
    ['workflow', 'site'],
  );
  const lower = gauge(
    'forvarsel_workflow_margin_lower',
    'Fewest further failures that break it, counting unknown as failed.',
    ['workflow', 'site', 'level'],
  );
  const upper = gauge(
    'forvarsel_workflow_margin_upper',
    'Fewest further failures that break it, counting unknown as working.',
    ['workflow', 'site', 'level'],
  );
  const designed = gauge('forvarsel_workflow_margin_designed', 'The margin when everything works.', [
    'workflow',
    'site',
    'level',
  ]);
  const alert = gauge('forvarsel_alert', '1 while an alert is pending or firing.', [
    'rule',
    'severity',
    'phase',
    'node',
    'site',
  ]);
  const eta = gauge('forvarsel_warning_eta_timestamp_seconds', 'When a warned-of thing is reached.', [
    'rule',
    'node',
    'bound',
  ]);
  const sli = gauge(
    'forvarsel_promise_sli_ratio',
    'SLI of a promise: adjusted, raw as if nothing had been excluded, and its bounds under unknown.',
    ['promise', 'bound'],
  );
  const budget = gauge(
    'forvarsel_promise_budget_left_seconds',
    'Error budget left, counting unknown as bad: each minute of it is 60.',
    ['promise'],
  );
  const requestsLeft = gauge(
    'forvarsel_promise_budget_left_requests',
    'Error budget left of a promise that counts requests, counting unknown as bad.',
    ['promise'],
  );
  const excluded = gauge('forvarsel_promise_excluded_seconds', 'Time of the window that was taken out.', ['promise']);
  const exhausts = gauge(
    'forvarsel_promise_exhausted_timestamp_seconds',
    'When the budget will be spent at the present pace; absent while it does not burn.',
    ['promise', 'bound'],
  );
  const simulated = gauge(
    'forvarsel_promise_simulated_seconds',
    'Time of the window that was simulated and not measured: above 0, the figures of this promise are no report.',
    ['promise'],
  );
  const burn = gauge('forvarsel_promise_burn_rate', 'Burn rate by window.', ['promise', 'window']);
  const vantage = gauge('forvarsel_vantage_connected', '1 connected, 0 cut off, NaN silent.', ['vantage']);
  const graph = graphOf(landscape, null);
  const attempt = gauge(
    'forvarsel_check_attempt',
    'What the first attempt of the newest run saw: 1 good, 0 bad, NaN unknown.',
    ['check', 'vantage'],
  );
  const confirmed = gauge(
    'forvarsel_check_confirmed',
    'What the newest run saw once a failure was tried again: 1 good, 0 bad, NaN unknown.',
    ['check', 'vantage'],
  );
  const quorum = gauge(
    'forvarsel_check_quorum',
    'Majority of the vantages that may vote: 1 good, 0 bad, NaN unknown.',
    ['check'],
  );
  const standing = gauge('forvarsel_check_standing', 'Where a check stands when all is told: 1 for one of them.', [
    'check',
    'standing',
  ]);
  const explainedBy = gauge('forvarsel_check_explained_info', 'A failing dependency that explains a bad check.', [
    'check',
    'node',
  ]);
  const tainted = gauge(
    'forvarsel_check_tainted',
    '1 while the newest word of a vantage does not count, because of the prober itself.',
    ['check', 'vantage', 'why'],
  );
  const recording = gauge('forvarsel_recording', '1 while history is being written.', []);

  const showChecks = (picture: Picture): void => {
    for (const one of standingsOf(landscape, graph, picture)) {
      const { check } = one;
      quorum.set({ check }, numberOf[one.quorum]);
      for (const name of standings) standing.set({ check, standing: name }, name === one.standing ? 1 : 0);
      for (const node of one.explainedBy) explainedBy.set({ check, node }, 1);
      for (const run of one.runs) {
        attempt.set({ check, vantage: run.vantage }, numberOf[run.attempt]);
        confirmed.set({ check, vantage: run.vantage }, numberOf[run.confirmed]);
        if (run.tainted !== null) tainted.set({ check, vantage: run.vantage, why: run.tainted }, 1);
      }
    }
  };

  return {
    show: (picture: Picture): void => {
      registry.resetMetrics();
      showChecks(picture);
      heartbeat.set(picture.at / 1000);
      recording.set(picture.recording.state === 'recording' ? 1 : 0);
      for (const one of Object.values(picture.nodes))
        state.set({ node: one.node, kind: landscape.nodes[one.node]?.kind ?? '' }, numberOf[one.state]);
      for (const { workflow: id, site, state: judged, margins } of picture.workflows) {
        workflow.set({ workflow: id, site }, numberOf[judged.state]);
        for (const level of levels) {
          const labels = { workflow: id, site, level };
          lower.set(labels, margins[level].lower);
          upper.set(labels, margins[level].upper);
          designed.set(labels, margins[level].designed);
        }
      }
      for (const { rule, severity, phase, node, site } of picture.alerts)
        if (phase !== 'resolved') alert.set({ rule, severity, phase, node, site: site ?? '' }, 1);
      for (const { rule, node, eta: when } of picture.warnings) {
        if (when === null) continue;
        eta.set({ rule, node, bound: 'likely' }, when.at / 1000);
        eta.set({ rule, node, bound: 'earliest' }, when.earliest / 1000);
        eta.set({ rule, node, bound: 'latest' }, when.latest === null ? Number.POSITIVE_INFINITY : when.latest / 1000);
      }
      for (const one of picture.promises) {
        sli.set({ promise: one.promise, bound: 'adjusted' }, one.sli ?? Number.NaN);
        sli.set({ promise: one.promise, bound: 'raw' }, one.raw ?? Number.NaN);
        sli.set({ promise: one.promise, bound: 'lower' }, one.lower ?? Number.NaN);
        sli.set({ promise: one.promise, bound: 'upper' }, one.upper ?? Number.NaN);
        simulated.set({ promise: one.promise }, one.simulated * 60);
        if (one.counted !== 'requests') budget.set({ promise: one.promise }, one.budget.leftLower * 60);
        else requestsLeft.set({ promise: one.promise }, one.budget.leftLower);
        excluded.set({ promise: one.promise }, one.excluded * 60);
        for (const bound of ['at', 'earliest', 'latest'] as const)
          if (one.exhausts !== null)
            exhausts.set(
              { promise: one.promise, bound: bound === 'at' ? 'likely' : bound },
              (one.exhausts[bound] ?? Number.POSITIVE_INFINITY) / 1000,
            );
        for (const [window, rate] of Object.entries(one.burn))
          burn.set({ promise: one.promise, window }, rate ?? Number.NaN);
      }
      const connected = { connected: 1, 'cut-off': 0, silent: Number.NaN } as const;
      for (const one of picture.vantages) vantage.set({ vantage: one.vantage }, connected[one.state]);
    },
    metrics: (): Promise<string> => registry.metrics(),
  };
};
