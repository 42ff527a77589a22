// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a dialogue says what it caught.
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DialogueStep, LineStep } from '../../../infra/landscape/kinds/tcp.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { type Line, scripted } from '../../testing/scripted.ts';
import { checkOf, contextHere, endless, tcpStand } from '../../testing/servers.ts';
import { certifying, keepStands } from '../../testing/stands.ts';
import { tcp } from './tcp.ts';

// With a dialogue over bytes it is held in contract.test.ts.
holdContract({
  kind: 'tcp',
  probe: tcp,
  wire: 'tcp',
  aim: (target, timeoutMs = 300) => ({
    check: checkOf('tcp', { lines: [{ send: 'hello' }, { expect: '^220 .*ready' }] }, { timeoutMs }),
    target,
  }),
  reasons: { garbage: 'unexpected-answer', drip: 'unexpected-answer' },
});

const peer = certifying('peer.example');
const stands = keepStands();
const run = async (options: object, server: readonly Line[] | ((socket: Socket) => void), patience = 5000) => {
  const stand = await tcpStand(typeof server === 'function' ? server : scripted(server, peer.issued()));
  stands.push(stand);
  const check = checkOf('tcp', { serverName: 'peer.example', ...options }, { depth: 'transaction' });
  return await tcp({ check, target: stand.target }, contextHere([peer.root()])(AbortSignal.timeout(patience)));
};

const good = (captured?: object) => ({
  outcome: 'good',
  depth: 'transaction',
  facts: captured === undefined ? {} : { captured },
});
const bad = (reason: string, failedOn?: string, message = '') => ({
  outcome: 'bad',
  reason,
  message: expect.stringContaining(message),
  facts: failedOn === undefined ? expect.not.objectContaining({ failedOn: expect.anything() }) : { failedOn },
});
const ours = (message: string) => ({
  outcome: 'unknown',
  reason: 'could-not-run',
  message: expect.stringContaining(message),
});

type Row<Step> = readonly [name: string, steps: readonly Step[], server: readonly Line[], expected: object];
const asked = (when: RegExp, say = ''): Line => ({ when, say });

const dialogues: readonly Row<DialogueStep>[] = [
  [
    'says again what it caught, by name and by number',
    [
      { expect: 'nonce=(?P<nonce>\\w+) (\\d+)' },
      { send: 'reply ${nonce} $2 ${2} $$ $none\n', expand: true },
      { expect: 'ok' },
    ],
    ['nonce=abc 42\n', asked(/^reply abc 42 42 \$ \n/, 'ok')],
    good({ nonce: 'abc' }),
  ],
  [
    'remembers names of every step, and numbers of the last',
    [{ expect: '(?P<a>x)(1)' }, { expect: '(?P<b>y)(2)' }, { send: '${a}${b}$2', expand: true }, { expect: 'ok' }],
    ['x1y2', asked(/^xy2/, 'ok')],
    good({ a: 'x', b: 'y' }),
  ],
  [
    'says bytes it caught as the bytes they were',
    [{ expect: '<(.+)>' }, { send: '\u00e6$1', expand: true }, { expect: 'ok' }],
    ['<\xff\x80>', asked(/^\xc3\xa6\xff\x80/, 'ok')],
    good(),
  ],
  [
    'says a dollar as it stands',
    [{ send: '$1 ${x} $$' }, { expect: 'ok' }],
    [asked(/^\$1 \$\{x\} \$\$/, 'ok')],
    good(),
  ],
  [
    'finds bytes among others',
    [{ expectHex: '0b4d' }, { sendHex: '1c0d' }, { expect: 'ok' }],
    ['xx\x0bMSH', asked(/^.\r/, 'ok')],
    good(),
  ],
  ['reads the very next bytes', [{ expectBytes: 'OK\u00e6' }, { expectBytes: '!' }], ['OK\xc3\xa6!'], good()],
  [
    'finds other bytes than the next',
    [{ expectBytes: 'OKAY' }],
    ['OH'],
    bad('unexpected-answer', 'bytes', 'the bytes "OKAY", got "OH"'),
  ],
  ['finds too few bytes', [{ expectBytes: 'OKAY' }], ['OK', 'end'], bad('unexpected-answer', 'bytes')],
  ['does not find bytes', [{ expectHex: 'ffff' }], ['abc', 'end'], bad('unexpected-answer', 'bytes')],
  [
    'does not find a word',
    [{ expect: '^220 ' }],
    ['554 no\r\n', 'end'],
    bad('unexpected-answer', 'regex', 'got "554 no..'),
  ],
  ['hears nothing before the end', [{ expect: '^220 ' }], ['end'], bad('closed-early')],
  [
    'starts TLS in the middle',
    [
      { expect: 'ready' },
      { send: 'STARTTLS\n' },
      { expect: 'go' },
      { startTls: true },
      { send: 'hi\n' },
      { expect: 'secret' },
    ],
    ['ready\n', asked(/^STARTTLS\n/, 'go'), 'tls', asked(/^hi\n/, 'secret')],
    good(),
  ],
  [
    'does not take a word for secret that was said before TLS',
    [{ expect: 'go' }, { startTls: true }, { expect: 'secret' }],
    ['go secret', 'tls'],
    bad('protocol-error'),
  ],
  [
    'does not say a number that may be a person, though a peer said it',
    [{ expect: '(\\d{6}-\\d{4})' }, { send: '$1', expand: true }],
    ['id 010190-1234'],
    ours("a person's identity"),
  ],
  ['is given no hexadecimal', [{ sendHex: 'xyz' }], [], ours('hexadecimal')],
  ['is given no expression', [{ expect: '(' }], [], ours('regular expression')],
];

