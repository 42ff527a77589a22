import { depths } from '../../infra/landscape/model.ts';
import { phases } from '../observation.ts';
import { writeHistogram } from './histogram.ts';
import { createPage, labelsOf, type MetricType, type Page, withLabel } from './page.ts';
import type { Ledger, Line, Newest } from './series.ts';

type Write = (
  line: Line,
  newest: Newest,
  put: (value: number, ...more: readonly (readonly [string, string])[]) => void,
) => unknown;
type Family = {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** When the newest run may be told: always, or only while it is no older than its word holds. */
  readonly fresh?: boolean;
  readonly write: Write;
};
const outcomeNumber = { good: 1, bad: 0 } as const;

/** Every series of a stream, in one place: name, type, meaning, and how it is read. */
const families: readonly Family[] = [
  {
    name: 'forvarsel_probe_success',
    type: 'gauge',
    help: '1 when the last run was good once a failure was tried again, 0 when bad, absent while unknown or old.',
    fresh: true,
    write: (_, { outcome }, put) => outcome !== 'unknown' && put(outcomeNumber[outcome]),
  },
  {
    name: 'forvarsel_probe_attempt_success',
    type: 'gauge',
    help: '1 when the first attempt of the last run was good, 0 when bad, absent while unknown or old.',
    fresh: true,
    write: (_, { attempt }, put) => attempt !== 'unknown' && put(outcomeNumber[attempt]),
  },
  {
    name: 'forvarsel_probe_failure_info',
    type: 'gauge',
    help: 'Why the last run failed or could not run; absent when it was good.',
    fresh: true,
    write: (_, { reason }, put) => reason !== '' && put(1, ['reason', reason]),
  },
  {
    name: 'forvarsel_probe_depth',
    type: 'gauge',
    help: `How deep the last run went: ${depths.map((depth, index) => `${index} ${depth}`).join(', ')}.`,
    fresh: true,
    write: (_, { outcome, depth }, put) => outcome !== 'unknown' && put(depths.indexOf(depth)),
  },
  {
    name: 'forvarsel_probe_duration_seconds',
    type: 'gauge',
    help: 'How long the last run took that measured something.',
    fresh: true,
    write: (_, { outcome, duration }, put) => outcome !== 'unknown' && put(duration),
  },
  {
    name: 'forvarsel_probe_phase_seconds',
    type: 'gauge',
    help: 'Where the time of the last run went.',
    fresh: true,
    write: (_, newest, put) => {
      if (newest.outcome === 'unknown') return;
      for (const phase of phases) {
        const seconds = newest.phases[phase];
        if (seconds !== undefined) put(seconds, ['phase', phase]);
      }
    },
  },
  {
    name: 'forvarsel_probe_certificate_end_timestamp_seconds',
    type: 'gauge',
    help: 'When the first certificate of the presented chain ends, also when the chain is not trusted.',
    fresh: true,
    write: (_, { certificate }, put) => certificate !== null && put(certificate),
  },
  {
    name: 'forvarsel_probe_certificate_trusted',
    type: 'gauge',
    help: '1 when the presented chain is good for the name, 0 with the reason when not, also when trust was not asked for.',
    fresh: true,
    write: (_, { certificateWrong: wrong }, put) => wrong !== null && put(wrong === '' ? 1 : 0, ['reason', wrong]),
  },
  {
    name: 'forvarsel_probe_signal',
    type: 'gauge',
    help: 'Declared signals as last measured, each in its declared unit.',
    fresh: true,
    write: ({ check }, { outcome, signals }, put) => {
      if (outcome === 'unknown') return;
      for (const { name } of check.signals) {
        const value = signals[name];
        if (value !== undefined) put(value, ['signal', name]);
      }
    },
  },
  {
    name: 'forvarsel_probe_last_run_timestamp_seconds',
    type: 'gauge',
    help: 'When the last run ended, whatever it saw.',
    write: (_, { endedAt }, put) => put(endedAt / 1000),
  },
  {
    name: 'forvarsel_probe_loop_delay_seconds',
    type: 'gauge',
    help: 'How long the probing thread itself stood still during the last run.',
    write: (_, { stalledMs }, put) => put(stalledMs / 1000),
  },
];

