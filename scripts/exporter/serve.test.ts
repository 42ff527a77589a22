import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'bcryptjs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { certify, type Holder } from '../../probes/testing/pki.ts';
import { plain } from './reply.ts';
import { readListen, type Serving, serveExporter } from './serve.ts';
import { openWeb, readWebConfig } from './web-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'forvarsel-web-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

let root: Holder;
let server: Holder;
let client: Holder;
let stranger: Holder;
let hashed = '';
beforeAll(async () => {
  root = await certify('CN=Root', { ca: true });
  server = await certify('CN=exporter', { by: root, names: ['localhost'], addresses: ['127.0.0.1'] });
  client = await certify('CN=prometheus', { by: root, names: ['prometheus.example'] });
  stranger = await certify('CN=stranger', { names: ['prometheus.example'] });
  hashed = await hash('right', 4);
  file('server.pem', server.pem);
  file('server.key', server.key);
  file('root.pem', root.pem);
});

const running: Serving[] = [];
afterEach(() => Promise.all(running.splice(0).map(({ close }) => close())));
const serving = async (web: string | null): Promise<string> => {
  const config = web === null ? openWeb : readWebConfig(file('web.yml', web));
  const made = await serveExporter(async () => plain(200, 'in'), {
    listen: { host: '127.0.0.1', port: 0 },
    web: config,
  });
  running.push(made);
  return made.url;
};
const tls = 'tls_server_config: {cert_file: server.pem, key_file: server.key';

type Answered = { readonly status: number; readonly headers: IncomingMessage['headers'] };
const asked = (url: string, options: object = {}): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const request = (url.startsWith('https') ? get : getPlain)(
      url,
      { ca: root.pem, agent: false, ...options },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      },
    );
    request.once('error', reject);
  });
const status = async (url: string, options: object = {}): Promise<number> => (await asked(url, options)).status;

describe('who gets in', () => {
  test('everyone on this machine where nothing is said', async () =>
    expect(await status(await serving(null))).toBe(200));

  test('only who knows a password', async () => {
    const url = await serving(`basic_auth_users: {anna: "${hashed}"}`);
    const refused = await asked(url);
    expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Basic' } });
    expect(await status(url, { auth: 'anna:wrong' })).toBe(401);
    expect(await status(url, { auth: 'bo:right' })).toBe(401);
    expect(await status(url, { headers: { authorization: 'Bearer right' } })).toBe(401);
    expect(await status(url, { auth: 'anna:right' })).toBe(200);
  });

  test('by TLS, with a certificate of the authority where that is asked for', async () => {
    const url = await serving(`${tls}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: root.pem}`);
    expect(url).toMatch(/^https:/);
    expect(await status(url)).toBe(403);
    expect(await status(url, { cert: stranger.pem, key: stranger.key })).toBe(403);
    expect(await status(url, { cert: client.pem, key: client.key })).toBe(200);
  });

  test('only for an allowed name', async () => {
    const auth = 'client_auth_type: RequireAndVerifyClientCert, client_ca_file: root.pem';
    const url = await serving(`${tls}, ${auth}, client_allowed_sans: [other.example]}`);
    expect(await status(url, { cert: client.pem, key: client.key })).toBe(403);
    const other = await serving(`${tls}, ${auth}, client_allowed_sans: [prometheus.example]}`);
    expect(await status(other, { cert: client.pem, key: client.key })).toBe(200);
  });

  test('without a certificate too where one is only looked at', async () => {
    const url = await serving(`${tls}, client_auth_type: VerifyClientCertIfGiven, client_ca_file: root.pem}`);
    expect(await status(url)).toBe(200);
    expect(await status(url, { cert: stranger.pem, key: stranger.key })).toBe(403);
  });

  test('no older TLS than is said', async () => {
    const url = await serving(`${tls}, min_version: TLS13}`);
    await expect(status(url, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect(await status(url)).toBe(200);
  });

  test('no page of a browser that means another host', async () => {
    const url = await serving(null);
    expect(await status(url, { headers: { host: 'rebound.example' } })).toBe(403);
    expect(await status(url, { headers: { host: 'localhost:9115' } })).toBe(200);
    expect(await status(url, { headers: { 'sec-fetch-site': 'cross-site' } })).toBe(403);
    expect(await status(url, { headers: { 'sec-fetch-site': 'same-origin' } })).toBe(200);
  });

  test('not too many, and with the headers that are said', async () => {
    const url = await serving(
      'rate_limit: {burst: 2, interval: 1h}\nhttp_server_config: {headers: {X-Frame-Options: deny}}',
    );
    expect((await asked(url)).headers['x-frame-options']).toBe('deny');
    expect([await status(url), await status(url)]).toEqual([200, 429]);
  });
});

describe('where an exporter may be served', () => {
  const start = (listen: string, web = openWeb) =>
    serveExporter(async () => plain(200, ''), { listen: readListen(listen), web });
  test.each(['0.0.0.0:0', ':0', '[::]:0', '192.0.2.1:0', 'exporter.example:0'])('%s alone is unsafe', (listen) =>
    expect(start(listen)).rejects.toMatchObject({
      code: 'unsafe',
      message: expect.stringContaining('--web.config.file'),
    }),
  );
  test('TLS alone is unsafe, and so is a login alone', async () => {
    const onlyTls = readWebConfig(file('tls.yml', `${tls}}`));
    const onlyLogin = readWebConfig(file('login.yml', `basic_auth_users: {anna: "${hashed}"}`));
    for (const web of [onlyTls, onlyLogin])
      await expect(start('0.0.0.0:0', web)).rejects.toMatchObject({ code: 'unsafe' });
  });
  test('both are enough', async () => {
    const web = readWebConfig(file('both.yml', `${tls}}\nbasic_auth_users: {anna: "${hashed}"}`));
    running.push(await start('127.0.0.1:0', web));
  });
  test.each(['nonsense', '127.0.0.1', '127.0.0.1:99999'])('%s is no address', (listen) =>
    expect(() => readListen(listen)).toThrow('expected an address'),
  );
  test('an address that is taken is said to be', async () => {
    const taken = await start('127.0.0.1:0');
    running.push(taken);
    await expect(start(new URL(taken.url).host)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a web configuration is refused', () => {
  test.each([
    ['an unknown key', 'frob: 1', 'expected one of'],
    ['a password that is not hashed', 'basic_auth_users: {anna: right}', 'hashed by bcrypt'],
    ['a certificate without its key', 'tls_server_config: {cert_file: server.pem}', 'key_file'],
    ['a file that is not there', 'tls_server_config: {cert_file: nobody.pem, key_file: server.key}', 'nobody.pem'],
    ['clients of an authority nobody asks', `${tls}, client_ca_file: root.pem}`, 'client_auth_type'],
    ['a way to ask clients there is not', `${tls}, client_auth_type: Sometimes}`, 'RequireAndVerifyClientCert'],
    ['a version there is not', `${tls}, min_version: SSL30}`, 'TLS12'],
    ['cipher suites', `${tls}, cipher_suites: [TLS_AES_128_GCM_SHA256]}`, 'cipher_suites'],
    ['a rate of nothing', 'rate_limit: {burst: 0, interval: 1s}', 'burst'],
  ])('%s', (_, text, said) => {
    const message = (() => {
      try {
        readWebConfig(file('bad.yml', text));
        return 'read';
      } catch (error) {
        return String(error);
      }
    })();
    expect(message).toContain(said);
    expect(message).not.toContain('"right"');
  });
});
