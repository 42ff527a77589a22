import { execFileSync } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect as dialTcp } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MqttOptions } from '../../../infra/landscape/kinds/mqtt.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, freePort, type Peer, peerFolder, programAt, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { mqtt } from './mqtt.ts';
import { connect, publish, type Version } from './packets.ts';

const ports = ['open', 'guarded', 'roles', 'tls', 'mutual', 'modest'] as const;
type Port = (typeof ports)[number];

const roles = (): string => {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync('rigtigt', salt, 101, 64, 'sha512');
  const acl = (acltype: string, topic: string) => ({ acltype, topic, allow: true });
  const own = [acl('subscribeLiteral', 'forvarsel/probe'), acl('publishClientSend', '#')];
  return JSON.stringify({
    defaultACLAccess: { publishClientSend: false, publishClientReceive: true, subscribe: false, unsubscribe: true },
    clients: [
      {
        username: 'probe',
        password: hash.toString('base64'),
        salt: salt.toString('base64'),
        iterations: 101,
        roles: [{ rolename: 'probe' }],
      },
    ],
    roles: [{ rolename: 'probe', acls: own }],
  });
};

const acl = [
  'user probe',
  'topic readwrite forvarsel/probe',
  'topic read forvarsel/silent',
  'topic read forvarsel/retained',
  'topic write forvarsel/hidden',
  'user other',
  'topic readwrite #',
];

const plugin = (): string => {
  const folder = readdirSync('/usr/lib').find((name) => name.endsWith('-linux-gnu')) ?? '';
  return join('/usr/lib', folder, 'mosquitto_dynamic_security.so');
};

