import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkKindTable } from '../kinds.ts';

const { http, metrics } = checkKindTable;
const normal = (written: object) => http.normal(z.strictObject(http.written).parse(written), {});
const secret = { env: 'WORD' };

test.each([
  ['nothing', {}, {}],
  ['a status', { expect: { status: 204 } }, { status: [204] }],
  [
    'texts',
    {
      expect: {
        body: [/ready/i, 'up'],
        bodyNever: 'down',
        headers: { Server: 'nginx' },
        headersNever: { server: /x/ },
      },
    },
    {
      bodyMatches: ['(?i)ready', 'up'],
      bodyNever: 'down',
      headerMatches: [{ name: 'Server', pattern: 'nginx' }],
      headerNever: [{ name: 'server', pattern: 'x', optional: true }],
    },
  ],
  [
    'JSON, version, TLS, coding and size',
    { expect: { json: 'body.up', jsonNever: ['body.down'], version: '2', tls: true, compression: 'br', limit: 10 } },
    { json: ['body.up'], jsonNever: ['body.down'], versions: ['2'], secured: true, compression: 'br', bodyLimit: 10 },
  ],
  [
    'a request',
    {
      request: {
        method: 'PROPFIND',
        headers: { file: 'x', 'X-Key': secret, many: ['a', 'b'] },
        body: secret,
        version: 'any',
      },
    },
    {
      method: 'PROPFIND',
      headers: [
        ['file', 'x'],
        ['X-Key', secret],
        ['many', ['a', 'b']],
      ],
      body: secret,
      version: 'any',
    },
  ],
  [
    'a basic login',
    { auth: { basic: { username: 'me', password: secret } } },
    { auth: { basic: { username: 'me', password: secret } } },
  ],
  ['a bearer', { auth: { bearer: secret } }, { auth: { scheme: 'Bearer', credentials: secret } }],
  [
    'a token',
    {
      auth: { token: { id: 'me', secret, url: 'https://idp.example/token', scope: 'a', fields: { audience: 'epj' } } },
    },
    {
      auth: {
        token: {
          client: { id: 'me', secret, method: 'client_secret_basic' },
          url: 'https://idp.example/token',
          scope: 'a',
          fields: [['audience', 'epj']],
        },
      },
    },
  ],
  ['a proxy by its address', { proxy: 'http://proxy.example:3128' }, { proxy: { url: 'http://proxy.example:3128' } }],
  ['a proxy that is a secret', { proxy: secret }, { proxy: { url: secret } }],
  [
    'a proxy with more',
    { proxy: { url: secret, headers: { 'X-Ward': 'a' }, byName: true, except: ['.example'] } },
    { proxy: { url: secret, headers: [['X-Ward', 'a']], byName: true, except: ['.example'] } },
  ],
  [
    'a family and a certificate of our own',
    { family: 6, client: { certificate: secret, key: secret } },
    { family: 6, client: { certificate: secret, key: secret } },
  ],
])('%s is read', (_, written, options) => {
  expect(normal(written)).toEqual(options);
});

test.each([
  ['a method of two words', { request: { method: 'GET /' } }],
  ['a header that is none', { request: { headers: { 'a b': 'c' } } }],
  ['a plain password', { auth: { basic: { username: 'me', password: 'plain' } } }],
  ['two logins', { auth: { bearer: secret, basic: { username: 'me', password: secret } } }],
  ['an expression that RE2 does not read', { expect: { body: '(?=x)' } }],
  ['a version nobody speaks', { expect: { version: '3' } }],
  ['a family nobody has', { family: 5 }],
  ['a key nobody knows', { expect: { bodies: 'x' } }],
  ['a body of more than 64 MiB', { expect: { limit: 2 ** 30 } }],
])('%s is refused', (_, written) => {
  expect(z.strictObject(http.written).safeParse(written).success).toBe(false);
});

test.each([
  [
    'a login said twice',
    { request: { headers: { Authorization: secret } }, auth: { bearer: secret } },
    ['request', 'headers', 'Authorization'],
  ],
  [
    'a client without a secret',
    { auth: { token: { id: 'me', url: 'x', method: 'client_secret_post' } } },
    ['auth', 'token', 'secret'],
  ],
])('%s is found', (_, written, path) => {
  expect(http.whole?.(z.strictObject(http.written).parse(written))).toMatchObject([{ path }]);
});

test('metrics are asked for in the same ways', () => {
  const written = { auth: { bearer: secret }, expect: { status: [200, 206], limit: 5, trusted: false } };
  const options = metrics.normal(z.strictObject(metrics.written).parse(written), {});
  expect(options).toEqual({
    auth: { scheme: 'Bearer', credentials: secret },
    status: [200, 206],
    bodyLimit: 5,
    trusted: false,
  });
});
