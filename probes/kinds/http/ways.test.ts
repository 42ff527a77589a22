import { connect, createServer, type Socket } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HttpOptions } from '../../../infra/landscape/kinds/http.ts';
import { type Authority, createAuthority, type Issued } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement, ProbeContext } from '../../observation.ts';
import { answering, checkOf, contextHere, dripping, refusedPort, type Stand, tcpStand } from '../../testing/servers.ts';
import { keepStands } from '../../testing/stands.ts';
import { http } from './http.ts';
import { proxy, secondWeb, secureWeb, type Web, web } from './testing/web.ts';

const name = 'epj.region.example';
const day = 86_400_000;
let authority: Authority;
let issued: Issued;
beforeAll(async () => {
  authority = await createAuthority();
  issued = await authority.issue([name], new Date(Date.now() + day));
});
const webs = keepStands<Web | Stand>();
const standing = async <T extends Web | Stand>(made: Promise<T>): Promise<T> => {
  const one = await made;
  webs.push(one);
  return one;
};

type More = { readonly secrets?: Readonly<Record<string, string>>; readonly context?: Partial<ProbeContext> };
const probe = (target: string, options: HttpOptions = {}, more: More = {}): Promise<Measurement> => {
  const context = contextHere([authority.pem])(AbortSignal.timeout(3000));
  const resolve = async (host: string) => (host === name ? ['127.0.0.1'] : await context.resolve(host));
  const { secrets = {} } = more;
  return http({ check: checkOf('http', options), target, secrets }, { ...context, resolve, ...more.context });
};
const good = { outcome: 'good', reason: null };
const bad = (reason: string, more: object = {}) => ({ outcome: 'bad', reason, ...more });

