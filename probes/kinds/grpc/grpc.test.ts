import { constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, dripping, endless, tcpStand, tlsStand } from '../../testing/servers.ts';
import { grpc } from './grpc.ts';
import { type Answer, grpcPeer } from './testing/peer.ts';

holdContract({
  kind: 'grpc',
  probe: grpc,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => ({ check: checkOf('grpc', { service: 'epj' }, { timeoutMs }), target: endpoint }),
  reasons: { garbage: 'protocol-error', drip: 'protocol-error' },
});

const stops: (() => unknown)[] = [];
const raw: Socket[] = [];
afterEach(async () => {
  raw.splice(0);
  for (const stop of stops.splice(0)) await stop();
});
let ours: Authority;
beforeAll(async () => {
  ours = await createAuthority();
});
const soon = new Date(Date.now() + 86_400_000);

const ask = (target: string, options: object = {}, trust: readonly string[] = []) =>
  grpc(
    {
      check: checkOf('grpc', options),
      target,
      secrets: { 'env:TOKEN': 'Bearer tOpSeCrEt', 'env:BROKEN': 'one\ntwo' },
    },
    contextHere(trust)(AbortSignal.timeout(2000)),
  );
const good = { outcome: 'good', reason: null, message: '', depth: 'protocol' };

describe('a server of grpc-js', () => {
  const guarded: Answer = ({ metadata }) =>
    metadata.get('authorization')[0] === 'Bearer tOpSeCrEt'
      ? { status: 'SERVING' }
      : { code: status.UNAUTHENTICATED, details: 'who are you' };
  const always =
    (said: string | number): Answer =>
    () => ({ status: said });
  const failing =
    (code: number, details = ''): Answer =>
    () => ({ code, details });
  const rows: readonly (readonly [string, object, Answer | null, object])[] = [
    ['that serves is good', {}, always('SERVING'), { ...good, facts: { grpc: { status: 0, serving: 'SERVING' } } }],
    [
      'is asked for the declared service',
      { service: 'epj.v1.Records' },
      ({ service }) => ({ status: service === 'epj.v1.Records' ? 'SERVING' : 'NOT_SERVING' }),
      good,
    ],
    [
      'is asked for a service with a name that is long and not ASCII',
      { service: 'æ'.repeat(200) },
      ({ service }) => ({ status: service === 'æ'.repeat(200) ? 'SERVING' : 'NOT_SERVING' }),
      good,
    ],
    [
      'that does not serve is not',
      { service: 'epj' },
      always('NOT_SERVING'),
      {
        reason: 'not-serving',
        message: 'expected epj to be SERVING, got NOT_SERVING',
        facts: { grpc: { status: 0, serving: 'NOT_SERVING' } },
      },
    ],
    [
      'that does not know how it is, is not',
      {},
      always('UNKNOWN'),
      { reason: 'not-serving', facts: { grpc: { status: 0, serving: 'UNKNOWN' } } },
    ],
    [
      'that says it knows no such service is not',
      {},
      always('SERVICE_UNKNOWN'),
      { reason: 'not-serving', facts: { grpc: { status: 0, serving: 'SERVICE_UNKNOWN' } } },
    ],
    [
      'that says what nobody knows is not',
      {},
      always(77),
      { reason: 'not-serving', facts: { grpc: { status: 0, serving: '77' } } },
    ],
    [
      'that has no such service says so by its status',
      {},
      failing(status.NOT_FOUND, 'unknown service'),
      {
        reason: 'unexpected-status',
        message: 'expected the status OK, got NOT_FOUND (5): unknown service',
        facts: { grpc: { status: 5, serving: null } },
      },
    ],
    [
      'without a health service has not answered for its health',
      {},
      null,
      { reason: 'unexpected-status', facts: { grpc: { status: 12 } } },
    ],
    ['that is unavailable is not', {}, failing(status.UNAVAILABLE), { reason: 'unexpected-status' }],
    [
      'that does not let us in has refused the login',
      {},
      guarded,
      { reason: 'login-refused', facts: { grpc: { status: 16 } }, message: /UNAUTHENTICATED \(16\): who are you/ },
    ],
    ['that denies it to us has refused it too', {}, failing(status.PERMISSION_DENIED), { reason: 'login-refused' }],
    ['lets in who has the token', { metadata: { Authorization: [{ env: 'TOKEN' }] } }, guarded, good],
    [
      'that says a token back does not get it shown',
      { metadata: { authorization: [{ env: 'TOKEN' }] } },
      ({ metadata }) => ({ code: status.UNAUTHENTICATED, details: `not ${metadata.get('authorization')[0]}` }),
      { reason: 'login-refused', message: /: not \*\*\*$/ },
    ],
    [
      'that would be told of a person is not asked',
      { metadata: { 'x-patient': ['010190-1234'] } },
      always('SERVING'),
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'is given every value of metadata, bytes too',
      { metadata: { 'x-site': ['a', 'b'], 'trace-bin': ['\x00'] } },
      ({ metadata }) => ({
        status:
          metadata.get('x-site').join() === 'a, b' && Buffer.from(metadata.get('trace-bin')[0] ?? '').length === 1
            ? 'SERVING'
            : 'NOT_SERVING',
      }),
      good,
    ],
    [
      'is not asked when a secret is missing',
      { metadata: { authorization: [{ env: 'NOT_THERE' }] } },
      always('SERVING'),
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'is not asked with a secret that no header can carry',
      { metadata: { authorization: [{ env: 'BROKEN' }] } },
      always('SERVING'),
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'is not asked with a header that is not of metadata',
      { metadata: { connection: ['close'] } },
      always('SERVING'),
      { outcome: 'unknown', reason: 'could-not-run' },
    ],
  ];
  test.each(rows)('%s', async (_, options, answer, { message, ...expected }: { message?: string | RegExp }) => {
    const { target, stop } = await grpcPeer(answer);
    stops.push(stop);
    const seen = await ask(target, options);
    expect(seen).toMatchObject(expected);
    if (message !== undefined) expect(seen.message).toMatch(message);
    expect(JSON.stringify(seen)).not.toContain('tOpSeCrEt');
    if (seen.outcome === 'good') expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'processing']);
  });

  test('that has stopped refuses', async () => {
    const { target, stop } = await grpcPeer(() => ({ status: 'SERVING' }));
    stop();
    expect(await ask(target)).toMatchObject({ outcome: 'bad', reason: 'refused' });
  });

  test('is asked by a name, an address of either family and a port of its own', async () => {
    const { target, stop } = await grpcPeer(() => ({ status: 'SERVING' }));
    stops.push(stop);
    expect(await ask(`localhost:${target.split(':')[1]}`)).toMatchObject(good);
  });

  test('is asked over TLS, and its certificate is known', async () => {
    const { target, stop } = await grpcPeer(
      () => ({ status: 'SERVING' }),
      await ours.issue(['epj.region.example'], soon),
    );
    stops.push(stop);
    const named = { tls: true, serverName: 'epj.region.example' };
    const seen = await ask(target, named, [ours.pem]);
    expect(seen).toMatchObject({ ...good, signals: { certificate: Math.floor(soon.getTime() / 1000) } });
    expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'tls', 'processing']);
    expect(await ask(target, named)).toMatchObject({ reason: 'certificate-untrusted' });
    expect(await ask(target, { tls: true }, [ours.pem])).toMatchObject({ reason: 'certificate-name' });
    expect(await ask(target, { ...named, trusted: false })).toMatchObject(good);
    expect(await ask(target, {})).toMatchObject({ outcome: 'bad', reason: 'closed-early' });
  });

  test('is asked as a module file may want it', async () => {
    const late = await ours.issue(['other.example'], new Date(Date.now() - 60_000));
    const { target, stop } = await grpcPeer(() => ({ status: 'SERVING' }), late);
    stops.push(stop);
    expect(await ask(target, { tls: true })).toMatchObject({ outcome: 'bad', reason: 'certificate-expired' });
    expect(await ask(target, { tls: true, verified: false })).toMatchObject(good);
    expect(await ask(target, { tls: true, verified: false, family: 6 })).toMatchObject({ reason: 'name-not-found' });
    const own = await ours.issue(['epj.region.example'], soon);
    const other = await grpcPeer(() => ({ status: 'SERVING' }), own);
    stops.push(other.stop);
    const named = { tls: true, serverName: 'epj.region.example' };
    expect(await ask(other.target, { ...named, ca: [ours.pem], caOnly: true })).toMatchObject(good);
    expect(await ask(other.target, { ...named, maxVersion: '1.2' }, [ours.pem])).toMatchObject(good);
  });

  test('that speaks in the clear is no TLS server', async () => {
    const { target, stop } = await grpcPeer(() => ({ status: 'SERVING' }));
    stops.push(stop);
    expect(await ask(target, { tls: true })).toMatchObject({ outcome: 'bad', reason: 'tls-handshake' });
  });
});

