import { type Case, http } from './case.ts';

const html = 'Content-Type';
const json = (body: unknown) => ({
  body: JSON.stringify(body),
  headers: [['content-type', 'application/json']] as const,
});
const matchCel = (expression: string) => ({ fail_if_body_json_matches_cel: expression });
const notMatchCel = (expression: string) => ({ fail_if_body_json_not_matches_cel: expression });
const raw = (head: string, body = '') => [{ when: /\r\n\r\n/, say: `${head}\r\n\r\n${body}` }, 'end'] as const;

const statuses: readonly Case[] = [
  ['status 200', true, ({ web }) => http(web({ body: 'ok' }))],
  ['status 201', true, ({ web }) => http(web({ status: 201 }))],
  ['status 204', true, ({ web }) => http(web({ status: 204 }))],
  ['status 299', true, ({ web }) => http(web({ status: 299 }))],
  ['status 301 that leads nowhere', false, ({ web }) => http(web({ status: 301 }))],
  ['status 304', false, ({ web }) => http(web({ status: 304 }))],
  ['status 400', false, ({ web }) => http(web({ status: 400, body: 'bad' }))],
  ['status 404 with a body', false, ({ web }) => http(web({ status: 404, body: 'not found' }))],
  ['status 500', false, ({ web }) => http(web({ status: 500, body: 'broken' }))],
  ['status 503', false, ({ web }) => http(web({ status: 503 }))],
  ['status 404 where it is wanted', true, ({ web }) => http(web({ status: 404 }), { valid_status_codes: [404] })],
  ['status 404 among several', true, ({ web }) => http(web({ status: 404 }), { valid_status_codes: [200, 404] })],
  ['status 200 where another is wanted', false, ({ web }) => http(web(), { valid_status_codes: [404] })],
  ['an empty list of statuses is 2xx', true, ({ web }) => http(web(), { valid_status_codes: [] })],
];

const versions: readonly Case[] = [
  ['HTTP/1.1 where it is wanted', true, ({ web }) => http(web(), { valid_http_versions: ['HTTP/1.1'] })],
  ['HTTP/1.1 where HTTP/2 is wanted', false, ({ web }) => http(web(), { valid_http_versions: ['HTTP/2.0'] })],
  [
    'HTTP/1.1 where either is wanted',
    true,
    ({ web }) => http(web(), { valid_http_versions: ['HTTP/1.1', 'HTTP/2.0'] }),
  ],
  ['a version there is not', false, ({ web }) => http(web(), { valid_http_versions: ['HTTP/2'] })],
  [
    'HTTP/1.0',
    true,
    async ({ script }) => http(await script(raw('HTTP/1.0 200 OK', 'old')), { valid_http_versions: ['HTTP/1.0'] }),
  ],
  [
    'HTTP/2 over TLS',
    true,
    ({ secure, caFile }) =>
      http(secure('second', { body: 'two' }), { tls_config: { ca_file: caFile }, valid_http_versions: ['HTTP/2.0'] }),
  ],
  [
    'HTTP/1.1 over TLS where HTTP/2 is not offered',
    true,
    ({ secure, caFile }) =>
      http(secure('second', { body: 'one' }), {
        tls_config: { ca_file: caFile },
        enable_http2: false,
        valid_http_versions: ['HTTP/1.1'],
      }),
  ],
  [
    'HTTP/2 with a status that fails',
    false,
    ({ secure, caFile }) => http(secure('second', { status: 500, body: 'two' }), { tls_config: { ca_file: caFile } }),
  ],
  [
    'HTTP/2 follows redirects',
    true,
    ({ secure, caFile }) => http(secure('second', { hops: 2, body: 'two' }), { tls_config: { ca_file: caFile } }),
  ],
];

