import { z } from 'zod';
import type { Depth, Secret } from '../model.ts';
import { count, tlsKeys, words, wordsOrSecret } from '../written.ts';
import { clientKeys, clientOf, type OAuthClient, wrongClient } from './client.ts';
import { defineKind, maybe, present, type Wrong } from './kind.ts';
import { clientKey, type StreamOptions } from './stream.ts';

/** From the ground up; each rung has those below it in it. */
const ladders = ['metadata', 'token', 'search', 'read'] as const;
export type Ladder = (typeof ladders)[number];

type Pairs = readonly (readonly [name: string, value: string | Secret])[];

export type FhirToken = {
  readonly client: OAuthClient;
  /** Without one, as the server's smart-configuration says. */
  readonly url?: string;
  readonly scope?: string;
  readonly audience?: string;
};

export type FhirOptions = {
  readonly ladder: Ladder;
  readonly headers?: Pairs;
  readonly token?: FhirToken;
  readonly search?: { readonly resource: string; readonly parameters: Pairs };
  readonly read?: { readonly resource: string; readonly system?: string };
  readonly patient?: { readonly identity: Secret };
  readonly client?: NonNullable<StreamOptions['client']>;
  readonly version?: string;
  readonly resources?: readonly string[];
  readonly capability?: string;
  readonly smart?: readonly string[];
  readonly total?: { readonly atLeast?: number; readonly atMost?: number };
  readonly serverName?: string;
  readonly trusted?: boolean;
};

const resource = z.string().regex(/^[A-Z][A-Za-z]{2,63}$/, { error: 'the name of a resource such as Patient' });
const most = 2_147_483_647;

const token = z.strictObject({
  ...clientKeys,
  /** The token endpoint. @default as `.well-known/smart-configuration` says */
  url: words.optional(),
  /** @example 'system/*.rs' */
  scope: words.optional(),
  audience: words.optional(),
});

type Written = {
  readonly ladder?: Ladder | undefined;
  readonly token?: z.output<typeof token> | undefined;
  readonly search?: unknown;
  readonly patient?: string | undefined;
};
const ladderOf = ({ ladder }: Written): Ladder => ladder ?? 'metadata';
const whole = (written: Written): readonly Wrong[] => {
  const ladder = ladderOf(written);
  const missing = (key: string, expected: string): Wrong => ({ path: [key], expected });
  return [
    ...(written.token === undefined ? [] : wrongClient(written.token, ['token'])),
    ...(ladder === 'token' && written.token === undefined
      ? [missing('token', 'a client, for the ladder has a token')]
      : []),
    ...(ladder === 'search' && written.search === undefined
      ? [missing('search', 'what is counted, for the ladder has a search')]
      : []),
    ...(ladder === 'read' && written.patient === undefined
      ? [missing('patient', 'a test patient, for the ladder has a read')]
      : []),
  ];
};

const depthOf: Readonly<Record<Ladder, Depth>> = {
  metadata: 'protocol',
  token: 'session',
  search: 'transaction',
  read: 'transaction',
};
const stepsOf = ({ ladder, token: wish, search }: FhirOptions): readonly string[] => {
  const withToken = wish !== undefined && ladder !== 'metadata';
  return [
    'metadata',
    ...(withToken && wish.url === undefined ? ['smart-configuration'] : []),
    ...(withToken ? ['token'] : []),
    ...(search !== undefined && (ladder === 'search' || ladder === 'read') ? ['search'] : []),
    ...(ladder === 'read' ? ['read'] : []),
  ];
};

export const fhir = defineKind({
  address: 'url',
  written: {
    /** How far a run climbs; each rung has those below it. @default 'metadata' */
    ladder: z.enum(ladders).optional(),
    /** Sent with every request to the FHIR server, such as the key of a gateway. */
    request: z.strictObject({ headers: z.record(z.string(), wordsOrSecret).optional() }).optional(),
    /** SMART Backend Services: client credentials, by a key of its own or a shared secret. */
    token: token.optional(),
    /** Resources are counted (`_summary=count`); nothing of them is read. */
    search: z.strictObject({ resource, parameters: z.record(words, wordsOrSecret).optional() }).optional(),
    /** How the test patient is read: by id, or with `system` by that identifier. */
    read: z.strictObject({ resource: resource.optional(), system: words.optional() }).optional(),
    /** The agreed test patient that is read. Never shown. */
    patient: words.optional(),
    /** Our own certificate and key (PEM), for servers that ask. */
    client: clientKey,
    expect: z
      .strictObject({
        /** Of FHIR, `4.0.1`; `4.0` is any of those. */
        version: z
          .string()
          .regex(/^\d+(?:\.\d+){0,2}$/, { error: 'a version such as 4.0.1' })
          .optional(),
        /** Resources the server must say it has. */
        resources: z.array(resource).optional(),
        /** What the transcript calls `capability`: any other statement has drifted. */
        capability: z
          .string()
          .regex(/^[0-9a-f]{12}$/, { error: 'twelve hexadecimal digits, as a run says them' })
          .optional(),
        /** Capabilities the smart-configuration must list. */
        smart: z.array(words).optional(),
        /** Of the count. */
        total: z.strictObject({ atLeast: count(0, most).optional(), atMost: count(0, most).optional() }).optional(),
        ...tlsKeys,
      })
      .optional(),
  },
  whole,
  normal: ({ ladder, request, token: wish, search, read, patient, client, expect = {} }, patients) =>
    present<FhirOptions>({
      ladder: ladder ?? 'metadata',
      headers: maybe(request?.headers, (headers) => Object.entries(headers)),
      token: maybe(wish, (own) =>
        present<FhirToken>({ client: clientOf(own), url: own.url, scope: own.scope, audience: own.audience }),
      ),
      search: maybe(search, (own) => ({ resource: own.resource, parameters: Object.entries(own.parameters ?? {}) })),
      read: maybe(read, (own) =>
        present<NonNullable<FhirOptions['read']>>({ resource: own.resource ?? 'Patient', system: own.system }),
      ),
      patient: maybe(patient, (name) => maybe(patients[name], ({ identity }) => ({ identity }))),
      client,
      version: expect.version,
      resources: expect.resources,
      capability: expect.capability,
      smart: expect.smart,
      total: maybe(expect.total, (bounds) => present<NonNullable<FhirOptions['total']>>(bounds)),
      serverName: expect.serverName,
      trusted: expect.trusted,
    }),
  depth: ({ ladder }) => depthOf[ladder],
  deepest: ({ ladder }) => depthOf[ladder],
  measures: (options, overTls) => [
    'capability-hash',
    'resources',
    ...(stepsOf(options).includes('token') ? ['token-lifetime'] : []),
    ...(stepsOf(options).includes('search') ? ['total'] : []),
    ...stepsOf(options).map((name) => `step:${name}`),
    ...(overTls ? ['certificate'] : []),
  ],
  judges: true,
});
