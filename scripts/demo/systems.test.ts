import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePeer, programAt } from '../../probes/testing/peer.ts';
import { createAsk, hostOf } from './ask.ts';
import { createNetwork, type Network, type Place, pickBase } from './network.ts';
import { type Authority, createAuthority } from './protocols/authority.ts';
import { negotiate } from './protocols/smb.ts';
import { buildSystems } from './systems.ts';
import { createWorld, type World } from './world.ts';

let network: Network;
let world: World;
let authority: Authority;
let release: () => void;
beforeAll(async () => {
  const held = await pickBase(60);
  release = held.release;
  network = createNetwork(held.base);
  authority = await createAuthority();
  world = createWorld({ network, authority, seed: 7 });
  const machines = buildSystems(world);
  await world.renew(world.guardedNames(), 86_400_000);
  await network.start(machines);
});
afterAll(() => {
  world.stop();
  network.stop();
  release();
});

/** Noise resets a connection now and then; whoever tries again gets through. */
const twice = async <T>(task: () => Promise<T>): Promise<T> => task().catch(task);
const addressOf = (name: string, place: Place): Promise<string> => network.resolver(place)(hostOf(name));

const exchange = async (name: string, place: Place, port: number, bytes: Buffer): Promise<Buffer> => {
  const host = await addressOf(name, place);
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port: port + 20_000, localAddress: network.sourceOf(place) }, () =>
      socket.write(bytes),
    );
    socket.setTimeout(2_000, () => socket.destroy(new Error('silent')));
    socket.once('error', reject);
    socket.once('data', (seen: Buffer) => {
      socket.destroy();
      resolve(seen);
    });
  });
};

type Page = { readonly status: number; readonly body: string; readonly type: string };
const get = async (name: string, path: string, { method = 'GET', body = '' } = {}): Promise<Page> => {
  const host = await addressOf(name, 'home');
  return await new Promise((resolve, reject) => {
    const asked = request({
      host,
      port: 20_443,
      servername: hostOf(name),
      ca: authority.pem,
      path,
      method,
      agent: false,
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      const type = String(response.headers['content-type']);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, type }));
    });
    asked.end(body);
  });
};

const hl7 = (type: string) => `\x0bMSH|^~\\&|A|B|C|D|20260101||${type}|CTRL7|P|2.4\r\x1c\r`;
const item = (type: number, body: Buffer) =>
  Buffer.concat([Buffer.from([type, 0, body.length >> 8, body.length & 255]), body]);
const association = (): Buffer => {
  const syntaxes = Buffer.concat([
    item(0x30, Buffer.from('1.2.840.10008.1.1')),
    item(0x40, Buffer.from('1.2.840.10008.1.2')),
  ]);
  const body = Buffer.concat([
    Buffer.from('0001', 'hex'),
    Buffer.alloc(2),
    Buffer.from('PACS'.padEnd(16) + 'TEST'.padEnd(16)),
    Buffer.alloc(32),
    item(0x10, Buffer.from('1.2.840.10008.3.1.1.1')),
    item(0x20, Buffer.concat([Buffer.from([5, 0, 0, 0]), syntaxes])),
    item(0x50, item(0x51, Buffer.from([0, 0, 0x40, 0]))),
  ]);
  const head = Buffer.from([1, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
};

test.each([
  ['the directory binds', 'ad-1', 389, '300c020101600702010304008000', '61070a0100'],
  ['the broker starts a connection', 'broker-2', 5672, '414d515000000901', '0100000000001c000a000a'],
  ['a database is there before it is asked anything', 'kl-db-2', 5432, '0000000804d2162f', '4e'],
  ['the profile store negotiates SMB 2.1', 'profile-1', 445, negotiate().toString('hex'), 'fe534d42'],
  ['a relay answers a STUN binding', 'turn-2', 3478, '000100002112a442000000000000000000000001', '0101000c2112a442'],
  ['mail greets', 'mail-1', 25, '', Buffer.from('220 mail-1').toString('hex')],
  [
    'an engine accepts a question',
    'engine-2',
    2575,
    Buffer.from(hl7('NMQ^N01')).toString('hex'),
    Buffer.from('MSA|AA|CTRL7').toString('hex'),
  ],
  [
    'a hospital’s gateway passes a value on',
    'mdi-gw-rhv',
    2575,
    Buffer.from(hl7('ORU^R01')).toString('hex'),
    Buffer.from('MSA|AA|CTRL7').toString('hex'),
  ],
  ['the archive accepts the context it is offered', 'pacs-2', 104, association().toString('hex'), '2100001905000000'],
])('%s', async (_, name, port, bytes, expected) => {
  const seen = await twice(() => exchange(name, 'rhv', port, Buffer.from(bytes, 'hex')));
  expect(seen.toString('hex')).toContain(expected);
});

test('the archive answers a C-ECHO on the association with success, then releases', async () => {
  const command = Buffer.from(
    `0000000004000000380000000000020012000000${Buffer.from('1.2.840.10008.1.1\0').toString('hex')}` +
      '00000001020000003000' +
      '000010010200000009000000000802000000' +
      '0101',
    'hex',
  );
  const data = Buffer.concat([Buffer.from([0, 0, 0, command.length + 2, 5, 3]), command]);
  const echo = Buffer.concat([Buffer.from([4, 0, 0, 0, 0, data.length]), data]);
  const host = await addressOf('pacs-1', 'horsens');
  const seen = await new Promise<string>((resolve, reject) => {
    let all = Buffer.alloc(0);
    const socket = connect({ host, port: 20_104 }, () =>
      socket.write(Buffer.concat([association(), echo, Buffer.from('05000000000400000000', 'hex')])),
    );
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      all = Buffer.concat([all, chunk]);
    });
    socket.on('close', () => resolve(all.toString('hex')));
  });
  // Command field 8030 answers message 9 with status 0000; 06 is the release's reply.
  expect(seen).toContain('000000010200000030800000200102000000090000000008020000000101000000090200000000' + '00');
  expect(seen.endsWith('06000000000400000000')).toBe(true);
});

