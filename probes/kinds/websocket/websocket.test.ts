import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { WebsocketOptions } from '../../../infra/landscape/kinds/websocket.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { answering, checkOf, contextHere, dripping, endless, tcpStand } from '../../testing/servers.ts';
import { upgrading, type WsPeer, wsPeer } from './testing/peer.ts';
import { websocket } from './websocket.ts';

holdContract({
  kind: 'websocket',
  probe: websocket,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => ({ check: checkOf('websocket', {}, { timeoutMs }), target: `ws://${endpoint}/` }),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
let ours: Authority;
beforeAll(async () => {
  ours = await createAuthority();
});

const secrets = { 'env:PASSWORD': 'sW0rdfish', 'env:TOKEN': 'tOpSeCrEt', 'env:PERSON': '010190-1234' };
const ask = (target: string, options: WebsocketOptions = {}, trust: readonly string[] = [], withinMs = 2000) =>
  websocket(
    { check: checkOf('websocket', options), target, secrets },
    contextHere(trust)(AbortSignal.timeout(withinMs)),
  );
const good = { outcome: 'good', reason: null, message: '', facts: { websocket: { status: 101, upgraded: true } } };
const asked = (peer: Promise<WsPeer>): Promise<WsPeer> => {
  stops.push(async () => await (await peer).stop());
  return peer;
};

describe('a server of ws', () => {
  const echo = () => asked(wsPeer((socket) => socket.on('message', (bytes, binary) => socket.send(bytes, { binary }))));
  const greets = (...texts: string[]) => asked(wsPeer((socket) => texts.forEach((text) => void socket.send(text))));
  const guarded = (authorization: string) =>
    asked(
      wsPeer(() => undefined, {
        verifyClient: ({ req }, done) => {
          if (req.headers.authorization === authorization) done(true);
          else done(false, 401);
        },
      }),
    );
  const basic = `Basic ${Buffer.from('probe:sW0rdfish').toString('base64')}`;
  const login = { user: 'probe', password: { env: 'PASSWORD' } };

  type Row = readonly [string, () => Promise<WsPeer>, WebsocketOptions, object];
  const rows: readonly Row[] = [
    ['that upgrades is good', echo, {}, { ...good, depth: 'protocol' }],
    [
      'that greets as expected is good',
      () => greets('hello of node 7'),
      { dialogue: [{ expect: '^hello of (?P<who>.*)$', among: 1 }] },
      { ...good, facts: { ...good.facts, captured: { who: 'node 7' } } },
    ],
    [
      'that greets otherwise is not',
      () => greets('go away'),
      { dialogue: [{ expect: '^hello', among: 1 }] },
      {
        reason: 'unexpected-answer',
        message: 'expected a message, /^hello/, got "go away"',
        facts: { failedOn: 'regex', websocket: { upgraded: true } },
      },
    ],
    [
      'that greets after others is good where that may be',
      () => greets('one', 'two', 'hello'),
      { dialogue: [{ expect: '^hello', among: 3 }] },
      good,
    ],
    [
      'that greets too late is not',
      () => greets('one', 'two', 'hello'),
      { dialogue: [{ expect: '^hello', among: 2 }] },
      { reason: 'unexpected-answer' },
    ],
    [
      'that answers is good',
      echo,
      { dialogue: [{ send: 'ping 1' }, { expect: '^ping 1$', among: 1 }, { send: 'b' }, { expect: '^b$', among: 1 }] },
      good,
    ],
    [
      'that answers in bytes is good',
      echo,
      { dialogue: [{ sendHex: '00ff0a' }, { expect: '^\\x00\\xff\\n$', among: 1 }] },
      good,
    ],
    [
      'that answers at length is good',
      echo,
      {
        dialogue: [
          { send: 'x'.repeat(70_000) },
          { expect: '^x+$', among: 1 },
          { send: 'y'.repeat(200) },
          { expect: '^y+$', among: 1 },
        ],
      },
      good,
    ],
    [
      'is told what it said',
      () =>
        asked(
          wsPeer((socket) => {
            socket.send('nonce 4711 x');
            socket.on('message', (text) => socket.send(String(text) === '4711/x/$/ for x' ? 'right' : `wrong ${text}`));
          }),
        ),
      {
        dialogue: [
          { expect: 'nonce (?P<nonce>\\d+) (x)', among: 1 },
          // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of the dialogue.
          { send: '${nonce}/$2/$$/$3 for $2', expand: true },
          { expect: '^right$', among: 1 },
        ],
      },
      good,
    ],
    [
      'is told what it said before, over what caught nothing',
      () =>
        asked(
          wsPeer((socket) => {
            socket.send('a1');
            socket.send('b2');
            socket.send('{}');
            socket.on('message', (text) => socket.send(String(text) === 'a/b/2' ? 'right' : `wrong ${text}`));
          }),
        ),
      {
        dialogue: [
          { expect: '(?P<first>a)(1)', among: 1 },
          { expect: '(?P<second>b)(2)', among: 1 },
          { json: 'true', among: 1 },
          // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of the dialogue.
          { send: '${first}/${second}/$2', expand: true },
          { expect: '^right$', among: 1 },
        ],
      },
      good,
    ],
    [
      'is told a dollar as it stands where nothing is expanded',
      echo,
      { dialogue: [{ send: '$1' }, { expect: '^\\$1$', among: 1 }] },
      good,
    ],
    [
      'that says in JSON what it should is good',
      () => greets('{"state":"ok","beds":7}'),
      { dialogue: [{ json: 'body.state == "ok" && body.beds > 5.0', among: 1 }] },
      good,
    ],
    [
      'that says something else in JSON is not',
      () => greets('{"state":"broken"}'),
      { dialogue: [{ json: 'body.state == "ok"', among: 1 }] },
      { reason: 'unexpected-answer', facts: { failedOn: 'cel' } },
    ],
    [
      'that says no JSON is not',
      () => greets('ok'),
      { dialogue: [{ json: 'body.state == "ok"', among: 1 }] },
      { reason: 'unexpected-answer', facts: { failedOn: 'cel' } },
    ],
    [
      'that pings in between is answered and good',
      () =>
        asked(
          wsPeer((socket) => {
            socket.on('pong', (data) => socket.send(`pong ${data}`));
            socket.ping('are you there');
          }),
        ),
      { dialogue: [{ expect: '^pong are you there$', among: 1 }] },
      good,
    ],
    [
      'that says nothing is told what was waited for',
      () => greets(),
      { dialogue: [{ expect: '^hello', among: 1 }] },
      { reason: 'no-answer', message: 'expected a message, /^hello/, got none in time' },
    ],
    [
      'that closes instead has closed early, and says why',
      () => asked(wsPeer((socket) => socket.close(1011, 'no database'))),
      { dialogue: [{ expect: '^hello', among: 1 }] },
      { reason: 'closed-early', message: 'expected a message, got a close with 1011: no database' },
    ],
    [
      'that wants a login has not upgraded',
      () => guarded(basic),
      {},
      { reason: 'unexpected-status', facts: { websocket: { status: 401, upgraded: false } } },
    ],
    ['that refuses a login has refused it', () => guarded('Basic other'), { login }, { reason: 'login-refused' }],
    ['that takes a login is good, and deeper', () => guarded(basic), { login }, { ...good, depth: 'session' }],
    ['that takes a token is good', () => guarded('Bearer tOpSeCrEt'), { bearer: { env: 'TOKEN' } }, good],
    [
      'is not asked when a secret is missing',
      () => guarded(basic),
      { bearer: { env: 'NOT_THERE' } },
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'chooses one of the offered subprotocols',
      () => asked(wsPeer((socket) => socket.send(socket.protocol))),
      { subprotocols: ['fhir-1', 'fhir-2'], dialogue: [{ expect: '^fhir-1$', among: 1 }] },
      good,
    ],
    [
      'that chooses none of them is not good',
      () => asked(wsPeer(() => undefined, { handleProtocols: () => false })),
      { subprotocols: ['fhir-1'] },
      { reason: 'unexpected-answer' },
    ],
    [
      'is given headers, plain and secret, and the path',
      () =>
        asked(
          wsPeer((socket, { headers, url }) =>
            socket.send(`${headers['x-key']} ${headers.origin} ${headers.host} ${url}`),
          ),
        ),
      {
        headers: [
          ['X-Key', { env: 'TOKEN' }],
          ['origin', 'https://board.example'],
          ['Host', 'board.example'],
        ],
        dialogue: [{ expect: '^tOpSeCrEt https://board.example board.example /live$', among: 1 }],
      },
      good,
    ],
    [
      'that says a secret back does not get it shown',
      echo,
      {
        headers: [['x-key', { env: 'TOKEN' }]],
        dialogue: [{ send: 'key tOpSeCrEt' }, { expect: '^(?P<all>key .*ET)', among: 1 }],
      },
      { reason: 'unexpected-answer', message: 'expected a message, /^(?P<all>key .*ET)/, got "key ***"' },
    ],
    [
      'that gets what may be a person is not asked',
      echo,
      { dialogue: [{ send: 'patient 010190-1234' }] },
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'that would be told a person by itself is not',
      () => greets('patient 0101901234'),
      {
        dialogue: [
          { expect: '\\d+', among: 1 },
          { send: '$0', expand: true },
        ],
      },
      { outcome: 'unknown', reason: 'could-not-run' },
    ],
    [
      'that gets a person in a header is not asked',
      echo,
      { headers: [['x-patient', { env: 'PERSON' }]] },
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'is not asked with a broken expression',
      echo,
      { dialogue: [{ expect: '(', among: 1 }] },
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'is not asked with broken CEL',
      echo,
      { dialogue: [{ json: 'body.', among: 1 }] },
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'is not asked with a header that cannot be sent',
      echo,
      { headers: [['x-key', 'one\ntwo']] },
      { outcome: 'unknown', reason: 'could-not-run' },
    ],
  ];
  test.each(rows)('%s', async (_, peer, options, expected) => {
    const { target, closed } = await peer();
    const seen = await ask(target, options, [], 500);
    expect(seen).toMatchObject(expected);
    expect(JSON.stringify(seen)).not.toMatch(/sW0rdfish|tOpSeCrEt|0101901234/);
    if (seen.outcome !== 'good') return;
    expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'processing', 'transfer']);
    expect(await closed(), 'is left in order').toBe(1000);
  });

  test('that has stopped refuses', async () => {
    const peer = await wsPeer(() => undefined);
    await peer.stop();
    expect(await ask(peer.target)).toMatchObject({ outcome: 'bad', reason: 'refused' });
  });

  test('is asked over TLS, and its certificate is known', async () => {
    const until = new Date(Date.now() + 86_400_000);
    const { target } = await asked(
      wsPeer((socket) => socket.send('hello'), { tls: await ours.issue(['board.region.example'], until) }),
    );
    const options = { serverName: 'board.region.example', dialogue: [{ expect: '^hello', among: 1 }] };
    const seen = await ask(target, options, [ours.pem]);
    expect(seen).toMatchObject({ ...good, signals: { certificate: Math.floor(until.getTime() / 1000) } });
    expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
    expect(await ask(target, options)).toMatchObject({ reason: 'certificate-untrusted' });
    expect(await ask(target, { dialogue: options.dialogue }, [ours.pem])).toMatchObject({ reason: 'certificate-name' });
    expect(await ask(target, { ...options, trusted: false })).toMatchObject(good);
  });

  test('that a login in the address opens is good', async () => {
    const { target } = await guarded(basic);
    expect(await ask(target.replace('//', '//probe:sW0rdfish@'))).toMatchObject(good);
    expect(await ask(target.replace('//', '//probe:sWordfish@'))).toMatchObject({ reason: 'login-refused' });
  });
});

