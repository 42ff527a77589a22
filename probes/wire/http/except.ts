import { BlockList, isIP } from 'node:net';
import { hostOf, portOf } from './sent.ts';

/** Who is asked without a proxy, in the form that `NO_PROXY` has everywhere. */

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const inRange = (address: string, range: string): boolean => {
  const [net = '', bits] = range.split('/');
  const list = new BlockList();
  if (isIP(net) === 0 || !/^\d{1,3}$/.test(bits ?? '') || Number(bits) > (isIP(net) === 6 ? 128 : 32)) return false;
  list.addSubnet(net, Number(bits), familyOf(net));
  return list.check(address, familyOf(address));
};

/** `name`, `name:port` or `[v6]:port`; an address of IPv6 may stand bare. */
const split = (entry: string): readonly [name: string, port: string | null] => {
  if (isIP(entry) !== 0) return [entry, null];
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(entry);
  return [match?.[1] ?? match?.[2] ?? '', match?.[3] ?? null];
};

const matches = (host: string, port: number, entry: string): boolean => {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIP(host) !== 0 && inRange(host, entry);
  const [name, own] = split(entry.toLowerCase());
  if (name === '' || (own !== null && Number(own) !== port)) return false;
  if (isIP(name) !== 0) return host === name;
  // A name holds for what is under it too; with a dot before it only for that.
  const under = name.replace(/^\*?\./, '.');
  return under.startsWith('.') ? host.endsWith(under) : host === name || host.endsWith(`.${name}`);
};

/** Whether a list of exceptions says that this is asked directly; where there is such a list, this machine always is. */
export const isExcepted = (url: URL, except: readonly string[]): boolean => {
  const [host, port] = [hostOf(url).toLowerCase(), portOf(url)];
  if (except.length === 0) return false;
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true;
  return except.some((entry) => matches(host, port, entry.trim()));
};
