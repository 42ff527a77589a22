import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describePeer, freePort, peerFolder, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { ntp } from './ntp.ts';

const running: { readonly stop: () => Promise<void> | void }[] = [];
afterAll(async () => {
  for (const one of running.splice(0).toReversed()) await one.stop();
});

/** chronyd that touches no clock; `local` makes it serve its own time as a stratum. */
const chronyd = async (local: string, wrap?: string): Promise<number> => {
  const { path, remove } = peerFolder('chrony');
  running.push({ stop: remove });
  chmodSync(path, 0o755);
  const port = await freePort();
  const file = join(path, 'chrony.conf');
  writeFileSync(
    file,
    `port ${port}\nbindaddress 127.0.0.1\ncmdport 0\nbindcmdaddress /\nallow 127.0.0.1\npidfile ${path}/pid\ndriftfile ${path}/drift\n${local}\n`,
  );
  const args = ['-x', '-d', '-u', 'root', '-f', file];
  const how =
    wrap === undefined
      ? { program: 'chronyd', args }
      : { program: 'faketime', args: ['-f', wrap, '/usr/sbin/chronyd', ...args] };
  const peer = await startPeer({
    ...how,
    ready: async () =>
      (await ask(port, {}, 200)).reason !== 'no-answer' && (await ask(port, {}, 200)).reason !== 'refused',
  });
  running.push(peer);
  return port;
};
const ask = (port: number, options: object = {}, ms = 2000) =>
  ntp({ check: checkOf('ntp', options), target: `127.0.0.1:${port}` }, contextHere()(AbortSignal.timeout(ms)));

describePeer('ntp against chrony', ['chronyd'], () => {
  test('a server with a time of its own is good, near, and as far from a reference as it says', async () => {
    const port = await chronyd('local stratum 5');
    const seen = await ask(port, { maxOffset: 0.05, maxStratum: 5 });
    expect(seen).toMatchObject({ outcome: 'good', depth: 'protocol', signals: { stratum: 5 } });
    expect(Math.abs(seen.signals['offset'] ?? Number.NaN)).toBeLessThan(0.05);
    expect(await ask(port, { maxStratum: 4 })).toMatchObject({ outcome: 'bad', reason: 'out-of-bounds' });
    await running.at(-1)?.stop();
    expect(await ask(port)).toMatchObject({ outcome: 'bad', reason: 'refused' });
  });
  test('a server that follows nothing says so', async () => {
    const port = await chronyd('');
    expect(await ask(port)).toMatchObject({ outcome: 'bad', reason: 'not-synchronised' });
  });
});
