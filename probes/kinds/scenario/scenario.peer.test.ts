// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a scenario names a variable.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Authority, createAuthority, type Issued } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, freePort, type Peer, peerFolder, startPeer } from '../../testing/peer.ts';
import { contextHere } from '../../testing/servers.ts';
import { scenario } from './scenario.ts';
import { aimOf, type Written } from './testing/aim.ts';
import { type App, password, startApp, user } from './testing/app.ts';

const name = 'epj.region.example';
const day = 86_400_000;

const config = (folder: string, ports: { app: number; plain: number; tls: number; late: number }): string => `
daemon off; master_process off; pid ${folder}/pid; error_log stderr warn;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  gzip on; gzip_types application/json text/html; gzip_min_length 1; gzip_proxied any;
  map $http_authorization $is_let_in { default 0; "Basic cHJvYmU6aHVzaC1odXNo" 1; }
  server {
    listen 127.0.0.1:${ports.plain};
    location / { return 301 https://${name}:${ports.tls}$request_uri; }
    location = /busy { return 503; }
    location = /gate { if ($is_let_in = 0) { return 401 "no"; } return 200 "let in"; }
  }
  server {
    listen 127.0.0.1:${ports.tls} ssl; ssl_certificate ${folder}/good.pem; ssl_certificate_key ${folder}/good.key;
    ssl_client_certificate ${folder}/root.pem; ssl_verify_client optional;
    location = /mine { if ($ssl_client_verify != SUCCESS) { return 403 "no"; } return 200 "known"; }
    location / { proxy_pass http://127.0.0.1:${ports.app}; proxy_cookie_flags ~ secure; proxy_redirect default; }
    location /gone/ { proxy_pass http://127.0.0.1:1/; }
  }
  server {
    listen 127.0.0.1:${ports.late} ssl; ssl_certificate ${folder}/late.pem; ssl_certificate_key ${folder}/late.key;
    location / { proxy_pass http://127.0.0.1:${ports.app}; }
  }
}`;

const journey: Written = {
  writes: 'case 26/77',
  variables: { secret: { env: 'EPJ_PASSWORD' } },
  steps: [
    { name: 'page', request: { url: '/login' }, expect: { body: '<form' } },
    {
      name: 'sign-in',
      submit: { fill: { user: { env: 'EPJ_USER' }, password: '${secret}' } },
      expect: { body: 'Welcome' },
    },
    {
      name: 'api',
      request: { url: '/api/token' },
      capture: { key: { json: '$.key' } },
      expect: { json: 'body.unit == 7' },
    },
    { name: 'logout', request: { url: '/logout' }, always: true },
  ],
};
const one = (url: string, more: Written['steps'][number]['expect'] = {}, headers = {}): Written => ({
  steps: [{ name: 'one', request: { url, headers }, expect: more }],
});
const client = { certificate: { env: 'MY_CERT' }, key: { env: 'MY_KEY' } };
const bad = (reason: string) => ({ outcome: 'bad', reason });

