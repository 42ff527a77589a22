import { execFileSync } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { browser as kind } from '../../../infra/landscape/kinds/browser.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { browser, createBrowserProbe } from './browser.ts';
import { createTurns } from './launch.ts';

type Written = Parameters<typeof kind.normal>[0];
const optionsFor = (written: object) =>
  // Safe: parsed by the very schema that landscapes are read with.
  kind.normal(z.strictObject(kind.written).parse(written) as Written, {
    nancy: { identity: { env: 'NANCY' }, approval: 'case 26/1234' } as never,
  });

holdContract({
  kind: 'browser',
  probe: browser,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 6000) => ({
    check: checkOf('browser', optionsFor({ steps: [] }), { timeoutMs }),
    target: `http://${endpoint}/`,
  }),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const html = (body: string): string => `<!doctype html><meta charset="utf-8"><title>EPJ</title><body>${body}</body>`;
const page =
  (body: string, status = 200): Handler =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html(body));
const redirect =
  (to: string): Handler =>
  (_, response) =>
    void response.writeHead(302, { location: to }).end();
const form = `<h1>Log på</h1><form method="post" action="/login"><label>Bruger <input name="user"></label>
  <label>Kode <input name="code" type="password"></label><button>Log ind</button></form>`;
const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return new URLSearchParams(Buffer.concat(parts).toString());
};
const login: Handler = (request, response) =>
  void bodyOf(request).then((sent) => {
    if (sent.get('code') !== 'hemmelig') return page('<p>Forkert kode</p>')(request, response);
    response.writeHead(302, { 'set-cookie': 'session=1; HttpOnly', location: '/start?token=abcdef0123456789' }).end();
  });
const start: Handler = (request, response) =>
  page(
    request.headers.cookie === 'session=1'
      ? '<p id="who">Velkommen</p><p data-testid="state">klar</p><script>setTimeout(() => { document.body.append("patientliste") }, 200)</script>'
      : '<p>Ikke logget på</p>',
  )(request, response);

const asked: string[] = [];
let other = '';
const routes: Readonly<Record<string, Handler>> = {
  '/': page(form),
  '/login': login,
  '/start': start,
  '/two': page('<button>Gem</button><button>Gem</button>'),
  '/patient': page(
    '<label>CPR <input id="cpr" oninput="this.nextElementSibling.textContent = this.value.length + \' tegn\'"><output></output></label>',
  ),
  '/gone': page('borte', 404),
  '/broken': page('<a href="/error">Videre</a>'),
  '/error': page('fejl', 500),
  '/loop': redirect('/loop'),
  '/slow': (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('<p>'),
  '/download': (_, response) =>
    void response
      .writeHead(200, { 'content-disposition': 'attachment; filename=x', 'content-type': 'application/zip' })
      .end('x'),
  '/outside': (request, response) =>
    page(
      `<script>fetch('${other}/seen', { mode: 'no-cors' }).then(() => document.body.append('kom ud'), () => document.body.append('blev inde'))</script>`,
    )(request, response),
  '/away': (request, response) => redirect(`${other}/away`)(request, response),
  '/socket': (request, response) =>
    page(
      `<script>const s = new WebSocket('${other.replace('http', 'ws')}/seen'); s.onerror = () => document.body.append('blev inde'); s.onopen = () => document.body.append('kom ud')</script>`,
    )(request, response),
};
const serve: Handler = (request, response) => {
  const path = new URL(request.url ?? '/', 'http://x').pathname;
  asked.push(`${request.headers.host} ${path} ${request.socket.remoteAddress}`);
  (routes[path] ?? page('findes ikke', 404))(request, response);
};

const servers: Server[] = [];
const listening = async (server: Server, address = '127.0.0.1'): Promise<number> => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
};
let site = '';
let secured: (names: readonly string[], until?: number, by?: Authority) => Promise<string>;
let authority: Authority;
let foreign: Authority;
beforeAll(async () => {
  site = `http://127.0.0.1:${await listening(createServer(serve))}`;
  other = `http://127.0.0.1:${await listening(createServer((_, response) => void response.end('seen')))}`;
  authority = await createAuthority();
  foreign = await createAuthority();
  secured = async (names, until = 86_400_000, by = authority) =>
    `https://localhost:${await listening(createTlsServer(await by.issue(names, new Date(Date.now() + until)), serve) as unknown as Server)}`;
});
afterAll(() =>
  Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(resolve);
        }),
    ),
  ),
);

