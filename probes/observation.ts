import type { Check, CheckId, Depth, Secret, VantageId } from '../infra/landscape/model.ts';

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
  'packet-loss',
  'login-refused',
  'tls-not-offered',
  'unexpected-tls',
  'unexpected-version',
  'not-allowed',
  'clock-offset',
  'not-synchronised',
  'not-serving',
  'query-failed',
  'out-of-bounds',
  'rejected',
  'mismatched-answer',
  'token-invalid',
  'heartbeat-missing',
  'job-failed',
  'could-not-run',
] as const;
export type Reason = (typeof reasons)[number];

/** Where the time went, in seconds. */
export const phases = ['resolve', 'connect', 'tls', 'processing', 'transfer'] as const;
export type Phase = (typeof phases)[number];

/** A presented certificate, by its own words. Times are unix seconds. */
export type CertificateFacts = {
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names, as `DNS:epj.example`; comma and space between. */
  readonly names: string;
  /** Hexadecimal, lower case, without colons. */
  readonly serial: string;
  /** SHA-256 of the DER, hexadecimal, lower case, without colons. */
  readonly fingerprint: string;
  readonly from: number;
  readonly until: number;
};

/**
 * What was learnt of the peer beyond the verdict, in the words of its protocol: for `/probe`, the console and people.
 * Never judged, never a patient's. Small: it travels with every observation.
 */
export type Facts = {
  /** The address that was dialled. */
  readonly address?: string;
  readonly http?: {
    readonly status: number;
    /** `1.0`, `1.1`, `2`. */
    readonly version: string;
    /** As the header says; -1 when it does not. */
    readonly contentLength: number;
    /** Bytes after decoding. */
    readonly bodyLength: number;
    readonly redirects: number;
    readonly tls: boolean;
    /** Unix seconds; null without the header. */
    readonly lastModified: number | null;
  };
  readonly tls?: {
    /** `TLS 1.3`. */
    readonly version: string;
    readonly cipher: string;
    /** Leaf first, as presented. */
    readonly chain: readonly CertificateFacts[];
    /** Why the chain is not trusted for this name; null when it is. Known also when trust was not asked for. */
    readonly wrong: Reason | null;
    /** Latest, over the chains that verified, of each chain's earliest end; null when none did. */
    readonly verifiedUntil: number | null;
  };
  /** What became of the certificate that we showed; `not-told` is a peer that let us in and said nothing of it. */
  readonly ownCertificate?: 'accepted' | 'not-asked-for' | 'not-told';
  readonly dns?: {
    readonly rcode: string;
    readonly answers: number;
    readonly authorities: number;
    readonly additionals: number;
    /** Of the SOA among the answers; null without one. */
    readonly serial: number | null;
  };
  /** Times in seconds. */
  readonly icmp?: {
    readonly sent: number;
    readonly received: number;
    readonly min: number;
    readonly avg: number;
    readonly max: number;
    readonly stddev: number;
    readonly hopLimit: number | null;
  };
  readonly grpc?: { readonly status: number; readonly serving: string | null };
  readonly websocket?: { readonly status: number; readonly upgraded: boolean };
  /** What named groups of an `expect` caught. */
  readonly captured?: Readonly<Record<string, string>>;
  /** Which kind of assertion failed, where a kind has several. */
  readonly failedOn?: 'regex' | 'cel' | 'bytes';
  /** What a run of several steps took, in order, in seconds; the last may be the one that failed. */
  readonly steps?: readonly { readonly name: string; readonly seconds: number }[];
};

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
  readonly facts: Facts;
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
  /** Ms for which the probing thread itself stood still during the run; absent when it did not. */
  readonly stalledMs?: number;
};

/** What a job said of itself when it last reported. */
export type Report = {
  /** Wall ms. */
  readonly at: number;
  /** Monotonic ms. */
  readonly heard: number;
  readonly status: 'ok' | 'failed';
  readonly durationMs?: number;
  /** Redacted, at most 300 characters. */
  readonly message?: string;
  readonly numbers?: Readonly<Record<string, number>>;
};
/** What is known of a job that reports; silence counts only while somebody listened (monotonic ms; null is still). */
export type Heartbeat = {
  readonly last: Report | null;
  readonly listened: readonly { readonly from: number; readonly to: number | null }[];
};

/** Memory for what a peer says; `take` throws `could-not-run` where there is no more of it. */
export type Room = { readonly take: (bytes: number) => void; readonly give: (bytes: number) => void };

export type ProbeContext = {
  /** Ends the attempt: one deadline for everything in it. */
  readonly signal: AbortSignal;
  /** How long the attempt has from its start, ms; absent is the check's own timeout. A second attempt may have less. */
  readonly withinMs?: number;
  /** Local address to leave from. */
  readonly source: string | null;
  /** Addresses of a host as seen from the vantage, as text; throws `name-not-found` or `resolver-failed`. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** PEM certificates trusted beside the system's. */
  readonly trust: readonly string[];
  /** Monotonic ms. */
  readonly now: () => number;
  /**
   * Where a probe may go; null is anywhere. Asked of every address before it is dialled, of redirects and names too;
   * false is `not-allowed`.
   */
  readonly allowed?: ((host: string, address: string, port: number) => boolean) | null;
  /** Where the memory for bodies is taken from, where many runs share it; absent bounds only each by itself. */
  readonly room?: Room;
  /** What jobs have reported, where that is heard; absent elsewhere. */
  readonly heartbeat?: (check: CheckId) => Heartbeat | null;
};

/** Values of the secrets that checks name, by `secretKey`; read once, when the plan is made. */
export type Secrets = Readonly<Record<string, string>>;
export const secretKey = (secret: Secret): string => ('env' in secret ? `env:${secret.env}` : `file:${secret.file}`);

/** A check whose target and secrets have been read: what a probe works on. */
export type Aim = { readonly check: Check; readonly target: string; readonly secrets?: Secrets };

export type Probe = (aim: Aim, context: ProbeContext) => Promise<Measurement>;

/** What a probe worker tells the hub. Order is kept; everything said before a watermark has happened before it. */
export type FromProbes =
  | { readonly type: 'observations'; readonly batch: readonly Observation[] }
  /** An anchor of the vantage answered at this moment (monotonic ms, wall ms). */
  | { readonly type: 'anchor'; readonly vantage: VantageId; readonly at: number; readonly wall: number }
  /** Every run of these vantages that ended before `at` (monotonic ms; wall ms beside) has been sent. */
  | { readonly type: 'watermark'; readonly vantages: readonly VantageId[]; readonly at: number; readonly wall: number }
  /** How far this thread can be trusted: seconds, of the period since it last said so; null where it could not tell. */
  | {
      readonly type: 'health';
      readonly vantages: readonly VantageId[];
      /** Worst delay of the thread's loop. */
      readonly loopDelay: number;
      /** Names being asked for at this moment. */
      readonly resolving: number;
      /** What the thread adds to a time it measures, seen on a server whose delay is known. */
      readonly calibration: number | null;
    }
  | {
      readonly type: 'missed';
      readonly check: CheckId;
      readonly vantage: VantageId;
      readonly slot: number;
      readonly count: number;
    };
