import { isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { Facts, ProbeContext, Reason } from '../observation.ts';
import { type Chain, earliestEnd, presentedBy, reasonOf, verifiedUntil } from './chain.ts';
import { ProbeFailure } from './failure.ts';
import type { Notes } from './measure.ts';
import { isOlder, type TlsVersion, type Trust, type TrustWish, trustOf } from './trust.ts';

export type Identity = TrustWish & {
  /** The name asked for and verified: a host name or an address. Empty only where nothing is verified. */
  readonly name: string;
  /** False accepts a chain that leads to no trusted root; dates and name still count. */
  readonly trusted: boolean;
  /** False accepts whatever certificate is shown, also one out of date or for another name; what is wrong is still told. */
  readonly verified?: boolean;
  /** Offered by ALPN, the best first; what the peer chose is the socket's `alpnProtocol`. */
  readonly protocols?: readonly string[];
};

/** A verdict, and in the words of OpenSSL why nobody vouches for the chain. */
type Wrong = { readonly reason: Reason; readonly why: string };

/** What is wrong with a chain: dates first, then trust, then the name. */
const wrongWith = (socket: TLSSocket, chain: Chain, { name }: Identity, now: number): Wrong | null => {
  if (chain.facts.length === 0) return { reason: 'certificate-untrusted', why: 'no certificate' };
  if (!socket.authorized) {
    // Node's types say Error; it is the code of the verification error.
    const code = String(socket.authorizationError);
    return { reason: reasonOf(code, chain, now), why: code };
  }
  return chain.isFor(name) ? null : { reason: 'certificate-name', why: 'another name' };
};

/** What of it counts for this check. */
const counts = (wrong: Wrong | null, chain: Chain, { name, trusted, verified = true }: Identity): Wrong | null => {
  if (wrong === null || !verified) return null;
  if (trusted || wrong.reason !== 'certificate-untrusted' || chain.facts.length === 0) return wrong;
  return chain.isFor(name) ? null : { reason: 'certificate-name', why: 'another name' };
};

const expectations: Partial<Record<Reason, string>> = {
  'certificate-expired': 'a certificate that is still valid',
  'certificate-not-yet-valid': 'a certificate that is valid already',
  'certificate-untrusted': 'a certificate that leads to a trusted root',
  'certificate-name': 'a certificate for this name',
};

/** What the two sides say when they have no version in common. */
const versionErrors = new Set([
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_VERSION_TOO_LOW',
]);

const ignored = (): void => undefined;

/** The cheapest way to wait for a handshake: its success, its error, or a peer that leaves in the middle. */
const shaken = (socket: TLSSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(
        versionErrors.has(error.code ?? '')
          ? new ProbeFailure(
              'unexpected-version',
              `expected a version of TLS that we accept, got none: ${error.message}`,
            )
          : error,
      );
    const closed = (): void =>
      reject(new ProbeFailure('closed-early', 'expected a TLS handshake, got a closed connection'));
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once('secureConnect', () => {
      // Whoever reads next listens for errors of his own; between readers an error must not end the process.
      socket.on('error', ignored);
      socket.off('error', failed);
      socket.off('close', closed);
      resolve();
    });
  });

// Node reads the whole chain, at a fifth of the price of a handshake, only to give it to `checkServerIdentity`. The
// name is judged below, from what is remembered of the chain.
const unread = {} as DetailedPeerCertificate;
const spared = (tls: TLSSocket): TLSSocket => Object.assign(tls, { getPeerCertificate: () => unread });

const spoken = (tls: TLSSocket): string =>
  (tls.getProtocol() ?? 'TLS').replace(/^TLSv1(?:\.(\d))?$/, (_, minor) => `TLS 1.${minor ?? 0}`);

const factsOf = (
  tls: TLSSocket,
  chain: Chain,
  wrong: Wrong | null,
  until: number | null,
): NonNullable<Facts['tls']> => ({
  version: spoken(tls),
  cipher: tls.getCipher()?.standardName ?? '',
  chain: chain.facts,
  wrong: wrong?.reason ?? null,
  verifiedUntil: until,
});

/** Until when a chain holds: by its ways to a root, which may be longer or shorter than what was presented. */
const holdsUntil = (tls: TLSSocket, chain: Chain, trust: Trust, now: number): number | null =>
  // Where OpenSSL knew a way that we did not find, what was presented is what is known.
  tls.authorized ? (verifiedUntil(chain, trust, now) ?? earliestEnd(chain)) : null;

const holdVersion = (version: string, least: TlsVersion | undefined): void => {
  // Safe: `spoken` writes no other.
  const got = version.slice(4) as TlsVersion;
  if (least !== undefined && isOlder(got, least))
    throw new ProbeFailure('unexpected-version', `expected at least TLS ${least}, got ${version}`);
};

/** A full handshake over a connection, never a resumed one: a resumed session shows no certificate. */
export const secure = async (
  socket: Socket,
  identity: Identity,
  at: { readonly context: ProbeContext; readonly notes: Notes },
): Promise<TLSSocket> => {
  const { context, notes } = at;
  notes.enter('tls');
  if (identity.name === '' && identity.verified !== false)
    throw new ProbeFailure('could-not-run', 'expected serverName: there is no name that a certificate could be for');
  const trust = trustOf(context.trust, identity);
  const tls = spared(
    connect({
      socket,
      ...(isIP(identity.name) === 0 && identity.name !== '' ? { servername: identity.name } : {}),
      ...(identity.protocols === undefined ? {} : { ALPNProtocols: [...identity.protocols] }),
      secureContext: trust.context,
      // The verdict on the certificate is ours below: a refused handshake would hide its dates.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    }),
  );
  notes.hold(() => tls.destroy());
  await shaken(tls);
  const now = Date.now() / 1000;
  const chain = presentedBy(tls.getPeerX509Certificate());
  const wrong = wrongWith(tls, chain, identity, now);
  const until = holdsUntil(tls, chain, trust, now);
  const facts = factsOf(tls, chain, wrong, until);
  notes.fact('tls', facts);
  const ends = [earliestEnd(chain), until].filter((end) => end !== null);
  if (ends.length > 0) notes.signal('certificate', Math.min(...ends));
  notes.say(`${facts.version} ${facts.cipher}: ${chain.described}`);
  const fault = counts(wrong, chain, identity);
  if (fault !== null)
    throw new ProbeFailure(
      fault.reason,
      `expected ${expectations[fault.reason] ?? 'a good certificate'} for ${identity.name}, got ${chain.described}${
        fault.reason === 'certificate-untrusted' ? ` (${fault.why})` : ''
      }`,
    );
  holdVersion(facts.version, identity.versions?.least);
  notes.reach('protocol');
  return tls;
};
