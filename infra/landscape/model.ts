/** The landscape in its normal form: what every other room reads. Plain JSON, so that it can be hashed, stored and sent to a worker. */

export type SiteId = string;
export type NodeId = string;
export type TeamId = string;
/** A vantage has the id of the site it stands at. */
export type VantageId = SiteId;
/** `<node>/<name>`, for example `epj/front`. */
export type CheckId = string;
/** `<check>@<vantage>`: one line of measurement. */
export type StreamId = string;

export type Language = 'da' | 'en';
export type Text = { readonly [language in Language]: string };

export const nodeKinds = ['site', 'cluster', 'host', 'component', 'solution', 'workflow'] as const;
export type NodeKind = (typeof nodeKinds)[number];
/** The levels at which further failures are counted. */
export const levels = ['component', 'host', 'cluster', 'site'] as const;
export type Level = (typeof levels)[number];

/** Worst first. The first two are *critical*: margin, blindness and burn are warned about. */
export const criticalities = ['clinical-critical', 'business-critical', 'supporting'] as const;
export type Criticality = (typeof criticalities)[number];
export const isCritical = (criticality: Criticality): boolean => criticality !== 'supporting';

export const dataClasses = ['patient', 'personal', 'internal', 'open'] as const;
export type DataClass = (typeof dataClasses)[number];

export const checkKinds = [
  'http',
  'scenario',
  'metrics',
  'tcp',
  'tls',
  'dns',
  'icmp',
  'ntp',
  'grpc',
  'websocket',
  'ldap',
  'sql',
  'smtp',
  'imap',
  'mqtt',
  'amqp',
  'snmp',
  'mllp',
  'dicom',
  'fhir',
  'oidc',
  'browser',
  'push',
] as const;
export type CheckKind = (typeof checkKinds)[number];

/** How deep a probe went, shallow first. `transaction` is a business round trip. */
export const depths = ['none', 'transport', 'protocol', 'session', 'transaction'] as const;
export type Depth = (typeof depths)[number];

/** What must hold for a node: another node, or at least so many of several expressions. */
export type Expression = { readonly node: NodeId } | { readonly atLeast: number; readonly of: readonly Expression[] };
/** `breaks` enters state and margin, `degrades` marks, `starts` is for explaining and drills. */
export type Effect = 'breaks' | 'degrades' | 'starts';
export type Need = { readonly effect: Effect; readonly on: Expression };

/** Where a secret is read from; its value never stands in a landscape. */
export type Secret = { readonly env: string } | { readonly file: string };

/** Where a probe is aimed: as written, or read from the environment or a file when the plan is made. */
export type Target = { readonly text: string } | Secret;

/** A number read from an observation. It warns; it never sets a state. */
export type Signal = {
  readonly name: string;
  readonly title: Text;
  readonly unit: 'seconds' | 'bytes' | 'percent' | 'count' | 'timestamp';
  /** For `metrics`: a series selector such as `disk_used_bytes{mount="/data"}`. Otherwise a number the kind measures, such as `duration`. */
  readonly of: string;
  readonly limit: number | { readonly signal: string } | null;
  /** Which way is worse. */
  readonly direction: 'rising' | 'falling';
  readonly kind: 'gauge' | 'counter';
};

export type Check = {
  readonly id: CheckId;
  readonly node: NodeId;
  readonly name: string;
  readonly kind: CheckKind;
  /** The depth a good run of this check reaches. */
  readonly depth: Depth;
  readonly target: Target;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly vantages: readonly VantageId[];
  /** What the kind asks for and expects, in the form of infra/landscape/kinds/; read it with `optionsOf`. */
  readonly options: object;
  readonly signals: readonly Signal[];
  /** False for `metrics`: it feeds signals and never sets a state. */
  readonly judges: boolean;
  readonly runbook: string | null;
  readonly firstAction: Text | null;
};

/** Hours of a week in an IANA zone; `days` are ISO weekdays, 1 is Monday; `to` may be `24:00`. */
export type ServiceHours = {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
  readonly zone: string;
};

/** What a promise counts. What is kept of the past for each is said in monitors/slo/README.md. */
export type Indicator =
  /** Minutes of its node's state, by rules 1 and 2. */
  | { readonly kind: 'availability' }
  /** Minutes whose runs stayed under a limit. `of` is `duration` or a signal of the check, `under` in its unit. */
  | { readonly kind: 'latency'; readonly check: CheckId; readonly of: string; readonly under: number }
  /** Minutes in which what was read was young enough. `of` is a signal that tells an age in seconds or a `timestamp`. */
  | { readonly kind: 'freshness'; readonly check: CheckId; readonly of: string; readonly withinMs: number }
  /** PromQL of two counts over the range `{{window}}`. `most`: the most there can be in five minutes; without it any number. */
  | { readonly kind: 'requests'; readonly good: string; readonly total: string; readonly most?: number };

export const calendarUnits = ['month', 'quarter', 'year'] as const;
export type CalendarUnit = (typeof calendarUnits)[number];
export type PromiseWindow =
  | { readonly kind: 'rolling'; readonly ms: number }
  /** From the unit's first midnight in the zone to its next. */
  | { readonly kind: 'calendar'; readonly unit: CalendarUnit; readonly zone: string };

/** OpenSLO's words for how a window is counted. */
export const methods = ['occurrences', 'timeslices', 'ratio-timeslices'] as const;
export type Method = {
  readonly name: (typeof methods)[number];
  readonly version: 1;
  /** Slices are aligned to UTC midnight. `target`: percent of a slice that makes it good. Null: everything counts for itself. */
  readonly slice: { readonly ms: number; readonly target: number } | null;
};