describePeer('dcmtk', ['echoscu'], () => {
  test('dcmtk’s echoscu is content with the archive', async () => {
    const host = await addressOf('pacs-1', 'aarhus');
    // Not synchronous: the archive lives in this very thread.
    await twice(() => promisify(execFile)(programAt('echoscu') ?? 'echoscu', ['-to', '2', host, '20104']));
  });
});

test('the real pg client writes an order and reads it back', async () => {
  const host = await addressOf('epj-db-1', 'aarhus');
  const rows = await twice(async () => {
    const client = new pg.Client({ host, port: 25_432, user: 'epj', database: 'epj', connectionTimeoutMillis: 1_000 });
    await client.connect();
    try {
      await client.query("insert into orders (kind) values ('paracetamol')");
      return (await client.query("select distinct kind from orders where kind = 'paracetamol'")).rows;
    } finally {
      await client.end();
    }
  });
  expect(rows).toEqual([{ kind: 'paracetamol' }]);
});

test.each([
  ['epj', '/record', /^record\b/, 'text/plain'],
  ['epj-web-2', '/health', /^ready$/, 'text/plain'],
  ['kl', '/board', /^board, \d+ movements$/, 'text/plain'],
  ['kl-display', '/health', /^ready$/, 'text/plain'],
  ['kita', '/session', /^session ready$/, 'text/plain'],
  ['session-2', '/health', /^ready$/, 'text/plain'],
  ['idp-1', '/.well-known/openid-configuration', /"issuer":/, 'application/json'],
  ['idp-2', '/login/health', /^ready$/, 'text/plain'],
  ['pacs-1', '/dicom-web/studies?limit=1', /^\[\{/, 'application/dicom+json'],
  ['portal', '/', /Patientportal/, 'text/html'],
  ['portal-2', '/fhir/metadata', /"CapabilityStatement"/, 'application/json'],
  ['nationallogin', '/.well-known/openid-configuration', /"issuer":/, 'application/json'],
  ['video-1', '/health', /^ready$/, 'text/plain'],
  ['intake-2', '/fhir/metadata', /"CapabilityStatement"/, 'application/json'],
  ['partner', '/status', /^ok$/, 'text/plain'],
  ['gateway-cloud', '/healthz', /^ok$/, 'text/plain'],
  ['registry-1', '/v2/', /^\{\}$/, 'application/json'],
  ['report-1', '/health', /^ready$/, 'text/plain'],
  ['backup-1', '/health', /^ready$/, 'text/plain'],
  ['storage-viborg', '/health', /^ready$/, 'text/plain'],
])('https://%s%s answers over a verified connection', async (name, path, body, type) => {
  const page = await twice(() => get(name, path));
  expect(page).toMatchObject({ status: 200, type: `${type}; charset=utf-8` });
  expect(page.body).toMatch(body);
});

test.each([
  ['pki-1', 80, '/ocsp/health', /^good$/],
  ['epj-app-2', 8080, '/record', /^record\b/],
  ['epj-print', 631, '/health', /^ready$/],
  ['kl-app-1', 8080, '/board', /^board\b/],
  ['rpa-controller', 8080, '/health', /^ready$/],
  ['robot-4', 8080, '/health', /^ready$/],
  ['location-1', 8080, '/location/health', /^ready$/],
  ['features-1', 8080, '/health', /^ready$/],
  [
    'epj-db-1',
    9100,
    '/metrics',
    /^pg_connections \d+\npg_connections_max 200\ndisk_used_bytes\{mount="\/data"\} \d+$/m,
  ],
  ['kl-db-2', 9100, '/metrics', /^replication_lag_seconds 0\.\d+$/m],
  ['engine-1', 9100, '/metrics', /^engine_queue_length \d+\nengine_queue_oldest_seconds /m],
  ['mdi-gw-randers', 9100, '/metrics', /^store_forward_queue_length 0\nnewest_value_age_seconds /m],
  ['backup-1', 9100, '/metrics', /^backup_age_seconds \d+$/m],
  ['rpa-controller', 9100, '/metrics', /^job_age_seconds\{job="location"\} /m],
  ['dw-1', 9100, '/metrics', /^load_age_seconds\{load="hourly"\} /m],
  ['features-1', 9100, '/metrics', /^feature_age_seconds /m],
  ['idp-1', 9100, '/metrics', /^idp_sessions \d+$/m],
  ['storage-aarhus', 9100, '/metrics', /^disk_size_bytes\{mount="\/pool"\} /m],
])('http://%s:%d%s answers', async (name, port, path, body) => {
  const host = await addressOf(name, 'aarhus');
  const response = await twice(() => fetch(`http://${host}:${port + 20_000}${path}`));
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(body);
});

test('a model answers a synthetic case, and only when it is posted', async () => {
  const host = await addressOf('model-1', 'aarhus');
  const url = `http://${host}:28080/predict`;
  expect(await (await twice(() => fetch(url, { method: 'POST', body: '{}' }))).json()).toEqual({ risk: 0.12 });
  expect((await twice(() => fetch(url))).status).toBe(405);
});

test('the DNS machines answer with the address that the asking place uses', async () => {
  const resolver = new Resolver();
  for (const place of ['aarhus', 'randers'] as const) {
    resolver.setServers([`${await addressOf('dns-2', place)}:20053`]);
    expect(await resolver.resolve4(hostOf('epj'))).toEqual([await addressOf('epj', place)]);
  }
});

test.each([
  ['ntp-1', 4460],
  ['smartcard-2', 443],
])('%s:%d shakes hands with a certificate of its own name', async (name, port) => {
  const host = await addressOf(name, 'viborg');
  const names = await twice(
    () =>
      new Promise<string>((resolve, reject) => {
        const options = { host, port: port + 20_000, servername: hostOf(name), ca: authority.pem };
        const socket = tlsConnect(options, () => {
          resolve(socket.getPeerCertificate().subjectaltname ?? '');
          socket.destroy();
        });
        socket.on('error', reject);
      }),
  );
  expect(names).toBe(`DNS:${hostOf(name)}`);
});

test('a route ends at its own hospital and is not there for others', async () => {
  const ask = (place: Place) =>
    createAsk({
      source: network.sourceOf(place),
      lookup: network.resolver(place),
      trust: authority.pem,
      keepAlive: false,
    });
  const host = await addressOf('route-horsens-viborg-a', 'horsens');
  const reached = await twice(
    () =>
      new Promise<boolean>((resolve, reject) => {
        const socket = connect({ host, port: 20_007 }, () => resolve(true)).on('error', reject);
        socket.on('data', () => undefined);
      }),
  );
  expect(reached).toBe(true);
  const elsewhere = ask('auh').http('http://route-horsens-viborg-a:7/');
  await expect(elsewhere).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