describe('a dialogue over bytes', () => {
  test.each(dialogues)('%s', async (_, dialogue, server, expected) => {
    expect(await run({ dialogue }, server)).toMatchObject(expected);
  });
  test('in which nothing comes is no answer, and what came is told', async () => {
    const dialogue = [{ expect: '^220 ' }];
    expect(await run({ dialogue }, [], 200)).toMatchObject(bad('no-answer'));
    expect(await run({ dialogue }, ['554 no'], 200)).toMatchObject(bad('unexpected-answer', 'regex', 'got "554 no"'));
  });
});

const lines: readonly Row<LineStep>[] = [
  [
    'reads lines until one matches, and says what that caught',
    [
      { expect: '^PING (\\S+) (?P<who>\\w+)', send: 'PONG $1 ${who}', labels: [{ name: 'who', value: '<${2}>' }] },
      { expect: 'ok' },
    ],
    ['welcome\r\nPING :1 irc\r\n', asked(/^PONG :1 irc\n/, 'ok\n')],
    good({ who: '<irc>' }),
  ],
  ['sends a line, with a line feed', [{ send: 'hello' }, { expect: '^ok$' }], [asked(/^hello\n$/, 'ok\r\n')], good()],
  [
    'sends a dollar as it stands where nothing was caught',
    [{ send: '$1' }, { expect: 'ok' }],
    [asked(/^\$1\n/, 'ok\n')],
    good(),
  ],
  ['passes over what is empty', [{}, { send: '' }, { expectBytes: '' }, { expect: 'ok' }], ['ok\n'], good()],
  ['takes any line for an empty expression', [{ expect: '' }, { expect: '^b$' }], ['a\nb\n'], good()],
  [
    'reads letters, not bytes',
    [{ expect: '^(.)$', send: '$1!' }, { expect: 'ok' }],
    ['\xc3\xa6\n', asked(/^\xc3\xa6!\n/, 'ok\n')],
    good(),
  ],
  ['takes what stands before the end for a line', [{ expect: '^last$' }], ['first\nlast', 'end'], good()],
  [
    'finds no line that matches',
    [{ expect: '^220' }],
    ['554 a\n', '555 b\n', 'end'],
    bad('unexpected-answer', 'regex', 'got "555 b"'),
  ],
  ['finds no line at all', [{ expect: '^220' }], ['end'], bad('closed-early', 'regex')],
  [
    'reads as many bytes as these',
    [{ expectBytes: 'OK', send: 'go' }, { expect: '^ rest$' }],
    ['OK rest\n', asked(/^go\n/)],
    good(),
  ],
  ['finds other bytes', [{ expectBytes: 'OK' }], ['NO'], bad('unexpected-answer', 'bytes')],
  ['finds too few bytes', [{ expectBytes: 'OKAY' }], ['OK', 'end'], bad('unexpected-answer')],
  [
    'starts TLS',
    [{ expect: '^220', send: 'STARTTLS' }, { expect: '^220', startTls: true }, { send: 'EHLO x' }, { expect: '^250' }],
    ['220 a\n', asked(/^STARTTLS\n/, '220 go\n'), 'tls', asked(/^EHLO x\n/, '250 hi\n')],
    good(),
  ],
  ['meets a line without end', [{ expect: 'x' }], ['y'.repeat(70_000)], bad('answer-too-large')],
  [
    'meets lines without end',
    [{ expect: 'x' }],
    Array.from({ length: 40 }, () => 'y\n'.repeat(20_000)),
    bad('answer-too-large'),
  ],
];

