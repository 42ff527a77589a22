import { hash, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { CertificateFacts, Reason } from '../observation.ts';
import { distinguishedName } from './distinguished-name.ts';
import type { Roots, Trust } from './trust.ts';

/** From and until when certificates are all valid, in unix seconds. */
type Span = { readonly from: number; readonly until: number };

/** A presented chain, leaf first: what of it never changes, whatever the time is. */
export type Chain = {
  readonly facts: readonly CertificateFacts[];
  /** The leaf in a few words. */
  readonly described: string;
  /** Whether the leaf is for this name. */
  readonly isFor: (name: string) => boolean;
  /** Every way from the leaf to a trusted root. */
  readonly ways: (trust: Trust) => readonly Span[];
};

const mostCertificates = 10;
/** Of chains in use at a time; what is remembered of one is a kilobyte or two. */
const mostChains = 16_384;
const mostNames = 64;
/** Signatures that are looked at for one chain: cross-signed ones could otherwise be made to cost without end. */
const mostSignatures = 100;

const secondsOf = (date: string): number => Math.floor(Date.parse(date) / 1000);

const factsOf = (certificate: X509Certificate): CertificateFacts => ({
  subject: distinguishedName(certificate.subject),
  issuer: distinguishedName(certificate.issuer),
  names: certificate.subjectAltName ?? '',
  serial: certificate.serialNumber.toLowerCase(),
  fingerprint: hash('sha256', certificate.raw),
  from: secondsOf(certificate.validFrom),
  until: secondsOf(certificate.validTo),
});

const dayOf = (seconds: number): string =>
  Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ') : 'no date';
const describe = (leaf: CertificateFacts | undefined): string =>
  leaf === undefined
    ? 'no certificate'
    : `${leaf.subject || 'a certificate without a name'} (${leaf.names || 'no names'}) from ${leaf.issuer || 'an unnamed issuer'}, ${dayOf(leaf.from)} to ${dayOf(leaf.until)}`;

/**
 * Alternative names alone count, as for every browser: a name that stands only in the subject is none
 * (RFC 9525 §2).
 */
const isFor = (certificate: X509Certificate, name: string): boolean => {
  if (isIP(name) === 0 && !/(?:^|, )DNS:/.test(certificate.subjectAltName ?? '')) return false;
  return checkServerIdentity(name, certificate.toLegacyObject()) === undefined;
};

const issued = (certificate: X509Certificate, issuer: X509Certificate): boolean => {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
};

const spanOf = (way: readonly X509Certificate[]): Span => ({
  from: Math.max(...way.map(({ validFrom }) => secondsOf(validFrom))),
  until: Math.min(...way.map(({ validTo }) => secondsOf(validTo))),
});

/** All ways up from a leaf, over what was presented and what is trusted. A certificate trusted itself ends a way. */
const waysFrom = (presented: readonly X509Certificate[], roots: Roots): readonly Span[] => {
  const [leaf] = presented;
  if (leaf === undefined) return [];
  let signatures = 0;
  const climb = (way: readonly X509Certificate[]): readonly Span[] => {
    const last = way.at(-1) ?? leaf;
    if (roots.has(last)) return [spanOf(way)];
    if (way.length >= mostCertificates) return [];
    const candidates = [...roots.named(last.issuer), ...presented.slice(1).filter((other) => !roots.has(other))];
    return candidates
      .filter((issuer) => !way.some((seen) => seen.raw.equals(issuer.raw)))
      .flatMap((issuer) => {
        signatures += 1;
        return signatures <= mostSignatures && issued(last, issuer) ? climb([...way, issuer]) : [];
      });
  };
  return climb([leaf]);
};

const remember = <K, V>(most: number) => {
  const known = new Map<K, V>();
  return (key: K, make: () => V): V => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const fresh = make();
    for (const oldest of known.keys()) {
      if (known.size < most) break;
      known.delete(oldest);
    }
    known.set(key, fresh);
    return fresh;
  };
};

/** What was learnt of a chain; not the certificates themselves, for every handshake brings them again. */
type Remembered = Pick<Chain, 'facts' | 'described'> & {
  readonly names: (name: string, make: () => boolean) => boolean;
  readonly ways: WeakMap<Trust, readonly Span[]>;
};

const learn = (presented: readonly X509Certificate[]): Remembered => {
  // What stands above a leaf stands above many.
  const facts = presented.map((one, at) => (at === 0 ? factsOf(one) : above(one.fingerprint256, () => factsOf(one))));
  return { facts, described: describe(facts[0]), names: remember(mostNames), ways: new WeakMap() };
};

// A certificate is the same whoever shows it: reading one costs more than half of all else but the handshake itself.
const chains = remember<string, Remembered>(mostChains);
const above = remember<string, CertificateFacts>(mostChains);

/** The chain as the peer presented it; the same bytes are read once. */
export const presentedBy = (leaf: X509Certificate | undefined): Chain => {
  const presented: X509Certificate[] = [];
  for (let next = leaf; next !== undefined && presented.length < mostCertificates; next = next.issuerCertificate)
    presented.push(next);
  const raws = presented.map(({ raw }) => raw);
  // Safe to join: DER says its own length.
  const bytes = raws.length === 1 && raws[0] !== undefined ? raws[0] : Buffer.concat(raws);
  const known = chains(hash('sha256', bytes), () => learn(presented));
  return {
    facts: known.facts,
    described: known.described,
    isFor: (name) => leaf !== undefined && known.names(name, () => isFor(leaf, name)),
    ways: (trust) => {
      const found = known.ways.get(trust) ?? waysFrom(presented, trust.roots());
      known.ways.set(trust, found);
      return found;
    },
  };
};

/** Latest, over the ways that hold now, of each one's earliest end; null when none does. */
export const verifiedUntil = (chain: Chain, trust: Trust, now: number): number | null => {
  const ends = chain
    .ways(trust)
    .filter(({ from, until }) => from <= now && now <= until)
    .map(({ until }) => until);
  return ends.length === 0 ? null : Math.max(...ends);
};

export const earliestEnd = ({ facts }: Chain): number | null => {
  const ends = facts.map(({ until }) => until).filter(Number.isFinite);
  return ends.length === 0 ? null : Math.min(...ends);
};

const byError: Readonly<Record<string, Reason>> = {
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
};

/**
 * What OpenSSL's word on a chain means. It keeps the last of several errors, and looks at dates nearly last; those of the
 * leaf are looked at here whatever it says, for a chain that nobody vouches for may be accepted, but not out of date.
 */
export const reasonOf = (code: string, { facts }: Chain, now: number): Reason => {
  const known = byError[code];
  if (known !== undefined) return known;
  const [leaf] = facts;
  if (leaf !== undefined && leaf.until < now) return 'certificate-expired';
  return leaf !== undefined && leaf.from > now ? 'certificate-not-yet-valid' : 'certificate-untrusted';
};