const bodies: readonly Case[] = [
  ['a body with its length', true, ({ web }) => http(web({ long: 1000 }))],
  ['a body without its length', true, ({ web }) => http(web({ long: 1000, chunked: true }))],
  ['no body', true, ({ web }) => http(web({}))],
  [
    'a body to the end of the connection',
    true,
    async ({ script }) => http(await script(raw('HTTP/1.1 200 OK\r\nConnection: close', 'to the end'))),
  ],
  ['a HEAD request', true, ({ web }) => http(web({ long: 500 }), { method: 'HEAD' })],
  ['a body that is cut', false, ({ web }) => http(web({ long: 100, cut: true }))],
  [
    'a body that stops in the middle',
    false,
    async ({ script }) =>
      http(
        await script([{ when: /\r\n\r\n/, say: `HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n${'x'.repeat(100)}` }]),
        {},
        { timeout: '700ms' },
      ),
  ],
  [
    'a length that is none',
    false,
    async ({ script }) => http(await script(raw('HTTP/1.1 200 OK\r\nContent-Length: many', 'x'))),
  ],
  [
    'two lengths that differ',
    false,
    async ({ script }) => http(await script(raw('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2', 'xy'))),
  ],
  ['a body within its limit', true, ({ web }) => http(web({ long: 10 }), { body_size_limit: '10B' })],
  ['a body beyond its limit', false, ({ web }) => http(web({ long: 11 }), { body_size_limit: '10B' })],
  ['a long body within a large limit', true, ({ web }) => http(web({ long: 100_000 }), { body_size_limit: '1MB' })],
  [
    'a body without its length beyond its limit',
    false,
    ({ web }) => http(web({ long: 5000, chunked: true }), { body_size_limit: '1KiB' }),
  ],
  [
    'a compressed body beyond its limit when it is decoded',
    false,
    ({ web }) => http(web({ long: 5000, coding: 'gzip' }), { body_size_limit: '1KiB', compression: 'gzip' }),
  ],
  [
    'a compressed body within its limit',
    true,
    ({ web }) => http(web({ long: 1000, coding: 'gzip' }), { body_size_limit: '1KiB', compression: 'gzip' }),
  ],
  ['a limit below zero is none', true, ({ web }) => http(web({ long: 5000 }), { body_size_limit: '-1B' })],
  [
    'when it was changed last',
    true,
    ({ web }) => http(web({ headers: [['last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT']] })),
  ],
  [
    'when it was changed last, in no form of a date',
    true,
    ({ web }) => http(web({ headers: [['last-modified', 'yesterday']] })),
  ],
  [
    'when it was changed last, of an answer that fails',
    false,
    ({ web }) => http(web({ status: 500, headers: [['last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT']] })),
  ],
];

const gzip = (more = {}) => ({ compression: 'gzip', ...more });
const compressions: readonly Case[] = [
  [
    'gzip that is said and wanted',
    true,
    ({ web }) => http(web({ long: 3000, coding: 'gzip', headers: [['content-encoding', 'gzip']] }), gzip()),
  ],
  [
    'br that is said and wanted',
    true,
    ({ web }) => http(web({ long: 3000, coding: 'br', headers: [['content-encoding', 'br']] }), { compression: 'br' }),
  ],
  [
    'deflate that is said and wanted',
    true,
    ({ web }) =>
      http(web({ long: 3000, coding: 'deflate', headers: [['content-encoding', 'deflate']] }), {
        compression: 'deflate',
      }),
  ],
  ['identity that is wanted', true, ({ web }) => http(web({ long: 3000 }), { compression: 'identity' })],
  ['a coding in capitals', true, ({ web }) => http(web({ long: 3000, coding: 'gzip' }), { compression: 'GZIP' })],
  ['gzip that is not said but wanted', true, ({ web }) => http(web({ long: 3000, coding: 'gzip' }), gzip())],
  [
    'gzip that is wanted and does not come',
    false,
    ({ web }) => http(web({ long: 3000, headers: [['content-encoding', 'gzip']] }), gzip()),
  ],
  [
    'br that is wanted where gzip comes',
    false,
    ({ web }) => http(web({ long: 3000, coding: 'gzip' }), { compression: 'br' }),
  ],
  [
    'deflate that is wanted where gzip comes',
    false,
    ({ web }) => http(web({ long: 3000, coding: 'gzip' }), { compression: 'deflate' }),
  ],
  [
    'gzip that nobody wants is not undone',
    true,
    ({ web }) => http(web({ long: 3000, coding: 'gzip', headers: [['content-encoding', 'gzip']] })),
  ],
  [
    'nobody asks for a coding by himself',
    true,
    ({ web }) => http(web({ echo: 'accept-encoding' }), { fail_if_body_not_matches_regexp: ['^none$'] }),
  ],
  [
    'the coding that is asked for',
    true,
    ({ web }) =>
      http(web({ echo: 'accept-encoding' }), {
        headers: { 'Accept-Encoding': 'gzip;q=0.5' },
        fail_if_body_not_matches_regexp: ['^gzip;q=0.5$'],
      }),
  ],
  [
    'gzip with an Accept-Encoding',
    true,
    ({ web }) => http(web({ long: 3000, coding: 'gzip' }), gzip({ headers: { 'accept-encoding': 'br, gzip' } })),
  ],
  [
    'a decoded body is matched',
    true,
    ({ web }) =>
      http(web({ body: 'ready to go', coding: 'gzip' }), gzip({ fail_if_body_not_matches_regexp: ['ready'] })),
  ],
  [
    'an encoded body is not decoded to be matched',
    false,
    ({ web }) => http(web({ body: 'ready to go', coding: 'gzip' }), { fail_if_body_not_matches_regexp: ['ready'] }),
  ],
  ['a compression nobody knows', false, ({ web }) => http(web({ long: 10 }), { compression: 'zstd' })],
];

