import { depths } from '../../../infra/landscape/model.ts';
import type { Measurement, Phase } from '../../observation.ts';
import { addressHash, type Lookup, protocolOf } from '../address.ts';

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
  /** A token was asked for first, over connections of its own. */
  readonly token: boolean;
};

/** What is only said where it differs. */
export const quiet: Omit<Told, 'seen' | 'lookup' | 'prober'> = {
  cel: false,
  unverified: false,
  labels: null,
  soa: false,
  mostRedirects: 0,
  token: false,
};

export type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };
export type Series = number | null | readonly Sample[];
export type Family = { readonly name: string; readonly help: string; readonly of: (told: Told) => Series };
/** Null is no series. */
export const family = (name: string, help: string, of: Family['of']): Family => ({ name, help, of });

export const truth = (value: boolean): number => (value ? 1 : 0);
export const secondsOf = ({ seen }: Told, phase: Phase): number => seen.phases[phase] ?? 0;
export const byPhase = (seconds: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(seconds).map(([phase, value]) => ({ labels: { phase }, value }));
export const deeper = ({ seen }: Told, than: 'none' | 'transport'): boolean =>
  depths.indexOf(seen.depth) > depths.indexOf(than);

export const always: readonly Family[] = [
  family('probe_success', 'Displays whether or not the probe was a success', ({ seen }) =>
    truth(seen.outcome === 'good'),
  ),
  family(
    'probe_duration_seconds',
    'Returns how long the probe took to complete in seconds',
    ({ seen }) => seen.duration,
  ),
];

export const address: readonly Family[] = [
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
