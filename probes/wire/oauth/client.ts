import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import type { OAuthClient } from '../../../infra/landscape/kinds/client.ts';
import type { Vault } from '../../discretion/vault.ts';
import type { Aim } from '../../observation.ts';
import { ProbeFailure } from '../failure.ts';
import { isObject } from '../json.ts';
import { secretOf, wordOf } from '../secret.ts';

/** Seconds for which an assertion is good: five minutes are the most that SMART allows. */
const assertionLives = 240;
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type Key = { readonly key: KeyObject; readonly keyId: string | undefined };

const keyOf = (text: string): Key => {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text), keyId: undefined };
    const jwk: unknown = JSON.parse(text);
    if (!isObject(jwk)) throw new Error('no key');
    // Node checks the members itself, and throws.
    const key = createPrivateKey({ key: jwk as JWK, format: 'jwk' });
    return { key, keyId: typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined };
  } catch {
    // The error may repeat the key.
    throw new ProbeFailure('could-not-run', 'expected a private key as PEM or JWK, got something else');
  }
};

/** Which signatures are asked for when nothing is said: SMART wants SHA-384, OpenID Connect has SHA-256 everywhere. */
export type Family = 'smart' | 'openid';
const algorithmOf = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, family: Family): string => {
  const curves: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };
  if (asymmetricKeyType === 'rsa') return family === 'smart' ? 'RS384' : 'RS256';
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  const curve = curves[asymmetricKeyDetails?.namedCurve ?? ''];
  if (curve !== undefined) return curve;
  throw new ProbeFailure('could-not-run', 'expected an RSA, EC or Ed25519 key, got another');
};

const assertion = async (
  aim: Aim,
  client: OAuthClient,
  { id, audience, family }: { readonly id: string; readonly audience: string; readonly family: Family },
): Promise<string> => {
  if (client.key === undefined) throw new ProbeFailure('could-not-run', 'expected a key for private_key_jwt, got none');
  const { key, keyId } = keyOf(secretOf(aim, client.key));
  const kid = client.keyId ?? keyId;
  const { SignJWT } = await import('jose');
  const now = Math.floor(Date.now() / 1000);
  const alg = client.algorithm ?? algorithmOf(key, family);
  try {
    return await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + assertionLives)
      .sign(key);
  } catch {
    throw new ProbeFailure('could-not-run', `expected a key that signs by ${alg}, got one that does not`);
  }
};

export type Credentials = {
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
};

const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);

/** What goes along with a token request so that the authority knows who asks; all of it is hidden. */
export const credentialsOf = async (
  aim: Aim,
  client: OAuthClient,
  how: { readonly audience: string; readonly family: Family; readonly vault: Vault },
): Promise<Credentials> => {
  const { vault } = how;
  const hidden = (text: string): string => {
    vault.hide(text);
    return text;
  };
  const id = wordOf(aim, client.id);
  if (typeof client.id !== 'string') vault.hide(id);
  if (client.method === 'none') return { headers: {}, fields: { client_id: id } };
  if (client.method === 'private_key_jwt') {
    const signed = hidden(await assertion(aim, client, { ...how, id }));
    return { headers: {}, fields: { client_assertion_type: assertionType, client_assertion: signed, client_id: id } };
  }
  if (client.secret === undefined)
    throw new ProbeFailure('could-not-run', `expected a secret for ${client.method}, got none`);
  const secret = hidden(secretOf(aim, client.secret));
  if (client.method === 'client_secret_post') return { headers: {}, fields: { client_id: id, client_secret: secret } };
  // RFC 6749 §2.3.1: both are form-encoded before they are joined.
  const basic = hidden(Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64'));
  return { headers: { authorization: `Basic ${basic}` }, fields: {} };
};