const redirects: readonly Case[] = [
  ['one redirect', true, ({ web }) => http(web({ hops: 1, body: 'there' }))],
  ['ten redirects', true, ({ web }) => http(web({ hops: 10, body: 'there' }))],
  ['eleven redirects', false, ({ web }) => http(web({ hops: 11, body: 'there' }))],
  ['a redirect that is not followed', false, ({ web }) => http(web({ hops: 1 }), { follow_redirects: false })],
  [
    'a redirect that is wanted and not followed',
    true,
    ({ web }) => http(web({ hops: 1 }), { follow_redirects: false, valid_status_codes: [302] }),
  ],
  [
    'a redirect that is not followed, the older way',
    true,
    ({ web }) => http(web({ hops: 1 }), { no_follow_redirects: true, valid_status_codes: [302] }),
  ],
  ['a redirect that is wanted and followed', false, ({ web }) => http(web({ hops: 1 }), { valid_status_codes: [302] })],
  ['a redirect by 301', true, ({ web }) => http(web({ hops: 1, hopStatus: 301 }))],
  [
    'a redirect by 303 after POST is GET',
    true,
    ({ web }) => http(web({ hops: 1, hopStatus: 303, onlyMethod: 'GET' }), { method: 'POST', body: 'x' }),
  ],
  [
    'a redirect by 302 after POST is GET',
    true,
    ({ web }) => http(web({ hops: 1, hopStatus: 302, onlyMethod: 'GET' }), { method: 'POST', body: 'x' }),
  ],
  [
    'a redirect by 307 after POST is POST with its body',
    true,
    ({ web }) =>
      http(web({ hops: 1, hopStatus: 307, onlyMethod: 'POST', onlyBody: 'x' }), { method: 'POST', body: 'x' }),
  ],
  [
    'a redirect by 308 after POST is POST with its body',
    true,
    ({ web }) =>
      http(web({ hops: 2, hopStatus: 308, onlyMethod: 'POST', onlyBody: 'x' }), { method: 'POST', body: 'x' }),
  ],
  ['a redirect to nobody', false, async ({ web, nobody }) => http(web({ to: `http://${await nobody()}/` }))],
  ['a redirect to another scheme', false, ({ web }) => http(web({ to: 'ftp://127.0.0.1/' }))],
  [
    'a redirect to TLS',
    true,
    ({ web, secure, caFile }) =>
      http(web({ to: secure('good', { body: 'safe' }) }), { tls_config: { ca_file: caFile } }),
  ],
  [
    'a redirect from TLS',
    true,
    ({ web, secure, caFile }) =>
      http(secure('good', { to: web({ body: 'open' }) }), { tls_config: { ca_file: caFile } }),
  ],
  [
    'a redirect within TLS',
    true,
    ({ secure, caFile }) => http(secure('good', { hops: 2, body: 'safe' }), { tls_config: { ca_file: caFile } }),
  ],
  ['cookies go along', true, ({ web }) => http(web({ cookie: true, body: 'known' }))],
  [
    'declared headers go along',
    true,
    ({ web }) => http(web({ hops: 1, only: ['x-key', 'one'] }), { headers: { 'X-Key': 'one' } }),
  ],
  [
    'declared headers go along to another port',
    true,
    ({ secure, web, caFile }) =>
      http(secure('good', { to: web({ only: ['x-key', 'one'] }) }), {
        headers: { 'X-Key': 'one' },
        tls_config: { ca_file: caFile },
      }),
  ],
  [
    'a login goes along to the same host',
    true,
    ({ web }) =>
      http(web({ hops: 1, only: ['authorization', 'Basic dXNlcjpwYXNz'] }), {
        basic_auth: { username: 'user', password: 'pass' },
      }),
  ],
];

