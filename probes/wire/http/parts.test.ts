import { describe, expect, test } from 'vitest';
import { isExcepted } from './except.ts';
import { nextOf } from './follow.ts';
import { createJar } from './jar.ts';
import type { Answer, HttpRequest } from './request.ts';
import { keepPrepared, preparedOf } from './sent.ts';

const request: HttpRequest = {
  url: new URL('http://ward.example/a'),
  method: 'POST',
  headers: { 'X-Key': 'k', 'Content-Type': 'text/plain', Accept: 'text/html' },
  body: 'x',
  serverName: 'inner.example',
  trusted: true,
  client: { cert: 'c', key: 'k' },
};
const moved = (location: string, status = 307): Answer => ({
  status,
  version: '1.1',
  fields: [['location', location]],
  headers: { location },
  url: request.url,
  cookies: [],
  body: Buffer.alloc(0),
  received: 0,
  tls: false,
});

describe('a redirect', () => {
  const next = (location: string, status?: number, share = false) => nextOf(request, moved(location, status), share);

  test('to the same host by TLS, each on its own port, is no stranger', () => {
    expect(next('https://ward.example/a')).toEqual({ ...request, url: new URL('https://ward.example/a') });
  });
  test.each(['https://ward.example:8443/', 'https://other.example/', 'http://ward.example:81/'])(
    'to %s is one, who gets nothing declared',
    (location) => {
      const { client, ...asked } = next(location);
      expect(client).toBeUndefined();
      expect(asked).toMatchObject({ method: 'GET', body: null, serverName: null });
      expect(asked.headers).toEqual({ 'user-agent': 'Forvarsel', Accept: 'text/html' });
    },
  );
  test('shares headers where that is said, and nothing of the body', () => {
    expect(next('http://other.example/', 307, true).headers).toEqual({ 'X-Key': 'k', Accept: 'text/html' });
  });
  test.each([301, 302, 303])('by %i of a POST is a GET without what was said of the body', (status) => {
    const asked = next('/b', status);
    expect(asked).toMatchObject({ method: 'GET', body: null, serverName: 'inner.example' });
    expect(asked.headers).toEqual({ 'X-Key': 'k', Accept: 'text/html' });
  });
  test.each([307, 308])('by %i keeps method and body', (status) => {
    expect(next('/b', status)).toMatchObject({ method: 'POST', body: 'x', headers: request.headers });
  });
});

test.each([
  ['http://a.example/', ['*'], true],
  ['http://a.example/', [], false],
  ['http://a.example/', ['a.example'], true],
  ['http://b.a.example/', ['a.example'], true],
  ['http://ba.example/', ['a.example'], false],
  ['http://a.example/', ['.a.example'], false],
  ['http://b.a.example/', ['.a.example'], true],
  ['http://b.a.example/', ['*.a.example'], true],
  ['http://A.Example/', ['a.EXAMPLE '], true],
  ['http://a.example:81/', ['a.example:81'], true],
  ['http://a.example/', ['a.example:81'], false],
  ['https://a.example/', ['a.example:443'], true],
  ['http://10.1.2.3/', ['10.0.0.0/8'], true],
  ['http://11.1.2.3/', ['10.0.0.0/8'], false],
  ['http://10.1.2.3/', ['10.1.2.3'], true],
  ['http://10.1.2.3:80/', ['10.1.2.3:81'], false],
  ['http://[fd00::1]/', ['fd00::/8'], true],
  ['http://[fd00::1]/', ['fd00::1'], true],
  ['http://[fd00::1]:81/', ['[fd00::1]:81'], true],
  ['http://a.example/', ['nonsense/x', '/8', ':'], false],
  ['http://127.0.0.1/', ['other.example'], true],
  ['http://localhost/', ['other.example'], true],
  ['http://127.0.0.1/', [], false],
] as const)('%s with the exceptions %j goes directly: %s', (url, except, expected) => {
  expect(isExcepted(new URL(url), except)).toBe(expected);
});

describe('a jar', () => {
  const kept = async (from: string, cookies: readonly string[], to: string) => {
    const jar = await createJar();
    jar.keep({ url: new URL(from), cookies });
    return jar.cookieFor(new URL(to));
  };
  test.each([
    ['a cookie', 'http://a.example/', 'a=1', 'http://a.example/b', 'a=1'],
    ['for this host alone', 'http://a.example/', 'a=1', 'http://b.a.example/', null],
    ['for a domain', 'http://b.a.example/', 'a=1; Domain=a.example', 'http://c.a.example/', 'a=1'],
    ['for another domain', 'http://a.example/', 'a=1; Domain=b.example', 'http://b.example/', null],
    ['for a public suffix', 'http://a.co.uk/', 'a=1; Domain=co.uk', 'http://b.co.uk/', null],
    ['for an address', 'http://10.0.0.1/', 'a=1', 'http://10.0.0.1/', 'a=1'],
    ['for a path', 'http://a.example/x', 'a=1; Path=/x', 'http://a.example/y', null],
    ['secure', 'https://a.example/', 'a=1; Secure', 'http://a.example/', null],
    ['secure, over TLS', 'https://a.example/', 'a=1; Secure', 'https://a.example/', 'a=1'],
    ['that is over', 'http://a.example/', 'a=1; Max-Age=0', 'http://a.example/', null],
    ['that ends later', 'http://a.example/', 'a=1; Expires=Fri, 31 Dec 2100 23:59:59 GMT', 'http://a.example/', 'a=1'],
    ['that is none', 'http://a.example/', ';;;', 'http://a.example/', null],
  ])('keeps a cookie: %s', async (_, from, cookie, to, expected) => {
    expect(await kept(from, [cookie], to)).toBe(expected);
  });
  test('does not keep without end', async () => {
    const many = Array.from({ length: 300 }, (_, at) => `c${at}=1`);
    await expect(kept('http://a.example/', many, 'http://a.example/')).rejects.toMatchObject({
      reason: 'answer-too-large',
    });
  });
});

test('what is prepared of a request is kept with that request alone', () => {
  const first = keepPrepared({ ...request, body: null });
  expect(preparedOf(first)).toBe(preparedOf(first));
  expect(preparedOf({ ...first, headers: { other: '1' } }).text).toContain('other: 1');
  expect(preparedOf(first).place).toBe('http://ward.example/a');
  const login = { ...request, url: new URL('http://me:secret@ward.example/') };
  expect(JSON.stringify(preparedOf(login))).not.toContain('secret');
});
