import type {
  CheckId,
  Criticality,
  Depth,
  Indicator,
  Level,
  Method,
  NodeId,
  SiteId,
  StreamId,
  Text,
  VantageId,
} from '../infra/landscape/model.ts';
import type { Observation, Reason } from '../probes/observation.ts';

/** The three values of the house. Unknown is a state of its own. */
export type State = 'good' | 'bad' | 'unknown';

/** One vantage's say on one check; `why` tells an unknown apart. */
export type Vote = {
  readonly vantage: VantageId;
  readonly state: State;
  readonly why:
    | 'answered'
    | 'confirmed'
    | 'no-run-yet'
    | 'stale'
    | 'could-not-run'
    | 'vantage-cut-off'
    | 'anchors-pending';
  readonly reason: Reason | null;
  readonly message: string;
  /** Wall ms of the end of the run it rests on; null without one. */
  readonly at: number | null;
  /** What the newest run saw once its failure was tried again; `unknown` without a run. */
  readonly confirmed: State;
  /** Why the first attempt of that run failed, when a second was made: a retry is never hidden. */
  readonly first: Reason | null;
  /** Ms for which the prober itself stood still during the run. */
  readonly stalledMs: number;
};

/** Rule 1, or at a site of use rule 3. */
export type Verdict = {
  readonly check: CheckId;
  readonly state: State;
  readonly disputed: boolean;
  /** The depth reached by the runs behind a good verdict. */
  readonly depth: Depth;
  readonly votes: readonly Vote[];
};

/** Rule 2, with what it rests on. */
export type NodeState = {
  readonly node: NodeId;
  readonly state: State;
  readonly inferred: State;
  /** Null where the node has no state check. */
  readonly observed: State | null;
  readonly degraded: boolean;
  readonly contradicted: boolean;
  /** Direct needs and own checks that explain the state: the ids of nodes and checks that are not good. */
  readonly because: readonly (NodeId | CheckId)[];
};

/** A count of further failures: 0 is broken already, `beyond` is more than the three we look for. */
export const beyond = 4;

export type Margin = {
  readonly level: Level;
  /** Unknown counted as failed. */
  readonly lower: number;
  /** Unknown counted as working. */
  readonly upper: number;
  /** The fewest sets that would do it, counted with unknown as working: at most `shownSets`, and how many there are in all. */
  readonly sets: readonly (readonly NodeId[])[];
  readonly total: number;
  /** The margin when everything works. */
  readonly designed: number;
  /** An observation lifted or overrode what the needs say; the contradicting end is 1. */
  readonly contradicted: boolean;
};

export type WorkflowAtSite = {
  readonly workflow: NodeId;
  readonly site: SiteId;
  readonly criticality: Criticality;
  readonly state: NodeState;
  readonly margins: Readonly<Record<Level, Margin>>;
};

export type Affected = { readonly workflow: NodeId; readonly sites: readonly SiteId[] };

/** An estimate of when, never without its interval; wall ms. `latest` null: may never happen. */
export type Eta = { readonly at: number; readonly earliest: number; readonly latest: number | null };

export const warningRules = [
  'runs-out',
  'certificate',
  'thin',
  'blind',
  'degraded',
  'slow-burn',
  'not-recording',
  'not-delivering',
] as const;
export type WarningRule = (typeof warningRules)[number];

/** A thing that will become impact unless somebody acts. */
export type Warning = {
  /** (rule, node, site): never a number that changes. */
  readonly id: string;
  readonly rule: WarningRule;
  /** The rung of the ladder: 0 runs out, 1 strange, 2 thin. */
  readonly rung: 0 | 1 | 2;
  readonly node: NodeId;
  readonly site: SiteId | null;
  /** The smallest common cause: cards are grouped by it. */
  readonly causes: readonly NodeId[];
  readonly affects: readonly Affected[];
  readonly margin: Margin | null;
  readonly eta: Eta | null;
  /** One sentence in each language with the values that led to it. */
  readonly evidence: Text;
  readonly firstAction: Text | null;
  readonly runbook: string | null;
  /** The interval of the check it rests on, where it rests on one: its patience is counted in it. */
  readonly everyMs?: number;
  /** 'holds' is judged true now; 'unknown' could not be judged and so must not resolve anything. */
  readonly condition: 'holds' | 'unknown';
};

export type Impact = {
  /** (impact, workflow, site). */
  readonly id: string;
  readonly workflow: NodeId;
  readonly site: SiteId;
  /** From the workflow down to the node that failed first of all. */
  readonly path: readonly NodeId[];
  readonly causes: readonly NodeId[];
  readonly evidence: Text;
  readonly firstAction: Text | null;
  readonly runbook: string | null;
  readonly fallback: { readonly title: Text; readonly bearsMs: number } | null;
  readonly condition: 'holds' | 'unknown';
};

/** Rule 8. The life of a warning or an impact. */
export type Alert = {
  readonly id: string;
  readonly rule: WarningRule | 'impact' | 'fast-burn';
  readonly severity: 'page' | 'warn';
  readonly phase: 'pending' | 'firing' | 'resolved';
  readonly node: NodeId;
  readonly site: SiteId | null;
  /** Wall ms at which the condition first held. */
  readonly since: number;
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
  /** Unknown has stopped its clock. */
  readonly frozen: boolean;
  /** Its condition has been judged gone: it fires on for a while, to be sure, or has resolved. */
  readonly over: boolean;
  /** The newest warning or impact behind it. */
  readonly about: Warning | Impact;
};

