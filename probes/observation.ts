import type { Check, CheckId, Depth, VantageId } from '../infra/landscape/model.ts';

/** What one run saw. `unknown` is a run that could not measure: never counted as up, never as down. */
export type Outcome = 'good' | 'bad' | 'unknown';

/** The closed list of reasons, shared by metrics, console, alerts and runbooks. */
export const reasons = [
  'name-not-found',
  'resolver-failed',
  'refused',
  'unreachable',
  'connect-timeout',
  'reset',
  'closed-early',
  'tls-handshake',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-untrusted',
  'certificate-name',
  'no-answer',
  'protocol-error',
  'answer-too-large',
  'too-many-redirects',
  'unexpected-status',
  'unexpected-answer',
  'unexpected-rcode',
  'series-missing',
  'could-not-run',
] as const;
export type Reason = (typeof reasons)[number];

/** Where the time went, in seconds. */
export const phases = ['resolve', 'connect', 'tls', 'processing', 'transfer'] as const;
export type Phase = (typeof phases)[number];

/** What a probe kind returns: one attempt. */
export type Measurement = {
  readonly outcome: Outcome;
  /** Null only when good. */
  readonly reason: Reason | null;
  /** `expected X, got Y`, fit to be shown: bounded and redacted. Empty when good. */
  readonly message: string;
  /** How deep this attempt got. */
  readonly depth: Depth;
  /** Seconds. */
  readonly phases: Partial<Record<Phase, number>>;
  /** Seconds from start to end of the attempt. */
  readonly duration: number;
  /** Declared signals by name, and `duration` (s) and `certificate` (unix s, earliest end in the presented chain) where measured. */
  readonly signals: Readonly<Record<string, number>>;
  /** What was said, line by line; at most 4 KiB, redacted. */
  readonly transcript: string;
};

/** What is known of one run: the verdict after one immediate retry, with the first attempt beside it when that failed. */
export type Observation = Measurement & {
  readonly check: CheckId;
  readonly vantage: VantageId;
  /** Wall clock ms at which the run was due. */
  readonly slot: number;
  /** Wall clock ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Monotonic ms, one clock for all threads of the process. */
  readonly began: number;
  readonly ended: number;
  /** The failed first attempt, when there was one: a retry is recorded, never hidden. */
  readonly first: { readonly reason: Reason; readonly message: string; readonly duration: number } | null;
};

export type ProbeContext = {
  /** Ends the attempt: one deadline for everything in it. */
  readonly signal: AbortSignal;
  /** Local address to leave from. */
  readonly source: string | null;
  /** Addresses of a host as seen from the vantage, as text; throws `name-not-found` or `resolver-failed`. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** PEM certificates trusted beside the system's. */
  readonly trust: readonly string[];
  /** Monotonic ms. */
  readonly now: () => number;
};

/** A check whose target has been read: what a probe works on. */
export type Aim = { readonly check: Check; readonly target: string };

export type Probe = (aim: Aim, context: ProbeContext) => Promise<Measurement>;

/** What a probe worker tells the hub. Order is kept; everything said before a watermark has happened before it. */
export type FromProbes =
  | { readonly type: 'observations'; readonly batch: readonly Observation[] }
  /** An anchor of the vantage answered at this moment (monotonic ms, wall ms). */
  | { readonly type: 'anchor'; readonly vantage: VantageId; readonly at: number; readonly wall: number }
  /** Every run of these vantages that ended before `at` (monotonic ms; wall ms beside) has been sent. */
  | { readonly type: 'watermark'; readonly vantages: readonly VantageId[]; readonly at: number; readonly wall: number }
  | {
      readonly type: 'missed';
      readonly check: CheckId;
      readonly vantage: VantageId;
      readonly slot: number;
      readonly count: number;
    };
