import { isCritical, type Landscape, type NodeId } from '../../infra/landscape/model.ts';
import type { Condition } from '../alert/lifecycle.ts';
import { sightOf } from '../judge/verdict.ts';
import type { Impact, Warning, WarningRule } from '../picture.ts';
import type { Assessment } from '../slo/account.ts';
import { both, listed } from '../words.ts';
import { type Ground, type Rule, warn } from './ground.ts';
import { certificate, runsOut } from './runs-out.ts';
import { blind, degraded } from './sight.ts';
import { thin } from './thin.ts';

/** Whether a tier burns: what fires holds, and what could be firing, were the unknown bad, resolves nothing (rule 7). */
const burns = ({ firing, possible }: Assessment, tier: 'fast-burn' | 'slow-burn'): 'holds' | 'unknown' | null => {
  if (firing === tier) return 'holds';
  const worse = (one: Assessment['firing']) => one === tier || one === 'fast-burn';
  return worse(firing) || worse(possible) ? 'unknown' : null;
};

const burning = (ground: Ground, sli: Assessment, tier: 'fast-burn' | 'slow-burn'): readonly Warning[] => {
  const condition = burns(sli, tier);
  if (condition === null) return [];
  const left = Math.floor(sli.budget.leftLower);
  const drawn = warn(ground, {
    rule: 'slow-burn',
    rung: 2,
    node: sli.node,
    site: null,
    causes: [sli.node],
    evidence: both((language) => {
      const fast = tier === 'fast-burn';
      return language === 'da'
        ? `Fejlbudgettet for ${sli.objective} % over ${sli.window} bruges ${fast ? 'hurtigt' : 'for hurtigt'}: ${left} min tilbage, hvis alt ukendt er nede`
        : `The error budget of ${sli.objective} % over ${sli.window} is burning${fast ? ' fast' : ''}: ${left} min left, counting unknown as down`;
    }),
    condition,
  });
  // A node may have several promises, each with a budget of its own.
  return [{ ...drawn, id: `${tier}|${sli.promise}|` }];
};

/** The budget burns slowly: not tonight's page, but this week's work. */
const slowBurn: Rule = (ground) => ground.promises.flatMap((sli) => burning(ground, sli, 'slow-burn'));

/** Nothing is remembered: what is happening now will be a gap, and gaps are unknown. */
const notRecording: Rule = (ground) =>
  ground.recording.state === 'recording'
    ? []
    : [
        warn(ground, {
          rule: 'not-recording',
          rung: 2,
          node: 'forvarsel',
          site: null,
          causes: [],
          evidence: both((language) =>
            language === 'da'
              ? `Historikken skrives ikke: ${ground.recording.message}`
              : `History is not being written: ${ground.recording.message}`,
          ),
          condition: 'holds',
        }),
      ];

/** Whoever would be woken is not: that is said wherever anybody still looks. */
const notDelivering: Rule = (ground) => {
  if (ground.undelivered.length === 0) return [];
  const named = (language: 'da' | 'en') =>
    listed(
      ground.undelivered.map(({ name, message }) => `${name} (${message})`),
      language,
    );
  return [
    warn(ground, {
      rule: 'not-delivering',
      rung: 2,
      node: 'forvarsel',
      site: null,
      causes: [],
      evidence: both((language) =>
        language === 'da' ? `Alarmer når ikke frem til ${named(language)}` : `Alerts do not reach ${named(language)}`,
      ),
      condition: 'holds',
    }),
  ];
};

const rules: Readonly<Record<WarningRule, Rule>> = {
  'runs-out': runsOut,
  certificate,
  thin,
  blind,
  degraded,
  'slow-burn': slowBurn,
  'not-recording': notRecording,
  'not-delivering': notDelivering,
};

/** Every warning that holds or cannot be judged now. */
export const foresee = (ground: Ground): readonly Warning[] => Object.values(rules).flatMap((rule) => rule(ground));

/** How many check intervals a condition must hold before it fires, and be gone before it resolves. */
const patience: Readonly<
  Record<WarningRule | 'impact' | 'fast-burn', { readonly for: number; readonly keep: number }>
> = {
  'runs-out': { for: 5, keep: 5 },
  certificate: { for: 0, keep: 1 },
  thin: { for: 1, keep: 3 },
  blind: { for: 3, keep: 2 },
  degraded: { for: 2, keep: 3 },
  'slow-burn': { for: 0, keep: 1 },
  'not-recording': { for: 0, keep: 1 },
  'not-delivering': { for: 0, keep: 1 },
  impact: { for: 0, keep: 2 },
  'fast-burn': { for: 0, keep: 1 },
};

export type Pace = {
  /** Ms in which something new can be learnt of a node: the shortest interval of the checks in its cone, else of its anchors, else a minute. */
  readonly of: (node: NodeId) => number;
  /** Ms after which a vantage that was cut off is known to be: nothing is over before that. */
  readonly sight: number;
};

export const paceOf = (landscape: Landscape, cones: ReadonlyMap<NodeId, ReadonlySet<NodeId>>): Pace => {
  const vantages = Object.values(landscape.vantages);
  const kept = new Map<NodeId, number>();
  const pace = (node: NodeId): number => {
    const checks = [...(cones.get(node) ?? [node])].flatMap((id) => landscape.nodes[id]?.checks ?? []);
    const intervals = checks.flatMap((id) => landscape.checks[id]?.intervalMs ?? []);
    return Math.min(...(intervals.length > 0 ? intervals : [landscape.vantages[node]?.anchorIntervalMs ?? 60_000]));
  };
  return {
    of: (node) => {
      const known = kept.get(node) ?? pace(node);
      kept.set(node, known);
      return known;
    },
    sight: Math.max(0, ...vantages.map((vantage) => sightOf(vantage))),
  };
};

/** Thin over planned work: the next failure is impact, and the spare is in pieces. That wakes somebody. */
const pagesAlready = ({ rule, margin }: Warning): boolean =>
  rule === 'thin' && margin !== null && margin.lower === 0 && margin.upper > 0 && !margin.contradicted;

/** What the alerts live on: warnings, impacts and fast burn, each with its identity (rule 8) and its patience. */
export const conditionsOf = (
  ground: Ground,
  drawn: { readonly warnings: readonly Warning[]; readonly impacts: readonly Impact[] },
  pace: Pace,
): readonly Condition[] => {
  const timed = (rule: keyof typeof patience, node: NodeId, everyMs = pace.of(node)) => ({
    forMs: patience[rule].for * everyMs,
    keepFiringForMs: patience[rule].keep * everyMs + pace.sight,
  });
  const fast = ground.promises
    .flatMap((sli) => burning(ground, sli, 'fast-burn'))
    .map((about): Condition => {
      const { id, node } = about;
      return { id, rule: 'fast-burn', severity: 'page', node, site: null, about, ...timed('fast-burn', node) };
    });
  return [
    ...drawn.impacts.map((about): Condition => {
      const critical = isCritical(ground.prepared.landscape.nodes[about.workflow]?.criticality ?? 'supporting');
      const severity = critical ? 'page' : 'warn';
      const { id, workflow: node, site } = about;
      return { id, rule: 'impact', severity, node, site, about, ...timed('impact', node) };
    }),
    ...fast,
    ...drawn.warnings.map((about): Condition => {
      const { id, rule, node, site, everyMs } = about;
      const severity = pagesAlready(about) ? 'page' : 'warn';
      return { id, rule, severity, node, site, about, ...timed(rule, node, everyMs) };
    }),
  ];
};
