import { connect as dial } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AmqpOptions } from '../../../infra/landscape/kinds/amqp.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { framesOf } from '../../wire/frames.ts';
import { amqp } from './amqp.ts';
import { decodeFrame, type Frame, frameLength } from './frames.ts';
import {
  channelOpen,
  close,
  consume,
  makeOwnQueue,
  open,
  protocolHeader,
  publish,
  startOk,
  tuneOk,
} from './methods.ts';
import { type Broker, server, startBroker } from './testing/broker.ts';

describePeer('rabbitmq', [server, 'epmd'], () => {
  let authority: Authority;
  let broker: Broker;
  beforeAll(async () => {
    authority = await createAuthority();
    const own = await authority.issue(['mq.region.example'], new Date(Date.now() + 86_400_000));
    broker = await startBroker({ ...own, ca: authority.pem });
  });
  afterAll(() => broker?.stop());

  type How = {
    readonly password?: string;
    readonly trust?: readonly string[];
    readonly withinMs?: number;
    readonly tls?: boolean;
  };
  const ask = async (
    options: Partial<AmqpOptions> = {},
    { password = 'rigtigt', trust = [authority.pem], withinMs = 3000, tls = options.tls === true }: How = {},
  ): Promise<Measurement> => {
    const login = { user: 'probe', password: { env: 'PASSWORD' } };
    const whole: AmqpOptions = { login, allowPlain: true, vhost: '/', roundTrip: false, ...options };
    const seen = await amqp(
      { check: checkOf('amqp', whole), target: tls ? broker.tls : broker.plain, secrets: { 'env:PASSWORD': password } },
      contextHere(trust)(AbortSignal.timeout(withinMs)),
    );
    expect(JSON.stringify(seen)).not.toContain(password);
    return seen;
  };

  /** Somebody else at the broker, who stays until the test is over. */
  const other = async (...sent: readonly [Buffer, Frame['is'] | null][]) => {
    const [host, port] = broker.plain.split(':');
    const socket = dial(Number(port), host);
    const frames = framesOf(socket, { lengthOf: frameLength, frameLimit: 1e6, countLimit: 1e6, what: 'a frame' });
    const heard: Frame[] = [];
    const opening: readonly [Buffer, Frame['is'] | null][] = [
      [protocolHeader, 'start'],
      [startOk('probe', 'rigtigt'), 'tune'],
      [Buffer.concat([tuneOk(131_072), open('/')]), 'open-ok'],
      [channelOpen(), 'channel-open-ok'],
    ];
    for (const [bytes, answer] of [...opening, ...sent]) {
      socket.write(bytes);
      if (answer === null) continue;
      const frame = decodeFrame(await frames.next());
      expect(frame.is).toBe(answer);
      heard.push(frame);
    }
    return {
      heard,
      leave: async () => {
        socket.write(close());
        while (decodeFrame(await frames.next()).is !== 'close-ok');
        socket.destroy();
      },
    };
  };

  const good = { outcome: 'good', reason: null, message: '' };
  const bad = (reason: string, message: unknown = expect.anything()) => ({ outcome: 'bad', reason, message });
  const named = { tls: true, serverName: 'mq.region.example' };
  const rows: readonly (readonly [string, Partial<AmqpOptions>, object, How?])[] = [
    ['a login is let in', {}, { ...good, depth: 'session' }],
    [
      'a message comes back',
      { roundTrip: true },
      { ...good, depth: 'transaction', signals: { 'round-trip': expect.any(Number) } },
    ],
    ['a queue is there', { queue: 'orders' }, { ...good, depth: 'session', signals: { messages: 0, consumers: 0 } }],
    [
      'a queue is there, and a message comes back',
      { queue: 'orders', roundTrip: true },
      { ...good, depth: 'transaction', signals: { messages: 0 } },
    ],
    [
      'a wrong password is refused',
      {},
      bad('login-refused', expect.stringContaining('ACCESS_REFUSED (403)')),
      { password: 'forkert' },
    ],
    ['an unknown user is refused', { login: { user: 'nobody', password: { env: 'PASSWORD' } } }, bad('login-refused')],
    [
      'a virtual host that is not there is not opened',
      { vhost: 'other' },
      bad('rejected', expect.stringContaining('the virtual host other, got NOT_ALLOWED (530)')),
    ],
    [
      'one that we have no access to is not either',
      { vhost: 'closed' },
      bad('rejected', expect.stringContaining('NOT_ALLOWED (530)')),
    ],
    [
      'a queue that is not there is not made',
      { queue: 'order' },
      bad('rejected', expect.stringContaining('the queue order, got NOT_FOUND (404)')),
    ],
    ['it still is not there', { queue: 'order' }, bad('rejected')],
    [
      'too few consumers are out of bounds',
      { queue: 'orders', consumers: 1 },
      bad('out-of-bounds', 'expected at least 1 consumers of orders, got 0'),
    ],
    ['no message too many is good', { queue: 'orders', messages: 0 }, good],
    [
      'who may make no queue cannot send himself a message',
      { login: { user: 'reader', password: { env: 'PASSWORD' } }, roundTrip: true },
      bad('rejected', expect.stringContaining('ACCESS_REFUSED (403)')),
    ],
    [
      'who may look at a queue can',
      { login: { user: 'reader', password: { env: 'PASSWORD' } }, queue: 'orders' },
      good,
    ],
    [
      'TLS with a good certificate is good',
      { ...named, roundTrip: true },
      { ...good, depth: 'transaction', signals: { certificate: expect.any(Number) } },
    ],
    ['one of nobody we trust is untrusted', named, bad('certificate-untrusted'), { trust: [] }],
    ['one for another name has the wrong name', { tls: true }, bad('certificate-name')],
    ['a client without TLS is not understood', {}, { outcome: 'bad' }, { tls: true, withinMs: 1000 }],
    ['a broker without TLS is not either', named, { outcome: 'bad' }, { tls: false, withinMs: 1000 }],
    [
      'a password does not go out in the clear',
      { allowPlain: false },
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
  ];
  test.each(rows.map(([title, options, expected, how = {}]) => [title, options, expected, how] as const))(
    '%s',
    async (_, options, expected, how) => expect(await ask(options, how)).toMatchObject(expected),
  );

  test('a queue that somebody else has for himself is locked', async () => {
    const own = await other([makeOwnQueue(), 'declare-ok']);
    const made = own.heard.at(-1);
    expect(await ask({ queue: made?.is === 'declare-ok' ? made.queue : '' })).toMatchObject(
      bad('rejected', expect.stringContaining('RESOURCE_LOCKED (405)')),
    );
    await own.leave();
  });

  test('messages and consumers are counted, and nothing is taken out', async () => {
    const one = Buffer.from('a letter');
    const writer = await other([Buffer.concat([publish('letters', one), publish('letters', one)]), null]);
    await expect.poll(async () => (await ask({ queue: 'letters' })).signals['messages']).toBe(2);
    expect(await ask({ queue: 'letters', roundTrip: true, messages: 1 })).toMatchObject({
      ...bad('out-of-bounds', 'expected at most 1 messages in letters, got 2'),
      signals: { messages: 2 },
    });
    expect(await ask({ queue: 'letters' })).toMatchObject({ ...good, signals: { messages: 2 } });
    await writer.leave();
    const reader = await other([consume('orders'), 'consume-ok']);
    expect(await ask({ queue: 'orders', consumers: 1 })).toMatchObject({ ...good, signals: { consumers: 1 } });
    await reader.leave();
  });

  test('several at once each hear their own, and leave no queue behind', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => ask({ roundTrip: true })));
    for (const seen of all) expect(seen).toMatchObject(good);
    const queues = await broker.control('list_queues', '--silent', 'name');
    expect(queues.trim().split('\n').toSorted()).toEqual(['letters', 'orders', 'secret']);
  });

  test('we leave as a client should, whatever came of it', async () => {
    const before = broker.said().length;
    await ask({ roundTrip: true });
    await ask({ queue: 'order' });
    await ask({ vhost: 'other' });
    await ask({ queue: 'orders', consumers: 1 });
    await expect
      .poll(
        () =>
          broker
            .said()
            .slice(before)
            .match(/closing AMQP connection/g)?.length ?? 0,
      )
      .toBeGreaterThanOrEqual(2);
    expect(broker.said().slice(before)).not.toMatch(/unexpectedly closed|connection_closed_abruptly|handshake_timeout/);
  });

  test('a broker that is out of memory takes no messages, and says so', async () => {
    await broker.control('set_vm_memory_high_watermark', '0.00001');
    expect(await ask({ roundTrip: true })).toMatchObject(
      bad('not-serving', expect.stringContaining('blocked: low on memory')),
    );
    expect(await ask()).toMatchObject({ ...good, depth: 'session' });
    await broker.control('set_vm_memory_high_watermark', '0.4');
    await expect.poll(async () => (await ask({ roundTrip: true })).outcome).toBe('good');
  });

  test('a broker that hangs does not answer, and one that has stopped refuses', async () => {
    broker.process.kill('SIGSTOP');
    expect(await ask({}, { withinMs: 400 })).toMatchObject({
      ...bad('no-answer', 'expected a broker to introduce itself, got no answer in time'),
      depth: 'transport',
    });
    broker.process.kill('SIGCONT');
    expect(await ask()).toMatchObject(good);
    const stopping = broker.stop();
    await stopping;
    expect(await ask()).toMatchObject(bad('refused'));
  });
});
