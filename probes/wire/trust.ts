import { hash, X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext, type SecureVersion } from 'node:tls';
import { ProbeFailure } from './failure.ts';

export type TlsVersion = '1.0' | '1.1' | '1.2' | '1.3';
/** What makes one connection's trust another than the landscape's. All PEM. */
export type TrustWish = {
  /** What we show when the peer asks who we are. */
  readonly client?: { readonly cert: string; readonly key: string };
  /** Trusted here beside the system's and the landscape's roots; `only` is without those. */
  readonly ca?: { readonly certificates: readonly string[]; readonly only: boolean };
  /** What is offered at most and accepted at least. @default all that is safe, 1.2 and 1.3 */
  readonly versions?: { readonly least?: TlsVersion; readonly most?: TlsVersion };
};

/** Certificates that are trusted for their own sake. */
export type Roots = {
  readonly named: (subject: string) => readonly X509Certificate[];
  readonly has: (certificate: X509Certificate) => boolean;
};
export type Trust = { readonly context: SecureContext; readonly roots: () => Roots };

const mostContexts = 64;

const parse = (pem: string): X509Certificate[] => {
  try {
    return [new X509Certificate(pem)];
  } catch {
    return [];
  }
};

const rootsOf = (certificates: readonly string[]): Roots => {
  const bySubject = new Map<string, X509Certificate[]>();
  // Of the system's roots, one that this Node cannot read is one it does not trust either.
  for (const root of certificates.flatMap(parse)) {
    const same = bySubject.get(root.subject);
    if (same === undefined) bySubject.set(root.subject, [root]);
    else same.push(root);
  }
  const named = (subject: string) => bySubject.get(subject) ?? [];
  return { named, has: ({ subject, raw }) => named(subject).some((root) => root.raw.equals(raw)) };
};

/** One file may hold several certificates. */
const split = (pems: readonly string[]): readonly string[] =>
  pems.flatMap((pem) => pem.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? [pem]);

const checked = (pems: readonly string[], whose: string): readonly string[] => {
  try {
    // Node passes over what is no certificate without a word.
    for (const pem of split(pems)) new X509Certificate(pem);
    return pems;
  } catch (error) {
    throw new ProbeFailure('could-not-run', `expected PEM certificates in ${whose}, got something else`, error);
  }
};

const order: readonly TlsVersion[] = ['1.0', '1.1', '1.2', '1.3'];
const nodes = { '1.0': 'TLSv1', '1.1': 'TLSv1.1', '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' } as const satisfies Record<
  TlsVersion,
  SecureVersion
>;
export const isOlder = (a: TlsVersion, b: TlsVersion): boolean => order.indexOf(a) < order.indexOf(b);

/** Older than 1.2 is offered only where that is accepted, and then with the weak ciphers that go with it. */
const versionsOf = ({ least = '1.2', most }: NonNullable<TrustWish['versions']>) => ({
  ...(isOlder(least, '1.2')
    ? { minVersion: nodes[least], ciphers: 'DEFAULT:@SECLEVEL=0' }
    : { minVersion: nodes[most !== undefined && isOlder(most, '1.2') ? most : '1.2'] }),
  ...(most === undefined ? {} : { maxVersion: nodes[most] }),
});

const make = (trust: readonly string[], { client, ca, versions = {} }: TrustWish): Trust => {
  const own = [
    ...(ca?.only === true ? [] : checked(trust, 'the trust of the landscape')),
    ...checked(ca?.certificates ?? [], 'the trust of the check'),
  ];
  const system = ca?.only === true ? [] : getCACertificates('default');
  try {
    const context = createSecureContext({
      // Without an own list the system's is the default, and shared.
      ...(own.length === 0 ? {} : { ca: [...system, ...own], allowPartialTrustChain: true }),
      ...versionsOf(versions),
      ...client,
    });
    let roots: Roots | null = null;
    return {
      context,
      roots: () => {
        roots ??= rootsOf(split([...system, ...own]));
        return roots;
      },
    };
  } catch (error) {
    throw new ProbeFailure('could-not-run', 'expected a certificate of our own and its key, both PEM', error);
  }
};

// Parsing the system's roots costs milliseconds; the same list of trust is the same context. Weak, so nothing piles up.
const made = new WeakMap<readonly string[], Map<string, Trust>>();

const keyOf = ({ client, ca, versions }: TrustWish): string =>
  client === undefined && ca === undefined && versions === undefined
    ? ''
    : hash('sha256', JSON.stringify([client?.cert, client?.key, ca, versions]));

export const trustOf = (trust: readonly string[], wish: TrustWish): Trust => {
  const known = made.get(trust) ?? new Map<string, Trust>();
  made.set(trust, known);
  const key = keyOf(wish);
  const found = known.get(key);
  if (found !== undefined) return found;
  const fresh = make(trust, wish);
  for (const oldest of known.keys()) {
    if (known.size < mostContexts) break;
    if (oldest !== '') known.delete(oldest);
  }
  known.set(key, fresh);
  return fresh;
};
