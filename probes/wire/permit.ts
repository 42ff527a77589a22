import { BlockList, isIP, SocketAddress } from 'node:net';
import type { ProbeContext } from '../observation.ts';
import { ProbeFailure } from './failure.ts';

/** One way to write an address: without a zone, and an IPv4 address that stands in an IPv6 one as itself. */
export const plainAddress = (address: string): string => {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const { address: canonical } = new SocketAddress({ address: bare, family: 'ipv6' });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(canonical)?.[1] ?? canonical;
};

/** Where clouds keep the keys of a machine, also by the ways IPv6 has to say an IPv4 address (NAT64, 6to4, compatible). */
const metadata = new BlockList();
metadata.addSubnet('169.254.0.0', 16, 'ipv4');
metadata.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
metadata.addSubnet('2002:a9fe::', 32, 'ipv6');
metadata.addSubnet('::a9fe:0', 112, 'ipv6');
metadata.addSubnet('fd00:ec2::', 32, 'ipv6');
metadata.addAddress('fd20:ce::254', 'ipv6');

/** Whether clouds serve their machines' secrets here. No list of what is allowed opens it. */
export const isMetadata = (address: string): boolean => {
  const plain = plainAddress(address);
  const family = isIP(plain);
  return family !== 0 && metadata.check(plain, family === 6 ? 'ipv6' : 'ipv4');
};

/** To be asked before anything is sent to an address, whatever the wire; throws `not-allowed`. */
export const permit = (
  { allowed }: ProbeContext,
  { host, address, port }: { readonly host: string; readonly address: string; readonly port: number },
): void => {
  // A redirect may lead here from anywhere: what a cloud tells its machines is nobody's to be read by a probe.
  if (!isMetadata(address) && (allowed?.(host, plainAddress(address), port) ?? true)) return;
  throw new ProbeFailure('not-allowed', `expected an address probes may go to, got ${address} port ${port}`);
};