describe('a dialogue in lines', () => {
  test.each(lines)('%s', async (_, steps, server, expected) => {
    expect(await run({ lines: steps }, server)).toMatchObject(expected);
  });
  test('in which no line matches in time is no failed match, but an unexpected answer', async () => {
    expect(await run({ lines: [{ expect: 'x' }] }, ['y\n'], 200)).toMatchObject(bad('unexpected-answer'));
    expect(await run({ lines: [{ expect: 'x' }] }, [], 200)).toMatchObject(bad('no-answer'));
  });
});

describe('where it speaks TLS', () => {
  test('the handshake alone is what the protocol is', async () => {
    expect(await run({ tls: true }, ['tls'])).toMatchObject({
      outcome: 'good',
      depth: 'protocol',
      facts: { tls: { wrong: null } },
      signals: { certificate: expect.any(Number) },
    });
  });
  test('a certificate for another name is one', async () => {
    expect(await run({ tls: true, serverName: 'x.example' }, ['tls'])).toMatchObject(bad('certificate-name'));
  });
  test('a socket of this machine has no name, and must be given one', async () => {
    const check = checkOf('tcp', { tls: true });
    const seen = await tcp({ check, target: 'unix:/nowhere' }, contextHere()(AbortSignal.timeout(500)));
    expect(seen).toMatchObject({ outcome: 'bad', reason: 'refused' });
  });
});

test('a peer that drips a long answer buys a part of this thread, not all of it', async () => {
  const began = performance.now();
  const spent = process.cpuUsage();
  const dialogue = [{ expect: '(a|b|ab)*c$' }];
  await run({ dialogue }, (socket) => endless(socket.resume(), Buffer.from('ab'.repeat(50))), 1000);
  const { user } = process.cpuUsage(spent);
  expect(user / 1e6).toBeLessThan(((performance.now() - began) / 1000) * 1.5);
});

test('whatever a peer says, in whatever pieces, a line is a line', { timeout: 20_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom('lines', 'dialogue'),
      async (pieces, mode) => {
        const said = pieces.map((piece) => Buffer.from(piece).toString('latin1'));
        const steps = [{ expect: '^\\xff+x?$' }];
        const seen = await run(mode === 'lines' ? { lines: steps } : { dialogue: steps }, [...said, 'end']);
        expect(seen.outcome === 'good' || /^(unexpected-answer|closed-early)$/.test(seen.reason ?? '')).toBe(true);
        for (const stand of stands.splice(0)) await stand.close();
      },
    ),
    { numRuns: 60 },
  );
});
