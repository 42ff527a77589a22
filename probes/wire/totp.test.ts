import { describe, expect, test } from 'vitest';
import { ProbeFailure } from './failure.ts';
import { totpOf } from './totp.ts';

describe('one-time codes', () => {
  // RFC 6238, appendix B: the secret is the digits over and over, as long as the digest.
  const secrets = {
    SHA1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    SHA256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
    SHA512: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA',
  } as const;
  test.each([
    [59, 'SHA1', '94287082'],
    [59, 'SHA256', '46119246'],
    [59, 'SHA512', '90693936'],
    [1_111_111_109, 'SHA1', '07081804'],
    [1_111_111_111, 'SHA256', '67062674'],
    [20_000_000_000, 'SHA512', '47863826'],
  ] as const)('at %i by %s', (seconds, algorithm, code) => {
    expect(totpOf(secrets[algorithm], seconds * 1000, { digits: 8, algorithm })).toBe(code);
  });
  test('are read as people copy the secret, and a wrong one is our own trouble', () => {
    expect(totpOf('gezd gnbv gy3t qojq gezd gnbv gy3t qojq', 59_000)).toBe('287082');
    expect(() => totpOf('not base32!', 0)).toThrow(ProbeFailure);
  });
});
