import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProbeContext } from '../observation.ts';
import { peerFolder } from '../testing/peer.ts';
import { checkOf, contextHere, type Stand, tcpStand } from '../testing/servers.ts';
import { addressOf, dial, endpointOf, placeOf } from './dial.ts';
import { measure } from './measure.ts';
import { isMetadata, plainAddress } from './permit.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
const stand = async (): Promise<Stand> => {
  const made = await tcpStand((socket) => socket.resume());
  closers.push(made.close);
  return made;
};
const context = (more: Partial<ProbeContext> = {}): ProbeContext => ({
  ...contextHere()(AbortSignal.timeout(2000)),
  ...more,
});
const dialling = (target: string, more: Partial<ProbeContext> = {}) =>
  measure({ check: checkOf('tcp'), target }, context(more), async (notes) => {
    await dial(placeOf(target), context(more), notes);
  });

describe('where a probe may go', () => {
  test.each([
    ['169.254.169.254', true],
    ['169.254.170.2', true],
    ['::ffff:169.254.169.254', true],
    ['::FFFF:A9FE:A9FE', true],
    ['0:0:0:0:0:ffff:a9fe:a9fe', true],
    ['::169.254.169.254', true],
    ['64:ff9b::a9fe:a9fe', true],
    ['2002:a9fe:a9fe::1', true],
    ['fd00:ec2::254', true],
    ['fd00:0ec2:0:0:0:0:0:254%eth0', true],
    ['169.253.255.255', false],
    ['::ffff:10.0.0.1', false],
    ['fd00:ec3::254', false],
    ['127.0.0.1', false],
    ['no address', false],
  ])('%s is where clouds keep keys: %s', (address, expected) => expect(isMetadata(address)).toBe(expected));

  test.each([
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['::ffff:a01:203', '10.1.2.3'],
    ['FE80:0::1%lo', 'fe80::1'],
    ['10.1.2.3', '10.1.2.3'],
  ])('%s is %s', (address, plain) => expect(plainAddress(address)).toBe(plain));

  test('is asked of name, address and port before anything is dialled', async () => {
    const { target, port, open } = await stand();
    const asked: unknown[] = [];
    const allowed = (...of: readonly unknown[]) => asked.push(of) < 0;
    const resolve = async () => ['::ffff:127.0.0.1'];
    const seen = await dialling(`epj.example:${port}`, { allowed, resolve, source: null });
    expect(seen).toMatchObject({ outcome: 'bad', reason: 'not-allowed', depth: 'none' });
    expect(asked).toEqual([['epj.example', '127.0.0.1', port]]);
    expect(open()).toBe(0);
    expect(seen.facts.address).toBeUndefined();
    expect(await dialling(target, { allowed: () => true })).toMatchObject({
      outcome: 'good',
      facts: { address: '127.0.0.1' },
    });
    expect(await dialling(target, { allowed: null })).toMatchObject({ outcome: 'good' });
  });

  test('no list opens what belongs to the machine itself', async () => {
    for (const target of ['169.254.169.254:80', '[::ffff:a9fe:a9fe]:80', '[fd00:ec2::254]:80'])
      expect(await dialling(target, { allowed: () => true, source: null }), target).toMatchObject({
        reason: 'not-allowed',
      });
  });
});

describe('which address is tried', () => {
  const resolve = async () => ['10.0.0.4', 'fd00::6'];
  const onlyFour = async () => ['10.0.0.4'];
  test.each([
    ['the first, when nothing is asked', undefined, resolve, null, '10.0.0.4'],
    ['one of the family asked for', 6, resolve, null, 'fd00::6'],
    ['the preferred', { prefer: 6, fallback: true }, resolve, null, 'fd00::6'],
    ['the other, where that is allowed', { prefer: 6, fallback: true }, onlyFour, null, '10.0.0.4'],
    ['none, where that is not allowed', { prefer: 6, fallback: false }, onlyFour, null, 'IPv6, got none'],
    ['one of the family of the source', { prefer: 4, fallback: true }, resolve, 'fd00::1', 'fd00::6'],
    ['none, when source and family differ', 4, resolve, 'fd00::1', 'got none'],
  ] as const)('%s', async (_, family, resolved, source, expected) => {
    const found = addressOf('epj.example', context({ resolve: resolved, source }), family);
    expect(await found.catch(({ message }: Error) => message)).toContain(expected);
  });
});

describe('a socket of this machine', () => {
  const listening = async () => {
    const folder = peerFolder('unix');
    closers.push(folder.remove);
    const path = join(folder.path, 'a.sock');
    const server = createServer((socket) => socket.on('error', () => undefined));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return { path, folder };
  };
  test('is dialled by its path', async () => {
    const { path } = await listening();
    expect(await dialling(`unix:${path}`)).toMatchObject({ outcome: 'good', depth: 'transport' });
  });
  test('that nobody made is refused', async () => {
    expect(await dialling('unix:/nowhere/at.all')).toMatchObject({ outcome: 'bad', reason: 'refused' });
  });
  test('may be forbidden, and is then not touched', async () => {
    const { path } = await listening();
    const asked: string[] = [];
    const allowed = (host: string) => asked.push(host) < 0;
    expect(await dialling(`unix:${path}`, { allowed })).toMatchObject({ reason: 'not-allowed' });
    expect(asked).toEqual([`unix:${path}`]);
  });
  test('that we may not open is our own trouble', async () => {
    const { path, folder } = await listening();
    chmodSync(folder.path, 0o000);
    const seen = await dialling(`unix:${path}`);
    chmodSync(folder.path, 0o700);
    // Whoever is root may open everything.
    expect(seen.reason).toBe(process.getuid?.() === 0 ? null : 'could-not-run');
  });
  test('is no endpoint of a network', () => expect(() => endpointOf('unix:/run/x')).toThrow('host:port'));
});
