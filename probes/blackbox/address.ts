import { isIP, SocketAddress } from 'node:net';
import { plainAddress } from '../wire/permit.ts';

/** The first name a run asked for. */
export type Lookup = {
  /** Seconds until the resolver answered. */
  readonly seconds: number;
  /** The address that was chosen; null when there was none. */
  readonly address: string | null;
};

/** 4 or 6, as blackbox_exporter has it; 0 without an address. */
export const protocolOf = (address: string | null): number => (address === null ? 0 : isIP(plainAddress(address)));

const bytesOf4 = (address: string): readonly number[] => address.split('.').map(Number);
/** Eight groups of an address in the form that has no `::` left out. */
const bytesOf6 = (address: string): readonly number[] => {
  const { address: canonical } = new SocketAddress({ address, family: 'ipv6' });
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  return all.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
};

/** FNV-1a of 32 bits over the bytes of the address; 0 without one. */
export const addressHash = (address: string | null): number => {
  if (address === null) return 0;
  const plain = plainAddress(address);
  let hash = 0x811c9dc5;
  for (const byte of isIP(plain) === 4 ? bytesOf4(plain) : bytesOf6(plain))
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};
