import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import type { MllpOptions } from '../../../infra/landscape/kinds/mllp.ts';
import { mllp as demo } from '../../../scripts/demo/protocols/lines.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { dripping, endless } from '../../testing/servers.ts';
import { mllp } from './mllp.ts';
import { ack, engine, framed } from './testing/engine.ts';
import { aimOf, keeping, normal, run, says } from './testing/run.ts';

holdContract({
  kind: 'mllp',
  probe: mllp,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => aimOf(normal(), endpoint, timeoutMs),
  reasons: { garbage: 'protocol-error', drip: 'protocol-error' },
});

const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string) => ({ outcome: 'good', depth });

const any = normal();
const strict = normal({ level: 'accepted' });
const order = { type: 'ORM^O01^ORM_O01', segments: ['ORC|NW|FORVARSEL-1'] };
const [accept, application, both] = (['accept', 'application', 'both'] as const).map((enhanced) =>
  normal({ level: 'accepted', enhanced }),
) as [MllpOptions, MllpOptions, MllpOptions];
const wanting = (code: string, control: string, wish: string): string =>
  framed(`MSH|^~\\&|E|R|F||20260801||ACK|THEIRS|P|2.5|||${wish}|NE\rMSA|${code}|${control}\r`);

const rows: readonly (readonly [string, MllpOptions, (socket: Socket) => void, object])[] = [
  ['the engine of the demo accepts', strict, demo(() => null), good('session')],
  [
    'a declared message that is accepted is a transaction',
    normal({ level: 'accepted', message: order }),
    says(({ control }) => ack('AA', control)),
    good('transaction'),
  ],
  [
    'the engine of the demo refuses and says why',
    strict,
    demo(() => 'queue full'),
    bad('rejected', 'expected AA, got AE (application error): "queue full"'),
  ],
  [
    'any code proves transport and parser, and no more',
    any,
    says(({ control }) => ack('AR', control)),
    good('protocol'),
  ],
  [
    'AE is a refusal where acceptance was asked for',
    strict,
    says(({ control }) => ack('AE', control, ['ERR|||207^x^HL70357|E'])),
    bad('rejected', 'expected AA, got AE (application error): 207 (internal error)'),
  ],
  [
    'AR is a refusal',
    strict,
    says(({ control }) => ack('AR', control, ['ERR|||202^x|E||||use P here'])),
    bad('rejected', 'expected AA, got AR (application reject): 202 (processing id not supported) "use P here"'),
  ],
  [
    'before 2.5 the code is in ERR-1',
    strict,
    says(({ control }) => ack('AE', control, ['ERR|MSH^1^9^200&x&HL70357'])),
    bad('rejected', expect.stringMatching(/200 \(message type not supported\)/)),
  ],
  [
    'a commit in original mode is no acceptance',
    strict,
    says(({ control }) => ack('CA', control)),
    bad('unexpected-answer', expect.stringMatching(/original mode .*got CA/)),
  ],
  [
    'an acknowledgement of another message is not ours',
    any,
    says(() => ack('AA', 'FVSLOTHER')),
    bad('mismatched-answer', expect.stringMatching(/^expected MSA-2 to be FVSL[A-Z]{10}, got another control id$/)),
  ],
  [
    'an acknowledgement of nothing is not ours',
    any,
    says(() => ack('AR', '')),
    bad('mismatched-answer', expect.stringMatching(/got nothing$/)),
  ],
  [
    'a control id that goes on is another',
    any,
    says(({ control }) => ack('AA', `${control}X`)),
    bad('mismatched-answer'),
  ],
  [
    'a code that is none',
    any,
    says(({ control }) => ack('OK', control)),
    bad('unexpected-answer', 'expected a code of MSA-1, got OK'),
  ],
  [
    'a message that acknowledges nothing',
    any,
    says(() => framed('MSH|^~\\&|E|R|F||20260801||ADT^A01|1|P|2.5\rEVN|A01\r')),
    bad('unexpected-answer', expect.stringMatching(/^expected a segment MSA, got MSH .*EVN$/)),
  ],
  [
    'a frame without HL7',
    any,
    says(() => framed('hello')),
    bad('protocol-error', 'expected an HL7 message, got 5 bytes that are none'),
  ],
  ['an empty frame', any, says(() => framed('')), bad('protocol-error')],
  [
    'an acknowledgement without a frame',
    any,
    says(({ control }) => `MSH|^~\\&|\rMSA|AA|${control}\r`),
    bad('protocol-error', expect.stringMatching(/no start block \(0x0B\): HL7 without a frame$/)),
  ],
  [
    'a web server',
    any,
    (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    bad('protocol-error', expect.stringMatching(/no start block \(0x0B\): HTTP$/)),
  ],
  [
    'a frame that is never ended',
    any,
    says(({ control }) => ack('AA', control).slice(0, -2)),
    bad('no-answer', expect.stringMatching(/expected an end block .* in time$/)),
  ],
  [
    'a frame cut short by the end of the connection',
    any,
    engine(({ control }, socket) => socket.end(ack('AA', control).slice(0, -2))),
    bad('closed-early', expect.stringMatching(/expected an end block/)),
  ],
  [
    'an end block alone',
    any,
    engine(({ control }, socket) => socket.end(ack('AA', control).slice(0, -1))),
    bad('protocol-error', expect.stringMatching(/carriage return behind the end block \(0x1C\), got none/)),
  ],
  [
    'an end block and something else',
    any,
    says(({ control }) => ack('AA', control).replace('\x1c\r', '\x1c\n')),
    bad('protocol-error', expect.stringMatching(/got another byte/)),
  ],
  [
    'a message within a message',
    any,
    says(({ control }) => `\x0bMSH|${ack('AA', control)}`),
    bad('protocol-error', expect.stringMatching(/got a start block/)),
  ],
  [
    'silence after keep-alive bytes is silence',
    any,
    (socket) => dripping(socket.resume(), '\0\r\n '),
    bad('no-answer'),
  ],
  [
    'a connection that is closed without a word',
    any,
    (socket) => socket.once('data', () => socket.end()),
    bad('closed-early', 'expected an acknowledgement, got a closed connection'),
  ],
  [
    'an endless frame',
    any,
    (socket) => {
      socket.write('\x0b');
      endless(socket, Buffer.alloc(65_536, 'x'));
    },
    bad('answer-too-large'),
  ],
  [
    'endless empty frames',
    any,
    (socket) => {
      endless(socket, Buffer.from(framed('').repeat(1000)));
    },
    bad('protocol-error'),
  ],
  [
    'endless noise',
    any,
    (socket) => endless(socket, Buffer.alloc(65_536, 'x')),
    bad('protocol-error', expect.stringMatching(/no start block/)),
  ],
  [
    'NULs and line ends before the frame are passed over',
    strict,
    says(({ control }) => `\0\0\r\n${ack('AA', control)}`),
    good('session'),
  ],
  [
    'junk before the frame is passed over, and said',
    strict,
    says(({ control }) => `keep-alive${ack('AA', control)}`),
    { ...good('session'), transcript: expect.stringContaining('10 bytes between frames were passed over') },
  ],
  [
    'segments that end in line feeds are read',
    strict,
    says(({ control }) => ack('AA', control).replaceAll('\r', '\n').replace('\x1c\n', '\x1c\r')),
    good('session'),
  ],
  [
    'other delimiters are read',
    strict,
    says(({ control }) => framed(`MSH#*~\\&#E#R#F##20260801##ACK#1#P#2.5\rMSA#AA#${control}\r`)),
    good('session'),
  ],
  [
    'byte by byte is read',
    strict,
    engine(({ control }, socket) => {
      for (const byte of Buffer.from(ack('AA', control))) socket.write(Buffer.of(byte));
    }),
    good('session'),
  ],
  [
    'a peer that takes one message a connection',
    strict,
    engine(({ control }, socket) => socket.end(ack('AA', control))),
    good('session'),
  ],
  [
    'enhanced mode: the commit is enough where only that was asked for',
    accept,
    says(({ control }) => ack('CA', control)),
    good('session'),
  ],
  [
    'enhanced mode: CE is a refusal',
    accept,
    says(({ control }) => ack('CE', control)),
    bad('rejected', 'expected CA, got CE (commit error)'),
  ],
  [
    'enhanced mode: CR is a refusal, and no application is waited for',
    both,
    says(({ control }) => ack('CR', control)),
    bad('rejected', 'expected CA, got CR (commit reject)'),
  ],
  [
    'enhanced mode: a peer that does not know it',
    accept,
    says(({ control }) => ack('AA', control)),
    bad('unexpected-answer', expect.stringMatching(/expected an accept acknowledgement .* got AA/)),
  ],
  ['enhanced mode: the application alone', application, says(({ control }) => ack('AA', control)), good('session')],
  [
    'enhanced mode: one after the other',
    both,
    says(({ control }) => `${ack('CA', control)}\0${ack('AA', control)}`),
    good('session'),
  ],
  [
    'enhanced mode: committed, then refused',
    both,
    says(({ control }) => ack('CA', control) + ack('AE', control)),
    bad('rejected', expect.stringMatching(/expected AA, got AE/)),
  ],
  [
    'enhanced mode: committed twice',
    both,
    says(({ control }) => ack('CA', control) + ack('CA', control)),
    bad('unexpected-answer'),
  ],
  [
    'enhanced mode: committed, then silence',
    both,
    says(({ control }) => ack('CA', control)),
    bad('no-answer', 'expected an application acknowledgement, got none in time'),
  ],
  [
    'enhanced mode: committed, then gone',
    both,
    engine(({ control }, socket) => socket.end(ack('CA', control))),
    bad('closed-early', 'expected an application acknowledgement, got a closed connection'),
  ],
  [
    'enhanced mode: the second acknowledges another message',
    both,
    says(({ control }) => ack('CA', control) + ack('AA', 'OTHER')),
    bad('mismatched-answer'),
  ],
  ['the connection alone', normal({ level: 'connect' }), (socket) => socket.resume(), good('transport')],
];
test.each(rows)('mllp: %s', async (_, options, peer, wanted) => {
  expect(await run(options, peer)).toMatchObject(wanted);
});

test('mllp: how long an acknowledgement took is a signal, of an acceptance alone', async () => {
  const slow = engine(({ control }, socket) => {
    socket.write(ack('CA', control));
    setTimeout(() => socket.write(ack('AA', control)), 60);
  });
  const { signals, phases } = await run(both, slow);
  expect(signals['acknowledgement']).toBeGreaterThan(0);
  expect(signals['application']).toBeGreaterThan(0.055);
  expect(signals['acknowledgement']).toBeLessThan(signals['application'] ?? 0);
  expect(Object.keys(phases)).toEqual(['resolve', 'connect', 'processing', 'transfer']);
  const refused = await run(
    strict,
    says(({ control }) => ack('AE', control)),
  );
  expect(refused.signals).toEqual({});
});

test('mllp: what is sent is a query of the clock, marked as a test, about nobody', async () => {
  const sent: string[] = [];
  const options = normal({
    sender: { application: 'FORVARSEL', facility: 'OPS^1.2.208&ISO' },
    receiver: { application: 'ENGINE', facility: 'REGION' },
    controlPrefix: 'PING',
    characters: 'UNICODE UTF-8',
    enhanced: 'accept',
  });
  await run(options, keeping(sent, 'CA'));
  expect(sent[0]).toMatch(
    /^MSH\|\^~\\&\|FORVARSEL\|OPS\^1\.2\.208&ISO\|ENGINE\|REGION\|\d{14}\+0000\|\|NMQ\^N01\^NMQ_N01\|PING[A-Z]{10}\|T\|2\.5\|\|\|AL\|NE\|\|UNICODE UTF-8\rNCK\|\d{14}\+0000\r$/,
  );
  await run(any, keeping(sent, 'AA'));
  expect(sent[1]?.split('\r')[0]).toMatch(
    /^MSH\|\^~\\&\|FORVARSEL\|\|\|\|\d{14}\+0000\|\|NMQ\^N01\^NMQ_N01\|FVSL[A-Z]{10}\|T\|2\.5$/,
  );
  const ids = sent.map((text) => text.split('|')[9]);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  ['8859/1', 'latin1'],
  ['UNICODE UTF-8', 'utf8'],
] as const)('mllp: letters go out and are read in %s', async (characters, encoding) => {
  let sent = Buffer.alloc(0);
  const peer = engine(({ text, control }, socket) => {
    sent = Buffer.from(text, 'latin1');
    const head = `MSH|^~\\&|E|R|F||20260801||ACK|1|P|2.5||||||${characters}`;
    socket.write(Buffer.from(framed(`${head}\rMSA|AE|${control}|kø på Østfløjen\r`), encoding));
  });
  const options = normal({
    level: 'accepted',
    characters,
    message: { type: 'ZFV^Z01', segments: ['ZFV|Sønderjylland'] },
  });
  expect(await run(options, peer)).toMatchObject(bad('rejected', expect.stringMatching(/"kø på Østfløjen"$/)));
  expect(sent.toString(encoding)).toContain('ZFV|Sønderjylland');
});

test('mllp: an application acknowledgement that wants one gets it', async () => {
  const got: string[] = [];
  const peer = engine(({ text, control }, socket) => {
    got.push(text);
    if (got.length === 1) socket.write(wanting('CA', control, '') + wanting('AA', control, 'AL'));
  });
  expect(await run(both, peer)).toMatchObject(good('session'));
  expect(got[1]).toMatch(/^MSH\|.*\|\|ACK\|FVSL[A-Z]{10}\|T\|2\.5\rMSA\|CA\|THEIRS\r$/);
});

test('mllp: half of the connection is closed first, and the peer may say its last word', async () => {
  const heard: string[] = [];
  const peer = engine(({ control }, socket) => {
    socket.removeAllListeners('end');
    socket.on('end', () => {
      heard.push('end');
      setTimeout(() => socket.end('\0\0\0'), 20);
    });
    socket.on('error', () => heard.push('error'));
    socket.on('close', () => heard.push('close'));
    socket.write(ack('AA', control));
  });
  expect(await run(strict, peer)).toMatchObject(good('session'));
  expect(heard.slice(0, 1)).toEqual(['end']);
  await vi.waitFor(() => expect(heard).toEqual(['end', 'close']));
});

test('mllp: an answer just before the deadline is no late one', async () => {
  const peer = engine(({ control }, socket) => {
    setTimeout(() => socket.write(ack('AA', control)), 350);
    // Deaf to the farewell: it stays open.
    socket.removeAllListeners('end');
  });
  expect(await run(strict, peer, { timeoutMs: 400 })).toMatchObject(good('session'));
});
