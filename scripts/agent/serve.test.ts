import { request } from 'node:https';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createAuthority } from '../demo/protocols/authority.ts';
import { type Guarding, plainPage, serveAgent } from './serve.ts';

const token = 'a token of many letters';
const pages = { '/spool': () => plainPage(200, 'entries') };
const loopback = { host: '127.0.0.1', port: 0 };
const open: { close: () => Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(({ close }) => close())));
const serving = async (guarding: Partial<Guarding>): Promise<string> => {
  const made = await serveAgent({ listen: loopback, token, tls: null, ...guarding }, pages);
  open.push(made);
  return made.url;
};

test.each([
  ['nobody is asked who he is', {}, 401],
  ['the token is another', { authorization: 'Bearer a token of other letters' }, 401],
  ['the token is only its beginning', { authorization: `Bearer ${token.slice(0, -1)}` }, 401],
  ['the scheme is another', { authorization: `Basic ${token}` }, 401],
  ['the token is right', { authorization: `Bearer ${token}` }, 200],
])('where %s', async (_, headers: Record<string, string>, status) => {
  const answer = await fetch(`${await serving({})}/spool`, { headers });
  expect(answer.status).toBe(status);
  expect((await answer.text()).includes('entries')).toBe(status === 200);
});

test('nothing can be changed, and what is not there is said', async () => {
  const url = await serving({});
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${url}/spool`, { method: 'POST', headers })).status).toBe(405);
  expect((await fetch(`${url}/constructor`, { headers })).status).toBe(404);
});

test.each<[string, Partial<Guarding>, RegExp]>([
  ['beyond loopback without TLS', { listen: { host: '0.0.0.0', port: 0 } }, /only by TLS/],
  ['without token and certificates', { token: null }, /anyone could read/],
  ['with a token that can be guessed', { token: 'short' }, /at least 16/],
])('%s nothing is served', async (_, guarding, why) => {
  await expect(serving(guarding)).rejects.toMatchObject({ code: 'unsafe', message: expect.stringMatching(why) });
});

test('a request that is none ends nobody', async () => {
  const url = new URL(await serving({}));
  const heard = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(url.port) }, () =>
      socket.write('GET // HTTP/1.1\r\nhost: x\r\n\r\n'),
    );
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve(chunk.toString('latin1'));
    });
    socket.once('error', reject);
  });
  expect(heard).toMatch(/^HTTP\/1\.1 401/);
  expect((await fetch(`${url.origin}/spool`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
});

test('with client certificates only whoever has one of the authority is let in', async () => {
  const [ours, foreign] = [await createAuthority(), await createAuthority()];
  const until = new Date(Date.now() + 86_400_000);
  const server = await ours.issue(['127.0.0.1', 'localhost'], until);
  const tls = { certificate: server.cert, key: server.key, clients: ours.pem };
  const url = new URL('/spool', await serving({ token: null, tls }));
  const asked = (client: { cert?: string; key?: string }): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port: url.port,
          path: '/spool',
          servername: 'localhost',
          ca: ours.pem,
          agent: false,
          ...client,
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
  expect(await asked(await ours.issue(['hub'], until))).toBe(200);
  expect(await asked(await foreign.issue(['hub'], until))).toBe(401);
  expect(await asked({})).toBe(401);
});
