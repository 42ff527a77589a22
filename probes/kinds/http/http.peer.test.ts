import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpOptions } from '../../../infra/landscape/kinds/http.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, freePort, type Peer, peerFolder, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere, refusedPort } from '../../testing/servers.ts';
import { http } from './http.ts';

const name = 'epj.region.example';
const day = 86_400_000;
const good = { outcome: 'good', reason: null };
const bad = (reason: string, more: object = {}) => ({ outcome: 'bad', reason, ...more });

type Ports = Readonly<Record<'plain' | 'tls' | 'late' | 'mutual', number>>;
/** Basic authentication of ward:hush-hush; the hash is of that. */
const nginxConf = (folder: string, ports: Ports): string => `
daemon off; master_process off; pid ${folder}/pid; error_log stderr warn;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  gzip on; gzip_types application/json text/plain; gzip_min_length 1; gzip_proxied any; gzip_http_version 1.0;
  types { text/html html; application/json json; text/plain txt; }
  root ${folder}/www;
  server {
    listen 127.0.0.1:${ports.plain};
    location / { }
    location = /away { return 301 https://${name}:${ports.tls}/page.html; }
    location = /loop { return 302 /loop; }
    location = /busy { return 503; }
    location = /gone { return 444; }
    location = /ward { auth_basic "ward"; auth_basic_user_file ${folder}/users; try_files /page.html =404; }
    location = /cookie { add_header Set-Cookie "sid=7; Path=/" always; return 302 /needs; }
    location = /needs { if ($cookie_sid != "7") { return 403; } return 200 "kept"; }
    location = /echo { return 200 "$request_method $http_x_wish $http_host"; }
    location = /slow { limit_rate 2k; try_files /large.txt =404; }
  }
  server {
    listen 127.0.0.1:${ports.tls} ssl http2; ssl_certificate ${folder}/good.pem; ssl_certificate_key ${folder}/good.key;
    location / { }
  }
  server {
    listen 127.0.0.1:${ports.late} ssl; ssl_certificate ${folder}/late.pem; ssl_certificate_key ${folder}/late.key;
  }
  server {
    listen 127.0.0.1:${ports.mutual} ssl; ssl_certificate ${folder}/good.pem; ssl_certificate_key ${folder}/good.key;
    ssl_client_certificate ${folder}/root.pem; ssl_verify_client on;
  }
}`;

type More = { readonly secrets?: Readonly<Record<string, string>>; readonly withinMs?: number };
const probeFrom =
  (authority: () => Authority) =>
  (target: string, options: HttpOptions = {}, more: More = {}): Promise<Measurement> => {
    const context = contextHere([authority().pem])(AbortSignal.timeout(more.withinMs ?? 3000));
    const resolve = async (host: string) => (host === name ? ['127.0.0.1'] : await context.resolve(host));
    const aim = { check: checkOf('http', options), target, secrets: more.secrets ?? {} };
    return http(aim, { ...context, resolve });
  };

