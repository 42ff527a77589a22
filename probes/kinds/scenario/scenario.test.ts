// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a scenario names a variable.
import { afterEach, describe, expect, test } from 'vitest';
import type { Measurement, ProbeContext } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, dripping, refusedPort, tcpStand } from '../../testing/servers.ts';
import { scenario } from './scenario.ts';
import { aimOf, type Written } from './testing/aim.ts';
import { type App, answer, type Broken, json, password, startApp, user } from './testing/app.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const appWith = async (broken: Broken = {}): Promise<App> => {
  const app = await startApp(broken);
  closing.push(app.close);
  return app;
};

const secrets = { 'env:EPJ_USER': user, 'env:EPJ_PASSWORD': password, 'env:NANCY': '010190-9999' };
const run = async (
  target: string,
  written: Written,
  { withinMs = 5000, context = {} }: { withinMs?: number; context?: Partial<ProbeContext> } = {},
): Promise<Measurement> => {
  const aim = aimOf(target, written, { timeoutMs: withinMs });
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DOMException('late', 'TimeoutError')), withinMs);
  const seen = await scenario({ ...aim, secrets }, { ...contextHere()(deadline.signal), ...context });
  clearTimeout(timer);
  return seen;
};

const login: Written['steps'] = [
  { name: 'page', request: { url: '/login' }, expect: { body: '<form' } },
  {
    name: 'sign-in',
    submit: { fill: { user: { env: 'EPJ_USER' }, password: '${secret}' } },
    expect: { body: 'Welcome', redirects: 1 },
  },
];
const variables = { secret: { env: 'EPJ_PASSWORD' } };
const writes = 'case 26/77';
const whole: Written = {
  writes,
  variables,
  steps: [
    ...login,
    {
      name: 'token',
      request: { url: '/api/token' },
      capture: {
        key: { json: '$.key' },
        unit: { json: '$.unit' },
        item: { json: '$.list[0].id' },
        sid: { cookie: 'sid' },
      },
    },
    { name: 'item', request: { url: '/api/items/${item}' }, expect: { json: 'body.found' } },
    {
      name: 'draft',
      request: {
        url: '/api/drafts',
        headers: { 'x-key': '${key}' },
        json: { unit: '${unit}', title: 'by "${key}" and $${text}' },
      },
      expect: {
        status: 201,
        headers: { 'x-draft': '^[0-9a-f]{8}$' },
        json: [
          'body.title == "by \\"" + vars.key + "\\" and ${text}"',
          'status == 201',
          'body.id.matches("^[0-9a-f]+$")',
        ],
      },
      capture: {
        draft: { header: 'x-draft' },
        waiting: { json: '$.waiting', signal: true },
        again: { body: '"id":"(?P<again>\\w+)"' },
      },
    },
    {
      name: 'remove',
      request: { url: '/api/drafts/${draft}', method: 'DELETE' },
      expect: { status: 204 },
      always: true,
    },
    { name: 'logout', request: { url: '/logout' }, expect: { body: 'Bye' }, always: true },
  ],
};

describe('a whole journey', () => {
  test('logs in by the form of the page, carries what it captured, asserts, and cleans up', async () => {
    const app = await appWith();
    const seen = await run(app.url, whole);
    expect(seen).toMatchObject({
      outcome: 'good',
      message: '',
      depth: 'transaction',
      signals: { 'captured:waiting': 3 },
    });
    expect(app.left()).toEqual({ sessions: 0, drafts: 0 });
    expect(seen.facts.steps?.map(({ name }) => name)).toEqual([
      'page',
      'sign-in',
      'token',
      'item',
      'draft',
      'remove',
      'logout',
    ]);
    for (const { name, seconds } of seen.facts.steps ?? []) expect(seen.signals[`step:${name}`]).toBe(seconds);
    expect(seen.signals['duration']).toBeGreaterThan(0);
    expect(app.asked()).toContain('GET /home');
  });

  test('nothing secret and nothing captured is in the transcript, also when the peer says it again', async () => {
    const app = await appWith();
    const { transcript } = await run(app.url, whole);
    expect(transcript).toContain('POST');
    expect(transcript).toContain('"said":"***"');
    expect(transcript).toContain('"echo":"***"');
    for (const text of [password, encodeURIComponent(password), user, 'key-of-'])
      expect(transcript).not.toContain(text);
    expect(transcript).not.toMatch(/sid=[0-9a-f]/);
    expect(transcript).not.toMatch(/x-draft: [0-9a-f]/);
  });

  test('without an assertion on its last step it is no transaction', async () => {
    const app = await appWith();
    const seen = await run(app.url, { steps: [{ name: 'page', request: { url: '/login' } }] });
    expect(seen).toMatchObject({ outcome: 'good', depth: 'protocol' });
  });
});

