import { z } from 'zod';
import { durationPattern } from './duration.ts';
import { criticalities, dataClasses, depths } from './model.ts';
import { idPattern, longestId } from './names.ts';

/**
 * What a person writes. Every object is closed: an unknown key is a finding. What is checked here is the form of each
 * value alone; what values say of each other is in validate/. An `error` here is the `expected …` of a finding.
 */

/** The patterns whose mismatch has a code of its own in findings.ts. */
export const forms = {
  id: idPattern,
  duration: new RegExp(`^(?=.*[1-9])${durationPattern.source.slice(1)}`),
  clock: /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/,
  start: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/,
  variable: /^[A-Za-z_][A-Za-z0-9_]*$/,
} as const;

const words = z.string({ error: 'a text' }).regex(/\S/, { error: 'a text that is not empty' });
const text = z
  .union([words, z.strictObject({ da: words, en: words })], { error: 'a text, or { da, en }' })
  .describe('A text for people: one for both languages, or one each as { da, en }.');
const id = z
  .string({ error: 'an id' })
  .max(longestId, { error: `an id of at most ${longestId} letters` })
  .regex(forms.id, { error: 'an id in kebab-case, such as epj-db-1' });
const duration = z
  .string({ error: "a duration such as '30s', '5m' or '1h30m'" })
  .regex(forms.duration, { error: "a duration such as '30s', '5m' or '1h30m'" })
  .describe('Longest unit first, of d, h, m, s and ms: 30s, 5m, 1h30m, 30d. A day is 24 hours.');
const pattern = z
  .union([z.string(), z.instanceof(RegExp)], { error: 'a regular expression' })
  .describe(
    'A regular expression (RE2: no lookaround, no back references). In JSON and YAML its source text; flags inline, such as (?i).',
  );
const zone = z.string({ error: "an IANA time zone such as 'Europe/Copenhagen'" });
const clock = z
  .string({ error: "a time such as '07:00'" })
  .regex(forms.clock, { error: "a time such as '07:00', at most '24:00'" });
const section = <T extends z.ZodType>(value: T) => z.record(id, value).optional();

const target = z
  .union(
    [
      z.string(),
      z.strictObject({ env: z.string().regex(forms.variable, { error: 'the name of an environment variable' }) }),
      z.strictObject({ file: words }),
    ],
    { error: "an address, { env: 'NAME' } or { file: 'name' }" },
  )
  .describe('As written, or read from the environment or from a file (relative to the folder of the landscape).');

type ExpressionInput = string | { atLeast: number; of: ExpressionInput[] };
const atLeast = z.int({ error: 'a whole number' });
const choices = z.lazy(() => z.array(expression, { error: 'a list of ids or { atLeast, of }' }));
const expression: z.ZodType<ExpressionInput, ExpressionInput> = z.lazy(() =>
  z.union([id, z.strictObject({ atLeast, of: choices })], { error: 'an id, or { atLeast, of }' }),
);
const effect = z.enum(['breaks', 'degrades', 'starts']);
const need = z
  .union(
    [
      id,
      z.strictObject({ atLeast, of: choices, effect: effect.optional() }),
      z.strictObject({ on: expression, effect }),
    ],
    { error: 'an id, { atLeast, of, effect? } or { on, effect }' },
  )
  .describe(
    'What must hold: an id, so many of several ({ atLeast: 1, of: [...] }), or { on, effect } for what degrades or starts.',
  );

const serviceHours = z.strictObject({
  /** Days on which the hours begin. */
  days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1, { error: 'at least one day' }),
  /** Local time, `07:00`. */
  from: clock,
  /** Local time, at most `24:00`; earlier than `from` goes past midnight. */
  to: clock,
  /** @default the zone of the authority */
  zone: zone.optional(),
});

const signal = z.strictObject({
  /** @default its name */
  title: text.optional(),
  unit: z.enum(['seconds', 'bytes', 'percent', 'count', 'timestamp']),
  /** Of `metrics`: a series, `disk_used_bytes{mount="/data"}`. Of other kinds: `duration` or `certificate`. */
  of: words,
  /** Where it hurts: a number, or another signal of the same check. */
  limit: z.union([z.number(), z.strictObject({ signal: id })], { error: 'a number, or { signal }' }).optional(),
  /** Which way is worse. @default 'rising' */
  direction: z.enum(['rising', 'falling']).optional(),
  /** @default 'gauge' */
  kind: z.enum(['gauge', 'counter']).optional(),
});

const hex = z.string().regex(/^(?:[0-9a-fA-F]{2})+$/, { error: 'bytes in hexadecimal, two digits each' });
const dialogueStep = z.union(
  [
    z.strictObject({ send: z.string() }),
    z.strictObject({ sendHex: hex }),
    z.strictObject({ expect: pattern }),
    z.strictObject({ expectHex: hex }),
  ],
  { error: 'one of { send }, { sendHex }, { expect } and { expectHex }' },
);

const statusCode = z
  .int()
  .min(100, { error: 'a status from 100 to 599' })
  .max(599, { error: 'a status from 100 to 599' });
const expectation = z.strictObject({
  /** http. @default 200 to 299, as the probe has it */
  status: z.union([statusCode, z.array(statusCode)], { error: 'a status or a list of them' }).optional(),
  /** http: the body matches. */
  body: pattern.optional(),
  /** http: headers match, by name. */
  headers: z.record(z.string(), pattern).optional(),
  /** http: so many redirects are followed. */
  redirects: z.int().min(0, { error: 'a number from 0 to 10' }).max(10, { error: 'a number from 0 to 10' }).optional(),
  /** tcp: what is sent and expected, in order. */
  dialogue: z.array(dialogueStep).min(1, { error: 'at least one step' }).optional(),
  /** tcp: speak TLS before the dialogue. */
  tls: z.boolean().optional(),
  /** Name asked for in the TLS handshake. @default the host of the target */
  serverName: words.optional(),
  /** False accepts a certificate nobody trusts. */
  trusted: z.boolean().optional(),
  /** dns. @default 'NOERROR' */
  rcode: words.optional(),
  /** dns: an answer matches. */
  answer: pattern.optional(),
});

