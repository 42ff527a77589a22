import { hashAt } from '../../infra/landscape/hash.ts';
import type { Landscape } from '../../infra/landscape/model.ts';
import type { Event, History } from '../../monitors/history/history.ts';
import { minuteMs } from '../../monitors/history/slicer.ts';
import { patienceOf } from '../../monitors/judge/verdict.ts';
import { monotonic } from '../../probes/clock.ts';
import type { FromProbes } from '../../probes/observation.ts';
import { createPage, labelsOf } from '../../probes/series/page.ts';
import { type CollectorState, type Late, startCollector } from '../agent/collect.ts';
import { readWay } from '../agent/way.ts';
import type { createCursors } from './cursors.ts';

export type AgentsOptions = {
  readonly landscape: Landscape;
  readonly folder: string;
  readonly cursors: ReturnType<typeof createCursors>;
  readonly history: Pick<History, 'commit'>;
  readonly take: (message: FromProbes) => void;
  /** Closes what can be closed, between two portions of a long past. */
  readonly settle: () => Promise<void> | void;
  readonly tell: (line: string) => void;
};

const lateEvent = (vantage: string, { from, to, entries, lost }: Late): Event => ({
  at: Date.now(),
  kind: 'late-data',
  who: `agent ${vantage}`,
  why: lost > 0 ? 'fetched after an outage; a part was no longer there' : 'fetched after an outage',
  data: { vantage, from, to, entries, lost },
});

/** Numbers of the collecting itself: an agent that is away must be seen in them, too. */
const pageOf = (states: readonly CollectorState[]): string => {
  const page = createPage();
  const rows: readonly (readonly [string, string, (state: CollectorState) => number | null])[] = [
    [
      'forvarsel_agent_answering',
      '1 while the agent answers the hub, 0 while it does not.',
      ({ trouble, answeredAt }) => (trouble === null && answeredAt !== null ? 1 : 0),
    ],
    [
      'forvarsel_agent_answered_timestamp_seconds',
      'When the agent last answered.',
      ({ answeredAt }) => (answeredAt === null ? null : answeredAt / 1000),
    ],
    ['forvarsel_agent_behind_entries', 'What the agent has that is not fetched yet.', ({ behind }) => behind],
    ['forvarsel_agent_lost_entries', 'What the agent no longer had when it was asked for.', ({ lost }) => lost],
    ['forvarsel_agent_clock_skew_seconds', 'The agent’s clock minus ours.', ({ skew }) => skew / 1000],
  ];
  for (const [name, help, read] of rows) {
    page.family(name, 'gauge', help);
    for (const state of states) {
      const value = read(state);
      if (value !== null) page.sample(name, labelsOf({ vantage: state.vantage }), value);
    }
  }
  return page.text();
};

/** Collects from every vantage of the landscape that has an agent of its own. */
export const startAgents = ({ landscape, folder, cursors, history, ...on }: AgentsOptions) => {
  const longest = Math.max(
    0,
    ...Object.values(landscape.checks).map(({ intervalMs, timeoutMs }) => intervalMs + timeoutMs),
  );
  const collectors = Object.values(landscape.vantages).flatMap((vantage) => {
    if (vantage.agent === null) return [];
    const read = readWay(vantage.agent, folder);
    if ('problems' in read) {
      for (const problem of read.problems) on.tell(`the agent at ${vantage.id} cannot be asked: ${problem}`);
      return [];
    }
    const next = cursors.next(vantage.id);
    // A word from before the first open minute may still hold in it.
    const from = next === null ? Date.now() : next * minuteMs - longest - 2 * patienceOf(vantage);
    const late = (told: Late) => {
      on.tell(
        `${told.entries} entries of ${vantage.id} came late${told.lost > 0 ? `, and ${told.lost} are lost` : ''}`,
      );
      void history.commit({ events: [lateEvent(vantage.id, told)] }).catch((error: unknown) => on.tell(String(error)));
    };
    return [
      startCollector({
        ...on,
        vantage: vantage.id,
        way: read.way,
        asked: hashAt(landscape, vantage.id),
        from,
        late,
        mono: monotonic,
        wall: Date.now,
      }),
    ];
  });
  return {
    metrics: (): string => pageOf(collectors.map(({ state }) => state())),
    stop: async (): Promise<void> => {
      await Promise.all(collectors.map(({ stop }) => stop()));
    },
  };
};
