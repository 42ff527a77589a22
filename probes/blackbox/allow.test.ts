import { describe, expect, test } from 'vitest';
import { readAllowing } from './allow.ts';

const rows: readonly (readonly [
  name: string,
  allow: string,
  to: readonly [host: string, address: string, port: number],
  allowed: boolean,
])[] = [
  ['an address of an allowed network', '10.20.0.0/16', ['10.20.3.4', '10.20.3.4', 443], true],
  ['an address beside an allowed network', '10.20.0.0/16', ['10.21.3.4', '10.21.3.4', 443], false],
  ['an allowed port', '10.0.0.0/8:443', ['10.1.1.1', '10.1.1.1', 443], true],
  ['another port', '10.0.0.0/8:443', ['10.1.1.1', '10.1.1.1', 80], false],
  ['any port', '10.0.0.0/8:*', ['10.1.1.1', '10.1.1.1', 80], true],
  ['one address alone', '192.0.2.1', ['192.0.2.1', '192.0.2.1', 1], true],
  ['the address beside it', '192.0.2.1', ['192.0.2.2', '192.0.2.2', 1], false],
  ['an address of IPv6', 'fd00::/8', ['fd12::1', 'fd12::1', 1], true],
  ['an address of IPv6 with a port', '[fd00::/8]:443', ['fd12::1', 'fd12::1', 443], true],
  ['an address of IPv6 with another port', '[fd00::/8]:443', ['fd12::1', 'fd12::1', 80], false],
  ['an IPv4 address written as IPv6', '10.0.0.0/8', ['::ffff:10.1.2.3', '::ffff:10.1.2.3', 80], true],
  ['an IPv4 address is not of IPv6', '::/0', ['10.1.2.3', '10.1.2.3', 80], false],
  ['a name by its address', '10.0.0.0/8', ['epj.example', '10.1.2.3', 80], true],
  ['a name by its name', '*.region.example', ['epj.region.example', '10.1.2.3', 80], true],
  ['a name by its name in other letters', '*.Region.example', ['EPJ.region.EXAMPLE.', '10.1.2.3', 80], true],
  ['a name at the end of another', '*.region.example', ['region.example.evil.test', '10.1.2.3', 80], false],
  ['a dot is a dot', '*.region.example', ['epj.regionXexample', '10.1.2.3', 80], false],
  ['a name alone', 'epj.example:8080', ['epj.example', '10.1.2.3', 8080], true],
  ['a name with another port', 'epj.example:8080', ['epj.example', '10.1.2.3', 80], false],
  ['an address is no name', '*', ['10.1.2.3', '10.1.2.3', 80], false],
  ['a name that leads to this machine', '*', ['sly.example', '127.0.0.1', 80], false],
  ['a name that leads to this machine by IPv6', '*', ['sly.example', '::1', 80], false],
  ['a name that leads to this machine in another writing', '*', ['sly.example', '::ffff:127.0.0.1', 80], false],
  ['a name that leads to the link', '*', ['sly.example', '169.254.1.1', 80], false],
  ['a name that leads to the link by IPv6', '*', ['sly.example', 'fe80::1', 80], false],
  [
    'a name that leads to this machine, whose network is allowed',
    '*,127.0.0.0/8',
    ['sly.example', '127.0.0.1', 80],
    true,
  ],
  ['metadata by everything', '0.0.0.0/0,::/0,*', ['169.254.169.254', '169.254.169.254', 80], false],
  ['metadata by itself', '169.254.169.254', ['169.254.169.254', '169.254.169.254', 80], false],
  ['metadata by IPv6', '::/0', ['fd00:ec2::254', 'fd00:ec2::254', 80], false],
  ['metadata as IPv4 in IPv6', '::/0,0.0.0.0/0', ['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', 80], false],
  ['a socket of this machine', 'unix:/run/*.sock', ['unix:/run/app.sock', 'unix:/run/app.sock', 0], true],
  ['a socket elsewhere', 'unix:/run/*.sock', ['unix:/tmp/app.sock', 'unix:/tmp/app.sock', 0], false],
  ['a socket by everything else', '*,0.0.0.0/0', ['unix:/run/app.sock', 'unix:/run/app.sock', 0], false],
  ['nothing', '', ['10.1.2.3', '10.1.2.3', 80], false],
];

describe('what may be probed', () => {
  test.each(rows)('%s', (_, allow, [host, address, port], allowed) => {
    const read = readAllowing([allow]);
    expect(read.problems).toEqual([]);
    expect(read.allowed(host, address, port)).toBe(allowed);
  });

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/8:port',
    '[fd00::/8',
    'http://epj.example/',
    'a b',
    '10.0.0.0/8:70000',
    'fd00::/129',
  ])('%s is no entry', (entry) => expect(readAllowing([entry]).problems).toHaveLength(1));

  test('nothing at all is said to be nothing', () => {
    expect(readAllowing(['', ' , ']).empty).toBe(true);
    expect(readAllowing(['10.0.0.0/8']).empty).toBe(false);
  });
});
