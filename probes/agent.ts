import type { CheckId, Landscape, VantageId } from '../infra/landscape/model.ts';
import { createAnchors } from './anchors.ts';
import { couldNotRun, runCheck } from './attempt.ts';
import { createPulse, monotonic } from './clock.ts';
import { createHonesty } from './honesty.ts';
import type { FromProbes, Heartbeat, Observation, Secrets } from './observation.ts';
import { planOf, type Run } from './plan.ts';
import { createSchedule } from './schedule.ts';
import { contextFrom } from './station.ts';

const batchMs = 100;
/** Without anything to send there is still news: nothing was kept back. */
const watermarkMs = 500;

export type Orders = {
  readonly landscape: Landscape;
  readonly vantages: readonly VantageId[];
  readonly aims: Readonly<Record<CheckId, string>>;
  readonly trust: readonly string[];
  readonly secrets: Secrets;
  /** What was known of the jobs that report when the thread began. */
  readonly heartbeats?: Readonly<Record<CheckId, Heartbeat>>;
};

/** What the hub tells a thread: to stop, or what a job has reported. */
export type ToProbes = 'stop' | { readonly type: 'heartbeat'; readonly check: CheckId; readonly heartbeat: Heartbeat };

/** Observations are sent in batches, each followed by a watermark that is true of everything sent before it. */
const createPost = (vantages: readonly VantageId[], send: (message: FromProbes) => void) => {
  let batch: Observation[] = [];
  let marked = 0;
  const flush = (): void => {
    const at = monotonic();
    if (batch.length === 0 && at - marked < watermarkMs) return;
    if (batch.length > 0) send({ type: 'observations', batch });
    batch = [];
    marked = at;
    send({ type: 'watermark', vantages, at, wall: Date.now() });
  };
  const timer = setInterval(flush, batchMs);
  return {
    add: (observation: Observation) => void batch.push(observation),
    end: () => {
      clearInterval(timer);
      marked = 0;
      flush();
    },
  };
};

/** Everything one thread does: the runs and anchors of its vantages, and what it tells of them. */
export const createAgent = (
  { landscape, vantages: ids, aims, trust, secrets, heartbeats }: Orders,
  send: (message: FromProbes) => void,
) => {
  const vantages = ids.flatMap((id) => landscape.vantages[id] ?? []);
  const pulse = createPulse();
  const post = createPost(ids, send);
  const queue = { waiting: 0 };
  const honesty = createHonesty((health) =>
    send({ type: 'health', vantages: ids, resolving: queue.waiting, ...health }),
  );
  const heard = new Map(Object.entries(heartbeats ?? {}));
  const heartbeat = (check: CheckId): Heartbeat | null => heard.get(check) ?? null;
  const stations = new Map(
    vantages.map((vantage) => {
      const contextOf = contextFrom(vantage, trust, { heartbeat, queue });
      const anchors = createAnchors(vantage, contextOf, (answer) => send({ type: 'anchor', ...answer }));
      return [vantage.id, { contextOf, anchors }];
    }),
  );
  const run = async (planned: Run, slot: number, stop: AbortSignal): Promise<void> => {
    const check = landscape.checks[planned.check];
    const station = stations.get(planned.vantage);
    if (check === undefined || station === undefined) return;
    const target = aims[check.id];
    const at = { slot, vantage: planned.vantage, stop, stalled: pulse.stalled };
    const seen =
      target === undefined
        ? couldNotRun(check, at, 'the target could not be read')
        : await runCheck({ check, target, secrets }, station.contextOf, at);
    if (stop.aborted) return;
    post.add(seen);
    if (seen.outcome === 'bad') station.anchors.confirm();
  };
  const schedule = createSchedule({
    runs: planOf(landscape).runs.filter(({ vantage }) => stations.has(vantage)),
    run,
    missed: ({ check, vantage }, slot, count) => send({ type: 'missed', check, vantage, slot, count }),
  });
  return {
    hear: (check: CheckId, told: Heartbeat): void => void heard.set(check, told),
    start: (): void => {
      for (const { anchors } of stations.values()) anchors.start();
      schedule.start();
    },
    stop: async (): Promise<void> => {
      for (const { anchors } of stations.values()) anchors.stop();
      await schedule.stop();
      pulse.stop();
      await honesty.stop();
      post.end();
    },
  };
};
