import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readAllowing } from '../../probes/blackbox/allow.ts';
import { readModules } from '../../probes/blackbox/file.ts';
import { answering, refusedPort, type Stand, tcpStand } from '../../probes/testing/servers.ts';
import { createHall } from '../../probes/wire/http/room.ts';
import { createApp, type Exporting } from './app.ts';
import { createBudget } from './budget.ts';
import { createHistory } from './history.ts';
import { createMeters } from './meters.ts';
import { createModules } from './modules.ts';

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
const stand = async (...how: Parameters<typeof tcpStand>): Promise<Stand> => {
  const made = await tcpStand(...how);
  stands.push(made);
  return made;
};

const text = `modules:
  http_2xx: {prober: http, timeout: 2s}
  third: {prober: http, http: {enable_http3: true, enable_http2: false}}
  lost: {prober: http, http: {bearer_token_file: /nowhere/token}}
  read: {prober: http, timeout: 2s, http: {fail_if_body_not_matches_regexp: ['.']}}
  zipped: {prober: http, timeout: 2s, http: {compression: gzip, headers: {Accept-Encoding: gzip}, fail_if_body_not_matches_regexp: ['.']}}
  secret: {prober: http, http: {basic_auth: {username: anna, password: s3cret}}}
  tcp: {prober: tcp, timeout: 2s}
  short: {prober: tcp, timeout: 300ms, tcp: {query_response: [{expect: never}]}}
  pigeon: {prober: pigeon}
`;

const exporting = (more: Partial<Exporting> = {}, allow = ['127.0.0.0/8']): Exporting => ({
  modules: createModules('/nowhere/modules.yml', readModules(text).modules),
  allowing: readAllowing(allow),
  history: createHistory(10),
  meters: createMeters(),
  budget: createBudget(1000),
  hall: createHall({ most: 8 << 20, each: 1 << 10 }),
  together: 10,
  offset: 0.5,
  stalled: () => 0,
  environment: {},
  version: '1.2.3',
  tell: () => undefined,
  ...more,
});
const app = (own: Exporting) => {
  const answer = createApp(own);
  return (
    path: string,
    more: { readonly method?: string; readonly timeout?: string; readonly gone?: AbortSignal } = {},
  ) => {
    const url = new URL(path, 'http://exporter');
    const { method = 'GET', timeout, gone = new AbortController().signal } = more;
    return answer({ method, path: url.pathname, query: url.searchParams, timeout, gone });
  };
};
const probing = (target: string, module = 'http_2xx') => `/probe?${new URLSearchParams({ target, module })}`;
const moved = (to: string) => answering(`302 Found\r\nlocation: ${to}`, '');

