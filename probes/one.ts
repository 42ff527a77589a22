import type { CheckId, Landscape, VantageId } from '../infra/landscape/model.ts';
import { couldNotRun, runCheck } from './attempt.ts';
import { createPulse } from './clock.ts';
import type { Observation, ProbeContext, Secrets } from './observation.ts';
import { contextFrom } from './station.ts';

export type Reading = {
  /** Targets by check, as read from the landscape, the environment or files. */
  readonly aims: Readonly<Record<CheckId, string>>;
  readonly trust: readonly string[];
  readonly secrets: Secrets;
  /** What jobs have reported; only a program that goes on hears them. */
  readonly heartbeat?: NonNullable<ProbeContext['heartbeat']>;
};

/** One run of a declared check now. A check or vantage that is not declared is a programming error and throws. */
export const probeOnce = async (
  landscape: Landscape,
  { check: id, vantage: place }: { readonly check: CheckId; readonly vantage: VantageId },
  { aims, trust, secrets, heartbeat }: Reading,
): Promise<Observation> => {
  const check = landscape.checks[id];
  const vantage = landscape.vantages[place];
  if (check === undefined || vantage === undefined)
    throw new Error(`expected a declared check and vantage, got ${id}@${place}`);
  const target = aims[id];
  const at = { slot: Date.now(), vantage: place };
  if (target === undefined) return couldNotRun(check, at, 'the target could not be read');
  const pulse = createPulse();
  try {
    const contextOf = contextFrom(vantage, trust, heartbeat === undefined ? {} : { heartbeat });
    return await runCheck({ check, target, secrets }, contextOf, { ...at, stalled: pulse.stalled });
  } finally {
    pulse.stop();
  }
};