describe('redirects', () => {
  test('cookies go along, each by its own rules', async () => {
    const site = await standing(
      web(({ url }, response) => {
        const cookies = [
          'sid=1; Path=/',
          'deep=2; Path=/deep',
          'gone=3; Max-Age=0',
          'safe=4; Secure; Domain=other.example',
        ];
        if (url === '/') response.writeHead(302, { location: '/end', 'set-cookie': cookies }).end();
        else response.end('there');
      }),
    );
    const seen = await probe(`http://${name}:${site.port}/`, { redirects: 2, headers: [['Cookie', 'own=0']] });
    expect(seen).toMatchObject({ ...good, facts: { http: { status: 200, redirects: 1 } } });
    expect(site.asked[1]?.headers.cookie).toBe('own=0; sid=1');
    expect(seen.transcript).not.toContain('sid=1');
  });

  test('where a redirect leads is asked of what is allowed', async () => {
    const other = await standing(web((_, response) => response.end('secret')));
    const site = await standing(
      web((_, response) => response.writeHead(302, { location: `http://localhost:${other.port}/` }).end()),
    );
    const allowed = (_: string, __: string, port: number) => port === site.port;
    const seen = await probe(`http://127.0.0.1:${site.port}/`, { redirects: 3 }, { context: { allowed } });
    expect(seen).toMatchObject(bad('not-allowed', { facts: { http: { status: 302, redirects: 1 } } }));
    expect(other.asked).toEqual([]);
  });

  test('a wanted status ends the way, unless it is to go onward', async () => {
    const site = await standing(
      web(({ url }, response) => {
        if (url === '/') response.writeHead(302, { location: '/end' }).end('moved');
        else response.writeHead(404).end('nothing');
      }),
    );
    const target = `http://127.0.0.1:${site.port}/`;
    expect(await probe(target, { redirects: 3, status: [302] })).toMatchObject(good);
    const onward = await probe(target, { redirects: 3, status: [302, 200], onward: true });
    expect(onward).toMatchObject(bad('unexpected-status', { facts: { http: { status: 404, redirects: 1 } } }));
  });

  test('one that is not followed is counted as well as one too many', async () => {
    const site = await standing(web((_, response) => response.writeHead(302, { location: '/again' }).end()));
    const target = `http://127.0.0.1:${site.port}/`;
    expect(await probe(target)).toMatchObject(bad('unexpected-status', { facts: { http: { redirects: 1 } } }));
    const many = await probe(target, { redirects: 3 });
    expect(many).toMatchObject(bad('too-many-redirects', { facts: { http: { status: 302, redirects: 4 } } }));
    expect(site.asked.length).toBe(5);
  });

  test('phases add up over the way', async () => {
    const site = await standing(
      web(({ url }, response) => {
        const end = () =>
          response.writeHead(url === '/3' ? 200 : 302, { location: `/${Number(url.slice(1)) + 1}` }).end();
        setTimeout(end, 60);
      }),
    );
    const { phases, duration } = await probe(`http://127.0.0.1:${site.port}/1`, { redirects: 3 });
    expect(phases.processing).toBeGreaterThan(0.17);
    expect(Object.values(phases).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(duration);
  });

  test('declared headers go along where that is said, logins never do', async () => {
    const other = await standing(web((_, response) => response.end('there')));
    const site = await standing(
      web((_, response) => response.writeHead(302, { location: `http://localhost:${other.port}/` }).end()),
    );
    const headers = [
      ['X-Wish', 'a'],
      ['Authorization', 'Basic eA=='],
      ['Cookie', 'c=1'],
    ] as const;
    await probe(`http://127.0.0.1:${site.port}/`, { redirects: 1, share: true, headers });
    expect(other.asked[0]?.headers).toMatchObject({ 'x-wish': 'a' });
    expect(Object.keys(other.asked[0]?.headers ?? {})).not.toEqual(expect.arrayContaining(['authorization', 'cookie']));
  });
});

describe('requests', () => {
  test('go out as they are declared, and nothing is added but what must be', async () => {
    const site = await standing(web((_, response) => response.end('ok')));
    const options: HttpOptions = {
      method: 'PROPFIND',
      body: '<a>Å</a>',
      headers: [
        ['X-List', ['1', '2']],
        ['Host', 'ward.example:8080'],
        ['User-Agent', 'ours'],
        ['Content-Length', '999'],
      ],
    };
    expect(await probe(`http://127.0.0.1:${site.port}/a%20b?c=%C3%A5`, options)).toMatchObject(good);
    expect(site.asked[0]).toEqual({
      method: 'PROPFIND',
      url: '/a%20b?c=%C3%A5',
      body: '<a>Å</a>',
      headers: {
        'accept-encoding': 'gzip',
        connection: 'close',
        'content-length': '9',
        host: 'ward.example:8080',
        'user-agent': 'ours',
        'x-list': '1, 2',
      },
    });
  });

  test('a POST without a body says that it has none; a HEAD has no answer but its head', async () => {
    const site = await standing(web((_, response) => response.setHeader('content-length', 6).end('a page')));
    const target = `http://127.0.0.1:${site.port}/`;
    expect(await probe(target, { method: 'POST' })).toMatchObject(good);
    const head = await probe(target, { method: 'HEAD' });
    expect(head).toMatchObject({ ...good, facts: { http: { contentLength: 6, bodyLength: 0 } } });
    expect(site.asked.map(({ headers }) => headers['content-length'])).toEqual(['0', undefined]);
  });

  const ours = { outcome: 'unknown', reason: 'could-not-run' };
  test.each([
    ['a header of two lines', { headers: [['x', 'a\r\nb: c']] }],
    ['the name of a header that is none', { headers: [['x y', 'a']] }],
    ['a method that is none', { method: 'GET /' }],
    ['a secret that was not read', { headers: [['x', { env: 'NOWHERE' }]] }],
    ['what may be a person in the body', { method: 'POST', body: 'cpr=0101901234' }],
    ['what may be a person in a header', { headers: [['x-patient', '010190-1234']] }],
  ] satisfies readonly (readonly [string, HttpOptions])[])(
    '%s is our own trouble, and nothing is sent',
    async (_, options) => {
      const site = await standing(web((__, response) => response.end('ok')));
      expect(await probe(`http://127.0.0.1:${site.port}/`, options)).toMatchObject(ours);
      expect(site.asked).toEqual([]);
    },
  );

  test('the family that is asked for is the one that is dialled', async () => {
    const site = await standing(web((_, response) => response.end('ok')));
    const context = { source: null, resolve: async () => ['::1', '127.0.0.1'] };
    const options = (family: HttpOptions['family']): HttpOptions => (family === undefined ? {} : { family });
    const target = `http://${name}:${site.port}/`;
    expect(await probe(target, options(4), { context })).toMatchObject(good);
    expect(await probe(target, options({ prefer: 6, fallback: true }), { context })).toMatchObject(bad('refused'));
    const six = { source: null, resolve: async () => ['127.0.0.1'] };
    expect(await probe(target, options({ prefer: 6, fallback: true }), { context: six })).toMatchObject(good);
    expect(await probe(target, options(6), { context: six })).toMatchObject(bad('name-not-found'));
  });
});

describe('TLS', () => {
  test('the name of a Host header is the one that is asked for and verified', async () => {
    const site = await standing(secureWeb(issued, (_, response) => response.end('ok')));
    const target = `https://127.0.0.1:${site.port}/`;
    expect(await probe(target)).toMatchObject(bad('certificate-name'));
    expect(await probe(target, { headers: [['Host', `${name}:443`]] })).toMatchObject(good);
    const seen = await probe(target, { serverName: name, secured: true });
    expect(seen).toMatchObject({ ...good, facts: { http: { tls: true } } });
    expect(await probe(target, { serverName: name, secured: false })).toMatchObject(bad('unexpected-tls'));
    expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
  });

  test('a certificate of our own lets us in', async () => {
    const own = await authority.issue(['probe.region.example'], new Date(Date.now() + day));
    const secured = { ...issued, ca: authority.pem, requestCert: true };
    const site = await standing(secureWeb(secured, (_, response) => response.end('let in')));
    const target = `https://${name}:${site.port}/`;
    const options: HttpOptions = { client: { certificate: { env: 'CERT' }, key: { env: 'KEY' } } };
    const secrets = { 'env:CERT': own.cert, 'env:KEY': own.key };
    expect(await probe(target, options, { secrets })).toMatchObject(good);
    expect(await probe(target)).toMatchObject({ outcome: 'bad', reason: expect.stringMatching(/tls-handshake|reset/) });
  });
});

describe('HTTP/2', () => {
  const second = () =>
    standing(
      secondWeb(issued, (stream, { url, headers }) => {
        if (url === '/reset') return stream.close(2);
        if (url === '/silent') return;
        if (url === '/half') {
          stream.respond({ ':status': 200, 'content-length': 10 });
          stream.write('half', () => stream.session?.socket.destroy());
          return;
        }
        if (url === '/endless') {
          stream.respond({ ':status': 200 });
          const more = (): void => {
            while (!stream.destroyed && stream.write(Buffer.alloc(16_384)));
            stream.once('drain', more);
          };
          return more();
        }
        stream.respond({ ':status': url === '/busy' ? 503 : 200, server: 'two', 'set-cookie': ['a=1', 'b=2'] });
        stream.end(`${headers[':authority']} ${headers['x-wish'] ?? ''}`);
      }),
    );

  test('is spoken when it is agreed on, and told', async () => {
    const site = await second();
    const target = `https://${name}:${site.port}/`;
    const options: HttpOptions = {
      version: 'any',
      versions: ['2'],
      headers: [['X-Wish', 'tea']],
      bodyMatches: `^${name}:\\d+ tea$`,
    };
    const seen = await probe(target, options);
    expect(seen).toMatchObject({ ...good, facts: { http: { version: '2', status: 200 } } });
    expect(Object.keys(seen.phases)).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
    expect(site.asked[0]?.headers).not.toHaveProperty('connection');
    expect(await probe(target, { bodyMatches: 'in one' })).toMatchObject({
      ...good,
      facts: { http: { version: '1.1' } },
    });
    const post = await probe(target, {
      version: '2',
      method: 'POST',
      body: 'x',
      headers: [['Host', 'ward.example']],
      serverName: name,
    });
    expect(post).toMatchObject(good);
    expect(site.asked[1]).toMatchObject({ method: 'POST', body: 'x', headers: { ':authority': 'ward.example' } });
  });

  test('where it is the only one offered and the peer has it not, that is said', async () => {
    const site = await standing(secureWeb(issued, (_, response) => response.end('ok')));
    const seen = await probe(`https://${name}:${site.port}/`, { version: '2' });
    expect(seen).toMatchObject({ outcome: 'bad', reason: expect.stringMatching(/unexpected-version|tls-handshake/) });
  });

  test.each([
    ['/busy', 'unexpected-status'],
    ['/reset', 'reset'],
    ['/half', 'closed-early'],
    ['/endless', 'answer-too-large'],
  ])('%s is %s', async (path, reason) => {
    const site = await second();
    expect(await probe(`https://${name}:${site.port}${path}`, { version: 'any' })).toMatchObject(bad(reason));
  });

  test('silence is no answer', async () => {
    const site = await second();
    const context = { signal: AbortSignal.timeout(400) };
    const seen = await probe(`https://${name}:${site.port}/silent`, { version: 'any' }, { context });
    expect(seen).toMatchObject(bad('no-answer'));
  });

  const strangers: readonly (readonly [string, (socket: Socket) => void, string])[] = [
    ['another protocol', (socket: Socket) => answering('200 OK', 'x')(socket), 'protocol-error'],
    ['a drip', (socket: Socket) => dripping(socket.resume(), `\0\0\x60\x04${'\0'.repeat(100)}`), 'no-answer'],
    ['silence', (socket: Socket) => socket.resume(), 'no-answer'],
    ['a closed connection', (socket: Socket) => socket.resume().end(), 'closed-early'],
    [
      'settings without end',
      (socket: Socket) =>
        void setInterval(() => socket.write(Buffer.from('000000040000000000'.repeat(2000), 'hex')), 5).unref(),
      'protocol-error',
    ],
  ];
  test.each(strangers)('spoken at once, to a peer that answers with %s', async (_, handle, reason) => {
    const site = await standing(tcpStand(handle));
    const context = { signal: AbortSignal.timeout(500) };
    const seen = await probe(`http://${site.target}/`, { version: '2' }, { context });
    expect(seen).toMatchObject(bad(reason));
  });
});

describe('a proxy', () => {
  const site = () => standing(secureWeb(issued, (_, response) => response.end('behind')));
  const by = (one: Web, more: object = {}): HttpOptions => ({
    proxy: { url: `http://127.0.0.1:${one.port}`, ...more },
    bodyMatches: 'behind',
  });

  test('is asked to connect to an address that was resolved here', async () => {
    const [through, target] = [await standing(proxy()), await site()];
    const seen = await probe(`https://${name}:${target.port}/`, by(through));
    expect(seen).toMatchObject({ ...good, facts: { http: { tls: true } } });
    expect(through.asked[0]).toMatchObject({ method: 'CONNECT', url: `127.0.0.1:${target.port}` });
  });

  test('is given the name where that is said, and nothing is resolved here', async () => {
    const [through, target] = [await standing(proxy()), await site()];
    const resolve = async (host: string) => (host === '127.0.0.1' ? [host] : []);
    const options = by(through, { byName: true, headers: [['X-Ward', '7']] });
    const seen = await probe(`https://${name}:${target.port}/`, options, { context: { resolve } });
    expect(seen).toMatchObject(good);
    expect(through.asked[0]).toMatchObject({ url: `${name}:${target.port}`, headers: { 'x-ward': '7' } });
  });

  test('that wants a login gets it, from its address, and says when it is wrong', async () => {
    const [through, target] = [await standing(proxy('ward:hush-hush')), await site()];
    const url = { env: 'PROXY' };
    const login = (word: string) => ({ secrets: { 'env:PROXY': `http://ward:${word}@127.0.0.1:${through.port}` } });
    const options: HttpOptions = { proxy: { url } };
    const https = `https://${name}:${target.port}/`;
    expect(await probe(https, options, login('hush-hush'))).toMatchObject(good);
    const seen = await probe(https, options, login('wrong-word'));
    expect(seen).toMatchObject(bad('login-refused'));
    expect(`${seen.message}${seen.transcript}`).not.toMatch(/wrong-word|hush-hush/);
    const plain = await probe('http://ward.example/x', { proxy: { url, byName: true } }, login('hush-hush'));
    expect(plain).toMatchObject(good);
    expect(through.asked.at(-1)).toMatchObject({ method: 'GET', url: 'http://ward.example/x' });
  });

  test.each([
    ['that cannot connect says so', async () => 503, 'unexpected-status'],
    ['that is not there is refused', async () => null, 'refused'],
  ])('%s', async (_, kind, reason) => {
    const through = await standing(proxy());
    const target = `https://127.0.0.1:${await refusedPort()}/`;
    const url =
      (await kind()) === null ? `http://127.0.0.1:${await refusedPort()}` : `http://127.0.0.1:${through.port}`;
    expect(await probe(target, { proxy: { url } })).toMatchObject(bad(reason));
  });

  test('that is none is said to be none, and one that stays silent does not connect', async () => {
    const garbage = await standing(tcpStand((socket) => socket.resume().end('SSH-2.0-x\r\n')));
    const silent = await standing(tcpStand((socket) => socket.resume()));
    const target = `https://${name}/`;
    expect(await probe(target, { proxy: { url: `http://${garbage.target}` } })).toMatchObject(bad('protocol-error'));
    const context = { signal: AbortSignal.timeout(300) };
    expect(await probe(target, { proxy: { url: `http://${silent.target}` } }, { context })).toMatchObject(
      bad('connect-timeout'),
    );
    const odd = await probe(target, { proxy: { url: 'ftp://127.0.0.1/' } });
    expect(odd).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  });

  test('may not be used to reach what is not allowed', async () => {
    const [through, target] = [await standing(proxy()), await site()];
    const allowed = () => false;
    const seen = await probe(`https://${name}:${target.port}/`, by(through), { context: { allowed } });
    expect(seen).toMatchObject(bad('not-allowed'));
    expect(through.asked).toEqual([]);
  });

  test('is passed by where that is said', async () => {
    const through = await standing(proxy());
    const target = await standing(web((_, response) => response.end('directly')));
    const options: HttpOptions = {
      proxy: { url: `http://127.0.0.1:${through.port}`, except: ['.region.example'] },
      bodyMatches: 'directly',
    };
    expect(await probe(`http://${name}:${target.port}/`, options)).toMatchObject(good);
    expect(through.asked).toEqual([]);
  });

  test('over TLS is asked over TLS, and the target in it again', async () => {
    const [inner, target] = [await standing(proxy()), await site()];
    const outer = await authority.issue(['localhost'], new Date(Date.now() + day));
    const tls = await import('node:tls');
    const server = tls.createServer(outer, (socket) => {
      const on = connect(inner.port, '127.0.0.1');
      socket.pipe(on).pipe(socket);
      for (const one of [socket, on]) one.on('error', () => undefined);
      socket.on('close', () => on.destroy());
    });
    const { standing: stand } = await import('./testing/web.ts');
    const secured = await standing(stand(server, []));
    const options: HttpOptions = { proxy: { url: `https://localhost:${secured.port}` }, bodyMatches: 'behind' };
    expect(await probe(`https://${name}:${target.port}/`, options)).toMatchObject(good);
  });
});

test('a server that waits for the end of our side gets its answer in', async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nold'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await probe(`http://127.0.0.1:${port}/`, { bodyMatches: '^old$', versions: ['1.0'] })).toMatchObject(good);
  await new Promise((resolve) => server.close(resolve));
});
