import { createHash } from 'node:crypto';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import { celOf, holds } from '../../wire/cel.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Answer } from '../../wire/http/request.ts';

const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const invalid = (expected: string, got: string) =>
  new ProbeFailure('token-invalid', `expected ${expected}, got ${got}`);

/** What the library says, in our words: what was expected, never what the token holds. */
const words: Readonly<Record<string, readonly [expected: string, got: string]>> = {
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: ['a token signed by a key of the provider', 'another signature'],
  ERR_JWKS_NO_MATCHING_KEY: ['a token signed by a key of the provider', 'one signed by a key it does not show'],
  ERR_JOSE_ALG_NOT_ALLOWED: ['a token signed by a key pair', 'one signed otherwise'],
  ERR_JOSE_NOT_SUPPORTED: ['a token in a form we can verify', 'another'],
  ERR_JWS_INVALID: ['a signed token', 'something else'],
  ERR_JWT_INVALID: ['a signed token', 'something else'],
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
const claimOf = (error: unknown): string | null =>
  error instanceof Error && 'claim' in error && typeof error.claim === 'string' ? error.claim : null;

const refusal = (error: unknown): ProbeFailure => {
  const claim = claimOf(error);
  if (claim !== null) return invalid(`the claim ${claim} as it should be`, 'another or none');
  const known = words[codeOf(error)];
  return known === undefined ? invalid('a token that can be verified', 'one that cannot') : invalid(...known);
};

/** A time may be anything here: it is judged below, where a wrong clock and an old token can be told apart. */
const anyTime = 4_000_000_000;

type Expected = { readonly keys: JSONWebKeySet; readonly issuer: string; readonly audience: string };
export type Claims = { readonly claims: JWTPayload; readonly algorithm: string };

/** Signature, issuer and audience of a token; each of several keys is tried when it does not say which. */
export const verified = async (token: string, { keys, issuer, audience }: Expected): Promise<Claims> => {
  const { createLocalJWKSet, jwtVerify } = await import('jose');
  const options = { issuer, audience, algorithms, clockTolerance: anyTime };
  const asClaims = ({
    payload,
    protectedHeader,
  }: {
    payload: JWTPayload;
    protectedHeader: { alg: string };
  }): Claims => ({
    claims: payload,
    algorithm: protectedHeader.alg,
  });
  try {
    return asClaims(await jwtVerify(token, createLocalJWKSet(keys), options));
  } catch (error) {
    if (codeOf(error) !== 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') throw refusal(error);
    for (const key of keys.keys)
      try {
        return asClaims(await jwtVerify(token, createLocalJWKSet({ keys: [key] }), options));
      } catch (inner) {
        if (claimOf(inner) !== null) throw refusal(inner);
      }
    throw invalid('a token signed by a key of the provider', 'another signature');
  }
};

const secondsOf = (claims: JWTPayload, name: 'iat' | 'exp' | 'nbf'): number => {
  const value = claims[name];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`a time as ${name}`, 'none');
  return value;
};

/** What the provider's own clock said with the answer, in seconds from ours; null when it did not say. */
export const clockOf = ({ headers }: Answer, now: number): number | null => {
  const date = Date.parse(headers['date'] ?? '');
  return Number.isNaN(date) ? null : date / 1000 - now;
};

const off = (seconds: number): string => `${Math.round(Math.abs(seconds))} seconds ${seconds < 0 ? 'behind' : 'ahead'}`;

export type Moment = {
  /** Unix seconds, ours. */
  readonly now: number;
  /** Seconds by which the clocks may differ. */
  readonly bound: number;
  /** Of the provider's `date`, from ours. */
  readonly clock: number | null;
};

/**
 * Whether the times fit. A token issued at another time than now is the work of a wrong clock, unless the provider's
 * clock is right: then it is an old token. Gives the seconds from our clock to its time of issue.
 */
export const holdTimes = (claims: JWTPayload, { now, bound, clock }: Moment): number => {
  const [issued, expires] = [secondsOf(claims, 'iat'), secondsOf(claims, 'exp')];
  const skew = issued - now;
  const rightClock = clock !== null && Math.abs(clock) <= bound;
  if (Math.abs(skew) > bound && !rightClock)
    throw new ProbeFailure('clock-offset', `expected a clock within ${bound} seconds of ours, got one ${off(skew)}`);
  if (expires <= now - bound || expires <= issued)
    throw invalid('a token that is still good', `one that ended ${Math.round(now - expires)} seconds ago`);
  if (Math.abs(skew) > bound) throw invalid('a token issued now', `one issued ${off(skew)}`);
  if (claims.nbf !== undefined && secondsOf(claims, 'nbf') > now + bound)
    throw invalid('a token that is good already', 'one of later');
  return skew;
};

const hashes: Readonly<Record<string, string>> = { '256': 'sha256', '384': 'sha384', '512': 'sha512' };
/** OpenID Connect Core §3.1.3.6: the left half of the hash that the signature's algorithm has. */
const halfHash = (text: string, algorithm: string): string | null => {
  const hash = /^Ed/.test(algorithm) ? 'sha512' : hashes[algorithm.slice(-3)];
  if (hash === undefined) return null;
  const digest = createHash(hash).update(text, 'ascii').digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
};

/** That the token is of this very login: our nonce, our client, the access token that came along. */
export const holdBinding = (
  { claims, algorithm }: Claims,
  { nonce, client, access }: { readonly nonce: string; readonly client: string; readonly access: string },
): string => {
  if (claims['nonce'] !== nonce) throw invalid('the nonce we sent', claims['nonce'] === undefined ? 'none' : 'another');
  const several = Array.isArray(claims.aud) && claims.aud.length > 1;
  if ((several || claims['azp'] !== undefined) && claims['azp'] !== client)
    throw invalid('a token issued to us (azp)', 'another');
  const half = claims['at_hash'] === undefined ? null : halfHash(access, algorithm);
  if (half !== null && claims['at_hash'] !== half) throw invalid('the hash of the access token (at_hash)', 'another');
  if (typeof claims.sub !== 'string' || claims.sub === '') throw invalid('a subject (sub)', 'none');
  return claims.sub;
};

/** More values than a token has. */
const mostClaims = 1000;
/** What was declared of the claims; true when anything was. */
export const holdClaims = async (claims: JWTPayload, expressions: readonly string[] = []): Promise<boolean> => {
  for (const source of expressions) {
    const run = await celOf(source, mostClaims, { claims: 'dyn' });
    // What the token says of a person is nobody's to read.
    if (!holds(run, null, { claims }))
      throw new ProbeFailure('unexpected-answer', `expected ${source}, got other claims`);
  }
  return expressions.length > 0;
};