const logins: readonly Case[] = [
  [
    'basic',
    true,
    ({ web }) =>
      http(web({ only: ['authorization', 'Basic dXNlcjpwYXNz'] }), {
        basic_auth: { username: 'user', password: 'pass' },
      }),
  ],
  [
    'basic with a password from a file',
    true,
    ({ web, file }) =>
      http(web({ only: ['authorization', 'Basic dXNlcjpwYXNz'] }), {
        basic_auth: { username: 'user', password_file: file('password', 'pass\n') },
      }),
  ],
  [
    'basic with a user from a file',
    true,
    ({ web, file }) =>
      http(web({ only: ['authorization', 'Basic dXNlcjpwYXNz'] }), {
        basic_auth: { username_file: file('user', ' user '), password: 'pass' },
      }),
  ],
  [
    'basic with another password',
    false,
    ({ web }) =>
      http(web({ only: ['authorization', 'Basic dXNlcjpwYXNz'] }), {
        basic_auth: { username: 'user', password: 'word' },
      }),
  ],
  [
    'basic without a password',
    true,
    ({ web }) => http(web({ only: ['authorization', 'Basic dXNlcjo='] }), { basic_auth: { username: 'user' } }),
  ],
  [
    'a login in the address',
    true,
    ({ web }) => http(web({ only: ['authorization', 'Basic dXNlcjpwYXNz'] }).replace('//', '//user:pass@')),
  ],
  [
    'a bearer token',
    true,
    ({ web }) => http(web({ only: ['authorization', 'Bearer token'] }), { bearer_token: 'token' }),
  ],
  [
    'a bearer token from a file',
    true,
    ({ web, file }) =>
      http(web({ only: ['authorization', 'Bearer token'] }), { bearer_token_file: file('token', 'token\n') }),
  ],
  [
    'an authorization of another type',
    true,
    ({ web }) =>
      http(web({ only: ['authorization', 'Token abc'] }), { authorization: { type: 'Token', credentials: 'abc' } }),
  ],
  [
    'credentials from a file',
    true,
    ({ web, file }) =>
      http(web({ only: ['authorization', 'Bearer abc'] }), {
        authorization: { credentials_file: file('credentials', 'abc') },
      }),
  ],
  [
    'an authorization among the headers',
    true,
    ({ web }) => http(web({ only: ['authorization', 'Other x'] }), { headers: { Authorization: 'Other x' } }),
  ],
  [
    'a token by client credentials',
    true,
    ({ web }) =>
      http(web({ only: ['authorization', 'Bearer fresh'] }), {
        oauth2: {
          client_id: 'me',
          client_secret: 'secret',
          token_url: web({
            onlyMethod: 'POST',
            onlyForm: { grant_type: 'client_credentials', scope: 'a b', audience: 'x' },
            ...json({ access_token: 'fresh', token_type: 'bearer' }),
          }),
          scopes: ['a', 'b'],
          endpoint_params: { audience: 'x' },
        },
      }),
  ],
  [
    'a token that nobody gives',
    false,
    ({ web }) =>
      http(web(), {
        oauth2: {
          client_id: 'me',
          client_secret: 'secret',
          token_url: web({ status: 401, ...json({ error: 'invalid_client' }) }),
        },
      }),
  ],
  ['a file that is not there', false, ({ web }) => http(web(), { bearer_token_file: '/nowhere/token' })],
];

