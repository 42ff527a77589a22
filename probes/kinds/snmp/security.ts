/** How a message of SNMPv3 (RFC 3412 §6) is secured: net-snmp takes one that is not for the answer to one that was. */

type Part = { readonly tag: number; readonly from: number; readonly next: number };
/** The part of BER at a place; null where there is no whole one. */
const partAt = (bytes: Buffer, at: number): Part | null => {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return null;
  const wide = first < 0x80 ? 0 : first & 0x7f;
  if (wide > 4 || (first >= 0x80 && wide === 0) || at + 2 + wide > bytes.length) return null;
  const from = at + 2 + wide;
  const next = from + (wide === 0 ? first : bytes.readUIntBE(at + 2, wide));
  return next > bytes.length ? null : { tag, from, next };
};
/** The part at `index` among those that begin at a place. */
const nthAt = (bytes: Buffer, at: number, index: number): Part | null => {
  let part = partAt(bytes, at);
  for (let left = index; left > 0 && part !== null; left -= 1) part = partAt(bytes, part.next);
  return part;
};

const [authBit, privBit] = [1, 2];
const report = 0xa8;

export type Level = { readonly authenticated: boolean; readonly encrypted: boolean };

/**
 * Whether a message is secured as it must be; `unreadable` where that cannot be told. A report need not be: it gives no
 * value, and whoever sends it may not know us.
 */
export const securedAs = (bytes: Buffer, must: Level): 'secured' | 'not' | 'unreadable' => {
  if (!must.authenticated && !must.encrypted) return 'secured';
  const whole = partAt(bytes, 0);
  const [head, scoped] = whole === null ? [null, null] : [1, 3].map((index) => nthAt(bytes, whole.from, index));
  const flags = head === null || head === undefined ? null : nthAt(bytes, head.from, 2);
  if (flags === null || scoped === null || scoped === undefined) return 'unreadable';
  const told = bytes[flags.from] ?? 0;
  const enough = (!must.authenticated || (told & authBit) !== 0) && (!must.encrypted || (told & privBit) !== 0);
  return enough || nthAt(bytes, scoped.from, 2)?.tag === report ? 'secured' : 'not';
};
