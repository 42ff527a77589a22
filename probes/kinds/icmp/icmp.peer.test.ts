import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { Measurement, ProbeContext } from '../../observation.ts';
import { describePeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { icmp } from './icmp.ts';

const ask = (target: string, options: object = {}, more: Partial<ProbeContext> = {}) => {
  const check = checkOf('icmp', options, { timeoutMs: 1500, depth: 'transport' });
  return icmp({ check, target }, { ...contextHere()(AbortSignal.timeout(1500)), source: null, ...more });
};

describePeer('icmp against this machine', ['ping'], () => {
  test('several packets come back, with their times and their hops', async () => {
    const seen = await ask('127.0.0.1', { packets: 4 });
    expect(seen).toMatchObject({
      outcome: 'good',
      depth: 'transport',
      facts: { icmp: { sent: 4, received: 4, hopLimit: 64 } },
    });
    const { min, avg, max, stddev } = seen.facts.icmp ?? { min: 1, avg: 0, max: 0, stddev: -1 };
    expect(min).toBeLessThanOrEqual(avg);
    expect(avg).toBeLessThanOrEqual(max);
    expect(stddev).toBeGreaterThanOrEqual(0);
    expect(seen.signals).toMatchObject({ loss: 0, 'rtt-avg': avg });
  });
  test('it leaves from the address of its vantage', async () => {
    expect(await ask('127.0.0.1', {}, { source: '127.0.0.9' })).toMatchObject({ outcome: 'good' });
    expect(await ask('127.0.0.1', {}, { source: '192.0.2.77' })).toMatchObject({
      outcome: 'unknown',
      reason: 'could-not-run',
    });
  });
  test('IPv6 has echoes too', async () => {
    expect(await ask('::1', { packets: 2 })).toMatchObject({
      outcome: 'good',
      facts: { address: '::1', icmp: { received: 2, hopLimit: 64 } },
    });
  });
  test('a large packet and a hop limit are taken as they are', async () => {
    expect(await ask('127.0.0.1', { size: 1400, hopLimit: 3 })).toMatchObject({ outcome: 'good' });
  });
  test('where probes may not go nothing is sent', async () => {
    expect(await ask('127.0.0.1', {}, { allowed: () => false })).toMatchObject({
      outcome: 'bad',
      reason: 'not-allowed',
    });
  });
  test('a run that is stopped leaves no process', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const seen = await ask('127.0.0.1', { packets: 20 }, { signal: stop.signal });
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
    const left = () =>
      spawnSync('pgrep', ['-P', String(process.pid), '-x', 'ping'], { encoding: 'utf8' }).stdout.trim();
    await vi.waitFor(() => expect(left()).toBe(''), { timeout: 2000 });
  });
});

/** A network of its own, in which echoes can be kept back without touching anybody else's. */
const apart = (before: string, ...args: readonly string[]): Measurement => {
  const once = fileURLToPath(new URL('./testing/once.ts', import.meta.url));
  const script = `ip link set lo up; ${before} exec "$0" "$@"`;
  const run = spawnSync('unshare', ['-n', 'sh', '-c', script, process.execPath, once, ...args], { encoding: 'utf8' });
  // It is what once.ts prints.
  return JSON.parse(run.stdout) as Measurement;
};
const mute = 'sysctl -qw net.ipv4.icmp_echo_ignore_all=1';
const canBeApart = spawnSync('unshare', ['-n', 'sh', '-c', `ip link set lo up && ${mute}`]).status === 0;
describePeer('icmp in a network of its own', ['ping', 'unshare', canBeApart ? 'ip' : 'a network namespace'], () => {
  test('packets that stay away are loss, as much as was declared or more', () => {
    const seen = apart('', '127.0.0.1', '10', '', '500');
    expect(seen).toMatchObject({ outcome: 'bad', reason: 'packet-loss' });
    expect(seen.signals['loss']).toBeGreaterThan(0);
    expect(seen.facts.icmp?.received).toBeGreaterThan(0);
    expect(apart('', '127.0.0.1', '10', '99', '500')).toMatchObject({ outcome: 'good' });
  });
  test('a host that stays silent gives no answer', () => {
    expect(apart(`${mute};`, '127.0.0.1', '2')).toMatchObject({ outcome: 'bad', reason: 'no-answer', depth: 'none' });
  });
  test('where there is no way it is unreachable', () => {
    expect(apart('', '10.9.9.9', '2')).toMatchObject({ outcome: 'bad', reason: 'unreachable' });
    expect(apart('ip route add unreachable 10.8.8.8;', '10.8.8.8', '2')).toMatchObject({
      outcome: 'bad',
      reason: 'unreachable',
    });
  });
});