const requests: readonly Case[] = [
  [
    'POST with a body',
    true,
    ({ web }) => http(web({ onlyMethod: 'POST', onlyBody: 'Test body' }), { method: 'POST', body: 'Test body' }),
  ],
  [
    'POST with a body from a file',
    true,
    ({ web, file }) =>
      http(web({ onlyMethod: 'POST', onlyBody: 'from a file\n' }), {
        method: 'POST',
        body_file: file('body', 'from a file\n'),
      }),
  ],
  ['PUT', true, ({ web }) => http(web({ onlyMethod: 'PUT', onlyBody: 'x' }), { method: 'PUT', body: 'x' })],
  ['DELETE', true, ({ web }) => http(web({ onlyMethod: 'DELETE' }), { method: 'DELETE' })],
  [
    'a body with letters beyond ASCII',
    true,
    ({ web }) => http(web({ onlyBody: 'blåbærgrød' }), { method: 'POST', body: 'blåbærgrød' }),
  ],
  [
    'a declared header',
    true,
    ({ web }) => http(web({ only: ['x-name', 'some value'] }), { headers: { 'X-Name': 'some value' } }),
  ],
  [
    'a declared User-Agent',
    true,
    ({ web }) => http(web({ only: ['user-agent', 'mine/1.0'] }), { headers: { 'user-agent': 'mine/1.0' } }),
  ],
  [
    'a declared Host',
    true,
    ({ web }) => http(web({ only: ['host', 'other.example'] }), { headers: { Host: 'other.example' } }),
  ],
  [
    'a Host by the request',
    true,
    ({ web }) => http(web({ only: ['host', 'asked.example'] }), {}, { hostname: 'asked.example' }),
  ],
  ['the Host of the target', true, ({ web, webPort }) => http(web({ only: ['host', `127.0.0.1:${webPort}`] }))],
  [
    'http_headers with values',
    true,
    ({ web }) =>
      http(web({ only: ['x-list', 'a, b'] }), {
        http_headers: { 'X-List': { values: ['a'], secrets: ['b'], files: [] } },
        headers: {},
      }),
  ],
  ['a target without a scheme', true, ({ web }) => http(web().replace('http://', ''))],
  [
    'a target by name',
    true,
    ({ web }) => http(web().replace('127.0.0.1', 'localhost'), { preferred_ip_protocol: 'ip4' }),
  ],
  ['a name there is not', false, ({ webPort }) => http(`http://nobody.invalid:${webPort}/`)],
  [
    'an address of the other family',
    false,
    ({ web }) => http(web(), { preferred_ip_protocol: 'ip6', ip_protocol_fallback: false }),
  ],
  [
    'an address of the same family',
    true,
    ({ web }) => http(web(), { preferred_ip_protocol: 'ip4', ip_protocol_fallback: false }),
  ],
  ['a target with a query', true, ({ web }) => http(`${web({ body: 'x' })}/?a=b%20c&d=%2F`)],
  ['a port where nobody listens', false, async ({ nobody }) => http(`http://${await nobody()}/`)],
  ['a port where nobody listens, by TLS', false, async ({ nobody }) => http(`https://${await nobody()}/`)],
  ['an answer that is late', false, ({ web }) => http(web({ wait: 3000 }), {}, { timeout: '700ms' })],
  ['an answer in time', true, ({ web }) => http(web({ wait: 200 }), {}, { timeout: '5s' })],
  ['a peer that says nothing', false, async ({ script }) => http(await script([]), {}, { timeout: '700ms' })],
  ['a peer that hangs up', false, async ({ script }) => http(await script([{ when: /\r\n\r\n/, say: '' }, 'end']))],
  ['a peer that resets', false, async ({ script }) => http(await script([{ when: /\r\n\r\n/, say: '' }, 'reset']))],
  [
    'a peer that speaks something else',
    false,
    async ({ script }) => http(await script(['SSH-2.0-OpenSSH_9.0\r\n', 'end'])),
  ],
  [
    'a head that is cut',
    false,
    async ({ script }) => http(await script([{ when: /\r\n\r\n/, say: 'HTTP/1.1 200 OK\r\nX: ' }, 'end'])),
  ],
  ['TLS asked of a plain port', false, ({ web }) => http(web().replace('http:', 'https:'))],
  ['plain asked of a TLS port', false, ({ secure }) => http(secure('good').replace('https:', 'http:'))],
];

