import type { Outcome } from '../../probes/observation.ts';
import { createPage, labelsOf } from '../../probes/series/page.ts';
import type { ModuleStore } from './modules.ts';
import type { Reply } from './reply.ts';

export type Refusal = 'not-allowed' | 'too-often' | 'too-many';
const refusals = ['not-allowed', 'too-often', 'too-many'] as const satisfies readonly Refusal[];
const outcomes = ['good', 'bad', 'unknown'] as const satisfies readonly Outcome[];

/** What an exporter counts of itself. */
export const createMeters = () => {
  const ran: Record<Outcome, number> = { good: 0, bad: 0, unknown: 0 };
  const refused: Record<Refusal, number> = { 'not-allowed': 0, 'too-often': 0, 'too-many': 0 };
  let unknown = 0;
  let going = 0;
  return {
    unknownModule: (): void => {
      unknown += 1;
    },
    ran: (outcome: Outcome): void => {
      ran[outcome] += 1;
    },
    refused: (why: Refusal, reply: Reply): Reply => {
      refused[why] += 1;
      return reply;
    },
    going: () => going,
    during: async <T>(work: () => Promise<T>): Promise<T> => {
      going += 1;
      try {
        return await work();
      } finally {
        going -= 1;
      }
    },
    read: () => ({ ran, refused, unknown, going }),
  };
};
export type Meters = ReturnType<typeof createMeters>;

type Own = {
  readonly meters: Meters;
  readonly modules: ModuleStore;
  readonly version: string;
  readonly stalled: () => number;
};

/** `/metrics`: the names of blackbox_exporter for what it has too, our own for the rest. */
export const metricsPage = ({ meters, modules, version, stalled }: Own): string => {
  const page = createPage();
  const put = (
    name: string,
    type: 'gauge' | 'counter',
    help: string,
    samples: readonly (readonly [string, number])[],
  ): void => {
    page.family(name, type, help);
    for (const [labels, value] of samples) page.sample(name, labels, value);
  };
  const { ran, refused, unknown, going } = meters.read();
  const { good, at } = modules.state();
  const build = {
    branch: '',
    goarch: process.arch === 'x64' ? 'amd64' : process.arch,
    goos: process.platform,
    goversion: `node ${process.versions.node}`,
    revision: 'unknown',
    tags: 'forvarsel',
    version,
  };
  put(
    'blackbox_exporter_build_info',
    'gauge',
    'A metric with a constant value of 1, labeled by what this exporter was built from; it is Forvarsel.',
    [[labelsOf(build), 1]],
  );
  put(
    'blackbox_exporter_config_last_reload_success_timestamp_seconds',
    'gauge',
    'Timestamp of the last successful configuration reload.',
    [['', at]],
  );
  put('blackbox_exporter_config_last_reload_successful', 'gauge', 'Blackbox exporter config loaded successfully.', [
    ['', good ? 1 : 0],
  ]);
  put('blackbox_module_unknown_total', 'counter', 'Count of unknown modules requested by probes', [['', unknown]]);
  put(
    'forvarsel_exporter_probes_total',
    'counter',
    'Probes by what they saw; unknown could not run and has no probe_success.',
    outcomes.map((outcome) => [labelsOf({ outcome }), ran[outcome]]),
  );
  put(
    'forvarsel_exporter_refused_total',
    'counter',
    'Probes that were asked for and not made, by why.',
    refusals.map((reason) => [labelsOf({ reason }), refused[reason]]),
  );
  put('forvarsel_exporter_probes_in_flight', 'gauge', 'Probes going on at this moment.', [['', going]]);
  put('forvarsel_exporter_loop_delay_seconds_total', 'counter', 'Seconds for which the exporter itself stood still.', [
    ['', stalled() / 1000],
  ]);
  const cpu = process.cpuUsage();
  put('process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', [
    ['', (cpu.user + cpu.system) / 1e6],
  ]);
  put('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', [['', process.memoryUsage.rss()]]);
  put('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', [
    ['', Date.now() / 1000 - process.uptime()],
  ]);
  return page.text();
};