describe('a peer', () => {
  const frame = (...bytes: (number | string)[]) =>
    Buffer.concat(bytes.map((one) => (typeof one === 'number' ? Buffer.from([one]) : Buffer.from(one))));
  const hello = frame(0x81, 5, 'hello');
  const says = (...bytes: (number | string)[]) => upgrading((socket) => void socket.write(frame(...bytes)));
  const bad = (reason: string) => ({ outcome: 'bad', reason });
  const rows: readonly (readonly [string, Parameters<typeof tcpStand>[0], object])[] = [
    ['that says what is expected is good', says(0x81, 5, 'hello'), good],
    [
      'whose first frame comes with its answer is good',
      (socket) =>
        void socket.once('data', (asked: Buffer) => {
          const chunks: Buffer[] = [];
          // The same peer, with everything in one write.
          const write = socket.write.bind(socket);
          socket.write = (chunk: string | Uint8Array) => chunks.push(Buffer.from(chunk)) > 0;
          upgrading(() => chunks.push(hello))(socket);
          socket.emit('data', asked);
          write(Buffer.concat(chunks));
        }),
      good,
    ],
    ['that says it in parts is good', says(0x01, 2, 'he', 0x89, 0, 0x80, 3, 'llo'), good],
    [
      'that says a web page has not upgraded',
      answering('200 OK', 'hello'),
      { ...bad('unexpected-status'), facts: { websocket: { status: 200, upgraded: false } } },
    ],
    ['that sends us elsewhere has not upgraded', answering('302 Found\r\nlocation: /x'), bad('unexpected-status')],
    ['that refuses without a login asked is not', answering('403 No'), bad('unexpected-status')],
    [
      'that says 101 and means nothing is broken',
      (socket) => void socket.once('data', () => socket.write('HTTP/1.1 101 Fine\r\n\r\n')),
      { outcome: 'bad' },
    ],
    [
      'that answers another key is broken',
      upgrading((socket) => void socket.write(hello), { accept: 'bm90IG91ciBrZXk=' }),
      bad('protocol-error'),
    ],
    [
      'that answers with an extension nobody offered is broken',
      upgrading((socket) => void socket.write(hello), { extra: 'sec-websocket-extensions: permessage-deflate\r\n' }),
      bad('protocol-error'),
    ],
    [
      'that chooses a subprotocol nobody offered is broken',
      upgrading((socket) => void socket.write(hello), { extra: 'sec-websocket-protocol: mqtt\r\n' }),
      bad('protocol-error'),
    ],
    ['that compresses is broken', says(0xc1, 5, 'hello'), bad('protocol-error')],
    ['that masks is broken', says(0x81, 0x85, 0, 0, 0, 0, 'hello'), bad('protocol-error')],
    ['that says what nobody knows is broken', says(0x83, 0), bad('protocol-error')],
    ['that continues what it never began is broken', says(0x80, 5, 'hello'), bad('protocol-error')],
    ['that begins again in the middle is broken', says(0x01, 2, 'he', 0x81, 5, 'hello'), bad('protocol-error')],
    ['that says text that is none is broken', says(0x81, 2, 0xc3, 0x28), bad('protocol-error')],
    ['that pings in parts is broken', says(0x09, 1, 'x'), bad('protocol-error')],
    ['that wastes bytes on a length is broken', says(0x81, 126, 0, 5, 'hello'), bad('protocol-error')],
    [
      'that announces a message of 2 GB is cut off',
      says(0x81, 127, 0, 0, 0, 0, 0x80, 0, 0, 0),
      bad('answer-too-large'),
    ],
    [
      'that announces more than there is is cut off',
      says(0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      bad('answer-too-large'),
    ],
    [
      'that leaves in the middle of a message has closed early',
      upgrading((socket) => void socket.end(hello.subarray(0, 4))),
      bad('closed-early'),
    ],
    [
      'that resets is a reset',
      upgrading((socket) => void setTimeout(() => socket.resetAndDestroy(), 20)),
      bad('reset'),
    ],
    [
      'that closes without a word has closed early',
      says(0x88, 0),
      { ...bad('closed-early'), message: 'expected a message, got a close with no code' },
    ],
    [
      'that drips is late',
      upgrading((socket) => {
        socket.write(frame(0x82, 127, 0, 0, 0, 0, 0, 3, 0, 0));
        dripping(socket, 'x', 1);
      }),
      bad('no-answer'),
    ],
    [
      'that pings without end is cut off',
      upgrading((socket) => endless(socket, Buffer.from('8900'.repeat(8192), 'hex'))),
      bad('answer-too-large'),
    ],
    [
      'that sends parts without end is cut off',
      upgrading((socket) =>
        endless(socket, Buffer.concat([Buffer.from([0x01, 0]), Buffer.from('0000'.repeat(8192), 'hex')])),
      ),
      { outcome: 'bad' },
    ],
    [
      'that sends a message in huge parts without end is cut off',
      upgrading((socket) => {
        socket.write(frame(0x01, 0));
        endless(socket, frame(0x00, 126, 0xff, 0xff, 'x'.repeat(65_535)));
      }),
      bad('answer-too-large'),
    ],
    [
      'that sends headers without end is cut off',
      (socket) => {
        socket.resume().write('HTTP/1.1 101 Switching Protocols\r\n');
        endless(socket, Buffer.from('x-many: 1\r\n'.repeat(1000)));
      },
      bad('answer-too-large'),
    ],
    [
      'that answers 103 without end is late',
      (socket) => dripping(socket.resume(), 'HTTP/1.1 103 Early Hints\r\n\r\n', 1),
      bad('no-answer'),
    ],
    [
      'that answers in gzip has not upgraded',
      answering('503 Busy\r\ncontent-encoding: gzip', gzipSync('busy')),
      bad('unexpected-status'),
    ],
  ];
  test.each(rows)('%s', async (_, handle, expected) => {
    const stand = await tcpStand(handle);
    stops.push(stand.close);
    const options = { dialogue: [{ expect: '^hello$', among: 1 }] };
    const seen = await ask(`ws://${stand.target}/`, options, [], 700);
    expect(seen).toMatchObject(expected);
    expect(seen.duration).toBeLessThan(1.6);
  });

  test('that does not answer our goodbye is not waited for', async () => {
    const stand = await tcpStand(says(0x81, 5, 'hello'));
    stops.push(stand.close);
    const seen = await ask(`ws://${stand.target}/`, { dialogue: [{ expect: '^hello$', among: 1 }] });
    expect(seen).toMatchObject(good);
    expect(seen.duration).toBeLessThan(0.8);
  });
});
