import { X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { oidc as kind } from '../../../infra/landscape/kinds/oidc.ts';
import { createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Aim, Measurement, ProbeContext } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, refusedPort } from '../../testing/servers.ts';
import { oidc } from './oidc.ts';
import {
  type Answered,
  type Bend,
  clientKey,
  clientSecret,
  type Idp,
  type Pages,
  password,
  redirect,
  startIdp,
  totpSecret,
  user,
} from './testing/provider.ts';

const schema = z.strictObject(kind.written);
type Written = z.input<typeof schema>;

const aimOf = (target: string, written: Written, timeoutMs = 8000): Aim => {
  const options = kind.normal(schema.parse(written), {});
  const secrets = {
    'env:USER': user,
    'env:PASSWORD': password,
    'env:TOTP': totpSecret,
    'env:OTHER': 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQAAA',
    'env:SECRET': clientSecret,
    'env:WRONG': 'forkert',
    'env:KEY': clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  return { check: checkOf('oidc', options, { depth: kind.depth(options), timeoutMs }), target, secrets };
};
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const idpWith = async (bend: Bend = {}, pages: Pages = {}): Promise<Idp> => {
  const idp = await startIdp(bend, pages);
  closing.push(idp.close);
  return idp;
};
const run = async (target: string, written: Written, context: Partial<ProbeContext> = {}): Promise<Measurement> =>
  await oidc(aimOf(target, written), { ...contextHere()(AbortSignal.timeout(8000)), ...context });

const client = { id: 'probe', secret: { env: 'SECRET' } } as const;
const keyed = { id: 'keyed', key: { env: 'KEY' } } as const;
const person = { name: { env: 'USER' }, password: { env: 'PASSWORD' } } as const;
const login: Written = { client, redirect, user: person };
const totp = { totp: { env: 'TOTP' } } as const;
const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const stepsOf = ({ facts }: Measurement) => facts.steps?.map(({ name }) => name);

let certificate: X509Certificate;
beforeAll(async () => {
  // The provider warns that it is no provider for real use.
  for (const way of ['info', 'warn'] as const) vi.spyOn(console, way).mockImplementation(() => undefined);
  const authority = await createAuthority();
  certificate = new X509Certificate((await authority.issue(['idp.example'], new Date(Date.now() + 86_400_000))).cert);
});

describe('a login', () => {
  const all = ['discovery', 'keys', 'authorize', 'login', 'consent', 'token', 'userinfo', 'logout'];
  test.each<readonly [string, Written, Pages, readonly string[]]>([
    ['on one page', login, {}, all],
    ['by a client with a key of its own', { ...login, client: keyed }, {}, all],
    ['the user first, the password on a page of its own', login, { two: true }, all.toSpliced(3, 0, 'login')],
    [
      'with a one-time code',
      { ...login, user: { ...person, totp } },
      { totp: true },
      all.toSpliced(4, 0, 'one-time-code'),
    ],
    [
      'by names that were declared, with claims that were',
      {
        ...login,
        scope: 'openid profile',
        form: { userField: 'username', passwordField: 'pw', consentButton: 'allow' },
        expect: { claims: ['claims.sub.startsWith("subject")', 'claims.aud == "probe"'], skew: '10s' },
      },
      {},
      all,
    ],
  ])('%s', async (_, written, pages, steps) => {
    const idp = await idpWith({}, pages);
    const seen = await run(idp.issuer, written);
    expect(seen).toMatchObject({
      outcome: 'good',
      message: '',
      depth: 'transaction',
      signals: { keys: 1, 'token-lifetime': 300 },
    });
    expect(stepsOf(seen)).toEqual(steps);
    for (const { name } of seen.facts.steps ?? []) expect(seen.signals[`step:${name}`]).toBeGreaterThan(0);
    expect(Math.abs(seen.signals['skew'] ?? 99)).toBeLessThanOrEqual(2);
    expect(idp.sessions(), 'logged out').toBe(0);
    const measured = new Set([...kind.measures(kind.normal(schema.parse(written), {}), false), 'duration']);
    expect(Object.keys(seen.signals).filter((name) => !measured.has(name))).toEqual([]);
  });

  test('shows nothing of it: no password, code, token, state, subject or cookie', async () => {
    const kept: string[] = [];
    const keep = ({ body, headers }: Answered) => {
      kept.push(...body.matchAll(/"(?:access_token|id_token)":"([^"]+)"/g).map(([, token = '']) => token));
      const { searchParams } = new URL(String(headers['location'] ?? 'http://x/'), 'http://x');
      kept.push(...['code', 'state'].flatMap((name) => searchParams.get(name) ?? []));
    };
    const idp = await idpWith({ 'POST /token': keep, back: keep });
    const seen = await run(idp.issuer, login);
    expect(seen.outcome).toBe('good');
    expect(kept).toHaveLength(4);
    const shown = `${seen.transcript}${JSON.stringify(seen.facts)}`;
    for (const text of [
      ...kept,
      ...kept.map(encodeURIComponent),
      password,
      user,
      clientSecret,
      'subject-of',
      '_session=',
    ])
      expect(shown).not.toContain(text);
    expect(shown).toContain('/session/end');
  });

  test('without userinfo it is a session, and says so', async () => {
    const idp = await idpWith();
    const seen = await run(idp.issuer, { ...login, userinfo: false, logout: false });
    expect(seen).toMatchObject({ outcome: 'good', depth: 'session' });
    expect(stepsOf(seen)?.at(-1)).toBe('token');
  });
});

describe('less than a login is called less', () => {
  test('discovery and keys are a protocol', async () => {
    const idp = await idpWith({}, { certificate: certificate.raw.toString('base64') });
    const seen = await run(idp.issuer, { flow: 'discovery' });
    expect(seen).toMatchObject({ outcome: 'good', depth: 'protocol' });
    expect(seen.signals['key-until']).toBe(Math.floor(certificate.validToDate.getTime() / 1000));
    expect(seen.signals['key-from']).toBe(Math.floor(certificate.validFromDate.getTime() / 1000));
    expect(idp.asked()).toEqual(['GET /.well-known/openid-configuration', 'GET /jwks']);
  });
  test('a token without a person is a session', async () => {
    const idp = await idpWith();
    for (const own of [client, keyed]) {
      const seen = await run(idp.issuer, { flow: 'client-credentials', client: own, scope: 'api' });
      expect(seen).toMatchObject({ outcome: 'good', depth: 'session' });
    }
  });
});

const bent =
  (change: (body: Record<string, unknown>) => void) =>
  (answered: Answered): void => {
    const body: Record<string, unknown> = JSON.parse(answered.body);
    change(body);
    answered.body = JSON.stringify(body);
  };
const discovery = (change: (body: Record<string, unknown>) => void): Bend => ({
  'GET /.well-known/openid-configuration': bent(change),
});
const now = () => Math.floor(Date.now() / 1000);
/** The id token with other claims, signed as the provider signs. */
const idToken = (claims: () => object, how: { forged?: boolean; date?: Date | null } = {}): Bend => ({
  'POST /token': async (answered, idp) => {
    const body: Record<string, unknown> = JSON.parse(answered.body);
    body['id_token'] = await idp.resign(String(body['id_token']), claims(), how);
    answered.body = JSON.stringify(body);
    if (how.date !== undefined) answered.headers['date'] = how.date === null ? 'never' : how.date.toUTCString();
  },
});
const answering =
  (status: number, body = '', headers: Record<string, string> = {}) =>
  (answered: Answered) => {
    Object.assign(answered, { status, body, headers });
  };
const back = (change: (url: URL) => void): Bend => ({
  back: ({ headers }) => {
    const url = new URL(String(headers['location']));
    change(url);
    headers['location'] = url.href;
  },
});
const later = (seconds: number) => new Date(Date.now() + seconds * 1000);

/** Each piece broken: what comes of it. */
const broken: readonly (readonly [string, Bend, Written, object, Pages?])[] = [
  // What it says of itself.
  [
    'another issuer',
    discovery((body) => Object.assign(body, { issuer: 'https://other.example' })),
    login,
    bad('mismatched-answer', expect.stringContaining('got https://other.example/')),
  ],
  [
    'an issuer that was declared otherwise',
    {},
    { ...login, expect: { issuer: 'https://idp.example' } },
    bad('mismatched-answer'),
  ],
  [
    'no keys address',
    discovery((body) => delete body['jwks_uri']),
    login,
    bad('unexpected-answer', 'expected an address as jwks_uri, got none'),
  ],
  [
    'no code flow',
    discovery((body) => Object.assign(body, { response_types_supported: ['id_token'] })),
    login,
    bad('unexpected-answer'),
  ],
  [
    'no PKCE',
    discovery((body) => Object.assign(body, { code_challenge_methods_supported: ['plain'] })),
    login,
    bad('unexpected-answer', 'expected S256 among code_challenge_methods_supported, got others'),
  ],
  ['no userinfo', discovery((body) => delete body['userinfo_endpoint']), login, bad('unexpected-answer')],
  [
    'no logout where one was declared',
    discovery((body) => delete body['end_session_endpoint']),
    { ...login, logout: true },
    bad('unexpected-answer'),
  ],
  [
    'a page instead of it',
    { 'GET /.well-known/openid-configuration': answering(200, '<h1>Moved</h1>') },
    login,
    bad('unexpected-answer'),
  ],
  [
    'a provider in trouble',
    { 'GET /.well-known/openid-configuration': answering(503) },
    login,
    bad('unexpected-status'),
  ],
  [
    'a way to where probes may not go',
    discovery((body) => Object.assign(body, { jwks_uri: 'http://127.0.0.9/jwks' })),
    login,
    bad('not-allowed'),
  ],
  // Its keys.
  ['no keys', { 'GET /jwks': answering(200, '{"keys":[]}') }, login, bad('unexpected-answer')],
  [
    'keys that do not sign',
    { 'GET /jwks': bent((body) => Object.assign(body, { keys: [{ kty: 'RSA', use: 'enc' }] })) },
    login,
    bad('unexpected-answer'),
  ],
  ['keys that are gone', { 'GET /jwks': answering(404) }, login, bad('unexpected-status')],
  [
    'a key of another name',
    {
      'GET /jwks': (answered) => {
        answered.body = answered.body.replace('"one"', '"two"');
      },
    },
    login,
    bad('token-invalid', 'expected a token signed by a key of the provider, got one signed by a key it does not show'),
  ],
  // The way in.
  [
    'a wrong password',
    {},
    { ...login, user: { ...person, password: { env: 'WRONG' } } },
    bad('login-refused', 'expected to be let in, got the page for the password again'),
  ],
  [
    'a wrong password that is a status',
    {},
    { ...login, user: { ...person, password: { env: 'WRONG' } } },
    bad('login-refused', 'expected to be let in, got status 401'),
    { refusal: 401 },
  ],
  [
    'a wrong password on the second page',
    {},
    { ...login, user: { ...person, password: { env: 'WRONG' } } },
    bad('login-refused'),
    { two: true },
  ],
  ['a user nobody knows', {}, { ...login, user: { ...person, name: 'nobody' } }, bad('login-refused')],
  [
    'a one-time code that was not given',
    {},
    login,
    bad('login-refused', 'expected to be let in by a password, got a page for a one-time code'),
    { totp: true },
  ],
  [
    'a wrong one-time code',
    {},
    { ...login, user: { ...person, totp: { totp: { env: 'OTHER' } } } },
    bad('login-refused', 'expected to be let in, got the page for the one-time code again'),
    { totp: true },
  ],
  [
    'consent that is not given',
    {},
    { ...login, form: { consentButton: 'deny' } },
    bad('login-refused', 'expected a code, got access_denied'),
  ],
  ['a client it does not know', {}, { ...login, client: { ...client, id: 'other' } }, bad('unexpected-status')],
  ['a way back it does not know', {}, { ...login, redirect: 'https://other.example/' }, bad('unexpected-status')],
  [
    'a login page without a form',
    { 'GET /interaction/uid': answering(200, '<div id="app">', { 'content-type': 'text/html' }) },
    login,
    bad('unexpected-answer', 'expected a page to log in, got one without a form'),
  ],
  [
    'a page that is none to log in',
    { 'GET /interaction/uid': answering(200, '<form><input type=hidden name=a></form>') },
    login,
    bad('unexpected-answer'),
  ],
  [
    'a login page that leads elsewhere',
    {
      'GET /interaction/uid': (answered) => {
        answered.body = answered.body.replace('<form', '<form action="http://127.0.0.8/x"');
      },
    },
    login,
    bad('not-allowed'),
  ],
  ['a login page in trouble', { 'GET /interaction/uid': answering(500) }, login, bad('unexpected-status')],
  ['a login in trouble', { 'POST /interaction/uid': answering(502) }, login, bad('unexpected-status')],
  [
    'another state',
    back((url) => url.searchParams.set('state', 'other')),
    login,
    bad('mismatched-answer', 'expected the state we sent, got another'),
  ],
  [
    'an answer by another provider',
    back((url) => url.searchParams.set('iss', 'https://other.example')),
    login,
    bad('mismatched-answer'),
  ],
  [
    'an answer that names nobody where it should',
    back((url) => url.searchParams.delete('iss')),
    login,
    bad('mismatched-answer'),
  ],
  [
    'no code',
    back((url) => url.searchParams.delete('code')),
    login,
    bad('unexpected-answer', 'expected a code, got none'),
  ],
  [
    'a provider that says it cannot',
    back((url) => {
      url.searchParams.delete('code');
      url.searchParams.set('error', 'temporarily_unavailable');
    }),
    login,
    bad('not-serving', 'expected a code, got temporarily_unavailable'),
  ],
  // Its token.
  [
    'another code',
    back((url) => url.searchParams.set('code', 'other')),
    login,
    bad('login-refused', 'expected a token, got status 400 invalid_grant'),
  ],
  [
    'a wrong secret of the client',
    {},
    { ...login, client: { ...client, secret: { env: 'WRONG' } } },
    bad('login-refused', 'expected a token, got status 401 invalid_client'),
  ],
  ['no id token', { 'POST /token': bent((body) => delete body['id_token']) }, login, bad('unexpected-answer')],
  [
    'a forged id token',
    idToken(() => ({}), { forged: true }),
    login,
    bad('token-invalid', 'expected a token signed by a key of the provider, got another signature'),
  ],
  [
    'a token that is signed by nobody',
    {
      'POST /token': bent((body) => {
        body['id_token'] =
          `${Buffer.from('{"alg":"none"}').toString('base64url')}.${String(body['id_token']).split('.')[1]}.`;
      }),
    },
    login,
    bad('token-invalid'),
  ],
  [
    'a token that is none',
    { 'POST /token': bent((body) => Object.assign(body, { id_token: 'x' })) },
    login,
    bad('token-invalid', 'expected a signed token, got something else'),
  ],
  [
    'a token of another issuer',
    idToken(() => ({ iss: 'https://other.example' })),
    login,
    bad('token-invalid', 'expected the claim iss as it should be, got another or none'),
  ],
  [
    'a token for another client',
    idToken(() => ({ aud: 'other' })),
    login,
    bad('token-invalid', 'expected the claim aud as it should be, got another or none'),
  ],
  [
    'a token for several, issued to another',
    idToken(() => ({ aud: ['probe', 'other'], azp: 'other' })),
    login,
    bad('token-invalid'),
  ],
  [
    'another nonce',
    idToken(() => ({ nonce: 'other' })),
    login,
    bad('token-invalid', 'expected the nonce we sent, got another'),
  ],
  [
    'no nonce',
    idToken(() => ({ nonce: undefined })),
    login,
    bad('token-invalid', 'expected the nonce we sent, got none'),
  ],
  [
    'the hash of another access token',
    idToken(() => ({ at_hash: 'other' })),
    login,
    bad('token-invalid', 'expected the hash of the access token (at_hash), got another'),
  ],
  ['no subject', idToken(() => ({ sub: undefined })), login, bad('token-invalid')],
  ['no time', idToken(() => ({ exp: undefined })), login, bad('token-invalid', 'expected a time as exp, got none')],
  [
    'a token that has ended',
    idToken(() => ({ iat: now() - 30, exp: now() - 400 })),
    login,
    bad(
      'token-invalid',
      expect.stringMatching(/^expected a token that is still good, got one that ended 40\d seconds ago$/),
    ),
  ],
  [
    'a token of later',
    idToken(() => ({ nbf: now() + 3600 })),
    login,
    bad('token-invalid', 'expected a token that is good already, got one of later'),
  ],
  [
    'an old token by a clock that is right',
    idToken(() => ({ iat: now() - 3600, exp: now() + 3600 })),
    login,
    bad('token-invalid', expect.stringMatching(/^expected a token issued now, got one issued 360\d seconds behind$/)),
  ],
  [
    'a clock that is behind',
    idToken(() => ({ iat: now() - 3600, exp: now() - 3300 }), { date: later(-3600) }),
    login,
    bad('clock-offset', expect.stringMatching(/got one 360\d seconds behind$/)),
  ],
  [
    'a clock that is ahead',
    idToken(() => ({ iat: now() + 300, exp: now() + 600 }), { date: later(300) }),
    login,
    bad('clock-offset'),
  ],
  [
    'a clock nobody says',
    idToken(() => ({ iat: now() + 300, exp: now() + 600 }), { date: null }),
    login,
    bad('clock-offset'),
  ],
  [
    'a clock beyond what was declared',
    idToken(() => ({ iat: now() + 20, exp: now() + 600 }), { date: later(20) }),
    { ...login, expect: { skew: '5s' } },
    bad('clock-offset'),
  ],
  [
    'claims that are not as declared',
    {},
    { ...login, expect: { claims: 'claims.acr == "high"' } },
    bad('unexpected-answer', 'expected claims.acr == "high", got other claims'),
  ],
  ['a token address that is gone', { 'POST /token': answering(500) }, login, bad('unexpected-status')],
  ['a provider that hangs up', { 'POST /token': answering(0) }, login, bad('closed-early')],
  // Who it is, and the way out.
  [
    'another user',
    { 'GET /me': bent((body) => Object.assign(body, { sub: 'other' })) },
    login,
    bad('mismatched-answer', 'expected the user who logged in (sub), got another'),
  ],
  ['a token of no use', { 'GET /me': answering(401) }, login, bad('token-invalid')],
  ['a userinfo that is down', { 'GET /me': answering(503) }, login, bad('unexpected-status')],
  [
    'a logout that fails',
    { 'GET /session/end': answering(500) },
    login,
    bad('unexpected-status', 'expected to be logged out, got status 500'),
  ],
  // Without a person.
  [
    'less than was asked for',
    {},
    { flow: 'client-credentials', client, scope: 'api admin' },
    bad('unexpected-answer', 'expected a token with the scope admin, got one without it'),
  ],
  [
    'a client with a wrong secret',
    {},
    { flow: 'client-credentials', client: { ...client, secret: { env: 'WRONG' } } },
    bad('login-refused', 'expected a token, got status 401 invalid_client'),
  ],
];

describe('each piece is broken once', () => {
  test.each(
    broken.map(([name, bend, written, expected, pages = {}]) => [name, bend, written, expected, pages] as const),
  )('%s', async (_, bend, written, expected, pages) => {
    const idp = await idpWith(bend, pages);
    const allowed: ProbeContext['allowed'] = (__, address) => address === '127.0.0.1';
    const seen = await run(idp.issuer, written, { allowed });
    expect(seen).toMatchObject(expected);
    for (const text of [password, 'subject-of', 'eyJ']) expect(`${seen.message}${seen.transcript}`).not.toContain(text);
  });

  test('what fails after the login does not leave a session behind, nor is it hidden by the logout', async () => {
    const idp = await idpWith({ 'GET /me': answering(401) });
    expect(await run(idp.issuer, login)).toMatchObject(bad('token-invalid'));
    expect(idp.sessions()).toBe(0);
    const stuck = await idpWith({ 'GET /me': answering(401), 'GET /session/end': answering(500) });
    expect(await run(stuck.issuer, login)).toMatchObject(bad('token-invalid'));
  });

  test('a provider that was stopped', async () => {
    expect(await run(`http://127.0.0.1:${await refusedPort()}`, login)).toMatchObject(bad('refused'));
  });

  test.each<readonly [string, Written]>([
    ['no user', { client, redirect }],
    ['no client', { flow: 'client-credentials' }],
    ['a secret that is missing', { ...login, user: { ...person, password: { env: 'NOBODY' } } }],
    ['a key that is none', { ...login, client: { ...keyed, key: { env: 'WRONG' } } }],
  ])('our own trouble: %s', async (_, written) => {
    const idp = await idpWith();
    expect(await run(idp.issuer, written)).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  });
});

describe('SAML metadata', () => {
  const texts: Record<string, string> = {};
  let server: Server;
  let url = '';
  beforeAll(async () => {
    const authority = await createAuthority();
    const tomorrow = await createAuthority(Date.now() + 86_400_000 * 2);
    const issue = async (by: typeof authority, days: number) => {
      const { cert } = await by.issue(['idp.example'], new Date(Date.now() + days * 86_400_000));
      return new X509Certificate(cert).raw.toString('base64').replaceAll(/(.{64})/g, '$1\n      ');
    };
    const [good, soon, ended, coming] = [
      await issue(authority, 90),
      await issue(authority, 5),
      await issue(authority, -1 / 1440),
      await issue(tomorrow, 90),
    ];
    const key = (text: string, use = ' use="signing"') =>
      `<md:KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n      ${text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
    const entity = (keys: string, more = '') =>
      `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://idp.example"${more}><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys}</md:IDPSSODescriptor></md:EntityDescriptor>`;
    const bomb = `<!DOCTYPE x [${Array.from({ length: 20 }, (_, at) => `<!ENTITY a${at} "${`&a${at - 1};`.repeat(10)}">`).join('')}]>`;
    Object.assign(texts, {
      '/good': entity(
        key(good) + key(soon, '') + key(ended, ' use="encryption"'),
        ` validUntil="${new Date(Date.now() + 3_600_000).toISOString()}"`,
      ),
      '/rollover': entity(key(ended) + key(good)),
      '/ended': entity(key(ended)),
      '/coming': entity(key(coming)),
      '/past': entity(key(good), ' validUntil="2020-01-01T00:00:00Z"'),
      '/none': entity(key(good, ' use="encryption"')),
      '/garbled': entity(key('AAAA')),
      '/other': '<rss version="2.0"></rss>',
      '/cut': entity(key(good)).slice(0, -20),
      '/external': `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${entity(key('&e;')).slice(21)}`,
      '/bomb': `${bomb}${entity(key('&a19;')).slice(21)}`,
      '/undeclared': entity(key('&a19;')),
      '/tower': `${'<a>'.repeat(100_000)}`,
      '/many': entity(key(good).repeat(101)),
      '/html': '<!doctype html><html><body>Log in<br></body></html>',
    });
    server = createServer((request, response) => {
      const text = texts[request.url ?? ''];
      response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'application/samlmetadata+xml' }).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    url = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
    return () => server.close();
  });

  test('the earliest end among what signs is told, whatever encrypts', async () => {
    const seen = await run(`${url}/good`, { flow: 'saml' });
    expect(seen).toMatchObject({ outcome: 'good', depth: 'protocol' });
    expect(seen.signals['saml-certificate']).toBeCloseTo(Date.now() / 1000 + 5 * 86_400, -2);
    expect(seen.signals['saml-valid-until']).toBeCloseTo(Date.now() / 1000 + 3600, -2);
    const rollover = await run(`${url}/rollover`, { flow: 'saml' });
    expect(rollover, 'an old one beside a good one').toMatchObject({ outcome: 'good' });
    expect(rollover.signals['saml-certificate']).toBeLessThan(Date.now() / 1000);
  });

  test.each([
    [
      '/ended',
      bad('certificate-expired', expect.stringContaining('expected a signing certificate that is still valid')),
    ],
    ['/past', bad('certificate-expired', 'expected metadata that are still valid, got validUntil 2020-01-01')],
    ['/coming', bad('certificate-not-yet-valid')],
    ['/none', bad('unexpected-answer', 'expected a signing certificate in the metadata, got none')],
    ['/garbled', bad('unexpected-answer')],
    ['/other', bad('unexpected-answer', 'expected SAML metadata, got other XML')],
    ['/cut', bad('unexpected-answer', 'expected well-formed SAML metadata, got something else')],
    ['/external', bad('protocol-error', 'expected metadata without a document type, got one')],
    ['/bomb', bad('protocol-error')],
    ['/undeclared', bad('unexpected-answer')],
    ['/tower', bad('protocol-error')],
    ['/many', bad('answer-too-large')],
    ['/html', bad('unexpected-answer')],
    ['/missing', bad('unexpected-status')],
  ])('%s', async (path, expected) => {
    const seen = await run(`${url}${path}`, { flow: 'saml' });
    expect(seen).toMatchObject(expected);
    expect(seen.duration).toBeLessThan(2);
  });

  test('they are looked at beside a flow too', async () => {
    const idp = await idpWith();
    expect(await run(idp.issuer, { flow: 'discovery', samlMetadata: `${url}/good` })).toMatchObject({
      outcome: 'good',
    });
    expect(await run(idp.issuer, { flow: 'discovery', samlMetadata: `${url}/ended` })).toMatchObject(
      bad('certificate-expired'),
    );
  });
});

test('the set of keys has one number until a key is changed', async () => {
  const numbers = [];
  for (const bend of [
    {},
    {},
    {
      'GET /jwks': (answered: Answered) => {
        answered.body = answered.body.replace('"one"', '"two"');
      },
    },
  ]) {
    const idp = await idpWith(bend);
    numbers.push((await run(idp.issuer, { flow: 'discovery' })).signals['keys-hash']);
  }
  expect(numbers[0]).toBe(numbers[1]);
  expect(numbers[2]).not.toBe(numbers[0]);
});

describe('the landscape', () => {
  test.each<readonly [Written, readonly string[]]>([
    [
      {},
      [
        'client: a client, for flow code',
        'redirect: the redirect address of the client, for flow code',
        'user: a user who logs in, for flow code',
      ],
    ],
    [
      { flow: 'client-credentials', client: { id: 'x', method: 'client_secret_post' } },
      ["client.secret: { env: 'NAME' } or { file: 'name' }, for client_secret_post needs it"],
    ],
    [{ flow: 'discovery', samlMetadata: 'idp' }, ['samlMetadata: an address of http or https']],
    [login, []],
  ])('%j', (written, wrong) =>
    expect(
      (kind.whole?.(schema.parse(written)) ?? []).map(({ path, expected }) => `${path.join('.')}: ${expected}`),
    ).toEqual(wrong),
  );
  test('how deep a flow can reach', () => {
    const deepest = (written: Written) => kind.deepest(kind.normal(schema.parse(written), {}));
    expect(
      [
        login,
        { ...login, userinfo: false },
        { flow: 'client-credentials', client },
        { flow: 'discovery' },
        { flow: 'saml' },
      ].map((one) => deepest(one as Written)),
    ).toEqual(['transaction', 'session', 'session', 'protocol', 'protocol']);
  });
});

holdContract({
  kind: 'oidc',
  probe: oidc,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => aimOf(`http://${endpoint}`, login, timeoutMs),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});
