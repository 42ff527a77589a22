import type { Alert, Impact, Moment, Warning } from '../picture.ts';

/** What the judge holds to be true now, or cannot tell. A condition that is not named has been judged and does not hold. */
export type Condition = Pick<Alert, 'id' | 'rule' | 'severity' | 'node' | 'site'> & {
  readonly about: Warning | Impact;
  /** Monotonic ms it must hold before it fires, and be judged gone before it resolves: counts of check intervals, made by the caller. */
  readonly forMs: number;
  readonly keepFiringForMs: number;
};

export type Timing = {
  /** A resolved alert is shown this long, wall ms. */
  readonly rememberMs: number;
  /** The most one step may advance a clock: ticks that stop for minutes must not let `for` elapse unseen. */
  readonly longestStepMs: number;
};

/** An alert with its own clock: how long its condition has held (pending) or been gone (firing), in judged monotonic ms. */
export type Tracked = {
  readonly alert: Alert;
  readonly held: number;
  readonly gone: number;
  readonly keepFiringForMs: number;
};
export type Lifecycle = { readonly at: Moment | null; readonly tracked: readonly Tracked[] };
export const noAlerts: Lifecycle = { at: null, tracked: [] };

const named = ({ id, rule, severity, node, site, about }: Condition) => ({ id, rule, severity, node, site, about });

const begun = (condition: Condition, now: Moment): Tracked => ({
  alert: {
    ...named(condition),
    phase: 'pending',
    since: now.wall,
    firedAt: null,
    resolvedAt: null,
    frozen: false,
    over: false,
  },
  held: 0,
  gone: 0,
  keepFiringForMs: condition.keepFiringForMs,
});

/** The alerts of a picture that was stored, as they go on after a restart: what fired still fires, what was pending starts over. */
export const resumed = (alerts: readonly Alert[], keepFiringForMs: number): Lifecycle => ({
  at: null,
  tracked: alerts.map((alert) => ({ alert, held: 0, gone: 0, keepFiringForMs })),
});

const holds = (
  { alert, held }: Tracked,
  condition: Condition,
  step: { readonly ms: number; readonly now: Moment; readonly timing: Timing },
): Tracked => {
  const next = held + step.ms;
  const fires = alert.phase === 'pending' && next >= condition.forMs;
  return {
    alert: {
      ...alert,
      ...named(condition),
      frozen: false,
      over: false,
      phase: fires ? 'firing' : alert.phase,
      firedAt: fires ? step.now.wall : alert.firedAt,
    },
    held: next,
    gone: 0,
    keepFiringForMs: condition.keepFiringForMs,
  };
};

/** Judged not to hold: pending ends at once, firing after `keepFiringFor`, resolved is remembered a while. Null drops it. */
const goes = (
  tracked: Tracked,
  step: { readonly ms: number; readonly now: Moment; readonly timing: Timing },
): Tracked | null => {
  const { alert } = tracked;
  if (alert.phase === 'pending') return null;
  if (alert.phase === 'resolved')
    return step.now.wall - (alert.resolvedAt ?? 0) < step.timing.rememberMs ? tracked : null;
  const gone = tracked.gone + step.ms;
  const resolves = gone >= tracked.keepFiringForMs;
  return {
    ...tracked,
    gone,
    alert: {
      ...alert,
      frozen: false,
      over: true,
      phase: resolves ? 'resolved' : 'firing',
      resolvedAt: resolves ? step.now.wall : null,
    },
  };
};

/**
 * One step of every alert's life (rules 7 and 8). Unknown freezes: it neither advances nor resets a clock, resolves
 * nothing, and starts nothing. An alert that comes back after it was resolved begins anew.
 */
export const advance = (
  before: Lifecycle,
  conditions: readonly Condition[],
  at: { readonly now: Moment; readonly timing: Timing },
): Lifecycle => {
  const passed = before.at === null ? 0 : Math.max(0, at.now.mono - before.at.mono);
  const step = { ...at, ms: Math.min(passed, at.timing.longestStepMs) };
  const byId = new Map(conditions.map((condition) => [condition.id, condition]));
  const known = new Set<string>();
  const lived = before.tracked.flatMap((tracked) => {
    const condition = byId.get(tracked.alert.id);
    const again = condition?.about.condition === 'holds' && tracked.alert.phase === 'resolved';
    if (again) return [];
    known.add(tracked.alert.id);
    if (condition === undefined) return goes(tracked, step) ?? [];
    if (condition.about.condition === 'unknown')
      return tracked.alert.phase === 'resolved'
        ? (goes(tracked, step) ?? [])
        : {
            ...tracked,
            alert: { ...tracked.alert, frozen: true, over: false },
            keepFiringForMs: condition.keepFiringForMs,
          };
    return holds(tracked, condition, step);
  });
  const started = conditions
    .filter(({ id, about }) => about.condition === 'holds' && !known.has(id))
    .map((condition) => holds(begun(condition, at.now), condition, { ...step, ms: 0 }));
  return { at: at.now, tracked: [...lived, ...started] };
};