const aid = {
  /** Name or address of the runbook. */
  runbook: words.optional(),
  /** What the person on call does first, in one sentence. */
  firstAction: text.optional(),
};

const check = z.strictObject({
  kind: z.enum(['http', 'tcp', 'tls', 'dns', 'metrics']),
  /** http and metrics: a URL; tcp, tls and dns: `host:port`. */
  target,
  /** From the start of one run to the start of the next. @example '30s' */
  every: duration,
  /** The deadline of one run, shorter than `every`. @example '5s' */
  within: duration,
  /**
   * Sites it runs from. @default components and what they stand on: every vantage at an on-premises site that is no site
   * of use (all when there is none); solutions and workflows: every vantage
   */
  vantages: z.array(id).min(1, { error: 'at least one vantage' }).optional(),
  /** How deep a good run has been. @default by kind: tcp transport (protocol with a dialogue), tls session, http and dns protocol, metrics none */
  depth: z.enum(depths).optional(),
  expect: expectation.optional(),
  /** http */
  request: z
    .strictObject({
      method: z.enum(['GET', 'HEAD', 'POST', 'OPTIONS']).optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.string().optional(),
    })
    .optional(),
  /** dns: what is asked. */
  query: z
    .strictObject({ name: words, type: z.enum(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']) })
    .optional(),
  signals: section(signal),
  ...aid,
});

const common = {
  title: text,
  /** Team that is called. */
  owner: id.optional(),
  /** What it stands on and calls. */
  needs: z.array(need).optional(),
  checks: section(check),
  ...aid,
  /** Ids it had before, so that its history is found. */
  was: z.array(id).optional(),
};

const promises = z
  .array(
    z.strictObject({
      /** Percent of minutes. @example 99.95 */
      objective: z.number(),
      /** @example '30d' */
      window: duration,
      /** @default always */
      during: serviceHours.optional(),
    }),
  )
  .optional();

const vantage = z.union(
  [
    z.literal(true),
    z.strictObject({
      /** Local address probes leave from. @default the system's choice */
      source: words.optional(),
      /** `address:port` of the DNS server of this place. @default the system's */
      resolver: words.optional(),
      /** `host:port` of neighbours whose answer proves that the vantage itself is connected. */
      anchors: z.array(words),
      /** @default '30s' */
      anchorEvery: duration.optional(),
      /** @default '2s' */
      anchorWithin: duration.optional(),
    }),
  ],
  { error: 'true, or { anchors, source?, resolver?, anchorEvery?, anchorWithin? }' },
);

export const landscapeSchema = z.strictObject({
  authority: z.strictObject({
    title: text,
    /** Zone of service hours and windows that name none. @example 'Europe/Copenhagen' */
    zone,
    /** Certificates (PEM) trusted beside the system's. */
    trust: z.array(target).optional(),
  }),
  sites: section(
    z.strictObject({
      ...common,
      kind: z.enum(['on-premises', 'cloud']),
      /** Probes run from here. */
      vantage: vantage.optional(),
      /** The way from here to other sites: what this site's own probes of those need. */
      routes: z.record(id, expression).optional(),
    }),
  ),
  clusters: section(z.strictObject({ ...common, site: id })),
  hosts: section(z.strictObject({ ...common, site: id.optional(), cluster: id.optional() })),
  teams: section(
    z.strictObject({
      title: text,
      onCall: z.union([z.literal('always'), serviceHours], { error: "'always', or { days, from, to, zone? }" }),
    }),
  ),
  /** Things that can fail alone. Each stands on exactly one of site, cluster and host. */
  components: section(z.strictObject({ ...common, site: id.optional(), cluster: id.optional(), host: id.optional() })),
  /** What the organisation names and owns. */
  solutions: section(
    z.strictObject({ ...common, criticality: z.enum(criticalities), data: z.enum(dataClasses), promises }),
  ),
  /** What people do with solutions, and where. */
  workflows: section(
    z.strictObject({
      ...common,
      usedAt: z.array(id),
      /** @default the highest of the solutions it needs */
      criticality: z.enum(criticalities).optional(),
      promises,
      /** What people do instead, and how long that bears. */
      fallback: z.strictObject({ title: text, bears: duration }).optional(),
    }),
  ),
  serviceWindows: section(
    z.strictObject({
      title: text,
      nodes: z.array(id),
      /** RFC 5545. @example 'FREQ=MONTHLY;BYDAY=1TU,3TU' */
      rrule: words,
      /** Local date and time of the first. @example '2026-01-06T21:00' */
      start: z
        .string({ error: "a local date and time such as '2026-01-06T21:00'" })
        .regex(forms.start, { error: "a local date and time such as '2026-01-06T21:00'" }),
      zone: zone.optional(),
      /** By a stopwatch. @example '6h' */
      lasts: duration,
    }),
  ),
});

export type LandscapeInput = z.input<typeof landscapeSchema>;
export type TextInput = z.input<typeof text>;
export type TargetInput = z.input<typeof target>;
export type PatternInput = z.input<typeof pattern>;
export type HoursInput = z.input<typeof serviceHours>;
export type SignalInput = z.input<typeof signal>;
export type CheckInput = z.input<typeof check>;
export type NeedInput = z.input<typeof need>;
export type VantageInput = z.input<typeof vantage>;
export type { ExpressionInput };
