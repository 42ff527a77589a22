import type { Measurement } from '../../observation.ts';
import { finalOf } from './final.ts';
import { type Family, family, type Told } from './told.ts';

/** Whether a handshake is told of: one that failed is not, in those words. */
export const shaken = (told: Told): Measurement['facts']['tls'] | null => {
  const { prober, seen } = told;
  const { tls, grpc } = seen.facts;
  if (tls === undefined || tls.chain.length === 0) return null;
  // Of http the last answer counts, of grpc only one that came.
  if (prober === 'http') return finalOf(told)?.tls === true ? tls : null;
  if (prober === 'grpc') return grpc?.serving === null || grpc === undefined ? null : tls;
  return seen.reason?.startsWith('certificate-') === true ? null : tls;
};
/** Go's zero time: what stands where no chain was verified. */
const noTime = -62_135_596_800;

export const certificate: readonly Family[] = [
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
export const lastChain = family(
  'probe_ssl_last_chain_expiry_timestamp_seconds',
  'Returns last SSL chain expiry in timestamp',
  (told) => {
    const tls = shaken(told);
    return tls ? (told.unverified ? noTime : (tls.verifiedUntil ?? noTime)) : null;
  },
);
export const cipher = family('probe_tls_cipher_info', 'Returns the TLS cipher negotiated during handshake', (told) => {
  const tls = shaken(told);
  return tls ? [{ labels: { cipher: tls.cipher }, value: 1 }] : null;
});