/** Those of this process that still run; what was killed and not waited for yet is none. */
const chromiums = (): string[] => {
  const children = execFileSync('ps', ['-o', 'stat=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return children.split('\n').filter((line) => line.includes('chromium') && !line.startsWith('Z'));
};
afterEach(async () => {
  await vi.waitFor(() => expect(chromiums(), 'leaves no browser').toEqual([]), 5000);
});

const secrets = {
  'env:PERSON': '010190-1234',
  'env:CODE': 'hemmelig',
  'env:WRONG': 'forkert',
  'env:NANCY': '251248-9996',
};
type How = { readonly timeoutMs?: number; readonly trust?: readonly string[]; readonly source?: string };
const go = async (
  written: object,
  at: string,
  { timeoutMs = 15_000, trust, source }: How = {},
): Promise<Measurement> => {
  const check = checkOf('browser', optionsFor(written), { timeoutMs });
  const context = contextHere(trust ?? [authority.pem])(AbortSignal.timeout(timeoutMs));
  const seen = await browser(
    { check, target: at, secrets },
    { ...context, ...(source === undefined ? {} : { source }) },
  );
  expect(JSON.stringify(seen)).not.toMatch(/hemmelig|forkert|251248|abcdef0123456789/);
  return seen;
};
const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const saying = (text: string): unknown => expect.stringContaining(text);
const fill = (label: string, env: string) => ({ fill: { field: { label }, value: { env } } });
const journey = [
  { fill: { field: { label: 'Bruger' }, value: 'probe' } },
  fill('Kode', 'CODE'),
  { click: { role: 'button', name: 'Log ind' }, name: 'log-in' },
  { expectUrl: '/start' },
  { expectVisible: { css: '#who' } },
  { expectText: '^klar$', within: { testId: 'state' } },
  { expectText: 'patientliste', name: 'list' },
];

test('a whole journey: a form, a secret, a redirect with a cookie, what is seen and what comes later', async () => {
  asked.length = 0;
  const seen = await go({ steps: journey }, `${site}/`, { source: '127.0.0.11' });
  expect(seen).toMatchObject({ outcome: 'good', depth: 'transaction', reason: null });
  const names = ['open', '1-fill', '2-fill', 'log-in', '4-expect-url', '5-expect-visible', '6-expect-text', 'list'];
  expect(seen.facts.steps?.map(({ name }) => name)).toEqual(names);
  for (const name of names) expect(seen.signals[`step:${name}`], name).toBeGreaterThanOrEqual(0);
  expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'processing']);
  expect(
    asked.filter((line) => !line.includes('favicon')).every((line) => line.endsWith(' 127.0.0.11')),
    'it leaves from the vantage',
  ).toBe(true);
});

