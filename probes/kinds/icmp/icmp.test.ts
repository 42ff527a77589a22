import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ProbeContext } from '../../observation.ts';
import { peerFolder } from '../../testing/peer.ts';
import { checkOf, contextHere, udpStand } from '../../testing/servers.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { icmp } from './icmp.ts';
import { repliesOf, spreadOf } from './replies.ts';

const three = `PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.
64 bytes from 10.0.0.1: icmp_seq=1 ttl=63 time=1.00 ms
64 bytes from 10.0.0.1: icmp_seq=1 ttl=63 time=1.20 ms (DUP!)
no answer yet for icmp_seq=2
64 bytes from 10.0.0.1: icmp_seq=3 ttl=63 time=3.00 ms

--- 10.0.0.1 ping statistics ---
3 packets transmitted, 2 received, +1 duplicates, 33.3333% packet loss, time 401ms
`;
const echo = (seq: number): string => `64 bytes from 10.0.0.1: icmp_seq=${seq} ttl=63 time=1.00 ms`;

describe('what ping prints', () => {
  test('echoes are counted once each, with their time and their hops', () => {
    expect(repliesOf(three)).toEqual({ times: [0.001, 0.003], hopLimit: 63, refused: null, ours: null });
  });
  test.each([
    [
      'a host nobody can reach',
      'From 10.0.0.9 icmp_seq=1 Destination Host Unreachable\n',
      { refused: 'Destination Host Unreachable' },
    ],
    [
      'a way that is too long',
      'From 10.0.0.9 icmp_seq=1 Time to live exceeded\n',
      { refused: 'Time to live exceeded' },
    ],
    [
      'a packet too large',
      'From 10.0.0.9 icmp_seq=1 Frag needed and DF set (mtu = 1400)\n',
      { refused: 'Frag needed and DF set (mtu = 1400)' },
    ],
    [
      'another way, which is none of these',
      'From 10.0.0.9 icmp_seq=1 Redirect Host(New nexthop: 10.0.0.8)\n',
      { refused: null },
    ],
    ['no way at all', 'ping: connect: Network is unreachable\n', { ours: 'connect: Network is unreachable' }],
    [
      'a warning, which is none',
      'ping: Warning: source address might be selected on device other than: lo\n',
      { ours: null },
    ],
    ['IPv6', '64 bytes from ::1: icmp_seq=1 ttl=64 time=0.1 ms\n', { times: [0.0001], hopLimit: 64 }],
  ])('%s', (_, said, expected) => {
    expect(repliesOf(said)).toMatchObject(expected);
  });
  test('the spread is that of all packets', () => {
    expect(spreadOf([0.001, 0.003])).toEqual({ min: 0.001, avg: 0.002, max: 0.003, stddev: 0.001 });
  });
  test('any text is read without harm', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom(...three.split('\n')));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const { times } = repliesOf(lines.join('\n'));
        expect(times.length).toBeLessThanOrEqual(lines.length);
        expect(times.every((time) => Number.isFinite(time) && time >= 0)).toBe(true);
      }),
    );
  });
});

const ask = (target: string, options: object = {}, more: Partial<ProbeContext> = {}, ms = 600) =>
  icmp(
    { check: checkOf('icmp', options, { timeoutMs: ms, depth: 'transport' }), target },
    { ...contextHere()(AbortSignal.timeout(ms)), source: null, ...more },
  );
const ours = { outcome: 'unknown', reason: 'could-not-run' };
const bad = (reason: string) => ({ outcome: 'bad', reason });