/** Answers as they stand on the wire, well formed or not. */
const onTheWire: readonly (readonly [name: string, success: boolean, answer: string])[] = [
  [
    'an early hint before the answer',
    true,
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  ],
  ['no words beside the status', true, 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok'],
  ['lines that end in a line feed alone', true, 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  ['a header over two lines', true, 'HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\nContent-Length: 2\r\n\r\nok'],
  ['a header without a colon', false, 'HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nok'],
  ['a header with a space before its colon', true, 'HTTP/1.1 200 OK\r\nX-Odd : 1\r\nContent-Length: 2\r\n\r\nok'],
  ['a header with no name', false, 'HTTP/1.1 200 OK\r\n: 1\r\nContent-Length: 2\r\n\r\nok'],
  ['the same length twice', true, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok'],
  ['a length with a sign', false, 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok'],
  ['a length below zero', false, 'HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok'],
  ['more than its length', true, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay'],
  ['a length of a 204', true, 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'],
  [
    'chunks with extensions and trailers',
    true,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n3\r\nays\r\n0\r\nX-Sum: 1\r\n\r\n',
  ],
  ['chunks that are cut', false, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok'],
  ['a chunk whose length is none', false, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\nok\r\n0\r\n\r\n'],
  ['a coding of the transfer nobody knows', false, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok'],
  ['a status of two digits', false, 'HTTP/1.1 99 Low\r\n\r\n'],
  ['a status of four digits', false, 'HTTP/1.1 2000 High\r\n\r\n'],
  ['a status in words', false, 'HTTP/1.1 OK\r\n\r\n'],
  ['a status beyond all classes', false, 'HTTP/1.1 999 Beyond\r\nContent-Length: 0\r\n\r\n'],
  ['a version in small letters', false, 'http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ['a version there is not', false, 'HTTP/one 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ['an answer of nothing but line ends', false, '\r\n\r\n'],
];
const wire: readonly Case[] = [
  ...onTheWire.map(
    ([name, success, answer]): Case => [
      `on the wire: ${name}`,
      success,
      async ({ script }) => http(await script([{ when: /\r\n\r\n/, say: answer }, 'end'])),
    ],
  ),
  [
    'a declared Host goes along with a redirect within the host',
    true,
    ({ web }) => http(web({ hops: 1, only: ['host', 'vhost.example'] }), { headers: { Host: 'vhost.example' } }),
  ],
  [
    'a redirect by name over TLS',
    true,
    ({ secure, caFile }) =>
      http(secure('good', { hops: 2 }, 'localhost'), { tls_config: { ca_file: caFile }, preferred_ip_protocol: 'ip4' }),
  ],
  [
    'another host is not asked for the declared name',
    true,
    ({ secure, caFile }) =>
      http(secure('named', { to: secure('good', {}, 'localhost') }), {
        tls_config: { ca_file: caFile, server_name: 'elsewhere.example' },
      }),
  ],
  [
    'a login goes along to another origin',
    true,
    ({ secure, web, caFile }) =>
      http(secure('good', { to: web({ only: ['authorization', 'Basic dXNlcjpwYXNz'] }) }), {
        basic_auth: { username: 'user', password: 'pass' },
        tls_config: { ca_file: caFile },
      }),
  ],
];

const matching: readonly Case[] = [
  [
    'a body that must not match, and does not',
    true,
    ({ web }) => http(web({ body: 'all well' }), { fail_if_body_matches_regexp: ['error'] }),
  ],
  [
    'a body that must not match, and does',
    false,
    ({ web }) => http(web({ body: 'an error' }), { fail_if_body_matches_regexp: ['error'] }),
  ],
  [
    'a body that must not match one of two, and matches the second',
    false,
    ({ web }) => http(web({ body: 'an error' }), { fail_if_body_matches_regexp: ['fatal', 'err[aeiou]r'] }),
  ],
  [
    'a body that must match, and does',
    true,
    ({ web }) => http(web({ body: 'Download here' }), { fail_if_body_not_matches_regexp: ['(?i)download'] }),
  ],
  [
    'a body that must match, and does not',
    false,
    ({ web }) => http(web({ body: 'Upload here' }), { fail_if_body_not_matches_regexp: ['Download'] }),
  ],
  [
    'a body that must match two, and matches one',
    false,
    ({ web }) => http(web({ body: 'one' }), { fail_if_body_not_matches_regexp: ['one', 'two'] }),
  ],
  ['an empty body that must match', false, ({ web }) => http(web({}), { fail_if_body_not_matches_regexp: ['.'] })],
  [
    'a body that must match over lines',
    true,
    ({ web }) => http(web({ body: 'one\ntwo' }), { fail_if_body_not_matches_regexp: ['(?s)one.two', '(?m)^two$'] }),
  ],
  [
    'a status that fails hides the body',
    false,
    ({ web }) => http(web({ status: 500, body: 'error' }), { fail_if_body_matches_regexp: ['error'] }),
  ],
  [
    'a header that must not match, and does not',
    true,
    ({ web }) =>
      http(web({ headers: [[html, 'text/html']] }), {
        fail_if_header_matches: [{ header: html, regexp: 'text/javascript' }],
      }),
  ],
  [
    'a header that must not match, and does',
    false,
    ({ web }) =>
      http(web({ headers: [[html, 'text/html']] }), {
        fail_if_header_matches: [{ header: 'content-type', regexp: 'text/html' }],
      }),
  ],
  [
    'a header that must not match, and is missing',
    false,
    ({ web }) => http(web(), { fail_if_header_matches: [{ header: 'X-None', regexp: 'x' }] }),
  ],
  [
    'a header that must not match, and may be missing',
    true,
    ({ web }) => http(web(), { fail_if_header_matches: [{ header: 'X-None', regexp: 'x', allow_missing: true }] }),
  ],
  [
    'a header of several values that must not match, and one does',
    false,
    ({ web }) =>
      http(
        web({
          headers: [
            ['X-Many', 'one'],
            ['X-Many', 'two'],
          ],
        }),
        { fail_if_header_matches: [{ header: 'X-Many', regexp: 'two' }] },
      ),
  ],
  [
    'a header that must match, and does',
    true,
    ({ web }) =>
      http(web({ headers: [[html, 'text/html; charset=utf-8']] }), {
        fail_if_header_not_matches: [{ header: html, regexp: '^text/html' }],
      }),
  ],
  [
    'a header that must match, and does not',
    false,
    ({ web }) =>
      http(web({ headers: [[html, 'text/plain']] }), {
        fail_if_header_not_matches: [{ header: html, regexp: 'text/html' }],
      }),
  ],
  [
    'a header that must match, and is missing',
    false,
    ({ web }) => http(web(), { fail_if_header_not_matches: [{ header: 'X-None', regexp: 'x' }] }),
  ],
  [
    'a header that must match, and may be missing',
    true,
    ({ web }) => http(web(), { fail_if_header_not_matches: [{ header: 'X-None', regexp: 'x', allow_missing: true }] }),
  ],
  [
    'a header of several values that must match, and one does',
    true,
    ({ web }) =>
      http(
        web({
          headers: [
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
          ],
        }),
        { fail_if_header_not_matches: [{ header: 'set-cookie', regexp: 'b=' }] },
      ),
  ],
  [
    'a header that is empty',
    true,
    ({ web }) =>
      http(web({ headers: [['X-Empty', '']] }), { fail_if_header_not_matches: [{ header: 'X-Empty', regexp: '^$' }] }),
  ],
];

const data = { name: 'world', n: 3, items: [{ id: 1 }, { id: 2 }], nested: { deep: true }, nothing: null, face: '😀' };
const celRows: readonly (readonly [
  name: string,
  matches: boolean,
  notMatches: boolean,
  expression: string,
  body: string,
])[] = [
  ['that is true', false, true, "body.name == 'world'", JSON.stringify(data)],
  ['that is false', true, false, "body.name == 'moon'", JSON.stringify(data)],
  ['of a number', false, true, 'body.n > 2', JSON.stringify(data)],
  ['of a number that is whole', false, true, 'body.n == 3', JSON.stringify(data)],
  ['of a list', false, true, 'body.items.exists(x, x.id == 2)', JSON.stringify(data)],
  ['of a length', false, true, 'size(body.items) == 2', JSON.stringify(data)],
  ['of something deep', false, true, 'body.nested.deep', JSON.stringify(data)],
  ['of nothing', false, true, 'body.nothing == null', JSON.stringify(data)],
  ['of a face', false, true, "body.face == '😀'", JSON.stringify(data)],
  ['of a field that is missing', false, false, "body.missing == 'x'", JSON.stringify(data)],
  ['that asks whether a field is there', true, false, 'has(body.missing)', JSON.stringify(data)],
  ['that is no truth', false, false, 'body.name', JSON.stringify(data)],
  ['that is a number', false, false, '1', JSON.stringify(data)],
  ['of an empty body', false, false, "body.name == 'world'", ''],
  ['of what is no JSON', false, false, "body.name == 'world'", 'not json'],
  ['of a body that is a list', false, true, 'body[1] == 2', '[1, 2]'],
  ['of a body that is a text', false, true, "body == 'x'", '"x"'],
  ['of types that do not fit', false, false, 'body.name > 3', JSON.stringify(data)],
  ['with an expression of its own', false, true, "body.name.matches('^w.*d$')", JSON.stringify(data)],
  [
    'of text and its parts',
    false,
    true,
    "body.name.startsWith('wo') && body.name.contains('rl') && !body.name.endsWith('x')",
    JSON.stringify(data),
  ],
  ['of what is in a list', false, true, "'a' in body", '["a", "b"]'],
  ['of a key that is in a mapping', false, true, "'n' in body", JSON.stringify(data)],
  ['of a large number', false, true, 'body.big > 9007199254740991.0', '{"big": 12345678901234567890}'],
  ['with a choice', false, true, "body.n > 2 ? body.name == 'world' : false", JSON.stringify(data)],
];
const cel: readonly Case[] = [
  ...celRows.map(
    ([name, success, , expression, body]): Case => [
      `CEL ${name} must not be`,
      success,
      ({ web }) => http(web({ body }), matchCel(expression)),
    ],
  ),
  ...celRows.map(
    ([name, , success, expression, body]): Case => [
      `CEL ${name} must be`,
      success,
      ({ web }) => http(web({ body }), notMatchCel(expression)),
    ],
  ),
  [
    'CEL of both kinds',
    true,
    ({ web }) => http(web({ body: '{"a":1}' }), { ...matchCel('body.a == 2'), ...notMatchCel('body.a == 1') }),
  ],
  [
    'CEL of an answer whose status fails',
    false,
    ({ web }) => http(web({ status: 500, body: '{"a":1}' }), notMatchCel('body.a == 1')),
  ],
  [
    'CEL beside an expression that fails first',
    false,
    ({ web }) => http(web({ body: '{"a":1}' }), { ...notMatchCel('body.a == 1'), fail_if_body_matches_regexp: ['a'] }),
  ],
];

export const httpCases: readonly Case[] = [
  ...statuses,
  ...versions,
  ...bodies,
  ...compressions,
  ...redirects,
  ...logins,
  ...requests,
  ...wire,
  ...matching,
  ...cel,
];