test('a TLS server that does not choose HTTP/2 does not speak gRPC', async () => {
  const stand = await tlsStand(await ours.issue(['epj.region.example'], soon), (socket) => socket.resume());
  stops.push(stand.close);
  const seen = await ask(stand.target, { tls: true, serverName: 'epj.region.example' }, [ours.pem]);
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'protocol-error', depth: 'protocol' });
});

describe('an HTTP/2 server', () => {
  const asGrpc = { ':status': 200, 'content-type': 'application/grpc' };
  const serving = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
  const ending = (body: Buffer, trailers: object, head: object = asGrpc) => {
    return (stream: ServerHttp2Stream) => {
      stream.respond({ ...head }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ ...trailers }));
      stream.end(body);
    };
  };
  const ok = { 'grpc-status': '0' };
  const rows: readonly (readonly [string, (stream: ServerHttp2Stream) => void, object])[] = [
    ['that answers as gRPC does is good', ending(serving, ok), good],
    [
      'whose message is longer than it says is broken',
      ending(Buffer.concat([serving, Buffer.from([0])]), ok),
      { reason: 'protocol-error' },
    ],
    ['whose message is shorter is broken', ending(serving.subarray(0, 6), ok), { reason: 'protocol-error' }],
    ['without a message is broken', ending(Buffer.alloc(0), ok), { reason: 'protocol-error' }],
    [
      'that compresses unasked is broken',
      ending(Buffer.concat([Buffer.from([1]), serving.subarray(1)]), ok),
      { reason: 'protocol-error' },
    ],
    ['without a status is broken', ending(serving, {}), { reason: 'protocol-error' }],
    [
      'whose status is no number is broken',
      ending(serving, { 'grpc-status': 'fine' }),
      { reason: 'protocol-error', message: 'expected a gRPC status, got fine' },
    ],
    [
      'with a status nobody knows is named by its number',
      ending(serving, { 'grpc-status': '99' }),
      { reason: 'unexpected-status', facts: { grpc: { status: 99 } } },
    ],
    [
      'that says so in a web page is none of gRPC',
      ending(serving, ok, { ':status': 200, 'content-type': 'text/html' }),
      { reason: 'protocol-error' },
    ],
    [
      'in front of a gRPC server that is not there is unavailable',
      ending(Buffer.from('bad gateway'), {}, { ':status': 502 }),
      { reason: 'unexpected-status', message: 'expected the status OK, got UNAVAILABLE (14) by HTTP 502' },
    ],
    [
      'that wants to know who asks has refused the login',
      ending(Buffer.alloc(0), {}, { ':status': 401 }),
      { reason: 'login-refused' },
    ],
    [
      'that answers with a status alone is heard',
      (stream) =>
        stream.respond({ ...asGrpc, 'grpc-status': '14', 'grpc-message': 'p%C3%A5 vej%zz' }, { endStream: true }),
      { reason: 'unexpected-status', facts: { grpc: { status: 14, serving: null } } },
    ],
    [
      'that says it serves by a status alone has not said so',
      (stream) => stream.respond({ ...asGrpc, 'grpc-status': '0' }, { endStream: true }),
      { reason: 'protocol-error' },
    ],
    [
      'that refuses the stream is unavailable',
      (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
      { reason: 'unexpected-status', facts: { grpc: { status: 14 } } },
    ],
    [
      'that is annoyed by the stream has not enough',
      (stream) => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM),
      { reason: 'unexpected-status', facts: { grpc: { status: 8 } } },
    ],
    [
      'that goes away in the middle has closed early',
      (stream) => {
        stream.respond(asGrpc);
        stream.write(serving.subarray(0, 3));
        setTimeout(() => raw.forEach((socket) => void socket.destroy()), 20);
      },
      { reason: 'closed-early' },
    ],
    [
      'that goes away with an error has broken off',
      (stream) => stream.session?.goaway(constants.NGHTTP2_INTERNAL_ERROR),
      { reason: 'protocol-error' },
    ],
    [
      'that never stops is cut off',
      (stream) => {
        stream.respond(asGrpc);
        stream.on('error', () => undefined);
        const more = (): void => {
          while (!stream.destroyed && stream.write(Buffer.alloc(16_384)));
          stream.once('drain', more);
        };
        more();
      },
      { reason: 'answer-too-large' },
    ],
    [
      'with a head without end is cut off',
      (stream) => {
        stream.on('error', () => undefined);
        const head = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`x-${at}`, 'x'.repeat(400)]));
        stream.respond({ ...asGrpc, ...head }, { endStream: true });
      },
      { outcome: 'bad' },
    ],
  ];
  test.each(rows)('%s', async (_, handle, expected) => {
    const server = createServer();
    server.on('connection', (socket) => raw.push(socket));
    server.on('session', (session) => session.on('error', () => undefined));
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('error', () => undefined);
      handle(stream);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    expect(await ask(`127.0.0.1:${port}`)).toMatchObject(expected);
  });
});

test.each([
  ['answers HTTP/1.1', (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))],
  ['sends garbage without end', (socket) => endless(socket.resume(), Buffer.alloc(16_384, 0xff))],
  [
    'sends settings without end',
    (socket) => endless(socket.resume(), Buffer.from('000000040000000000'.repeat(500), 'hex')),
  ],
  ['drips settings', (socket) => dripping(socket.resume(), '\0\0\0\x04\0\0\0\0\0', 1)],
] satisfies readonly (readonly [string, Parameters<typeof tcpStand>[0]])[])(
  'a peer that %s is bad and costs no more than the deadline',
  async (_, handle) => {
    const stand = await tcpStand(handle);
    stops.push(stand.close);
    const seen = await grpc({ check: checkOf('grpc'), target: stand.target }, contextHere()(AbortSignal.timeout(300)));
    expect(seen).toMatchObject({ outcome: 'bad' });
    expect(seen.duration).toBeLessThan(1.2);
  },
);