type Row = readonly [string, object, () => string | Promise<string>, How, object];
const rows: readonly Row[] = [
  ['a page alone is no transaction', { steps: [] }, () => `${site}/`, {}, { outcome: 'good', depth: 'protocol' }],
  [
    'a wrong code',
    {
      steps: [
        fill('Bruger', 'CODE'),
        fill('Kode', 'WRONG'),
        { click: { text: 'Log ind' } },
        { expectText: 'Velkommen', name: 'in', for: '1s' },
      ],
    },
    () => `${site}/`,
    {},
    bad('unexpected-answer', 'expected a text that matches /Velkommen/ in step in, got none in time'),
  ],
  [
    'a text that never comes, until the deadline',
    { steps: [{ expectText: 'Velkommen' }] },
    () => `${site}/`,
    { timeoutMs: 6000 },
    bad('unexpected-answer', saying('step 1-expect-text')),
  ],
  [
    'something that is not to be seen',
    { steps: [{ expectVisible: { css: '#who' }, for: '1s' }] },
    () => `${site}/`,
    {},
    bad('unexpected-answer', saying('css "#who"')),
  ],
  [
    'another address',
    { steps: [{ expectUrl: '/start$', for: '500ms' }] },
    () => `${site}/`,
    {},
    bad('unexpected-answer', saying('an address')),
  ],
  [
    'a button that is not there',
    { steps: [{ click: { role: 'button', name: 'Slet' }, for: '1s' }] },
    () => `${site}/`,
    {},
    bad('unexpected-answer', saying('role "button" name "Slet"')),
  ],
  [
    'a button that is there twice',
    { steps: [{ click: { text: 'Gem' }, for: '1s' }] },
    () => `${site}/two`,
    {},
    bad('unexpected-answer', saying('several')),
  ],
  [
    'a role there is not',
    { steps: [{ click: { role: 'nonsense' }, for: '500ms' }] },
    () => `${site}/`,
    {},
    bad('unexpected-answer'),
  ],
  [
    'a page that is not there',
    { steps: [] },
    () => `${site}/gone`,
    {},
    bad('unexpected-status', 'expected a page in step open, got status 404'),
  ],
  [
    'an error after a click',
    { steps: [{ click: { text: 'Videre' }, name: 'on' }, { expectText: 'x' }] },
    () => `${site}/broken`,
    {},
    bad('unexpected-status', saying('status 500')),
  ],
  [
    'an error of a later page',
    { steps: [{ goto: '/error', name: 'second' }] },
    () => `${site}/`,
    {},
    bad('unexpected-status', 'expected a page in step second, got status 500'),
  ],
  ['redirects without end', { steps: [] }, () => `${site}/loop`, {}, bad('too-many-redirects')],
  [
    'a page that never ends',
    { steps: [] },
    () => `${site}/slow`,
    { timeoutMs: 6000 },
    bad('no-answer', saying('step open')),
  ],
  ['a download', { steps: [] }, () => `${site}/download`, {}, bad('unexpected-answer')],
  [
    'a script that wants out',
    { steps: [{ expectText: 'blev inde', for: '5s' }] },
    () => `${site}/outside`,
    {},
    { outcome: 'good', transcript: saying('blocked 127.0.0.1:') },
  ],
  [
    'a socket that wants out',
    { steps: [{ expectText: 'blev inde', for: '5s' }] },
    () => `${site}/socket`,
    {},
    { outcome: 'good' },
  ],
  ['a redirect that wants out', { steps: [] }, () => `${site}/away`, {}, bad('not-allowed')],
  [
    'an agreed patient is filled in',
    { steps: [{ fill: { field: { label: 'CPR' }, patient: true } }, { expectText: '11 tegn' }], patient: 'nancy' },
    () => `${site}/patient`,
    {},
    { outcome: 'good' },
  ],
  [
    'a person nobody agreed on is not filled in',
    { steps: [fill('CPR', 'PERSON')] },
    () => `${site}/patient`,
    {},
    { outcome: 'unknown', reason: 'could-not-run', message: saying('nothing was sent') },
  ],
  [
    'a certificate of an authority we trust',
    { steps: [{ expectText: 'Log på' }] },
    async () => await secured(['localhost']),
    {},
    { outcome: 'good', depth: 'transaction', signals: expect.objectContaining({ certificate: expect.any(Number) }) },
  ],
  [
    'a certificate nobody trusts',
    { steps: [] },
    async () => await secured(['localhost'], 86_400_000, foreign),
    {},
    bad('certificate-untrusted'),
  ],
  [
    'unless that is accepted',
    { steps: [], trusted: false },
    async () => await secured(['localhost'], 86_400_000, foreign),
    {},
    { outcome: 'good' },
  ],
  [
    'an expired certificate',
    { steps: [] },
    async () => await secured(['localhost'], -60_000),
    {},
    bad('certificate-expired'),
  ],
  [
    'a certificate for another name',
    { steps: [] },
    async () => await secured(['other.example']),
    {},
    bad('certificate-name'),
  ],
];
test.each(rows)('%s', async (_, written, at, how, expected) => {
  expect(await go(written, await at(), how)).toMatchObject(expected);
});

