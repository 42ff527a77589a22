import { certificate, shaken } from './certificate.ts';
import { address, byPhase, type Family, family, secondsOf, type Told, truth } from './told.ts';

export const dns: readonly Family[] = [
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

export const icmp: readonly Family[] = [
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
export const grpc: readonly Family[] = [
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
