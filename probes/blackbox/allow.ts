import { BlockList, isIP } from 'node:net';
import { isMetadata, plainAddress } from '../wire/permit.ts';

/** Whether a probe may go somewhere: asked with the name, the address it has, and the port. */
export type Allowed = (host: string, address: string, port: number) => boolean;

/** One entry of a list of what may be probed. */
type Entry = { readonly port: number | null } & (
  | { readonly matches: (host: string) => boolean; readonly names: true; readonly sockets: boolean }
  | { readonly matches: (address: string) => boolean; readonly names: false }
);

const globOf = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replaceAll(/[^\w-]/g, '\\$&'))
      .join('.*')}$`,
    'i',
  );

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
const networkOf = (text: string): ((address: string) => boolean) | null => {
  const [, address = '', bits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : Number(bits);
  if (family === 0 || prefix > most) return null;
  const list = new BlockList();
  list.addSubnet(address, prefix, familyOf(address));
  return (asked) => isIP(asked) === family && list.check(asked, familyOf(asked));
};

/** Where a name alone leads nobody: a name whose owner points it here would open what is local. */
const local = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  local.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  local.addSubnet(address, prefix, 'ipv6');
const isLocal = (address: string): boolean => isIP(address) !== 0 && local.check(address, familyOf(address));

const portOf = (text: string | undefined): number | null | undefined => {
  if (text === undefined || text === '*') return null;
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
};

/** A socket of this machine, which is never meant by a name. */
const isSocket = (host: string): boolean => host.startsWith('unix:');

const entryOf = (text: string): Entry | null => {
  if (isSocket(text)) {
    const glob = globOf(text);
    return { port: null, names: true, sockets: true, matches: (host) => glob.test(host) };
  }
  const bare = networkOf(text);
  if (bare !== null) return { port: null, names: false, matches: bare };
  const [, inner, plain, written] = /^(?:\[([^\]]+)\]|([^[\]:]+))(?::([^:]+))?$/.exec(text) ?? [];
  const port = portOf(written);
  const place = inner ?? plain;
  if (place === undefined || port === undefined) return null;
  const network = networkOf(place);
  if (network !== null) return { port, names: false, matches: network };
  if (inner !== undefined || !/^[\w.*-]+$/.test(place)) return null;
  const glob = globOf(place);
  return { port, names: true, sockets: false, matches: (host) => glob.test(host.replace(/\.$/, '')) };
};

export type Allowing = { readonly allowed: Allowed; readonly problems: readonly string[]; readonly empty: boolean };

/**
 * Reads entries such as `10.20.0.0/16`, `[fd00::/8]:443`, `*.region.example:8080` or `unix:/run/*.sock`. A name may be
 * reached by a name that is allowed or by an allowed address; loopback and link-local only by address. Where clouds keep
 * their secrets nothing may be reached at all.
 */
export const readAllowing = (entries: readonly string[]): Allowing => {
  const read = entries
    .flatMap((one) => one.split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const problems = read.flatMap((text) =>
    entryOf(text) === null
      ? [`expected a network such as 10.0.0.0/8, a name such as *.region.example, either with :port, got ${text}`]
      : [],
  );
  const known = read.flatMap((text) => entryOf(text) ?? []);
  const allowed: Allowed = (host, address, port) => {
    const plain = plainAddress(address);
    if (isMetadata(plain)) return false;
    return known.some((entry) => {
      if (entry.port !== null && entry.port !== port) return false;
      if (!entry.names) return entry.matches(plain);
      return isIP(host) === 0 && !isLocal(plain) && isSocket(host) === entry.sockets && entry.matches(host);
    });
  };
  return { allowed, problems, empty: known.length === 0 };
};