describePeer('scenario: nginx before a record system', ['nginx'], () => {
  const folder = peerFolder('scenario');
  const closing: (() => Promise<void> | void)[] = [folder.remove];
  let authority: Authority;
  let app: App;
  let ports: Record<'app' | 'plain' | 'tls' | 'late', number>;
  let nginx: Peer;
  let mine: Issued;
  beforeAll(async () => {
    [authority, app] = [await createAuthority(), await startApp()];
    closing.push(app.close);
    writeFileSync(join(folder.path, 'root.pem'), authority.pem);
    mine = await authority.issue(['probe.example'], new Date(Date.now() + day));
    for (const [file, until] of [
      ['good', new Date(Date.now() + 10 * day)],
      ['late', new Date(Date.now() - 60_000)],
    ] as const) {
      const { key, cert } = await authority.issue([name], until);
      writeFileSync(join(folder.path, `${file}.pem`), cert);
      writeFileSync(join(folder.path, `${file}.key`), key);
    }
    const [plain, tls, late] = [await freePort(), await freePort(), await freePort()];
    ports = { app: Number(new URL(app.url).port), plain, tls, late };
    const file = join(folder.path, 'nginx.conf');
    writeFileSync(file, config(folder.path, ports));
    nginx = await startPeer({ program: 'nginx', args: ['-p', folder.path, '-c', file], ready: tls });
    closing.push(nginx.stop);
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  const run = async (target: string, written: Written, trust = [authority.pem]): Promise<Measurement> => {
    const aim = aimOf(target, written);
    const secrets = {
      'env:EPJ_USER': user,
      'env:EPJ_PASSWORD': password,
      'env:GATE': `Basic ${Buffer.from('probe:hush-hush').toString('base64')}`,
      'env:MY_KEY': mine.key,
      'env:MY_CERT': mine.cert,
      'env:WRONG': 'Basic d3Jvbmc6d3Jvbmc=',
    };
    const context = contextHere(trust)(AbortSignal.timeout(5000));
    return await scenario({ ...aim, secrets }, { ...context, resolve: async () => ['127.0.0.1'] });
  };

  test('a login through redirects to https, compressed pages and secure cookies', async () => {
    const seen = await run(`http://${name}:${ports.plain}`, journey);
    expect(seen).toMatchObject({ outcome: 'good', depth: 'transaction' });
    const whole = await run(`https://${name}:${ports.tls}`, journey);
    expect(whole).toMatchObject({ outcome: 'good', depth: 'transaction', facts: { steps: { length: 4 } } });
    expect(whole.signals['certificate']).toBeGreaterThan(Date.now() / 1000);
    expect(app.left().sessions).toBe(0);
    for (const text of [password, 'key-of-']) expect(whole.transcript).not.toContain(text);
  });

  test.each<readonly [string, keyof typeof ports, Written, object]>([
    ['a record system behind it that is gone', 'tls', one('/gone/'), bad('unexpected-status')],
    [
      'a gate that lets us in',
      'plain',
      one('/gate', { body: '^let in$' }, { authorization: { env: 'GATE' } }),
      { outcome: 'good' },
    ],
    ['a gate that does not', 'plain', one('/gate', {}, { authorization: { env: 'WRONG' } }), bad('unexpected-status')],
    [
      'a certificate of ours that is asked for',
      'tls',
      { ...one('/mine', { body: 'known' }), client },
      { outcome: 'good', depth: 'transaction' },
    ],
    ['a certificate of ours that is missing', 'tls', one('/mine'), bad('unexpected-status')],
    ['a server that is busy', 'plain', one('/busy'), bad('unexpected-status')],
    [
      'a busy server that was expected',
      'plain',
      one('/busy', { status: 503 }),
      { outcome: 'good', depth: 'transaction' },
    ],
    ['a redirect where none is followed', 'plain', one('/login', { redirects: 0 }), bad('unexpected-status')],
    ['a certificate that has ended', 'late', one('/login'), bad('certificate-expired')],
    ['https where http is spoken', 'plain', one('https://epj.region.example:${port}/x'), bad('tls-handshake')],
    ['http where https is spoken', 'tls', one('/login'), bad('unexpected-status')],
  ])('%s', async (sentence, port, written, expected) => {
    const scheme = port === 'plain' || sentence.startsWith('http where') ? 'http' : 'https';
    const steps = written.steps.map((step) => ({
      ...step,
      request: { ...step.request, url: step.request?.url?.replace('${port}', String(ports[port])) ?? '/' },
    }));
    expect(await run(`${scheme}://${name}:${ports[port]}`, { ...written, steps })).toMatchObject(expected);
  });

  test('a root nobody trusts', async () => {
    expect(await run(`https://${name}:${ports.tls}`, one('/login'), [])).toMatchObject(bad('certificate-untrusted'));
  });

  test('a server that was stopped', async () => {
    await nginx.stop();
    expect(await run(`https://${name}:${ports.tls}`, journey)).toMatchObject(bad('refused'));
  });
});
