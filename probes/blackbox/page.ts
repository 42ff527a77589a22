import { depths } from '../../infra/landscape/model.ts';
import { type Measurement, type Phase, phases } from '../observation.ts';
import { createPage, labelsOf } from '../series/page.ts';
import { addressHash, type Lookup, protocolOf } from './address.ts';

/** Whose words a page speaks: those of a prober of blackbox_exporter, or only what all of them have. */
export type Prober = 'http' | 'tcp' | 'unix' | 'icmp' | 'dns' | 'grpc';

/** What a run saw, and what of its declaration decides which series there are. */
export type Told = {
  readonly prober: Prober | null;
  readonly seen: Pick<Measurement, 'outcome' | 'reason' | 'depth' | 'phases' | 'duration' | 'facts'>;
  /** The first name that was looked up; null when none was. */
  readonly lookup: Lookup | null;
  /** CEL was asked for. */
  readonly cel: boolean;
  /** Nobody asked whether the certificate is good, so blackbox_exporter knows of no chain that is. */
  readonly unverified: boolean;
  /** Labels of what an `expect` captured, by name; null when none were asked for. */
  readonly labels: readonly string[] | null;
  /** The serial of a zone was asked for. */
  readonly soa: boolean;
  /** So many redirects are followed; the body of one more is not looked at. */
  readonly mostRedirects: number;
};

type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };
type Series = number | null | readonly Sample[];
type Family = { readonly name: string; readonly help: string; readonly of: (told: Told) => Series };
/** Null is no series. */
const family = (name: string, help: string, of: Family['of']): Family => ({ name, help, of });

const truth = (value: boolean): number => (value ? 1 : 0);
const secondsOf = ({ seen }: Told, phase: Phase): number => seen.phases[phase] ?? 0;
const byPhase = (seconds: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(seconds).map(([phase, value]) => ({ labels: { phase }, value }));
const deeper = ({ seen }: Told, than: 'none' | 'transport'): boolean =>
  depths.indexOf(seen.depth) > depths.indexOf(than);

const always: readonly Family[] = [
  family('probe_success', 'Displays whether or not the probe was a success', ({ seen }) =>
    truth(seen.outcome === 'good'),
  ),
  family(
    'probe_duration_seconds',
    'Returns how long the probe took to complete in seconds',
    ({ seen }) => seen.duration,
  ),
];

const address: readonly Family[] = [
  family(
    'probe_dns_lookup_time_seconds',
    'Returns the time taken for probe dns lookup in seconds',
    ({ lookup }) => lookup?.seconds ?? null,
  ),
  family(
    'probe_ip_protocol',
    'Specifies whether probe ip protocol is IP4 or IP6',
    ({ lookup }) => lookup && protocolOf(lookup.address),
  ),
  family(
    'probe_ip_addr_hash',
    "Specifies the hash of IP address. It's useful to detect if the IP address changes.",
    ({ lookup }) => lookup && addressHash(lookup.address),
  ),
];

/** Whether a handshake is told of: one that failed is not, in those words. */
const shaken = ({ prober, seen }: Told): Measurement['facts']['tls'] | null => {
  const { tls, http, grpc } = seen.facts;
  if (tls === undefined || tls.chain.length === 0) return null;
  // Of http the last answer counts, of grpc only one that came.
  if (prober === 'http') return http?.tls === true ? tls : null;
  if (prober === 'grpc') return grpc?.serving === null || grpc === undefined ? null : tls;
  return seen.reason?.startsWith('certificate-') === true ? null : tls;
};
/** Go's zero time: what stands where no chain was verified. */
const noTime = -62_135_596_800;

const certificate: readonly Family[] = [
  family('probe_ssl_earliest_cert_expiry', 'Returns last SSL chain expiry in unixtime', (told) => {
    const ends = (shaken(told)?.chain ?? []).map(({ until }) => until).filter(Number.isFinite);
    return ends.length === 0 ? null : Math.min(...ends);
  }),
  family('probe_ssl_last_chain_info', 'Contains SSL leaf certificate information', (told) => {
    const [leaf] = shaken(told)?.chain ?? [];
    if (leaf === undefined) return null;
    const names = leaf.names.split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []));
    const labels = {
      fingerprint_sha256: leaf.fingerprint,
      issuer: leaf.issuer,
      serialnumber: leaf.serial.replace(/^(?:00)+/, ''),
      subject: leaf.subject,
      subjectalternative: names.join(','),
    };
    return [{ labels, value: 1 }];
  }),
  family('probe_tls_version_info', 'Returns the TLS version used or NaN when unknown', (told) => {
    const tls = shaken(told);
    return tls ? [{ labels: { version: tls.version }, value: 1 }] : null;
  }),
];
const lastChain = family(
  'probe_ssl_last_chain_expiry_timestamp_seconds',
  'Returns last SSL chain expiry in timestamp',
  (told) => {
    const tls = shaken(told);
    return tls ? (told.unverified ? noTime : (tls.verifiedUntil ?? noTime)) : null;
  },
);
const cipher = family('probe_tls_cipher_info', 'Returns the TLS cipher negotiated during handshake', (told) => {
  const tls = shaken(told);
  return tls ? [{ labels: { cipher: tls.cipher }, value: 1 }] : null;
});

