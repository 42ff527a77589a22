import { isIP } from 'node:net';
import { attempt } from '../attempt.ts';
import { monotonic } from '../clock.ts';
import type { Measurement, ProbeContext, Secrets } from '../observation.ts';
import { createResolver } from '../resolver.ts';
import type { Hall } from '../wire/http/room.ts';
import { plainAddress } from '../wire/permit.ts';
import type { Lookup } from './address.ts';
import type { Allowed } from './allow.ts';
import type { Told } from './page/told.ts';
import type { Plan, Prefer } from './plan/plan.ts';

// The system's roots alone; the same list is the same context of TLS.
const noTrust: readonly string[] = [];

const chosen = (addresses: readonly string[], { prefer, fallback }: Prefer): string | null => {
  const of = (family: number) => addresses.find((one) => isIP(plainAddress(one)) === family);
  return of(prefer) ?? (fallback ? addresses[0] : undefined) ?? null;
};

/** Watches the first name that is asked for, which is the target's. */
const watched = (resolve: ProbeContext['resolve'], family: Prefer | null) => {
  let began: number | null = null;
  let ended: number | null = null;
  let address: string | null = null;
  const first = async (host: string): Promise<readonly string[]> => {
    began = monotonic();
    try {
      const found = await resolve(host);
      if (family !== null) address = chosen(found, family);
      return found;
    } finally {
      ended = monotonic();
    }
  };
  return {
    resolve: (host: string) => (began === null ? first(host) : resolve(host)),
    lookup: (): Lookup | null =>
      began === null || family === null ? null : { seconds: ((ended ?? monotonic()) - began) / 1000, address },
  };
};

export type Running = {
  readonly secrets: Secrets;
  readonly within: number;
  readonly allowed: Allowed;
  /** Memory that all runs share. */
  readonly hall: Hall;
  readonly stop: AbortSignal;
  readonly stalled: () => number;
};

/** One attempt of a plan, and what a page needs to tell of it. */
export const runPlan = async (
  plan: Plan,
  how: Running,
): Promise<{ readonly seen: Measurement; readonly told: Told }> => {
  const { check, target, source, family } = plan;
  const byPlace = createResolver({ source, resolver: null });
  let lookup: () => Lookup | null = () => null;
  const room = how.hall.lease();
  const seen = await attempt(
    { check: { ...check, timeoutMs: how.within }, target, secrets: how.secrets },
    (signal) => {
      const watch = watched(byPlace(signal), family);
      lookup = watch.lookup;
      return { signal, source, resolve: watch.resolve, trust: noTrust, now: monotonic, allowed: how.allowed, room };
    },
    { slot: 0, vantage: '', stop: how.stop, stalled: how.stalled, within: how.within },
  ).finally(room.leave);
  return { seen, told: { ...plan.told, seen, lookup: lookup() } };
};
