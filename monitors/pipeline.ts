import type { NodeId } from '../infra/landscape/model.ts';
import { advance, type Lifecycle } from './alert/lifecycle.ts';
import { impactsOf } from './impact/impact.ts';
import type { createJudge, Prepared } from './judge/judge.ts';
import type { Moment, Picture, Recording, Seen, Undelivered } from './picture.ts';
import type { Assessment } from './slo/account.ts';
import type { Forecaster } from './warning/forecaster.ts';
import { conditionsOf, foresee, type Pace } from './warning/rules.ts';

/**
 * A step of the judge, who ticks every second, advances no clock of an alert by more than this: ticks that stopped let
 * nothing elapse unseen, and one good run after them ends nothing.
 */
const longestStepMs = 2_500;
/** A resolved alert is shown this long. */
const rememberMs = 3_600_000;

export type Stages = {
  readonly prepared: Prepared;
  readonly judge: ReturnType<typeof createJudge>;
  readonly pace: Pace;
  readonly forecast: Forecaster;
};

export type Given = {
  readonly seen: Seen;
  readonly now: Moment;
  readonly maintained: ReadonlySet<NodeId>;
  readonly promises: readonly Assessment[];
  readonly recording: Recording;
  readonly undelivered: readonly Undelivered[];
};

export type Assessed = {
  readonly picture: Omit<Picture, 'landscape' | 'provenance' | 'since'>;
  readonly lifecycle: Lifecycle;
};

/** The flow of the house, once: what was seen becomes verdicts, states and margins; these warnings, impact and alerts. */
export const assess = ({ prepared, judge, pace, forecast }: Stages, given: Given, before: Lifecycle): Assessed => {
  const { seen, now, maintained, promises, recording } = given;
  const judged = judge(seen, now, maintained);
  const ground = { ...judged, ...given, prepared, forecast };
  const warnings = foresee(ground);
  const impacts = impactsOf(prepared, judged);
  const lifecycle = advance(before, conditionsOf(ground, { warnings, impacts }, pace), {
    now,
    timing: { rememberMs, longestStepMs },
  });
  // Pending is not yet said, and what cannot be judged is said only of what was said before.
  const said = new Set(lifecycle.tracked.flatMap(({ alert }) => (alert.phase === 'firing' ? [alert.id] : [])));
  return {
    lifecycle,
    picture: {
      at: now.wall,
      verdicts: judged.verdicts,
      nodes: judged.nodes,
      workflows: judged.workflows,
      warnings: warnings.filter(({ id }) => said.has(id)),
      impacts: impacts.filter(({ id }) => said.has(id)),
      alerts: lifecycle.tracked.map(({ alert }) => alert),
      promises,
      vantages: judged.vantages,
      maintained: [...maintained],
      recording,
    },
  };
};
