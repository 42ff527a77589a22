import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type DetailedPeerCertificate,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { ProbeContext, Reason } from '../observation.ts';
import { ProbeFailure } from './failure.ts';
import type { Notes } from './measure.ts';

export type Identity = {
  /** The name asked for and verified: a host name or an address. */
  readonly name: string;
  /** False accepts a chain that leads to no trusted root; dates and name still count. */
  readonly trusted: boolean;
  /** PEM: what we show when the peer asks who we are. */
  readonly client?: { readonly cert: string; readonly key: string };
  /** Offered by ALPN, the best first; what the peer chose is the socket's `alpnProtocol`. */
  readonly protocols?: readonly string[];
};

// Parsing the system's roots costs milliseconds; the same list of trust is the same context. Weak, so nothing piles up.
const contexts = new WeakMap<readonly string[], Map<string, SecureContext>>();
const secureContextOf = (trust: readonly string[], client: Identity['client']): SecureContext => {
  const made = contexts.get(trust) ?? new Map<string, SecureContext>();
  contexts.set(trust, made);
  const key = client === undefined ? '' : `${client.cert}\n${client.key}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const context = contextOf(trust, client);
  made.set(key, context);
  return context;
};
const contextOf = (trust: readonly string[], client: Identity['client']): SecureContext => {
  try {
    // Node passes over what is no certificate without a word.
    for (const pem of trust) new X509Certificate(pem);
  } catch (error) {
    throw new ProbeFailure('could-not-run', 'expected PEM certificates in the trust of the landscape', error);
  }
  const ca = trust.length === 0 ? {} : { ca: [...getCACertificates('default'), ...trust] };
  try {
    return createSecureContext({ ...ca, ...client });
  } catch (error) {
    throw new ProbeFailure('could-not-run', 'expected a certificate of our own and its key, both PEM', error);
  }
};

/** Leaf first; a certificate that issued itself ends it. */
const chainOf = (socket: TLSSocket): readonly DetailedPeerCertificate[] => {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (
    next?.raw !== undefined &&
    chain.length < 10 &&
    !chain.some((seen) => seen.raw.equals(next?.raw ?? seen.raw))
  ) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
};

const dateReason = (chain: readonly DetailedPeerCertificate[], now: number): Reason | null => {
  if (chain.some(({ valid_to }) => Date.parse(valid_to) < now)) return 'certificate-expired';
  if (chain.some(({ valid_from }) => Date.parse(valid_from) > now)) return 'certificate-not-yet-valid';
  return null;
};

const byError: Readonly<Record<string, Reason>> = {
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-name',
};

/**
 * What is wrong with a chain. OpenSSL keeps one error of several and stops looking at the name once the chain is
 * bad, so dates come first, then trust, then the name, each looked at by itself.
 */
const wrongWith = (socket: TLSSocket, chain: readonly DetailedPeerCertificate[], identity: Identity): Reason | null => {
  const [leaf] = chain;
  if (leaf === undefined) return 'certificate-untrusted';
  if (socket.authorized) return null;
  // Node's types say Error; it is the code of the verification error.
  const said = byError[String(socket.authorizationError)] ?? 'certificate-untrusted';
  const dates = dateReason(chain, Date.now());
  if (dates !== null) return dates;
  if (said !== 'certificate-untrusted' || identity.trusted) return said;
  return checkServerIdentity(identity.name, leaf) === undefined ? null : 'certificate-name';
};

const expectations: Partial<Record<Reason, string>> = {
  'certificate-expired': 'a certificate that is still valid',
  'certificate-not-yet-valid': 'a certificate that is valid already',
  'certificate-untrusted': 'a certificate that leads to a trusted root',
  'certificate-name': 'a certificate for this name',
};

const describe = (chain: readonly DetailedPeerCertificate[]): string => {
  const [leaf] = chain;
  if (leaf === undefined) return 'no certificate';
  return `${leaf.subject?.CN ?? 'a certificate without a name'} (${leaf.subjectaltname ?? 'no names'}) from ${leaf.issuer?.CN ?? 'an unnamed issuer'}, ${leaf.valid_from} to ${leaf.valid_to}`;
};

/** The cheapest way to wait for a handshake: its success, its error, or a peer that leaves in the middle. */
const shaken = (socket: TLSSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () =>
      reject(new ProbeFailure('closed-early', 'expected a TLS handshake, got a closed connection')),
    );
  });

/** A full handshake over a connection, never a resumed one: a resumed session shows no certificate. */
export const secure = async (
  socket: Socket,
  identity: Identity,
  at: { readonly context: ProbeContext; readonly notes: Notes },
): Promise<TLSSocket> => {
  const { context, notes } = at;
  notes.enter('tls');
  const tls = connect({
    socket,
    host: identity.name,
    ...(isIP(identity.name) === 0 ? { servername: identity.name } : {}),
    ...(identity.protocols === undefined ? {} : { ALPNProtocols: [...identity.protocols] }),
    secureContext: secureContextOf(context.trust, identity.client),
    // The verdict on the certificate is ours below: a refused handshake would hide its dates.
    rejectUnauthorized: false,
  });
  notes.hold(() => tls.destroy());
  await shaken(tls);
  tls.on('error', () => undefined);
  const chain = chainOf(tls);
  const ends = chain.map(({ valid_to }) => Date.parse(valid_to) / 1000).filter(Number.isFinite);
  if (ends.length > 0) notes.signal('certificate', Math.min(...ends));
  notes.say(`${tls.getProtocol() ?? 'TLS'} ${tls.getCipher()?.name ?? ''}: ${describe(chain)}`);
  const wrong = wrongWith(tls, chain, identity);
  if (wrong !== null)
    throw new ProbeFailure(
      wrong,
      `expected ${expectations[wrong] ?? 'a good certificate'} for ${identity.name}, got ${describe(chain)}`,
    );
  notes.reach('protocol');
  return tls;
};