const counters: readonly {
  readonly name: string;
  readonly help: string;
  readonly write: (line: Line, put: (value: number, ...more: readonly (readonly [string, string])[]) => void) => void;
}[] = [
  {
    name: 'forvarsel_probe_runs_total',
    help: 'Runs by what they saw; reason is empty when good.',
    write: ({ runs }, put) => {
      for (const [key, value] of runs) {
        const [outcome = '', reason = ''] = key.split('|');
        put(value, ['outcome', outcome], ['reason', reason]);
      }
    },
  },
  {
    name: 'forvarsel_probe_retries_total',
    help: 'Runs whose first attempt failed, by its reason.',
    write: ({ retries }, put) => {
      for (const [reason, value] of retries) put(value, ['reason', reason]);
    },
  },
  {
    name: 'forvarsel_probe_missed_slots_total',
    help: 'Slots that passed without a run.',
    write: ({ missed }, put) => put(missed),
  },
  {
    name: 'forvarsel_probe_loop_delay_seconds_total',
    help: 'Seconds for which the probing thread stood still during runs.',
    write: ({ stalledSeconds }, put) => put(stalledSeconds),
  },
  {
    name: 'forvarsel_probe_attempts_good_total',
    help: 'Runs whose first attempt was good.',
    write: ({ attempts }, put) => put(attempts.good),
  },
  {
    name: 'forvarsel_probe_attempts_total',
    help: 'Runs whose first attempt measured something.',
    write: ({ attempts }, put) => put(attempts.all),
  },
];

const putter =
  (page: Page, name: string, labels: string) =>
  (value: number, ...more: readonly (readonly [string, string])[]): void =>
    page.sample(
      name,
      more.reduce((text, [label, word]) => withLabel(text, label, word), labels),
      value,
    );

/** The last word of a stream holds as long as the judge believes it: one interval and one timeout. */
const holds = ({ check, newest }: Line, now: number): boolean =>
  newest !== null && now - newest.ended <= check.intervalMs + check.timeoutMs;

const writeVantages = (page: Page, { lags, anchors, watermarks, health }: Ledger): void => {
  page.family('forvarsel_probe_lag_seconds', 'histogram', 'How late runs started after their slot.');
  for (const [vantage, histogram] of lags)
    writeHistogram(page, 'forvarsel_probe_lag_seconds', { labels: labelsOf({ vantage }), histogram });
  const stamps: readonly (readonly [string, string, ReadonlyMap<string, number>])[] = [
    [
      'forvarsel_vantage_anchor_timestamp_seconds',
      'When an anchor of the vantage was last asked that answered.',
      anchors,
    ],
    ['forvarsel_vantage_watermark_timestamp_seconds', 'Up to when everything the vantage saw has arrived.', watermarks],
  ];
  for (const [name, help, times] of stamps) {
    page.family(name, 'gauge', help);
    for (const [vantage, at] of times) page.sample(name, labelsOf({ vantage }), at / 1000);
  }
  const own: readonly (readonly [string, string, 'loopDelay' | 'resolving' | 'calibration'])[] = [
    [
      'forvarsel_prober_loop_delay_seconds',
      'Worst delay of the probing thread’s loop in the last period.',
      'loopDelay',
    ],
    ['forvarsel_prober_resolver_queue', 'Names being asked for at this moment.', 'resolving'],
    [
      'forvarsel_prober_calibration_error_seconds',
      'What the thread adds to a time it measures, seen on a server of known delay.',
      'calibration',
    ],
  ];
  for (const [name, help, key] of own) {
    page.family(name, 'gauge', help);
    for (const [vantage, one] of health) {
      const value = one[key];
      if (value !== null) page.sample(name, labelsOf({ vantage }), value);
    }
  }
};

export const writeSeries = (ledger: Ledger): string => {
  const page = createPage();
  const now = ledger.now();
  const lines = [...ledger.lines.values()];
  for (const { name, type, help, fresh = false, write } of families) {
    page.family(name, type, help);
    for (const line of lines) {
      const { newest } = line;
      if (newest !== null && (!fresh || holds(line, now))) write(line, newest, putter(page, name, line.labels));
    }
  }
  for (const { name, help, write } of counters) {
    page.family(name, 'counter', help);
    for (const line of lines) write(line, putter(page, name, line.labels));
  }
  // Names of the synthetic-monitoring agent: shares for objectives, counted so that nothing is lost between two scrapes.
  page.family(
    'probe_all_success',
    'summary',
    'Runs that measured something, and those good once a failure was tried again.',
  );
  for (const { labels, confirmed } of lines) {
    page.sample('probe_all_success_sum', labels, confirmed.good);
    page.sample('probe_all_success_count', labels, confirmed.all);
  }
  page.family('probe_all_duration_seconds', 'histogram', 'Seconds a run took; a failure counts its whole deadline.');
  for (const { labels, durations } of lines)
    for (const outcome of ['good', 'bad'] as const)
      if (durations[outcome].count > 0)
        writeHistogram(page, 'probe_all_duration_seconds', {
          labels: withLabel(labels, 'outcome', outcome),
          histogram: durations[outcome],
        });
  writeVantages(page, ledger);
  return page.text();
};
