import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import type { TokenOptions } from '../../../infra/landscape/kinds/asking.ts';
import type { HttpOptions } from '../../../infra/landscape/kinds/http.ts';
import type { Measurement, ProbeContext } from '../../observation.ts';
import { checkOf, contextHere, refusedPort } from '../../testing/servers.ts';
import { keepStands } from '../../testing/stands.ts';
import { http } from './http.ts';
import { type Asked, type Web, web } from './testing/web.ts';

const webs = keepStands<Web>();

type Grant = (fields: URLSearchParams, asked: Asked) => object | number;
const lives = { token_type: 'Bearer', expires_in: 3600 };
/** A login service that gives tokens by number, and an API that takes those it is told to. */
const start = async (grant: Grant = () => ({}), takes: (token: string) => boolean = () => true) => {
  let given = 0;
  const login = await web((asked, response) => {
    const made = grant(new URLSearchParams(asked.body), asked);
    if (typeof made === 'number') return response.writeHead(made).end('{"error":"invalid_client"}');
    given += 1;
    return response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ access_token: `token-${given}`, ...lives, ...made }));
  });
  const api = await web(({ headers }, response) => {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
    response.writeHead(takes(token) ? 200 : 401).end(`hello ${token}`);
  });
  webs.push(login, api);
  return { login, api };
};
type Started = Awaited<ReturnType<typeof start>>;

const secrets = { 'env:SECRET': 'hush-hush' };
const client = { id: 'probe', secret: { env: 'SECRET' }, method: 'client_secret_basic' } as const;
const probe = (
  { login, api }: Started,
  token: Partial<TokenOptions> = {},
  {
    options = {},
    context = {},
    more = {},
  }: { options?: HttpOptions; context?: Partial<ProbeContext>; more?: Record<string, string> } = {},
): Promise<Measurement> => {
  const auth = { token: { client, url: `http://127.0.0.1:${login.port}/token`, ...token } };
  const aim = {
    check: checkOf('http', { auth, ...options } satisfies HttpOptions),
    target: `http://127.0.0.1:${api.port}/`,
    secrets: { ...secrets, ...more },
  };
  return http(aim, { ...contextHere()(AbortSignal.timeout(2000)), ...context });
};
const good = { outcome: 'good', reason: null };
const bad = (reason: string, message = '') => ({ outcome: 'bad', reason, message: expect.stringContaining(message) });