/** A phase counts once it has led on to the next: a refused connection took no time to connect. */
const httpPhases = (told: Told): Readonly<Record<string, number>> => {
  const { http, tls } = told.seen.facts;
  const answered = http !== undefined;
  const connected = answered || told.seen.phases.processing !== undefined;
  const secured = connected && tls !== undefined;
  return {
    connect: connected ? secondsOf(told, 'connect') : 0,
    processing: answered ? secondsOf(told, 'processing') : 0,
    resolve: secondsOf(told, 'resolve'),
    tls: secured ? secondsOf(told, 'tls') : 0,
    transfer: answered ? secondsOf(told, 'transfer') : 0,
  };
};

const regex = family('probe_failed_due_to_regex', 'Indicates if probe failed due to regex', ({ seen }) =>
  truth(seen.facts.failedOn === 'regex'),
);
const http: readonly Family[] = [
  family('probe_failed_due_to_cel', 'Indicates if probe failed due to CEL expression not matching', ({ cel, seen }) =>
    cel ? truth(seen.facts.failedOn === 'cel') : null,
  ),
  regex,
  family(
    'probe_http_content_length',
    'Length of http content response',
    ({ seen }) => seen.facts.http?.contentLength ?? 0,
  ),
  family('probe_http_duration_seconds', 'Duration of http request by phase, summed over all redirects', (told) =>
    byPhase(httpPhases(told)),
  ),
  family(
    'probe_http_last_modified_timestamp_seconds',
    'Returns the Last-Modified HTTP response header in unixtime',
    ({ seen }) => seen.facts.http?.lastModified ?? null,
  ),
  family('probe_http_redirects', 'The number of redirects', ({ seen }) => seen.facts.http?.redirects ?? 0),
  family('probe_http_ssl', 'Indicates if SSL was used for the final redirect', ({ seen }) =>
    truth(seen.facts.http?.tls === true),
  ),
  family('probe_http_status_code', 'Response HTTP status code', ({ seen }) => seen.facts.http?.status ?? 0),
  family('probe_http_uncompressed_body_length', 'Length of uncompressed response body', ({ seen, mostRedirects }) => {
    const { bodyLength = 0, redirects = 0 } = seen.facts.http ?? {};
    return redirects > mostRedirects ? 0 : bodyLength;
  }),
  family('probe_http_version', 'Returns the version of HTTP of the probe response', ({ seen }) =>
    Number(seen.facts.http?.version ?? 0),
  ),
  lastChain,
  cipher,
  ...certificate,
  ...address,
];

const dialogue: readonly Family[] = [
  family('probe_expect_info', 'Explicit content matched', ({ labels, seen }) => {
    const { captured } = seen.facts;
    if (labels === null || captured === undefined) return null;
    return [{ labels: Object.fromEntries(labels.map((name) => [name, captured[name] ?? ''])), value: 1 }];
  }),
  family('probe_failed_due_to_bytes', 'Indicates if probe failed due to bytes', (told) =>
    spoke(told) ? truth(told.seen.facts.failedOn === 'bytes') : null,
  ),
  { ...regex, of: (told) => (spoke(told) ? regex.of(told) : null) },
  lastChain,
  ...certificate,
];
/** Whether it came to a dialogue: a handshake that opens the connection belongs to connecting. */
const spoke = (told: Told): boolean =>
  told.seen.facts.failedOn !== undefined ||
  told.seen.phases.processing !== undefined ||
  (told.seen.outcome === 'good' && deeper(told, 'none'));

const dns: readonly Family[] = [
  family(
    'probe_dns_additional_rrs',
    'Returns number of entries in the additional resource record list',
    ({ seen }) => seen.facts.dns?.additionals ?? 0,
  ),
  family(
    'probe_dns_answer_rrs',
    'Returns number of entries in the answer resource record list',
    ({ seen }) => seen.facts.dns?.answers ?? 0,
  ),
  family(
    'probe_dns_authority_rrs',
    'Returns number of entries in the authority resource record list',
    ({ seen }) => seen.facts.dns?.authorities ?? 0,
  ),
  family('probe_dns_duration_seconds', 'Duration of DNS request by phase', (told) =>
    byPhase({
      connect: secondsOf(told, 'connect') + secondsOf(told, 'tls'),
      request: secondsOf(told, 'processing') + secondsOf(told, 'transfer'),
      resolve: secondsOf(told, 'resolve'),
    }),
  ),
  family('probe_dns_query_succeeded', 'Displays whether or not the query was executed successfully', ({ seen }) =>
    truth(seen.facts.dns !== undefined),
  ),
  family('probe_dns_serial', 'Returns the serial number of the zone', ({ soa, seen }) =>
    soa && seen.facts.dns !== undefined ? (seen.facts.dns.serial ?? 0) : null,
  ),
  ...address,
];

