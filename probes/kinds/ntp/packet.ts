/** NTP, RFC 5905: 48 bytes each way. Moments are unix ms; a packet's own are seconds since 1900 in an era of 2^32 s. */

const bytes = 48;
const epochSeconds = 2_208_988_800;
const era = 2 ** 32;
const client = 0x23; // no warning, version 4, mode 3

/** The transmit stamp of a request is random (data minimisation): only the peer that got it can send it back. */
export const requestOf = (nonce: Buffer): Buffer => {
  const packet = Buffer.alloc(bytes);
  packet[0] = client;
  nonce.copy(packet, 40, 0, 8);
  return packet;
};

/** Unix ms, in the era that is nearest to `near`: the field begins anew in 2036. 0 is none. */
const momentAt = (packet: Buffer, at: number, near: number): number | null => {
  const [whole, part] = [packet.readUInt32BE(at), packet.readUInt32BE(at + 4)];
  if (whole === 0 && part === 0) return null;
  const unix = whole - epochSeconds + part / era;
  const eras = Math.round((near / 1000 - unix) / era);
  return (unix + eras * era) * 1000;
};
/** Fixed point, 16.16, seconds. RFC 5905 has no sign; a dispersion read with one would make the worst clock the best. */
const shortAt = (packet: Buffer, at: number): number => packet.readUInt32BE(at) / 65_536;

export type NtpAnswer = {
  readonly leap: 0 | 1 | 2 | 3;
  readonly version: number;
  readonly stratum: number;
  /** Four letters when the stratum is 0: why it does not serve us. */
  readonly kiss: string | null;
  readonly rootDelay: number;
  readonly rootDispersion: number;
  readonly reference: number | null;
  readonly received: number | null;
  readonly sent: number | null;
  readonly origin: Buffer;
};

/** What an answer says; null for what is none. `near` (unix ms) tells the era. */
export const answerOf = (packet: Buffer, near: number): NtpAnswer | null => {
  if (packet.length < bytes) return null;
  const [first = 0, stratum = 0] = packet;
  const mode = first & 0x07;
  const version = (first >> 3) & 0x07;
  if (mode !== 4 || version < 1 || version > 4 || stratum > 16) return null;
  const leap = first >> 6;
  // Version 3 gives the delay to the root a sign.
  const rootDelay = version < 4 ? Math.abs(packet.readInt32BE(4) / 65_536) : shortAt(packet, 4);
  return {
    leap: leap === 0 || leap === 1 || leap === 2 ? leap : 3,
    version,
    stratum,
    kiss: stratum === 0 ? packet.toString('latin1', 12, 16).replaceAll(/[^A-Z]/g, '') : null,
    rootDelay,
    rootDispersion: shortAt(packet, 8),
    reference: momentAt(packet, 16, near),
    origin: packet.subarray(24, 32),
    received: momentAt(packet, 32, near),
    sent: momentAt(packet, 40, near),
  };
};

/** Offset and delay in seconds (RFC 5905 §8): how far their clock is ahead of ours, and how long the way took. */
export const clockOf = (
  { received, sent }: { readonly received: number; readonly sent: number },
  ours: { readonly asked: number; readonly heard: number },
): { readonly offset: number; readonly delay: number } => ({
  offset: (received - ours.asked + (sent - ours.heard)) / 2000,
  delay: Math.max(0, ours.heard - ours.asked - (sent - received)) / 1000,
});
