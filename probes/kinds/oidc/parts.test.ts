import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { type JWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { ProbeFailure } from '../../wire/failure.ts';
import { keysIn, providerIn } from './discovery.ts';
import { samlIn } from './saml.ts';
import { holdBinding, holdTimes, verified } from './verify.ts';

const issuer = 'https://idp.example';
const target = new URL(issuer);
const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'secp384r1' }),
  EdDSA: generateKeyPairSync('ed25519'),
  other: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
};
const jwk = (name: keyof typeof pairs): JWK => pairs[name].publicKey.export({ format: 'jwk' }) as JWK;
const sign = (name: keyof typeof pairs, claims: object, alg: string = name) =>
  new SignJWT({ iss: issuer, aud: 'probe', sub: 's', ...claims })
    .setProtectedHeader({ alg })
    .sign(pairs[name].privateKey);
const expected = (keys: JWK[]) => ({ keys: { keys }, issuer, audience: 'probe' });
const invalid = expect.objectContaining({ reason: 'token-invalid' });

describe('a signature', () => {
  test.each(['ES256', 'ES384', 'EdDSA'] as const)(
    'by %s, when the token does not say by which of several keys',
    async (name) => {
      const token = await sign(name, { at: 1 });
      const all = [jwk('other'), jwk('ES384'), jwk('EdDSA'), jwk('ES256')];
      expect((await verified(token, expected(all))).algorithm).toBe(name);
      await expect(verified(token, expected([jwk('other')]))).rejects.toEqual(invalid);
    },
  );
  test('of none of several keys, of a shared secret, and of another issuer by the right one of several', async () => {
    await expect(
      verified(await sign('ES256', {}), expected([jwk('other'), { ...jwk('other'), kid: 'x' }])),
    ).rejects.toEqual(invalid);
    const shared = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32));
    await expect(verified(shared, expected([jwk('ES256')]))).rejects.toThrow('expected a token signed by a key pair');
    const token = await sign('ES256', { iss: 'https://other.example' });
    await expect(verified(token, expected([jwk('other'), jwk('ES256')]))).rejects.toThrow('the claim iss');
  });
  test.each([
    ['ES256', 'sha256'],
    ['ES384', 'sha384'],
    ['EdDSA', 'sha512'],
  ] as const)('the hash beside it, by %s', (algorithm, hash) => {
    const digest = createHash(hash).update('access').digest();
    const half = digest.subarray(0, digest.length / 2).toString('base64url');
    const own = { nonce: 'n', client: 'probe', access: 'access' };
    const claims = { nonce: 'n', sub: 's', at_hash: half };
    expect(holdBinding({ claims, algorithm }, own)).toBe('s');
    expect(() => holdBinding({ claims, algorithm }, { ...own, access: 'other' })).toThrow('at_hash');
  });
});

describe('times', () => {
  const now = 1_800_000_000;
  const reasonOf = (claims: Readonly<Record<string, unknown>>, clock: number | null): string => {
    try {
      holdTimes(claims, { now, bound: 60, clock });
      return 'good';
    } catch (error) {
      return error instanceof ProbeFailure ? error.reason : 'crash';
    }
  };
  test.each([
    ['now', 0, 300, 0, 'good'],
    ['within the bound', -59, 300, -59, 'good'],
    ['an ended one within the bound is still good', -59, 30 - 59, -59, 'good'],
    ['behind, and its clock says so', -61, 300, -61, 'clock-offset'],
    ['ahead, and its clock says so', 61, 300, 61, 'clock-offset'],
    ['behind, and nobody says', -61, 300, null, 'clock-offset'],
    ['behind, and its clock is right', -61, 300, 0, 'token-invalid'],
    ['ended, and its clock is right', -400, -100, 0, 'token-invalid'],
    ['ended by its own wrong clock', -400, -100, -400, 'clock-offset'],
    ['ended before it was issued', 0, -1, 0, 'token-invalid'],
  ])('%s', (_, issued, ends, clock, reason) => {
    expect(reasonOf({ iat: now + issued, exp: now + ends }, clock)).toBe(reason);
  });
  test('a time that is none', () => {
    for (const exp of [undefined, '1', Number.NaN]) expect(reasonOf({ iat: now, exp }, 0)).toBe('token-invalid');
  });
});

describe('whatever a peer may say, a failure is one of ours', () => {
  const answer = (body: string) => ({ status: 200, headers: {}, body: Buffer.from(body) });
  const failsWell = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      expect(error).toBeInstanceOf(ProbeFailure);
    }
  };
  const asKeys = fc.record({
    keys: fc.array(
      fc.oneof(
        fc.jsonValue(),
        fc.record({ kty: fc.string(), x5c: fc.jsonValue(), use: fc.constantFrom('sig', undefined) }),
      ),
    ),
  });
  test('discovery and keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), asKeys, (value, more, keys) => {
        const document = { issuer, jwks_uri: more, response_types_supported: more, token_endpoint: value };
        for (const one of [value, document])
          failsWell(() => providerIn(answer(JSON.stringify(one)), { declared: undefined, target }));
        for (const one of [value, keys]) failsWell(() => keysIn(answer(JSON.stringify(one))));
      }),
    );
  });
  test('SAML metadata', async () => {
    const piece = fc.constantFrom(
      '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
      '<md:KeyDescriptor use="signing">',
      '<ds:X509Certificate>',
      'AAAA',
      '<![CDATA[',
      ']]>',
      '&amp;',
      '&x;',
      '</md:KeyDescriptor>',
      '</md:EntityDescriptor>',
      '<!DOCTYPE a>',
      ' validUntil="x"',
      '<?xml version="1.1"?>',
      '\0',
      '<!--',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), async (pieces) => {
        await expect(samlIn(answer(pieces.join('')))).rejects.toBeInstanceOf(ProbeFailure);
      }),
    );
  });
});
