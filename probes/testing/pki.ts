import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

/** Somebody with a key and a certificate. */
export type Holder = {
  /** The certificate. */
  readonly pem: string;
  /** The private key. */
  readonly key: string;
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
};
export type Wish = {
  /** Whose signature it bears. @default its own */
  readonly by?: Holder;
  readonly ca?: boolean;
  readonly from?: Date;
  readonly until?: Date;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly serial?: string;
  /** Whose key it certifies: the same key may have several certificates. @default a new one */
  readonly keys?: webcrypto.CryptoKeyPair;
};

const pemKey = async (key: webcrypto.CryptoKey): Promise<string> => {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replaceAll(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
};

/** Certificates of every sort that tests need: authorities under authorities, two for one key, too old and too new. */
export const certify = async (subject: string, wish: Wish = {}): Promise<Holder> => {
  x509.cryptoProvider.set(webcrypto);
  const keys = wish.keys ?? (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']));
  const { by, ca = false, names = [], addresses = [] } = wish;
  const alternatives = [
    ...names.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: wish.serial ?? '0a1b',
    subject,
    issuer: by?.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: by?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: algorithm,
    notBefore: wish.from ?? new Date(Date.now() - day),
    notAfter: wish.until ?? new Date(Date.now() + 30 * day),
    extensions: [
      ...(ca ? [new x509.BasicConstraintsExtension(true, undefined, true)] : []),
      ...(alternatives.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(alternatives)]),
    ],
  });
  return { pem: `${certificate.toString('pem')}\n`, key: await pemKey(keys.privateKey), subject, keys };
};
