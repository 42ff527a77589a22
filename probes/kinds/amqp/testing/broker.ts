import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, type Peer, peerFolder, startPeer } from '../../../testing/peer.ts';

/** The script itself: what is in the path changes the user and speaks of the system's own broker. */
export const server = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const control = '/usr/lib/rabbitmq/bin/rabbitmqctl';

const hashed = (password: string): string => {
  const salt = randomBytes(4);
  const hash = createHash('sha256')
    .update(Buffer.concat([salt, Buffer.from(password)]))
    .digest();
  return Buffer.concat([salt, hash]).toString('base64');
};
const user = (name: string) => ({
  name,
  password_hash: hashed('rigtigt'),
  hashing_algorithm: 'rabbit_password_hashing_sha256',
  tags: '',
});
const may = (name: string, what: string) => ({ user: name, vhost: '/', configure: what, write: what, read: what });
const queue = (name: string) => ({ name, vhost: '/', durable: true, auto_delete: false, arguments: {} });
/** `reader` may look at `orders` and make nothing; `closed` is a host nobody has access to. */
const definitions = {
  users: [user('probe'), user('reader')],
  vhosts: [{ name: '/' }, { name: 'closed' }],
  permissions: [may('probe', '.*'), { ...may('reader', '^orders$'), configure: '^$' }],
  queues: [queue('orders'), queue('letters'), queue('secret')],
};

const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'rabbitmq'], { encoding: 'utf8' }));

export type Broker = {
  readonly plain: string;
  readonly tls: string;
  readonly said: () => string;
  readonly process: Peer['process'];
  readonly control: (...args: readonly string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** RabbitMQ in a folder of its own, on 127.0.0.1 alone, with an epmd of its own on a port of its own. */
export const startBroker = async (own: {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}): Promise<Broker> => {
  const folder = peerFolder('rabbitmq');
  const at = (name: string): string => join(folder.path, name);
  const [plain, tls, names, distribution] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  for (const name of ['mnesia', 'log', 'schema', 'config']) mkdirSync(at(name));
  writeFileSync(at('key.pem'), own.key);
  writeFileSync(at('cert.pem'), own.cert);
  writeFileSync(at('ca.pem'), own.ca);
  writeFileSync(at('plugins'), '[].\n');
  writeFileSync(at('definitions.json'), JSON.stringify(definitions));
  const config = [
    `listeners.tcp.1 = 127.0.0.1:${plain}`,
    `listeners.ssl.1 = 127.0.0.1:${tls}`,
    `ssl_options.cacertfile = ${at('ca.pem')}`,
    `ssl_options.certfile = ${at('cert.pem')}`,
    `ssl_options.keyfile = ${at('key.pem')}`,
    'ssl_options.verify = verify_none',
    `load_definitions = ${at('definitions.json')}`,
    'log.console = true',
    'log.console.level = info',
    'log.file = false',
    'vm_memory_high_watermark.relative = 0.4',
    '',
  ];
  writeFileSync(at('config/rabbitmq.conf'), config.join('\n'));
  for (const name of ['', ...readdirSync(folder.path), 'config/rabbitmq.conf']) chownSync(at(name), uid, gid);
  const env = {
    HOME: folder.path,
    // The virtual machine takes the place of the script, so that ending it ends the broker.
    RUNNING_UNDER_SYSTEMD: 'true',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(names),
    RABBITMQ_NODENAME: `forvarsel${plain}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 1:1',
    RABBITMQ_CONFIG_FILE: at('config/rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: at('none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'),
    RABBITMQ_MNESIA_BASE: at('mnesia'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_SCHEMA_DIR: at('schema'),
    RABBITMQ_GENERATED_CONFIG_DIR: at('schema'),
    RABBITMQ_PID_FILE: at('pid'),
  };
  const all = { uid, gid, env, cwd: folder.path };
  const epmd = () => promisify(execFile)('epmd', ['-kill'], { env: { ...process.env, ...env } }).catch(() => undefined);
  try {
    const peer = await startPeer({
      program: server,
      args: [],
      ...all,
      ready: (said) => said.includes('Server startup complete'),
      withinMs: 80_000,
    });
    return {
      plain: `127.0.0.1:${plain}`,
      tls: `127.0.0.1:${tls}`,
      said: peer.said,
      process: peer.process,
      control: async (...args) =>
        (await promisify(execFile)(control, [...args], { ...all, env: { ...process.env, ...env } })).stdout,
      stop: async () => {
        await peer.stop();
        await epmd();
        folder.remove();
      },
    };
  } catch (error) {
    await epmd();
    folder.remove();
    throw error;
  }
};