const icmp: readonly Family[] = [
  family('probe_icmp_duration_seconds', 'Duration of icmp request by phase', (told) =>
    byPhase({
      resolve: secondsOf(told, 'resolve'),
      rtt: (told.seen.facts.icmp?.received ?? 0) > 0 ? (told.seen.facts.icmp?.avg ?? 0) : 0,
      setup: secondsOf(told, 'connect'),
    }),
  ),
  family(
    'probe_icmp_reply_hop_limit',
    'Replied packet hop limit (TTL for ipv4)',
    ({ seen }) => seen.facts.icmp?.hopLimit ?? null,
  ),
  ...address,
];

const servings = ['NOT_SERVING', 'SERVICE_UNKNOWN', 'SERVING', 'UNKNOWN'];
/** What gRPC calls a peer that cannot be reached. */
const unavailable = 14;
const resolved = ({ lookup }: Told): boolean => lookup !== null && lookup.address !== null;
const grpc: readonly Family[] = [
  family('probe_grpc_duration_seconds', 'Duration of gRPC request by phase', (told) => {
    const { resolve = 0, ...rest } = told.seen.phases;
    const check = Object.values(rest).reduce((sum, seconds) => sum + seconds, 0);
    return byPhase(resolved(told) ? { check, resolve } : { resolve });
  }),
  family('probe_grpc_healthcheck_response', 'Response HealthCheck response', (told) =>
    resolved(told)
      ? servings.map((one) => ({
          labels: { serving_status: one },
          value: truth(told.seen.facts.grpc?.serving === one),
        }))
      : null,
  ),
  family('probe_grpc_ssl', 'Indicates if SSL was used for the connection', (told) => truth(shaken(told) !== null)),
  family(
    'probe_grpc_status_code',
    'Response gRPC status code',
    (told) => told.seen.facts.grpc?.status ?? (resolved(told) ? unavailable : 0),
  ),
  ...certificate,
  ...address,
];

/** What we add under our own name; boards made for blackbox_exporter do not know it. */
const own: readonly Family[] = [
  family(
    'forvarsel_probe_certificate_end_timestamp_seconds',
    'When the first certificate of the presented chain ends, also when the chain is not trusted.',
    ({ seen }) => {
      const ends = (seen.facts.tls?.chain ?? []).map(({ until }) => until).filter(Number.isFinite);
      return ends.length === 0 ? null : Math.min(...ends);
    },
  ),
  family(
    'forvarsel_probe_certificate_trusted',
    '1 when the presented chain is good for the name, 0 with the reason when not, also when trust was not asked for.',
    ({ seen }) => {
      const { tls } = seen.facts;
      return tls === undefined ? null : [{ labels: { reason: tls.wrong ?? '' }, value: truth(tls.wrong === null) }];
    },
  ),
  family(
    'forvarsel_probe_depth',
    `How deep the run went: ${depths.map((depth, index) => `${index} ${depth}`).join(', ')}.`,
    ({ seen }) => depths.indexOf(seen.depth),
  ),
  family(
    'forvarsel_probe_failure_info',
    'Why the run failed, in which phase and how deep it was; absent when it was good.',
    ({ seen }) => {
      if (seen.reason === null) return null;
      const phase = phases.findLast((one) => seen.phases[one] !== undefined) ?? '';
      return [{ labels: { depth: seen.depth, phase, reason: seen.reason }, value: 1 }];
    },
  ),
];

const byProber: Readonly<Record<Prober, readonly Family[]>> = {
  http,
  tcp: [...dialogue, ...address],
  unix: dialogue,
  icmp,
  dns,
  grpc,
};

/** The page of one run that measured something, in the words of blackbox_exporter and sorted as it sorts. */
export const probePage = (told: Told): string => {
  const families = [
    ...always,
    ...(told.prober === null ? [...address, ...certificate] : byProber[told.prober]),
    ...own,
  ];
  const page = createPage();
  for (const { name, help, of } of families.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    page.family(name, 'gauge', help);
    const series = of(told);
    for (const { labels = {}, value } of typeof series === 'number' ? [{ value: series }] : (series ?? []))
      page.sample(name, labelsOf(labels), value);
  }
  return page.text();
};
