import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkOf, contextHere } from '../../testing/servers.ts';
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
    ['no way at all', 'ping: connect: Network is unreachable\n', { ours: 'ping: connect: Network is unreachable' }],
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
        expect(times.every(Number.isFinite)).toBe(true);
      }),
    );
  });
});

test.each(['-f 127.0.0.1', '-f', '$(id)', 'a b', '127.0.0.1;id', ''])(
  'the target %j is no host, and nothing is started',
  async (target) => {
    const seen = await icmp({ check: checkOf('icmp'), target }, contextHere()(AbortSignal.timeout(500)));
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  },
);

test('a machine without the program cannot run, and that is not the peer’s fault', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    const seen = await icmp({ check: checkOf('icmp'), target: '127.0.0.1' }, contextHere()(AbortSignal.timeout(500)));
    expect(['good', 'unknown']).toContain(seen.outcome);
  } finally {
    process.env['PATH'] = path;
  }
});