describePeer('http: nginx', ['nginx', 'openssl'], () => {
  const folder = peerFolder('http');
  let authority: Authority;
  let ports: Ports;
  let nginx: Peer;
  const probe = probeFrom(() => authority);
  beforeAll(async () => {
    authority = await createAuthority();
    ports = { plain: await freePort(), tls: await freePort(), late: await freePort(), mutual: await freePort() };
    const at = (file: string) => join(folder.path, file);
    for (const [file, until] of [
      ['good', new Date(Date.now() + 10 * day)],
      ['late', new Date(Date.now() - 60_000)],
    ] as const) {
      const { key, cert } = await authority.issue([name], until);
      writeFileSync(at(`${file}.pem`), cert);
      writeFileSync(at(`${file}.key`), key);
    }
    writeFileSync(at('root.pem'), authority.pem);
    mkdirSync(at('www'));
    chmodSync(folder.path, 0o755);
    writeFileSync(at('www/page.html'), '<p>the ward is ready</p>');
    writeFileSync(at('www/state.json'), JSON.stringify({ status: 'UP', beds: [{ free: 2 }, { free: 1 }] }));
    writeFileSync(at('www/large.txt'), 'x'.repeat(200_000));
    const { execFileSync } = await import('node:child_process');
    const hash = execFileSync('openssl', ['passwd', '-apr1', 'hush-hush'], { encoding: 'utf8' }).trim();
    writeFileSync(at('users'), `ward:${hash}\n`);
    writeFileSync(at('nginx.conf'), nginxConf(folder.path, ports));
    nginx = await startPeer({
      program: 'nginx',
      args: ['-c', at('nginx.conf'), '-p', folder.path],
      ready: ports.mutual,
    });
  });
  afterAll(async () => {
    await nginx?.stop();
    folder.remove();
  });
  const plain = (path: string) => `http://127.0.0.1:${ports.plain}${path}`;
  const tls = (path: string) => `https://${name}:${ports.tls}${path}`;

  type Row = readonly [name: string, target: () => string, options: HttpOptions, expected: object, more?: More];
  const login = { basic: { username: 'ward', password: { env: 'WORD' } } } as const;
  const word = (text: string): More => ({ secrets: { 'env:WORD': text } });
  const rows: readonly Row[] = [
    ['a page', () => plain('/page.html'), { bodyMatches: 'ready', secured: false }, good],
    ['a page it compressed', () => plain('/large.txt'), { compression: 'gzip', bodyMatches: '^x{1000}' }, good],
    ['a page it does not compress so', () => plain('/page.html'), { compression: 'br' }, bad('unexpected-answer')],
    ['JSON', () => plain('/state.json'), { json: ['body.beds.all(b, b.free > 0) && body.status == "UP"'] }, good],
    [
      'JSON that says otherwise',
      () => plain('/state.json'),
      { jsonNever: ['body.status == "UP"'] },
      bad('unexpected-answer'),
    ],
    ['a header', () => plain('/page.html'), { headerMatches: [{ name: 'server', pattern: '^nginx' }] }, good],
    [
      'a header that should not be',
      () => plain('/page.html'),
      { headerNever: [{ name: 'server', pattern: 'nginx' }] },
      bad('unexpected-answer'),
    ],
    ['what is not there', () => plain('/nowhere'), {}, bad('unexpected-status')],
    ['what should not be there', () => plain('/nowhere'), { status: [404] }, good],
    ['what is busy', () => plain('/busy'), {}, bad('unexpected-status')],
    ['what says nothing and goes', () => plain('/gone'), {}, bad('closed-early')],
    ['a page too large', () => plain('/large.txt'), { bodyLimit: 100_000 }, bad('answer-too-large')],
    ['a page too slow', () => plain('/slow'), { blind: true }, bad('no-answer'), { withinMs: 400 }],
    [
      'a redirect to TLS, followed',
      () => plain('/away'),
      { redirects: 1, secured: true, bodyMatches: 'ready' },
      { ...good, facts: { http: { redirects: 1, tls: true } } },
    ],
    [
      'a redirect, not followed',
      () => plain('/away'),
      {},
      bad('unexpected-status', { facts: { http: { status: 301 } } }),
    ],
    ['a circle', () => plain('/loop'), { redirects: 5 }, bad('too-many-redirects')],
    ['a cookie on the way', () => plain('/cookie'), { redirects: 1, bodyMatches: 'kept' }, good],
    [
      'a method and headers',
      () => plain('/echo'),
      {
        method: 'OPTIONS',
        headers: [
          ['X-Wish', 'tea'],
          ['Host', 'ward.example'],
        ],
        bodyMatches: '^OPTIONS tea ward.example$',
      },
      good,
    ],
    [
      'HEAD',
      () => plain('/page.html'),
      { method: 'HEAD', compression: 'identity' },
      { ...good, facts: { http: { bodyLength: 0, contentLength: 24 } } },
    ],
    ['a login', () => plain('/ward'), { auth: login }, good, word('hush-hush')],
    ['a wrong login', () => plain('/ward'), { auth: login }, bad('login-refused'), word('wrong')],
    ['no login', () => plain('/ward'), {}, bad('unexpected-status')],
    [
      'HTTP/2',
      () => tls('/page.html'),
      { version: 'any', versions: ['2'], bodyMatches: 'ready' },
      { ...good, facts: { http: { version: '2' } } },
    ],
    ['HTTP/2, compressed', () => tls('/state.json'), { version: '2', json: ['body.status == "UP"'] }, good],
    ['HTTP/2 and too large', () => tls('/large.txt'), { version: '2', bodyLimit: 1000 }, bad('answer-too-large')],
    ['HTTP/2 and not there', () => tls('/nowhere'), { version: '2' }, bad('unexpected-status')],
    ['1.1 where both are to be had', () => tls('/page.html'), { versions: ['1.1'] }, good],
    ['another version than expected', () => tls('/page.html'), { versions: ['2'] }, bad('unexpected-version')],
    ['TLS where none was expected', () => tls('/page.html'), { secured: false }, bad('unexpected-tls')],
    ['no TLS where it was expected', () => plain('/page.html'), { secured: true }, bad('tls-not-offered')],
    ['a certificate that is over', () => `https://${name}:${ports.late}/`, {}, bad('certificate-expired')],
    ['a certificate for another name', () => `https://127.0.0.1:${ports.tls}/`, {}, bad('certificate-name')],
    ['TLS asked of a port without', () => `https://${name}:${ports.plain}/`, {}, bad('tls-handshake')],
    ['plain asked of a port with TLS', () => `http://${name}:${ports.tls}/`, {}, bad('unexpected-status')],
    ['a port where nobody is', () => 'http://127.0.0.1:1/', {}, bad('refused')],
  ];
  test.each(rows.map((row) => ({ name: row[0], row })))(
    '$name',
    async ({ row: [, target, options, expected, more] }) => {
      expect(await probe(target(), options, more)).toMatchObject(expected);
    },
  );

  test('a certificate of our own is wanted, and shown', async () => {
    const own = await authority.issue(['probe.region.example'], new Date(Date.now() + day));
    const stranger = await (await createAuthority()).issue(['probe.region.example'], new Date(Date.now() + day));
    const options: HttpOptions = { client: { certificate: { env: 'CERT' }, key: { env: 'KEY' } } };
    const target = `https://${name}:${ports.mutual}/page.html`;
    const withCertificate = ({ cert, key }: typeof own): More => ({ secrets: { 'env:CERT': cert, 'env:KEY': key } });
    expect(await probe(target, options, withCertificate(own))).toMatchObject(good);
    expect(await probe(target, options, withCertificate(stranger))).toMatchObject(bad('unexpected-status'));
    expect(await probe(target)).toMatchObject(bad('unexpected-status'));
  });

  test('one that was stopped is refused', async () => {
    await nginx.stop();
    expect(await probe(plain('/page.html'))).toMatchObject(bad('refused'));
  });
});

