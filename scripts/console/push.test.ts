import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Knock, Said } from '../../probes/heartbeats.ts';
import type { Reports } from './push.ts';
import { serveConsole } from './server.ts';
import { stage } from './testing/fixture.ts';

type Taken = { readonly check: string; readonly said: Said };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const serve = async (more: Partial<Reports> = {}): Promise<{ url: string; taken: Taken[] }> => {
  const taken: Taken[] = [];
  const reports: Reports = {
    knock: (check, token): Knock => {
      if (check !== 'load/nightly') return 'unknown';
      return token === 'let-me-in'
        ? 'welcome'
        : token === 'again'
          ? 'often'
          : token === 'lost'
            ? 'unreadable'
            : 'refused';
    },
    undeclared: (_, { numbers = {} }) => Object.keys(numbers).filter((name) => name !== 'rows'),
    take: async (check, said) => {
      taken.push({ check, said });
      return true;
    },
    ...more,
  };
  const serving = await serveConsole(stage('well', { reports }), { listen: '127.0.0.1:0' });
  closing.push(serving.close);
  return { url: serving.url, taken };
};
/** With headers that fetch will not let us set. */
const raw = (url: string, headers: Record<string, string>, parts: readonly string[] = []): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request(`${url}/push/load/nightly`, { method: 'POST', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    for (const part of parts) asked.write(part);
    asked.end();
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const post = (url: string, headers: Record<string, string>, body?: string, path = '/push/load/nightly') =>
  fetch(url + path, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });

test('a report with its token is taken: nothing said is that it went well', async () => {
  const { url, taken } = await serve();
  const whole = { status: 'failed', durationMs: 1200, message: 'no room', numbers: { rows: 3 } };
  for (const body of [undefined, '', '{}', JSON.stringify(whole)]) {
    const answer = await post(url, bearer('let-me-in'), body);
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  }
  expect(taken.map(({ said }) => said)).toEqual([{ status: 'ok' }, { status: 'ok' }, { status: 'ok' }, whole]);
});

test.each<readonly [string, Record<string, string>, string | undefined, string, number]>([
  ['no token', {}, undefined, '/push/load/nightly', 401],
  ['another token', bearer('guess'), undefined, '/push/load/nightly', 401],
  ['another scheme', { authorization: 'Basic let-me-in' }, undefined, '/push/load/nightly', 401],
  ['another check', bearer('let-me-in'), undefined, '/push/load/other', 404],
  ['no check', bearer('let-me-in'), undefined, '/push/load', 404],
  ['too often', bearer('again'), undefined, '/push/load/nightly', 429],
  ['a token nobody could read', bearer('lost'), undefined, '/push/load/nightly', 503],
  ['too much', bearer('let-me-in'), `{"message":"${'x'.repeat(5000)}"}`, '/push/load/nightly', 413],
  ['no JSON', bearer('let-me-in'), 'ok', '/push/load/nightly', 400],
  ['another status', bearer('let-me-in'), '{"status":"fine"}', '/push/load/nightly', 400],
  ['an unknown key', bearer('let-me-in'), '{"state":"ok"}', '/push/load/nightly', 400],
  ['a number that is none', bearer('let-me-in'), '{"numbers":{"rows":"many"}}', '/push/load/nightly', 400],
  ['a number nobody declared', bearer('let-me-in'), '{"numbers":{"cows":1}}', '/push/load/nightly', 400],
  ['another site', { ...bearer('let-me-in'), 'sec-fetch-site': 'cross-site' }, undefined, '/push/load/nightly', 403],
])('%s is refused, and nothing is taken', async (_, headers, body, path, status) => {
  const { url, taken } = await serve();
  expect((await post(url, headers, body, path)).status).toBe(status);
  expect(taken).toEqual([]);
});

test('a body without a length is counted as it comes', async () => {
  const { url, taken } = await serve();
  const parts = Array.from({ length: 10 }, () => ' '.repeat(1000));
  expect([await raw(url, bearer('let-me-in'), parts), taken]).toEqual([413, []]);
});

test('a form of another site is turned away before anything is looked at', async () => {
  const { url, taken } = await serve();
  const form = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'content-type': 'text/plain' };
  expect([await raw(url, { ...form, ...bearer('let-me-in') }), taken]).toEqual([403, []]);
});

test('what could not be remembered is not acknowledged', async () => {
  const { url } = await serve({ take: async () => false });
  expect((await post(url, bearer('let-me-in'))).status).toBe(503);
});

test('nothing else is taken: other methods, other places, and a console that hears no reports', async () => {
  const { url } = await serve();
  expect((await fetch(`${url}/push/load/nightly`, { method: 'PUT' })).status).toBe(405);
  expect((await fetch(`${url}/push/load/nightly`)).status).toBe(404);
  expect((await fetch(`${url}/api/picture`, { method: 'POST' })).status).toBe(405);
  const deaf = await serveConsole(stage('well'), { listen: '127.0.0.1:0' });
  closing.push(deaf.close);
  expect((await post(deaf.url, bearer('let-me-in'))).status).toBe(404);
});
