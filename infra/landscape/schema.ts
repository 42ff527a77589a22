import { z } from 'zod';
import { alertingKeys, notify } from './alerting.ts';
import { serviceHours, zone } from './hours.ts';
import { checkKindTable, kindOf } from './kinds.ts';
import { type CheckKind, criticalities, dataClasses, depths } from './model.ts';
import { promises } from './promise.ts';
import { duration, forms, id, secret, section, target, text, words } from './written.ts';

/**
 * What a person writes. Every object is closed: an unknown key is a finding. What is checked here is the form of each
 * value alone; what values say of each other is in validate/. An `error` here is the `expected …` of a finding.
 */

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

const signal = z.strictObject({
  /** @default its name */
  title: text.optional(),
  unit: z.enum(['seconds', 'bytes', 'percent', 'count', 'timestamp']),
  /** Of `metrics`: a series, `disk_used_bytes{mount="/data"}`. Of other kinds: what they measure, such as `duration`. */
  of: words,
  /** Where it hurts: a number, or another signal of the same check. */
  limit: z.union([z.number(), z.strictObject({ signal: id })], { error: 'a number, or { signal }' }).optional(),
  /** Which way is worse. @default 'rising' */
  direction: z.enum(['rising', 'falling']).optional(),
  /** @default 'gauge' */
  kind: z.enum(['gauge', 'counter']).optional(),
});

const aid = {
  /** Name or address of the runbook. */
  runbook: words.optional(),
  /** What the person on call does first, in one sentence. */
  firstAction: text.optional(),
};

/** What every check has; the keys of its kind stand beside them. */
const checkKeys = {
  /** What is asked: a URL, `host:port`, or as the kind has it. */
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
  /** How deep a good run has been. @default by kind, see probes/README.md */
  depth: z.enum(depths).optional(),
  signals: section(signal),
  ...aid,
} as const;

const checkOf = <K extends CheckKind>(kind: K) => {
  const { written }: { written: (typeof checkKindTable)[K]['written'] } = checkKindTable[kind];
  return z.strictObject({ kind: z.literal(kind), ...checkKeys, ...written }).superRefine((value, context) => {
    for (const { path, expected } of kindOf(kind).whole?.(value) ?? [])
      context.addIssue({ code: 'custom', path: [...path], message: expected });
  });
};
const check = z.discriminatedUnion('kind', [
  checkOf('http'),
  checkOf('scenario'),
  checkOf('metrics'),
  checkOf('tcp'),
  checkOf('tls'),
  checkOf('dns'),
  checkOf('icmp'),
  checkOf('ntp'),
  checkOf('grpc'),
  checkOf('websocket'),
  checkOf('ldap'),
  checkOf('sql'),
  checkOf('smtp'),
  checkOf('imap'),
  checkOf('mqtt'),
  checkOf('amqp'),
  checkOf('snmp'),
  checkOf('mllp'),
  checkOf('dicom'),
  checkOf('fhir'),
  checkOf('oidc'),
  checkOf('browser'),
  checkOf('push'),
]);

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
      /** The probes run there, by `forvarsel agent`, and are collected. @default they run here */
      agent: z
        .strictObject({
          /** @example 'https://forvarsel.ward.example:9641' */
          url: words,
          token: secret.optional(),
          client: z.strictObject({ certificate: target, key: secret }).optional(),
          trust: target.optional(),
        })
        .optional(),
    }),
  ],
  { error: 'true, or { anchors, source?, resolver?, anchorEvery?, anchorWithin?, agent? }' },
);

export const landscapeSchema = z.strictObject({
  authority: z.strictObject({
    title: text,
    /** Zone of service hours and windows that name none. @example 'Europe/Copenhagen' */
    zone,
    /** Certificates (PEM) trusted beside the system's. */
    trust: z.array(target).optional(),
    /** Synthetic patients agreed with the clinical side; a check names one as `patient`. No other identity is ever sent. */
    testPatients: section(
      z.strictObject({
        /** Where the identity is read from. */
        identity: secret,
        /** Reference of the approval. @example 'case 26/1234' */
        approval: words,
      }),
    ),
    ...alertingKeys,
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
      /** Where it is told, each a webhook or a mailbox. */
      notify: z.array(notify).optional(),
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
export type SignalInput = z.input<typeof signal>;
export type CheckInput = z.input<typeof check>;
export type NeedInput = z.input<typeof need>;
export type VantageInput = z.input<typeof vantage>;
export type { ExpressionInput };
