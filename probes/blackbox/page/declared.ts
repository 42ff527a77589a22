import type { Check, CheckKind } from '../../../infra/landscape/model.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Measurement } from '../../observation.ts';
import type { Lookup } from '../address.ts';
import { type Prober, quiet, type Told } from './told.ts';

type Declared = Partial<Omit<Told, 'seen' | 'lookup'>>;

/** What of a check of our own says which words its page speaks; the other kinds have only what all have. */
const byKind: { readonly [K in CheckKind]?: (check: Check) => Declared & { readonly prober: Prober } } = {
  http: (check) => {
    const { json, jsonNever, verified, redirects = 0, auth } = optionsOf(check, 'http');
    return {
      prober: 'http',
      cel: json !== undefined || jsonNever !== undefined,
      unverified: verified === false,
      mostRedirects: redirects,
      token: auth !== undefined && 'token' in auth,
    };
  },
  metrics: () => ({ prober: 'http' }),
  tcp: (check) => {
    const { lines = [] } = optionsOf(check, 'tcp');
    const labels = lines.find((one) => one.labels !== undefined)?.labels;
    return { prober: 'tcp', labels: labels?.map(({ name }) => name) ?? null };
  },
  tls: () => ({ prober: 'tcp' }),
  dns: (check) => ({ prober: 'dns', soa: optionsOf(check, 'dns').query?.type === 'SOA' }),
  icmp: () => ({ prober: 'icmp' }),
  grpc: () => ({ prober: 'grpc' }),
};

const lookupOf = ({ phases, facts }: Pick<Measurement, 'phases' | 'facts'>): Lookup | null =>
  phases.resolve === undefined ? null : { seconds: phases.resolve, address: facts.address ?? null };

/** What a page tells of a run of a declared check. */
export const declaredTold = (check: Check, seen: Told['seen']): Told => ({
  ...quiet,
  prober: null,
  ...byKind[check.kind]?.(check),
  seen,
  lookup: lookupOf(seen),
});