describe('a program in the place of ping', () => {
  const { path, remove } = peerFolder('ping');
  const real = process.env['PATH'];
  beforeEach(() => {
    process.env['PATH'] = `${path}:${real}`;
    return () => {
      process.env['PATH'] = real;
    };
  });
  afterAll(remove);
  const stand = (script: string): void => {
    writeFileSync(
      join(path, 'ping'),
      `#!/bin/sh\necho $$ > ${path}/pid\nprintf '%s\\n' "$@" > ${path}/given\n${script}\n`,
    );
    chmodSync(join(path, 'ping'), 0o755);
  };
  const says = (...lines: readonly string[]): string => lines.map((line) => `echo '${line}'`).join('\n');
  const given = (): readonly string[] => readFileSync(join(path, 'given'), 'utf8').trim().split('\n');
  const gone = (): boolean => {
    try {
      process.kill(Number(readFileSync(join(path, 'pid'), 'utf8')), 0);
      return false;
    } catch {
      return true;
    }
  };

  test.each<[string, string, object, object]>([
    ['all echoes', says(echo(1), echo(2), echo(3)), {}, { outcome: 'good', depth: 'transport', signals: { loss: 0 } }],
    [
      'one of three lost',
      `${says(echo(1), echo(3))}\nexit 0`,
      {},
      { ...bad('packet-loss'), facts: { icmp: { sent: 3, received: 2 } } },
    ],
    ['as many lost as may be', says(echo(1), echo(3)), { maxLoss: 34 }, { outcome: 'good' }],
    ['the rest is out until the end', `${says(echo(1))}\nexec sleep 9`, {}, bad('packet-loss')],
    ['the rest is out, and may be', `${says(echo(1))}\nexec sleep 9`, { maxLoss: 70 }, { outcome: 'good' }],
    ['nothing is heard', 'exec sleep 9', {}, { ...bad('no-answer'), depth: 'none' }],
    ['nothing was heard', 'exit 1', {}, bad('no-answer')],
    ['a refusal on the way', says('From 10.0.0.9 icmp_seq=1 Destination Net Prohibited'), {}, bad('unreachable')],
    ['no way', `${says('ping: connect: Network is unreachable')} >&2; exit 2`, {}, bad('unreachable')],
    ['no right to send', `${says('ping: socket: Operation not permitted')} >&2; exit 2`, {}, ours],
    ['words nobody knows', `${says('Usage: ping')} >&2; exit 2`, {}, ours],
    ['a program of another kind', `${says('ping: unrecognized option: O')} >&2; exit 1`, {}, ours],
    ['text without end', 'exec yes', {}, bad('no-answer')],
    ['too little room for a time', says(echo(1)), { size: 8 }, ours],
  ])('%s', async (_, script, options, expected) => {
    stand(script);
    expect(await ask('127.0.0.1', options)).toMatchObject(expected);
    await vi.waitFor(() => expect(gone()).toBe(true));
  });
  test('it is given numbers and addresses, and nothing else', async () => {
    stand(says(echo(1)));
    const resolve = async () => ['10.1.2.3'];
    const options = { packets: 1, size: 1400, hopLimit: 9, dontFragment: true };
    await ask('epj.example', options, { source: '127.0.0.1', resolve });
    expect(given().join(' ')).toBe('-4 -n -O -c 1 -s 1400 -i 0.200 -t 9 -M do -I 127.0.0.1 -- 10.1.2.3');
    await ask('::1');
    expect(given().join(' ')).toMatch(/^-6 .* -- ::1$/);
  });
  test('packets leave at a pace that fits the deadline', async () => {
    stand(says(echo(1)));
    await ask('127.0.0.1', { packets: 11 }, { withinMs: 500 });
    expect(Number(given()[given().indexOf('-i') + 1])).toBeCloseTo(0.025, 3);
  });
  test('a resolver that gives something else than an address starts nothing', async () => {
    stand(says(echo(1)));
    expect(await ask('epj.example', {}, { resolve: async () => ['-f'] })).toMatchObject(ours);
  });
  test('the end of the run is the end of the program', async () => {
    stand('exec sleep 9');
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    expect(await ask('127.0.0.1', {}, { signal: stop.signal }, 5000)).toMatchObject(ours);
    await vi.waitFor(() => expect(gone()).toBe(true));
  });
});

test('a machine without the program cannot run, and that is not the peer’s fault', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    const seen = await ask('127.0.0.1');
    expect(seen).toMatchObject(ours);
    expect(seen.message).toContain('iputils-ping');
  } finally {
    process.env['PATH'] = path;
  }
});

test.each(['-f 127.0.0.1', '-f', '$(id)', 'a b', '127.0.0.1;id', ''])(
  'the target %j is no host, and nothing is started',
  async (target) => {
    expect(await ask(target)).toMatchObject(ours);
  },
);

test('a name nobody knows is not found, and a silent resolver has failed', async () => {
  const resolve = async () => {
    throw new ProbeFailure('name-not-found', 'expected an address, got none');
  };
  expect(await ask('nobody.example', {}, { resolve })).toMatchObject(bad('name-not-found'));
  const silent = await udpStand(() => undefined);
  const context = contextHere([], silent.target)(AbortSignal.timeout(200));
  expect(await icmp({ check: checkOf('icmp'), target: 'nobody.example' }, context)).toMatchObject(
    bad('resolver-failed'),
  );
  await silent.close();
});