/** Each reason, provoked on the peer. */
const failing: readonly (readonly [string, Broken, Written, object])[] = [
  [
    'a wrong password is the status it is answered with',
    {},
    { ...whole, variables: { secret: { env: 'EPJ_USER' } } },
    { reason: 'unexpected-status', message: 'in step sign-in, expected status 200 to 299, got 401' },
  ],
  [
    'a page without the form that is to be filled in',
    { 'GET /login': (_, response) => answer(response, 200, '<form><input name="q"></form>') },
    whole,
    { reason: 'unexpected-answer', message: 'in step sign-in, expected a form with user, password, got a form with q' },
  ],
  [
    'a page that sends what is typed in elsewhere',
    {
      'GET /login': (_, response) =>
        answer(response, 200, '<form method=post action="http://127.0.0.2:1/x"><input name=user><input name=password>'),
    },
    whole,
    { reason: 'not-allowed' },
  ],
  [
    'a login that leads back to the login page',
    { 'POST /login': (_, response) => answer(response, 303, '', { location: '/login' }) },
    whole,
    { reason: 'unexpected-answer', message: expect.stringContaining('in step sign-in, expected a body that matches') },
  ],
  [
    'one redirect more than allowed',
    {
      'POST /login': (_, response) => answer(response, 303, '', { location: '/elsewhere' }),
      'GET /elsewhere': (_, response) => answer(response, 302, '', { location: '/home' }),
    },
    whole,
    { reason: 'too-many-redirects' },
  ],
  [
    'a value that is not there to be captured',
    { 'GET /api/token': (_, response) => json(response, 200, { unit: 7, list: [{ id: 'a/b?c' }] }) },
    whole,
    { reason: 'unexpected-answer', message: 'in step token, expected one value at $.key, got 0' },
  ],
  [
    'two values where one is captured',
    {},
    {
      ...whole,
      steps: whole.steps.map((step) =>
        step.name === 'token' ? { ...step, capture: { ...step.capture, item: { json: '$.list[*].id' } } } : step,
      ),
    },
    { reason: 'unexpected-answer', message: 'in step token, expected one value at $.list[*].id, got 2' },
  ],
  [
    'an error page where JSON should be',
    { 'GET /api/token': (_, response) => answer(response, 200, '<h1>We are sorry</h1>') },
    whole,
    { reason: 'unexpected-answer', message: 'in step token, expected JSON, got "<h1>We are sorry</h1>"' },
  ],
  [
    'a number that is none',
    {
      'POST /api/drafts': (_, response) =>
        json(response.setHeader('x-draft', '00000000'), 201, { id: 'a', waiting: 'many', title: 'x' }),
    },
    {
      ...whole,
      steps: whole.steps.map((step) => (step.name === 'draft' ? { ...step, expect: { status: 201 } } : step)),
    },
    { reason: 'unexpected-answer', message: expect.stringContaining('expected waiting to be a number') },
  ],
  [
    'an expression that does not hold',
    { 'GET /api/items/a%2Fb%3Fc': (_, response) => json(response, 200, { found: false }) },
    whole,
    { reason: 'unexpected-answer', message: 'in step item, expected body.found, got "{"found":false}"' },
  ],
  [
    'an answer that lacks what the expression speaks of',
    { 'GET /api/items/a%2Fb%3Fc': (_, response) => json(response, 200, {}) },
    whole,
    { reason: 'unexpected-answer' },
  ],
  [
    'a header that does not match',
    { 'POST /api/drafts': (_, response) => json(response.setHeader('x-draft', 'none'), 201, {}) },
    whole,
    {
      reason: 'unexpected-answer',
      message: expect.stringContaining('in step draft, expected header x-draft to match'),
    },
  ],
  [
    'an answer of a megabyte and more',
    { 'GET /api/token': (_, response) => answer(response, 200, 'x'.repeat(1024 * 1024 + 1)) },
    whole,
    { reason: 'answer-too-large' },
  ],
  [
    'JSON like a tower',
    { 'GET /api/token': (_, response) => answer(response, 200, '['.repeat(100_000)) },
    whole,
    { reason: 'protocol-error' },
  ],
  [
    'a peer that hangs up',
    { 'GET /api/token': (_, response) => void response.socket?.destroy() },
    whole,
    { reason: 'closed-early' },
  ],
];

describe('what goes wrong is told with its step', () => {
  test.each(failing)('%s', async (_, broken, written, expected) => {
    const app = await appWith(broken);
    const seen = await run(app.url, written);
    expect(seen).toMatchObject({ outcome: 'bad', ...expected });
    expect(seen.message).not.toContain('key-of-');
    expect(app.left().sessions, 'it logged out all the same').toBe(0);
  });

  test('a stopped server, and one that never answers', async () => {
    const port = await refusedPort();
    expect(await run(`http://127.0.0.1:${port}`, whole)).toMatchObject({ outcome: 'bad', reason: 'refused' });
    const app = await appWith({ 'GET /api/token': () => undefined });
    const seen = await run(app.url, whole, { withinMs: 1500 });
    expect(seen).toMatchObject({
      outcome: 'bad',
      reason: 'no-answer',
      message: expect.stringContaining('in step token, '),
    });
    expect(seen.facts.steps?.map(({ name }) => name)).toEqual(['page', 'sign-in', 'token', 'logout']);
    expect(app.left().sessions, 'there was time left to log out').toBe(0);
  });
});