test('an allowed origin is reached, and one that is allowed but ill is named when a page wants to go there', async () => {
  const open = { steps: [{ expectText: 'kom ud', for: '5s' }], allowed: [other] };
  expect(await go(open, `${site}/outside`)).toMatchObject({ outcome: 'good' });
  const expired = await secured(['localhost'], -60_000);
  routes_ill(expired);
  expect(await go({ steps: [], allowed: [expired] }, `${site}/ill`)).toMatchObject(bad('certificate-expired'));
});
const routes_ill = (to: string): void => {
  Object.assign(routes, { '/ill': redirect(`${to}/`) });
};

test('journeys wait for each other, and who waits in vain has measured nothing', async () => {
  const probe = createBrowserProbe({ turns: createTurns() });
  const run = (timeoutMs: number, path: string): Promise<Measurement> => {
    const check = checkOf('browser', optionsFor({ steps: [{ expectText: 'never' }] }), { timeoutMs });
    return probe({ check, target: `${site}${path}`, secrets }, contextHere()(AbortSignal.timeout(timeoutMs)));
  };
  const [first, second] = await Promise.all([run(5000, '/'), pause(50).then(() => run(1500, '/two'))]);
  expect(first).toMatchObject(bad('unexpected-answer'));
  expect(second).toMatchObject({ outcome: 'unknown', reason: 'could-not-run', message: saying('free browser') });
});

test('without Chromium nothing is measured, and nothing is called good', async () => {
  const probe = createBrowserProbe({ turns: createTurns(), places: ['/nowhere/chromium', '/nowhere/chrome'] });
  const check = checkOf('browser', optionsFor({ steps: [] }), { timeoutMs: 5000 });
  const seen = await probe({ check, target: `${site}/`, secrets }, contextHere()(AbortSignal.timeout(5000)));
  expect(seen).toMatchObject({
    outcome: 'unknown',
    reason: 'could-not-run',
    message: 'expected Chromium on this machine, got none',
  });
});

test('a browser that dies by itself says nothing of the page', async () => {
  asked.length = 0;
  const running = go({ steps: [{ expectText: 'never' }] }, `${site}/`);
  await vi.waitFor(() => expect(asked.at(-1)).toContain(' / '), 10_000);
  await pause(500);
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split(
    '\n',
  );
  for (const line of lines.filter((one) => one.includes('chromium')))
    process.kill(Number.parseInt(line, 10), 'SIGKILL');
  expect(await running).toMatchObject({ outcome: 'unknown', reason: 'could-not-run', message: saying('itself ended') });
});

test('a thread that is ended takes its browser with it', async () => {
  const code = `
    import { workerData, parentPort } from 'node:worker_threads';
    const { browser } = await import(workerData.probe);
    const context = { signal: AbortSignal.timeout(20000), source: null, resolve: async (host) => [host], trust: [], now: () => performance.now() };
    setTimeout(() => parentPort.postMessage('on its way'), 4000);
    await browser({ check: workerData.check, target: workerData.target, secrets: {} }, context);`;
  const check = checkOf('browser', optionsFor({ steps: [{ expectText: 'never' }] }), { timeoutMs: 20_000 });
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: { probe: new URL('./browser.ts', import.meta.url).href, check, target: `${site}/` },
  });
  await new Promise((resolve) => worker.once('message', resolve));
  expect(chromiums()).not.toEqual([]);
  await worker.terminate();
});
