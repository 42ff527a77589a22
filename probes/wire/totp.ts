import { createHmac } from 'node:crypto';
import { ProbeFailure } from './failure.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 (RFC 4648) as people copy it: in any case, with spaces and without padding. */
const bytesOf = (secret: string): Buffer => {
  const text = secret.replaceAll(/[\s-]|=+$/g, '').toUpperCase();
  if (!/^[A-Z2-7]{8,}$/.test(text))
    throw new ProbeFailure('could-not-run', 'expected the secret of one-time codes in base32, got something else');
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

export type TotpRule = {
  readonly digits?: number;
  /** Seconds. */
  readonly period?: number;
  readonly algorithm?: 'SHA1' | 'SHA256' | 'SHA512';
};

/** The one-time code of a moment (wall ms), RFC 6238. */
export const totpOf = (secret: string, wallMs: number, rule: TotpRule = {}): string => {
  const { digits = 6, period = 30, algorithm = 'SHA1' } = rule;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(wallMs / 1000 / period)));
  const digest = createHmac(algorithm, bytesOf(secret)).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 0x0f;
  const code = (digest.readUInt32BE(at) & 0x7fff_ffff) % 10 ** digits;
  return String(code).padStart(digits, '0');
};
