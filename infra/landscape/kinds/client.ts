import { z } from 'zod';
import type { Secret } from '../model.ts';
import { secret, words, wordsOrSecret } from '../written.ts';
import { present, type Wrong } from './kind.ts';

/** How a check proves who it is to a token endpoint: by a shared secret or by a key of its own (RFC 7523). */
export type OAuthClient = {
  readonly id: string | Secret;
  readonly secret?: Secret;
  readonly key?: Secret;
  readonly keyId?: string;
  readonly algorithm?: string;
  readonly method: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';
};

export const clientKeys = {
  id: wordsOrSecret,
  /** A shared secret. */
  secret: secret.optional(),
  /** A private key, PEM or JWK, whose public half the authority knows. */
  key: secret.optional(),
  /** The `kid` by which the authority knows it. @default that of the JWK */
  keyId: words.optional(),
  /** @default by the key: RS384 and ES384 for FHIR, else RS256, ES256, ES384 or EdDSA */
  algorithm: z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA']).optional(),
  /** @default 'private_key_jwt' with a key, 'client_secret_basic' with a secret, else 'none' */
  method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']).optional(),
} as const;
const written = z.strictObject(clientKeys);
type Written = z.output<typeof written>;

const methodOf = ({ method, key, secret: shared }: Written): OAuthClient['method'] => {
  if (method !== undefined) return method;
  if (key !== undefined) return 'private_key_jwt';
  return shared === undefined ? 'none' : 'client_secret_basic';
};
export const clientOf = (client: Written): OAuthClient =>
  present<OAuthClient>({
    id: client.id,
    secret: client.secret,
    key: client.key,
    keyId: client.keyId,
    algorithm: client.algorithm,
    method: methodOf(client),
  });

/** What a method needs and does not have. */
export const wrongClient = (client: Written, path: readonly string[]): readonly Wrong[] => {
  const method = methodOf(client);
  const needs = method === 'private_key_jwt' ? 'key' : method === 'none' ? null : 'secret';
  return needs === null || client[needs] !== undefined
    ? []
    : [{ path: [...path, needs], expected: `{ env: 'NAME' } or { file: 'name' }, for ${method} needs it` }];
};