const proxies = {
  squid: (folder: string, port: number) => `
http_port 127.0.0.1:${port}
pid_filename ${folder}/squid.pid
cache_log ${folder}/cache.log
access_log none
cache deny all
cache_mem 1 MB
shutdown_lifetime 0 seconds
coredump_dir ${folder}
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/users
acl inside proxy_auth REQUIRED
http_access allow inside
http_access deny all
`,
  tinyproxy: (folder: string, port: number) => `
Port ${port}
Listen 127.0.0.1
PidFile "${folder}/tiny.pid"
LogFile "${folder}/tiny.log"
LogLevel Error
MaxClients 20
Timeout 10
BasicAuth ward hush-hush
`,
};
const programs = { squid: ['squid', ['-N', '-f']], tinyproxy: ['tinyproxy', ['-d', '-c']] } as const;

describe.each(['squid', 'tinyproxy'] as const)('a proxy', (kind) => {
  describePeer(`http: ${kind}`, [kind, 'nginx', 'openssl'], () => {
    const folder = peerFolder(kind);
    const closing: (() => Promise<void> | void)[] = [folder.remove];
    let authority: Authority;
    let port: number;
    let targets: { readonly plain: number; readonly tls: number };
    const probe = probeFrom(() => authority);
    beforeAll(async () => {
      authority = await createAuthority();
      const at = (file: string) => join(folder.path, file);
      chmodSync(folder.path, 0o777);
      const { execFileSync } = await import('node:child_process');
      const hash = execFileSync('openssl', ['passwd', '-apr1', 'hush-hush'], { encoding: 'utf8' }).trim();
      writeFileSync(at('users'), `ward:${hash}\n`);
      port = await freePort();
      writeFileSync(at('proxy.conf'), proxies[kind](folder.path, port));
      const { secureWeb, web } = await import('./testing/web.ts');
      const issued = await authority.issue([name], new Date(Date.now() + day));
      const behind = await secureWeb(issued, (_, response) => response.end('behind'));
      const plain = await web((_, response) => response.end('behind'));
      closing.push(behind.close, plain.close);
      targets = { plain: plain.port, tls: behind.port };
      const [program, args] = programs[kind];
      const peer = await startPeer({ program, args: [...args, at('proxy.conf')], ready: port });
      closing.push(peer.stop);
    });
    afterAll(async () => {
      for (const close of closing.toReversed()) await close();
    });
    const by = (more: object = {}): HttpOptions => ({
      proxy: { url: { env: 'PROXY' }, ...more },
      bodyMatches: 'behind',
    });
    const login = (word: string): More => ({ secrets: { 'env:PROXY': `http://ward:${word}@127.0.0.1:${port}` } });

    test('connects to where it is asked, and what is behind is verified', async () => {
      const target = `https://${name}:${targets.tls}/`;
      const seen = await probe(target, by(), login('hush-hush'));
      expect(seen).toMatchObject({ ...good, facts: { http: { tls: true } } });
      expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
      expect(await probe(`https://127.0.0.1:${targets.tls}/`, by(), login('hush-hush'))).toMatchObject(
        bad('certificate-name'),
      );
    });

    test('is asked for a plain page by its whole address', async () => {
      expect(await probe(`http://127.0.0.1:${targets.plain}/`, by(), login('hush-hush'))).toMatchObject(good);
    });

    test('refuses a wrong login, and it is not shown', async () => {
      const seen = await probe(`https://${name}:${targets.tls}/`, by(), login('wrong-word'));
      // One of them says 401 where it means itself.
      expect(seen).toMatchObject({ outcome: 'bad', reason: expect.stringMatching(/login-refused|unexpected-status/) });
      expect(`${seen.message}${seen.transcript}`).not.toContain('wrong-word');
    });

    test('cannot connect to where nobody is', async () => {
      const seen = await probe(`https://127.0.0.1:${await refusedPort()}/`, by(), login('hush-hush'));
      expect(seen).toMatchObject(bad('unexpected-status'));
      expect(seen.message).toContain(`expected the proxy 127.0.0.1:${port} to connect`);
    });
  });
});
