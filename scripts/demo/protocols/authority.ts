import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export type Issued = { readonly key: string; readonly cert: string };
export type Authority = {
  /** The root certificate, PEM. */
  readonly pem: string;
  /** A server certificate for these names; valid from an hour ago unless said otherwise. */
  readonly issue: (names: readonly string[], notAfter: Date) => Promise<Issued>;
};

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const hour = 3_600_000;
const pemKey = async (key: webcrypto.CryptoKey): Promise<string> => {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replaceAll(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
};

/** The simulated region's own certificate authority: real X.509, made anew at each start. */
export const createAuthority = async (now = Date.now()): Promise<Authority> => {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const name = 'CN=Region Example demo root';
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name,
    keys,
    notBefore: new Date(now - hour),
    notAfter: new Date(now + 365 * 24 * hour),
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  // One key for all servers of the simulation: making a key each would cost the start a second.
  const server = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const key = await pemKey(server.privateKey);
  let serial = 1;
  return {
    pem: root.toString('pem'),
    issue: async (names, notAfter) => {
      serial += 1;
      const cert = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(4, '0'),
        subject: `CN=${names[0]}`,
        issuer: name,
        publicKey: server.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(now - hour),
        notAfter,
        extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value })))],
      });
      return { key, cert: cert.toString('pem') };
    },
  };
};