describe('where a probe may go', () => {
  test('nothing is allowed that was not said, and nothing is asked', async () => {
    let connections = 0;
    const { target } = await stand(() => {
      connections += 1;
    });
    const reply = await app(exporting({}, []))(probing(target));
    expect(reply).toMatchObject({ status: 403, body: expect.stringContaining('--probe-allow') });
    expect(connections).toBe(0);
  });

  test('a target outside is refused with its address, and counted', async () => {
    const own = exporting({}, ['10.0.0.0/8']);
    const { target } = await stand(answering('200 OK', ''));
    const reply = await app(own)(probing(target));
    expect(reply).toMatchObject({ status: 403, body: expect.stringContaining('127.0.0.1') });
    expect(reply.body).not.toContain('probe_success');
    expect((await app(own)('/metrics')).body).toContain('forvarsel_exporter_refused_total{reason="not-allowed"} 1');
  });

  test('a name that was allowed does not open this machine', async () => {
    const { port } = await stand(answering('200 OK', ''));
    const ask = app(exporting({}, ['localhost']));
    expect(await ask(probing(`http://localhost:${port}/`))).toMatchObject({ status: 403 });
  });

  test('a redirect to a place outside is refused, and nobody is asked there', async () => {
    let connections = 0;
    const outside = await stand((socket) => {
      connections += 1;
      answering('200 OK', '')(socket);
    });
    const inside = await stand(moved(`http://${outside.target}/`));
    const ask = app(exporting({}, [`127.0.0.1:${inside.port}`]));
    expect(await ask(probing(inside.target))).toMatchObject({ status: 403 });
    expect(connections).toBe(0);
  });

  test.each(['169.254.169.254', '[::ffff:169.254.169.254]', '[fd00:ec2::254]', '[::ffff:a9fe:a9fe]'])(
    'a redirect to %s, where clouds keep secrets, is refused whatever is allowed',
    async (host) => {
      const { target } = await stand(moved(`http://${host}/latest/meta-data/`));
      const ask = app(exporting({}, ['0.0.0.0/0', '::/0', '*']));
      expect(await ask(probing(target))).toMatchObject({ status: 403 });
      expect(await ask(probing(`http://${host}/`))).toMatchObject({ status: 403 });
    },
  );

  test('one place is not asked too often, another still is', async () => {
    const one = await stand(answering('200 OK', ''));
    const other = await stand(answering('200 OK', ''));
    const ask = app(exporting({ budget: createBudget(2, () => 0) }));
    const statuses = [];
    for (const { target } of [one, one, one, other]) statuses.push((await ask(probing(target))).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  test.each([
    [
      'in other letters',
      (port: number) => [`http://LocalHost:${port}/`, `http://localhost:${port}/a`, `localhost:${port}`],
    ],
    ['with a dot behind', (port: number) => [`localhost.:${port}`, `localhost:${port}`, `http://localhost.:${port}/`]],
    [
      'by name and by address',
      (port: number) => [`localhost:${port}`, `127.0.0.1:${port}`, `http://[::ffff:127.0.0.1]:${port}/`],
    ],
    [
      'as addresses of old are written',
      (port: number) => [`http://127.1:${port}/`, `http://0x7f.1:${port}/`, `http://2130706433:${port}/`],
    ],
  ])('one place has one budget, %s', async (_, spelled) => {
    const { port } = await stand(answering('200 OK', ''));
    const own = exporting({ budget: createBudget(2, () => 0) });
    const replies = [];
    for (const target of spelled(port)) replies.push(await app(own)(probing(target)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(replies[2]?.body).toContain('is probed too often');
    expect(replies[2]?.body).not.toContain('probe_success');
    expect((await app(own)('/metrics')).body).toContain('forvarsel_exporter_refused_total{reason="too-often"} 1');
  });

  test.each([
    ['a name in other letters', ['LOCALHOST', 'localhost']],
    ['the old form of an address', ['127.1', '127.0.0.1']],
  ])('one place has one budget where no URL is read, %s', async (_, hosts) => {
    const { port } = await stand((socket) => void socket.end('x'));
    const ask = app(exporting({ budget: createBudget(1, () => 0) }));
    const statuses = [];
    for (const host of hosts) statuses.push((await ask(probing(`${host}:${port}`, 'tcp'))).status);
    expect(statuses).toEqual([200, 429]);
  });

  test('a redirect spends what the place it leads to bears, and one run of many steps counts once', async () => {
    const behind = await stand(answering('200 OK', ''));
    const before = await stand(moved(`http://${behind.target}/`));
    const itself = await stand((socket) => {
      socket.once('data', (head) => {
        const how = /^GET \/end /.test(String(head)) ? '200 OK' : '302 Found\r\nlocation: /end';
        socket.write(`HTTP/1.1 ${how}\r\ncontent-length: 0\r\n\r\n`);
      });
    });
    const ask = app(exporting({ budget: createBudget(1, () => 0) }));
    expect((await ask(probing(before.target))).status).toBe(200);
    expect(await ask(probing(behind.target))).toMatchObject({
      status: 429,
      body: expect.stringContaining('127.0.0.1'),
    });
    const seen = await ask(probing(itself.target));
    expect(seen).toMatchObject({ status: 200, body: expect.stringContaining('probe_http_redirects 1') });
  });

  test('no more than so many at once', async () => {
    const { target } = await stand((socket) => void socket.resume());
    const ask = app(exporting({ together: 2 }));
    const replies = await Promise.all([1, 2, 3].map(() => ask(probing(target, 'short'))));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 503]);
  });
});

describe('what could not run is neither a success nor a failure', () => {
  test.each([
    ['a module that cannot be run here', 'third', 'HTTP/3'],
    ['a file that is not there', 'lost', '/nowhere/token'],
  ])('%s', async (_, module, said) => {
    const own = exporting();
    const reply = await app(own)(probing('127.0.0.1:1', module));
    expect(reply).toMatchObject({ status: 503, body: expect.stringContaining(said) });
    expect(reply.body).not.toContain('probe_success');
    expect((await app(own)('/metrics')).body).toContain('forvarsel_exporter_probes_total{outcome="unknown"} 1');
  });

  describe('for there is no memory left for what the peer says', () => {
    const page = (bytes: number) => answering('200 OK', Buffer.alloc(bytes, 'x'));
    /** Begins a large answer, and ends it when it is told to. */
    const slow = async (bytes: number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const { target } = await stand((socket) => {
        socket.once('data', async () => {
          socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes + 1}\r\n\r\n`);
          socket.write(Buffer.alloc(bytes, 'x'));
          await promise;
          socket.write('x');
        });
      });
      return { target, end: resolve };
    };

    test('while others read much, and there is again when they are done', async () => {
      const own = exporting();
      const ask = app(own);
      const { target, end } = await slow(4_000_000);
      const large = await stand(page(3_000_000));
      const small = await stand(page(500));
      const first = ask(probing(target, 'read'));
      await vi.waitFor(() => expect(own.hall.held()).toBeGreaterThan(3_900_000));
      const refused = await ask(probing(large.target, 'read'));
      expect(refused).toMatchObject({ status: 503, body: expect.stringContaining('too many large answers at once') });
      expect(refused.body).not.toContain('probe_success');
      expect(await ask(probing(small.target, 'read'))).toMatchObject({ status: 200 });
      end();
      expect((await first).body).toContain('probe_success 1');
      expect(own.hall.held()).toBe(0);
      expect((await ask(probing(large.target, 'read'))).body).toContain('probe_success 1');
      expect(own.hall.held()).toBe(0);
    });

    test('when little is sent that becomes much', async () => {
      const own = exporting();
      const bomb = gzipSync(Buffer.alloc(32 << 20));
      const { target } = await stand(answering('200 OK\r\ncontent-encoding: gzip', bomb));
      const reply = await app(own)(probing(target, 'zipped'));
      expect(reply).toMatchObject({ status: 503, body: expect.stringContaining('expected memory') });
      expect(own.hall.held()).toBe(0);
    });

    test('but a body that nobody looks at takes none', async () => {
      const own = exporting();
      const { target } = await stand(page(16 << 20));
      expect((await app(own)(probing(target))).body).toContain('probe_success 1');
    });
  });

  test('a failure while this thread stood still', async () => {
    let stalled = 0;
    const { target } = await stand((socket) => {
      stalled = 5000;
      socket.resume();
    });
    const reply = await app(exporting({ stalled: () => stalled }))(probing(target, 'short'));
    expect(reply).toMatchObject({ status: 503, body: expect.stringContaining('stood still') });
  });

  test('no time', async () => {
    const reply = await app(exporting())(probing('127.0.0.1:1', 'lost').replace('lost', 'secret'), { timeout: '0.1' });
    expect(reply).toMatchObject({ status: 503, body: expect.stringContaining('no time') });
  });

  test('a scraper that has gone', async () => {
    const { target } = await stand((socket) => void socket.resume());
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 50);
    const began = performance.now();
    expect(await app(exporting())(probing(target), { gone: gone.signal })).toMatchObject({ status: 503 });
    expect(performance.now() - began).toBeLessThan(1500);
  });

  test('a port where nobody listens is a failure', async () => {
    const reply = await app(exporting())(probing(`127.0.0.1:${await refusedPort()}`, 'tcp'));
    expect(reply).toMatchObject({ status: 200, body: expect.stringMatching(/^probe_success 0$/m) });
    expect(reply.body).toContain('forvarsel_probe_failure_info{depth="none",phase="connect",reason="refused"} 1');
  });
});

describe('pages', () => {
  test('a prober there is not', async () => {
    expect(await app(exporting())(probing('x', 'pigeon'))).toMatchObject({
      status: 400,
      body: 'Unknown prober "pigeon"\n',
    });
  });

  test('a module called like something every object has', async () => {
    expect(await app(exporting())(probing('x', 'constructor'))).toMatchObject({ status: 400 });
  });

  test('the front page tells what was probed, and shows it as text', async () => {
    const ask = app(exporting());
    await ask(probing('<script>alert(1)</script>', 'tcp'));
    const { body } = await ask('/');
    expect(body).toContain('&lt;script&gt;');
    expect(body).not.toContain('<script>');
    expect(body).toContain('<a href="logs?id=0">');
    expect((await ask('/logs?id=0')).body).toContain('Module configuration:');
    expect((await ask('/logs?target=%3Cscript%3Ealert(1)%3C%2Fscript%3E')).status).toBe(200);
  });

  test('no secret is told in logs, debug or configuration', async () => {
    const { target } = await stand(answering('401 No', 's3cret? Basic YW5uYTpzM2NyZXQ='));
    const ask = app(exporting());
    const pages = [await ask(`${probing(target, 'secret')}&debug=true`), await ask('/logs?id=0'), await ask('/config')];
    for (const { body } of pages) {
      expect(body).toContain('<secret>');
      expect(body).not.toContain('YW5uYTpzM2NyZXQ=');
    }
    expect(pages[2]?.body).not.toContain('s3cret');
  });

  test('what there is not', async () => {
    expect(await app(exporting())('/nowhere')).toMatchObject({ status: 404 });
    expect(await app(exporting())('/constructor')).toMatchObject({ status: 404 });
  });

  test('a file that cannot be read anew replaces nothing', async () => {
    const told: string[] = [];
    const ask = app(exporting({ tell: (line) => told.push(line) }));
    expect(await ask('/-/reload', { method: 'POST' })).toMatchObject({
      status: 500,
      body: expect.stringContaining('ENOENT'),
    });
    expect(told).toHaveLength(1);
    expect((await ask('/metrics')).body).toContain('blackbox_exporter_config_last_reload_successful 0');
    expect((await ask('/config')).body).toContain('http_2xx');
  });
});