describe('a token by client credentials', () => {
  test('is asked for once, shown to the target, and hidden from people', async () => {
    const at = await start();
    for (let run = 0; run < 3; run += 1) {
      const seen = await probe(
        at,
        { scope: 'read', fields: [['audience', 'epj']] },
        { options: { bodyMatches: 'hello token-1' } },
      );
      expect(seen).toMatchObject(good);
      expect(seen.transcript).not.toMatch(/token-1|hush-hush/);
      expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'processing', 'transfer']);
      expect(seen.facts.http).toMatchObject({ status: 200 });
    }
    expect(at.login.asked.length).toBe(1);
    const [asked] = at.login.asked;
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'read',
      audience: 'epj',
    });
    expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from('probe:hush-hush').toString('base64')}`);
  });

  test('that was kept and is refused is asked for anew within the run', async () => {
    const refused = new Set<string>();
    const at = await start(undefined, (token) => !refused.has(token));
    expect(await probe(at)).toMatchObject(good);
    refused.add('token-1');
    expect(await probe(at)).toMatchObject(good);
    expect([at.login.asked.length, at.api.asked.length]).toEqual([2, 3]);
  });

  test('that is refused when it is new is a login that is refused, and is not kept', async () => {
    const at = await start(undefined, () => false);
    expect(await probe(at)).toMatchObject(bad('login-refused'));
    expect(await probe(at)).toMatchObject(bad('login-refused'));
    expect([at.login.asked.length, at.api.asked.length]).toEqual([2, 2]);
    expect(await probe(at, {}, { options: { status: [401] } })).toMatchObject(good);
  });

  test('that is nearly over is not used', async () => {
    const at = await start(() => ({ expires_in: 5 }));
    await probe(at);
    await probe(at);
    expect(at.login.asked.length).toBe(2);
  });

  test('is another for another secret and from another place', async () => {
    const at = await start();
    await probe(at);
    await probe(at, {}, { more: { 'env:SECRET': 'another' } });
    await probe(at, {}, { context: { source: null } });
    expect(at.login.asked.length).toBe(3);
  });

  test.each([
    ['a refusal', () => 401, 'login-refused', 'for a token'],
    ['an error', () => 503, 'unexpected-status', 'for a token'],
    ['no token', () => ({ access_token: undefined }), 'unexpected-answer', 'for a token'],
    ['a token that is over', () => ({ expires_in: -1 }), 'token-invalid', 'for a token'],
  ] satisfies readonly (readonly [string, Grant, string, string])[])(
    '%s is named, and the target is not asked',
    async (_, grant, reason, message) => {
      const at = await start(grant);
      const seen = await probe(at);
      expect(seen).toMatchObject(bad(reason, message));
      expect(`${seen.message}${seen.transcript}`).not.toContain('hush-hush');
      expect(at.api.asked).toEqual([]);
    },
  );

  test('a login service that is not there, or silent, is named by what was waited for', async () => {
    const at = await start();
    const gone = `http://127.0.0.1:${await refusedPort()}/`;
    expect(await probe(at, { url: gone })).toMatchObject(bad('refused', 'for a token'));
    const silent = await web(() => undefined);
    webs.push(silent);
    const context = { signal: AbortSignal.timeout(300) };
    const seen = await probe(at, { url: `http://127.0.0.1:${silent.port}/` }, { context });
    expect(seen).toMatchObject(bad('no-answer'));
    expect(Object.values(seen.phases).reduce((a, b) => a + b, 0)).toBeLessThan(0.1);
  });

  test('a secret in the other place, where that is said', async () => {
    const takesPost: Grant = (fields) => (fields.get('client_secret') === 'hush-hush' ? {} : 401);
    const at = await start(takesPost);
    expect(await probe(at)).toMatchObject(bad('login-refused'));
    expect(await probe(at, { either: true })).toMatchObject(good);
    expect(await probe(at, { client: { ...client, method: 'client_secret_post' } })).toMatchObject(good);
  });

  test('what may be probed does not bind the way to a token', async () => {
    const at = await start();
    const allowed = (_: string, __: string, port: number) => port === at.api.port;
    expect(await probe(at, {}, { context: { allowed } })).toMatchObject(good);
  });

  test('a secret that was not read is our own trouble', async () => {
    const at = await start();
    const seen = await probe(at, { client: { ...client, secret: { env: 'NOWHERE' } } });
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  });
});

describe('a token for what was signed', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const more = { 'env:KEY': key };

  test('by a key of the client (private_key_jwt)', async () => {
    let assertion = '';
    const at = await start((fields) => {
      assertion = fields.get('client_assertion') ?? '';
      return {};
    });
    const signing = { id: 'probe', key: { env: 'KEY' }, keyId: 'k1', method: 'private_key_jwt' } as const;
    expect(await probe(at, { client: signing }, { more })).toMatchObject(good);
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'RS256', kid: 'k1' });
    expect(decodeJwt(assertion)).toMatchObject({ iss: 'probe', sub: 'probe' });
  });

  test('as what it is granted for (RFC 7523)', async () => {
    let fields = new URLSearchParams();
    const at = await start((given) => {
      fields = given;
      return {};
    });
    const bearer = { audience: 'https://idp.example', claims: { scope: 'a' } };
    const signing = { id: 'probe', key: { env: 'KEY' }, algorithm: 'RS512', method: 'private_key_jwt' } as const;
    expect(await probe(at, { client: signing, bearer }, { more })).toMatchObject(good);
    expect(fields.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const assertion = fields.get('assertion') ?? '';
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'RS512' });
    expect(decodeJwt(assertion)).toMatchObject({ iss: 'probe', aud: 'https://idp.example', scope: 'a' });
  });

  test('a key that is none is our own trouble, and is not shown', async () => {
    const at = await start();
    const signing = { id: 'probe', key: { env: 'KEY' }, method: 'private_key_jwt' } as const;
    const seen = await probe(at, { client: signing, bearer: {} }, { more: { 'env:KEY': 'not-a-key' } });
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
    expect(seen.message).not.toContain('not-a-key');
  });
});
