import { SocketAddress } from 'node:net';
import { recordTypes } from '../../../infra/landscape/kinds/record-types.ts';
import { ProbeFailure } from '../failure.ts';
import type { DnsRecord } from './message.ts';

export const address4 = (bytes: Buffer): string => [...bytes].join('.');
/** RFC 5952. */
export const address6 = (bytes: Buffer): string => {
  const address = bytes.toString('hex').replaceAll(/.{4}(?!$)/g, '$&:');
  return new SocketAddress({ address, family: 'ipv6' }).address;
};

const kinds: ReadonlyMap<number, { readonly size: number; readonly text: (bytes: Buffer) => string }> = new Map([
  [recordTypes.A, { size: 4, text: address4 }],
  [recordTypes.AAAA, { size: 16, text: address6 }],
]);

/** The addresses among records, whatever name leads to them. */
export const addressesIn = (records: readonly DnsRecord[]): readonly string[] =>
  records.flatMap(({ type, message, from, to }) => {
    const kind = kinds.get(type);
    if (kind === undefined) return [];
    if (to - from !== kind.size)
      throw new ProbeFailure('protocol-error', 'expected an address, got bytes that are none');
    return [kind.text(message.subarray(from, to))];
  });