/** What was taken out of a promise: planned in the landscape, or approved by somebody. */
export type Exclusion = {
  readonly kind: 'window' | 'approved';
  readonly who: string;
  readonly why: Text;
  /** Of the window; a minute that several take out is the first one's. */
  readonly minutes: number;
};

/**
 * Rule 6, for one promise. Shares are 0 to 1. What is counted are UTC minutes inside the window and the service hours,
 * slices of several of them, or requests: `counted` says which.
 */
export type SliState = {
  readonly promise: string;
  readonly node: NodeId;
  readonly objective: number;
  readonly window: string;
  readonly indicator: Indicator['kind'];
  readonly method: Pick<Method, 'name' | 'version'>;
  readonly counted: 'minutes' | 'slices' | 'requests';
  /** Wall ms of the window: where it begins, and where it will end when it is a unit of the calendar. */
  readonly from: number;
  readonly closes: number | null;
  readonly good: number;
  readonly bad: number;
  readonly unknown: number;
  /** Minutes. */
  readonly excluded: number;
  /** Minutes that rest on anything simulated. */
  readonly simulated: number;
  /** The adjusted SLI, good / (good + bad) without what was excluded; null over nothing. */
  readonly sli: number | null;
  /** The same as if nothing had been excluded. */
  readonly raw: number | null;
  readonly exclusions: readonly Exclusion[];
  /** What stays of the SLI whatever the unknown minutes were: good / all … (good + unknown) / all, and wider where a lost slice could have turned others; null over nothing. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly verdict: 'kept' | 'broken' | 'undecided';
  /**
   * Error budget, in minutes (of requests: requests): what the window allows when it is over, and what is left with
   * unknown as bad … as good.
   */
  readonly budget: { readonly allowed: number; readonly leftLower: number; readonly leftUpper: number };
  /** When the budget will be spent at the present pace; null while it does not burn, will last, or is spent already. */
  readonly exhausts: Eta | null;
  /** Burn rate per window of the workbook, newest state; null where the window holds nothing. */
  readonly burn: Readonly<Record<string, number | null>>;
  readonly firing: 'fast-burn' | 'slow-burn' | null;
  readonly asOf: number;
};

export type VantageState = {
  readonly vantage: VantageId;
  readonly state: 'connected' | 'cut-off' | 'silent';
  readonly anchorAt: number | null;
  readonly watermarkAt: number | null;
};

export type Recording = {
  readonly state: 'recording' | 'paused' | 'off';
  readonly since: number;
  readonly message: string;
};

/** A place alerts are handed over to, which has not taken them for some time. */
export type Undelivered = {
  /** What it is called without any secret: `alertmanager am.example:9093`, `clinical by mail to ops@region.example`. */
  readonly name: string;
  /** Wall ms. */
  readonly since: number;
  /** What was in the way the last time; holds no secret. */
  readonly message: string;
};

/** Everything that is judged at one moment: what the console, the CLI and the exporter show. Plain JSON. */
export type Picture = {
  /** Wall ms. */
  readonly at: number;
  readonly landscape: string;
  readonly provenance: 'measured' | 'simulated';
  readonly verdicts: Readonly<Record<CheckId, Verdict>>;
  readonly nodes: Readonly<Record<NodeId, NodeState>>;
  readonly workflows: readonly WorkflowAtSite[];
  /** Those that are said: their alert fires. What is pending is in `alerts` alone. */
  readonly warnings: readonly Warning[];
  readonly impacts: readonly Impact[];
  readonly alerts: readonly Alert[];
  readonly promises: readonly SliState[];
  readonly vantages: readonly VantageState[];
  /** The nodes in a service window now. */
  readonly maintained: readonly NodeId[];
  readonly recording: Recording;
  /** Wall ms since when each node (and `workflow@site`) has been in its state. */
  readonly since: Readonly<Record<string, number>>;
};

/** One number of a stream over time: what trends are fitted on. Oldest first, bounded. */
export type Series = { readonly at: readonly number[]; readonly value: readonly number[] };

/** What the judge has before it: the newest run of each stream, the anchors, the numbers. */
export type Seen = {
  readonly latest: ReadonlyMap<StreamId, Observation>;
  /** Monotonic ms at which the first run of the present unbroken line of failures began; streams that do not fail are not in it. */
  readonly failing: ReadonlyMap<StreamId, number>;
  /** Monotonic ms of the newest answer of any anchor. */
  readonly anchors: ReadonlyMap<VantageId, number>;
  /** Monotonic ms up to which a vantage has told everything. */
  readonly watermarks: ReadonlyMap<VantageId, number>;
  /** By `<stream>#<signal>`. */
  readonly series: ReadonlyMap<string, Series>;
};

/** Both clocks at one moment: ages are counted on `mono`, minutes and sentences on `wall`. */
export type Moment = { readonly wall: number; readonly mono: number };
