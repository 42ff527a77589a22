import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describePeer, freePort, peerFolder, programAt, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { ntp } from './ntp.ts';

const running: { readonly stop: () => Promise<void> | void }[] = [];
afterAll(async () => {
  for (const one of running.splice(0).toReversed()) await one.stop();
});

/** The environment in which a program sees another time. `faketime` itself stays before it, and would be ended alone. */
const shifted = (by: string): Readonly<Record<string, string>> => {
  const { stdout } = spawnSync(programAt('faketime') ?? '', ['-f', by, 'env'], { encoding: 'utf8' });
  const told = [...stdout.matchAll(/^(LD_PRELOAD|FAKETIME)=(.*)$/gm)];
  return Object.fromEntries(told.map(([, name = '', value = '']) => [name, value]));
};

/** chronyd that touches no clock; `local` makes it serve its own time as a stratum. */
const chronyd = async (local: string, by?: string): Promise<number> => {
  const { path, remove } = peerFolder('chrony');
  running.push({ stop: remove });
  chmodSync(path, 0o755);
  const port = await freePort();
  const file = join(path, 'chrony.conf');
  writeFileSync(
    file,
    `port ${port}\nbindaddress 127.0.0.1\ncmdport 0\nbindcmdaddress /\nallow 127.0.0.1\npidfile ${path}/pid\ndriftfile ${path}/drift\n${local}\n`,
  );
  const peer = await startPeer({
    program: 'chronyd',
    args: ['-x', '-d', '-u', 'root', '-f', file],
    env: by === undefined ? {} : shifted(by),
    ready: async () => !['no-answer', 'refused'].includes((await ask(port, {}, 200)).reason ?? ''),
  });
  running.push(peer);
  return port;
};
const ask = (port: number, options: object = {}, ms = 2000) =>
  ntp({ check: checkOf('ntp', options), target: `127.0.0.1:${port}` }, contextHere()(AbortSignal.timeout(ms)));

describePeer('ntp against chrony', ['chronyd', 'faketime'], () => {
  test('a server with a time of its own is good, near, and as far from a reference as it says', async () => {
    const port = await chronyd('local stratum 5');
    const seen = await ask(port, { maxOffset: 0.05, maxStratum: 5 });
    expect(seen).toMatchObject({ outcome: 'good', depth: 'protocol', signals: { stratum: 5 } });
    expect(Math.abs(seen.signals['offset'] ?? Number.NaN)).toBeLessThan(0.05);
    expect(await ask(port, { maxStratum: 4 })).toMatchObject({ outcome: 'bad', reason: 'out-of-bounds' });
    await running.at(-1)?.stop();
    expect(await ask(port)).toMatchObject({ outcome: 'bad', reason: 'refused' });
  });
  test('a server whose clock is ahead is as far from ours as it is', async () => {
    const port = await chronyd('local stratum 5', '+5s');
    const seen = await ask(port, { maxOffset: 0.5 });
    expect(seen).toMatchObject({ outcome: 'bad', reason: 'clock-offset' });
    expect(seen.signals['offset']).toBeGreaterThan(4.9);
    expect(seen.signals['offset']).toBeLessThan(5.1);
    expect(await ask(port, { maxOffset: 6 })).toMatchObject({ outcome: 'good' });
  });
  test('a server whose clock is behind is bad as well', async () => {
    const port = await chronyd('local stratum 5', '-90s');
    expect(await ask(port, { maxOffset: 0.5 })).toMatchObject({ outcome: 'bad', reason: 'clock-offset' });
  });
  test('a server that follows nothing says so', async () => {
    const port = await chronyd('');
    expect(await ask(port)).toMatchObject({ outcome: 'bad', reason: 'not-synchronised' });
  });
});