describe('cleaning up', () => {
  test('its failure is told when nothing else failed', async () => {
    const app = await appWith({ 'GET /logout': (_, response) => answer(response, 500, 'no') });
    expect(await run(app.url, whole)).toMatchObject({
      outcome: 'bad',
      reason: 'unexpected-status',
      message: 'in step logout, expected status 200 to 299, got 500',
    });
    expect(app.left().drafts).toBe(0);
  });

  test('its failure never hides the first, even when it is still at it as the deadline passes', async () => {
    const broken: Broken = { 'GET /api/items/a%2Fb%3Fc': (_, response) => answer(response, 503, '') };
    for (const away of [
      () => undefined,
      (_: unknown, response: Parameters<typeof answer>[0]) => answer(response, 500, ''),
    ]) {
      const app = await appWith({ ...broken, 'GET /logout': away });
      const seen = await run(app.url, whole, { withinMs: 1500 });
      expect(seen).toMatchObject({
        reason: 'unexpected-status',
        message: 'in step item, expected status 200 to 299, got 503',
      });
      expect(seen.facts.steps?.at(-1)?.name).toBe('logout');
      expect(seen.transcript).toContain('step remove is left out');
    }
  });
});

describe('no harm', () => {
  test('a request that may write is not sent without an approval, by whatever way it got there', async () => {
    const app = await appWith();
    const { writes: _, ...without } = whole;
    expect(() => aimOf(app.url, without)).toThrow('writes: the reference of an approval');
    const seen = await run(app.url, { variables, steps: login });
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
    expect(app.asked()).toEqual(['GET /login']);
  });

  test('only the agreed test patient is ever sent, and never shown', async () => {
    const app = await appWith({ 'GET /patient': (request, response) => answer(response, 200, `found ${request.url}`) });
    const steps: Written['steps'] = [
      { name: 'ask', request: { url: '/patient?cpr=${patient}' }, expect: { body: '010190-9999' } },
    ];
    const seen = await run(app.url, { patient: 'nancy', steps });
    expect(seen).toMatchObject({ outcome: 'good' });
    expect(seen.transcript).not.toContain('9999');
    const caught: Written['steps'] = [
      { name: 'first', request: { url: '/patient?id=1' }, capture: { person: { header: 'x-person' } } },
      { name: 'next', request: { url: '/patient?cpr=${person}' } },
    ];
    const leaking = await appWith({
      'GET /patient': (_, response) => answer(response, 200, '', { 'x-person': '020285-1234' }),
    });
    const refused = await run(leaking.url, { patient: 'nancy', steps: caught });
    expect(refused).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
    expect(`${refused.transcript}${refused.message}`).not.toContain('1234');
    expect(leaking.asked()).toHaveLength(1);
  });

  test('a redirect leads only to where probes may go', async () => {
    const app = await appWith({
      'GET /login': (_, response) => answer(response, 302, '', { location: 'http://127.0.0.3:9/' }),
    });
    const allowed: ProbeContext['allowed'] = (_, address) => address === '127.0.0.1';
    expect(await run(app.url, whole, { context: { allowed } })).toMatchObject({ reason: 'not-allowed' });
  });

  test('a secret that is missing is our own trouble', async () => {
    const app = await appWith();
    const seen = await run(app.url, { ...whole, variables: { secret: { env: 'NOBODY' } } });
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
    expect(app.left().sessions).toBe(0);
  });
});

test('a one-time code is made when it is used', async () => {
  const app = await appWith({ 'GET /code': (request, response) => answer(response, 200, `got ${request.url}`) });
  const written: Written = {
    variables: { code: { totp: { env: 'TOTP' } } },
    steps: [{ name: 'code', request: { url: '/code?otp=${code}' }, expect: { body: 'otp=\\d{6}$' } }],
  };
  const aim = aimOf(app.url, written);
  const seen = await scenario(
    { ...aim, secrets: { 'env:TOTP': 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } },
    contextHere()(new AbortController().signal),
  );
  expect(seen).toMatchObject({ outcome: 'good' });
  expect(seen.transcript).toContain('otp=***');
});

test('a peer that drips its body costs no more than the deadline', async () => {
  const stand = await tcpStand((socket) => {
    socket.resume();
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
    dripping(socket, 'x');
  });
  closing.push(stand.close);
  const seen = await run(`http://${stand.target}`, { steps: [{ name: 'page' }] }, { withinMs: 300 });
  expect(seen).toMatchObject({ outcome: 'bad', reason: 'no-answer' });
  expect(seen.duration).toBeLessThan(0.8);
});

holdContract({
  kind: 'scenario',
  probe: scenario,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => {
    const { check } = aimOf('', { steps: [{ name: 'page' }] }, { timeoutMs });
    return { check: { ...checkOf('scenario'), ...check }, target: `http://${endpoint}` };
  },
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});