export type Promised = {
  /** `<node>/<objective>-<window>` for availability, else `<node>/<its name or kind>-<objective>-<window>`. */
  readonly id: string;
  readonly node: NodeId;
  /** Percent of what is counted, for example 99.95. */
  readonly objective: number;
  /** As written: `30d`, `month`. */
  readonly window: string;
  readonly span: PromiseWindow;
  readonly indicator: Indicator;
  readonly method: Method;
  /** The fewest bad in the long window before a burn may fire: slices, or events where there are none. */
  readonly fewestBad: number;
  readonly during: ServiceHours | null;
};

export type Node = {
  readonly id: NodeId;
  readonly kind: NodeKind;
  readonly title: Text;
  readonly was: readonly NodeId[];
  readonly owner: TeamId | null;
  /** A workflow's own, or by default the highest of its solutions; null below solutions. */
  readonly criticality: Criticality | null;
  readonly data: DataClass | null;
  /** The fault domain directly underneath: host, cluster or site. An implicit `breaks` need. */
  readonly standsOn: NodeId | null;
  readonly needs: readonly Need[];
  readonly checks: readonly CheckId[];
  readonly promises: readonly Promised[];
  /** Workflows only. */
  readonly usedAt: readonly SiteId[];
  readonly fallback: { readonly title: Text; readonly bearsMs: number } | null;
  /**
   * Sites only: the way from here to another site. At this site of use, whatever this site's own vantage probes directly
   * and that stands at the other site needs this too.
   */
  readonly routes: Readonly<Record<SiteId, Expression>>;
  /** Sites only. */
  readonly premises: 'on-premises' | 'cloud' | null;
  readonly runbook: string | null;
  readonly firstAction: Text | null;
};

export type Vantage = {
  readonly id: VantageId;
  /** Local address probes leave from; null leaves it to the system. */
  readonly source: string | null;
  /** `address:port` of the DNS server of this place; null is the system's. */
  readonly resolver: string | null;
  /** `host:port` neighbours whose answer proves that the vantage itself is connected. */
  readonly anchors: readonly string[];
  readonly anchorIntervalMs: number;
  readonly anchorTimeoutMs: number;
  /** Where its agent is collected from, when the probes run at the place itself; null runs them here. */
  readonly agent: Agent | null;
};

/** A program at the vantage itself, as the hub reaches it: by a bearer token, by a client certificate, or both. */
export type Agent = {
  readonly url: string;
  readonly token: Secret | null;
  readonly client: { readonly certificate: Target; readonly key: Secret } | null;
  /** Certificates (PEM) that the agent's own is trusted by, beside the system's. */
  readonly trust: Target | null;
};

/** Where a team is told: a webhook, whose address is a secret, or a mailbox. */
export type Notify = { readonly webhook: Secret } | { readonly email: string };
export type Team = {
  readonly id: TeamId;
  readonly title: Text;
  readonly onCall: 'always' | ServiceHours;
  readonly notify: readonly Notify[];
};

/** The relay that mail leaves by. */
export type Mail = {
  /** `host:port`. */
  readonly smarthost: string;
  readonly from: string;
  readonly user: string | null;
  readonly password: Secret | null;
};

export const engineKinds = ['prometheus', 'thanos', 'mimir', 'victoriametrics'] as const;
/** The central engine that keeps what the agents measure, by the HTTP API of Prometheus. */
export type Engine = {
  readonly url: Target;
  readonly kind: (typeof engineKinds)[number];
  readonly tenant: string | null;
  readonly token: Secret | null;
  readonly basic: { readonly user: string; readonly password: Secret } | null;
  readonly client: { readonly certificate: Target; readonly key: Secret } | null;
  readonly trust: Target | null;
};

/** A declared maintenance period: an RRULE that starts at a local time in an IANA zone. */
export type ServiceWindow = {
  readonly id: string;
  readonly title: Text;
  readonly nodes: readonly NodeId[];
  readonly rrule: string;
  /** Local date-time of the first occurrence, for example `2026-01-06T21:00`. */
  readonly start: string;
  readonly zone: string;
  readonly durationMs: number;
};

/**
 * A synthetic patient the clinical side has agreed to be used by probes: the only identity a probe may carry. The
 * approval is their reference (a case number, a letter).
 */
export type TestPatient = { readonly id: string; readonly identity: Secret; readonly approval: string };

export type Landscape = {
  readonly authority: {
    readonly title: Text;
    readonly zone: string;
    readonly trust: readonly Target[];
    readonly testPatients: Readonly<Record<string, TestPatient>>;
    readonly mail: Mail | null;
    /** An HA list: every alert is handed to each of them. */
    readonly alertmanagers: readonly Target[];
    readonly engine: Engine | null;
    /** What an alert links at. */
    readonly links: { readonly console: string | null; readonly runbooks: string | null };
  };
  readonly teams: Readonly<Record<TeamId, Team>>;
  readonly vantages: Readonly<Record<VantageId, Vantage>>;
  readonly nodes: Readonly<Record<NodeId, Node>>;
  readonly checks: Readonly<Record<CheckId, Check>>;
  readonly windows: readonly ServiceWindow[];
};

export const streamOf = (check: CheckId, vantage: VantageId): StreamId => `${check}@${vantage}`;