describePeer('mosquitto', ['mosquitto', 'mosquitto_passwd'], () => {
  const folder = peerFolder('mosquitto');
  const at = (name: string): string => join(folder.path, name);
  let authority: Authority;
  let peer: Peer;
  let port: Readonly<Record<Port, number>>;

  beforeAll(async () => {
    authority = await createAuthority();
    port = Object.fromEntries(
      await Promise.all(ports.map(async (name) => [name, await freePort()] as const)),
    ) as typeof port;
    const day = 86_400_000;
    const own = await authority.issue(['mqtt.region.example'], new Date(Date.now() + 10 * day));
    writeFileSync(at('key.pem'), own.key);
    writeFileSync(at('cert.pem'), own.cert);
    writeFileSync(at('ca.pem'), authority.pem);
    writeFileSync(at('acl'), acl.join('\n'));
    writeFileSync(at('roles.json'), roles());
    for (const [index, user] of ['probe', 'other'].entries())
      execFileSync(programAt('mosquitto_passwd') ?? '', [
        '-b',
        ...(index === 0 ? ['-c'] : []),
        at('passwords'),
        user,
        'rigtigt',
      ]);
    const guarded = ['allow_anonymous false', `password_file ${at('passwords')}`, `acl_file ${at('acl')}`];
    const tls = [`certfile ${at('cert.pem')}`, `keyfile ${at('key.pem')}`];
    const own_: Readonly<Record<Port, readonly string[]>> = {
      open: ['allow_anonymous true'],
      guarded,
      roles: ['allow_anonymous false', `plugin ${plugin()}`, `plugin_opt_config_file ${at('roles.json')}`],
      tls: [...guarded, ...tls],
      mutual: ['allow_anonymous true', ...tls, `cafile ${at('ca.pem')}`, 'require_certificate true'],
      modest: ['allow_anonymous true', 'max_qos 1'],
    };
    const listeners = ports.flatMap((name) => [`listener ${port[name]} 127.0.0.1`, ...own_[name]]);
    const config = [
      'per_listener_settings true',
      'user root',
      'persistence false',
      'log_dest stderr',
      'log_type all',
      ...listeners,
      '',
    ];
    writeFileSync(at('mosquitto.conf'), config.join('\n'));
    peer = await startPeer({ program: 'mosquitto', args: ['-c', at('mosquitto.conf')], ready: port.modest });
  });
  afterAll(async () => {
    await peer?.stop();
    folder.remove();
  });

  const ask = async (
    name: Port,
    options: Partial<MqttOptions> = {},
    {
      password = 'rigtigt',
      trust = [authority.pem],
      withinMs = 1500,
    }: { password?: string; trust?: readonly string[]; withinMs?: number } = {},
  ): Promise<Measurement> => {
    const client = await authority.issue(['probe'], new Date(Date.now() + 86_400_000));
    const whole: MqttOptions = { version: '3.1.1', clientId: 'forvarsel', allowPlain: true, ...options };
    const secrets = { 'env:PASSWORD': password, 'env:CERT': client.cert, 'env:KEY': client.key };
    const seen = await mqtt(
      { check: checkOf('mqtt', whole), target: `127.0.0.1:${port[name]}`, secrets },
      contextHere(trust)(AbortSignal.timeout(withinMs)),
    );
    expect(JSON.stringify(seen)).not.toContain(password);
    return seen;
  };
  const login = { user: 'probe', password: { env: 'PASSWORD' } };
  const over = (topic: string, qos: 0 | 1 | 2 = 1) => ({ login, roundTrip: { topic: `forvarsel/${topic}`, qos } });
  const good = { outcome: 'good', reason: null, message: '' };
  const bad = (reason: string, message: unknown = expect.anything()) => ({ outcome: 'bad', reason, message });
  const versions: readonly Version[] = ['3.1.1', '5'];
  const named = { tls: true, serverName: 'mqtt.region.example' };

  type How = { readonly password?: string; readonly trust?: readonly string[]; readonly withinMs?: number };
  type Row = readonly [string, Port, Partial<MqttOptions>, object, How?];
  type Whole = readonly [string, Port, Partial<MqttOptions>, object, How];
  const rows: readonly Row[] = [
    ['an anonymous client is let in', 'open', {}, { ...good, depth: 'session' }],
    ['a login is let in', 'guarded', { login }, { ...good, depth: 'session' }],
    ['a wrong password is refused', 'guarded', { login }, bad('login-refused'), { password: 'forkert' }],
    ['an unknown user is refused', 'guarded', { login: { ...login, user: 'nobody' } }, bad('login-refused')],
    ['nobody is refused', 'guarded', {}, bad('login-refused')],
    ...([0, 1, 2] as const).map(
      (qos) =>
        [
          `a message comes back with QoS ${qos}`,
          'guarded',
          over('probe', qos),
          { ...good, depth: 'transaction', signals: { 'round-trip': expect.any(Number) } },
        ] as const,
    ),
    [
      'a message comes back where all may',
      'open',
      { roundTrip: { topic: 'x', qos: 2 } },
      { ...good, depth: 'transaction' },
    ],
    [
      'a message that nobody passes on does not come back',
      'guarded',
      over('silent', 0),
      bad('no-answer', 'expected our message back on forvarsel/silent, got nothing in time'),
    ],
    ['nor one that we may not read', 'guarded', over('hidden', 0), bad('no-answer')],
    [
      'an old retained message is not ours',
      'guarded',
      over('retained', 0),
      bad(
        'mismatched-answer',
        'expected our message back on forvarsel/retained, got a retained one: "written long ago"',
      ),
    ],
    [
      'a subscription that is not allowed is refused',
      'roles',
      over('other'),
      bad('rejected', expect.stringContaining('a subscription to forvarsel/other')),
    ],
    ['a subscription that is allowed is not', 'roles', over('probe'), { ...good, depth: 'transaction' }],
    [
      'TLS with a good certificate is good',
      'tls',
      { ...named, ...over('probe') },
      { ...good, depth: 'transaction', signals: { certificate: expect.any(Number) } },
    ],
    ['one of nobody we trust is untrusted', 'tls', { ...named, login }, bad('certificate-untrusted'), { trust: [] }],
    ['one for another name has the wrong name', 'tls', { tls: true, login }, bad('certificate-name')],
    ['a client without TLS is not understood', 'tls', { login }, { outcome: 'bad' }],
    [
      'a broker without TLS is not either',
      'open',
      named,
      { outcome: 'bad', reason: expect.stringMatching(/^(reset|closed-early)$/) },
    ],
    [
      'our own certificate lets us in',
      'mutual',
      { ...named, client: { certificate: { env: 'CERT' }, key: { env: 'KEY' } } },
      { ...good, depth: 'session' },
    ],
    [
      'without one we are shut out',
      'mutual',
      named,
      { outcome: 'bad', reason: expect.stringMatching(/^(tls-handshake|closed-early|reset)$/) },
    ],
    [
      'a password does not go out in the clear',
      'guarded',
      { login, allowPlain: false },
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
    [
      'a secret that is not there is not sent',
      'guarded',
      { login: { user: 'probe', password: { env: 'NONE' } } },
      { outcome: 'unknown', reason: 'could-not-run', depth: 'none' },
    ],
  ];
  for (const version of versions)
    test.each(rows.map(([title, name, options, expected, how = {}]): Whole => [title, name, options, expected, how]))(
      `%s (${version})`,
      async (_, name, options, expected, how) => {
        if (name === 'guarded' && options.roundTrip?.topic === 'forvarsel/retained') await retain();
        expect(
          await ask(name, { version, ...options }, { ...(expected === good ? {} : { withinMs: 700 }), ...how }),
        ).toMatchObject(expected);
      },
    );

  /** What somebody wrote long ago and the broker has kept. */
  const retain = async (): Promise<void> => {
    const socket = dialTcp(port.guarded, '127.0.0.1');
    socket.write(
      connect({ version: '3.1.1', clientId: 'other', user: 'other', password: 'rigtigt', keepAlive: 9, largest: 999 }),
    );
    const message = publish(
      { version: '3.1.1', id: 0, topic: 'forvarsel/retained', qos: 0 },
      Buffer.from('written long ago'),
    );
    message[0] = 0x31;
    socket.write(message);
    socket.end(Buffer.from('e000', 'hex'));
    socket.resume();
    await once(socket, 'close');
  };

  test('MQTT 5 says that a message was not allowed; 3.1.1 cannot', async () => {
    expect(await ask('guarded', { version: '5', ...over('silent', 1) })).toMatchObject(
      bad('rejected', 'expected our message to be taken, got not authorized (135)'),
    );
    expect(await ask('guarded', { version: '5', ...over('silent', 2) })).toMatchObject(bad('rejected'));
    expect(await ask('guarded', over('silent', 1), { withinMs: 400 })).toMatchObject(bad('no-answer'));
  });

  test('a broker that takes less than the declared QoS is told so', async () => {
    expect(await ask('modest', { version: '5', roundTrip: { topic: 'x', qos: 2 } })).toMatchObject(
      bad('rejected', 'expected QoS 2, got a broker that takes at most 1'),
    );
    expect(await ask('modest', { version: '5', roundTrip: { topic: 'x', qos: 1 } })).toMatchObject(good);
  });

  test('several at once on one topic each hear their own', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => ask('guarded', over('probe', 1))));
    for (const seen of all) expect(seen).toMatchObject(good);
  });

  test('we leave as a client should, and leave nothing behind', async () => {
    await ask('open', { clientId: 'goodbye', roundTrip: { topic: 'behind', qos: 1 } });
    await expect.poll(() => peer.said()).toMatch(/Client goodbye[0-9a-f]{14} disconnected\./);
    const again = await ask('open', { roundTrip: { topic: 'behind', qos: 1 } });
    expect(again.transcript).not.toContain('retained');
  });

  test('a broker that hangs does not answer, and one that has stopped refuses', async () => {
    peer.process.kill('SIGSTOP');
    expect(await ask('open', {}, { withinMs: 300 })).toMatchObject({ ...bad('no-answer'), depth: 'transport' });
    peer.process.kill('SIGCONT');
    expect(await ask('open')).toMatchObject(good);
    await peer.stop();
    expect(await ask('open')).toMatchObject(bad('refused'));
  });
});
