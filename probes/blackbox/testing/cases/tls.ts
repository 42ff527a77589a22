import { type Case, http, tcp } from './case.ts';

export const tlsCases: readonly Case[] = [
  [
    'https, trusted by its own authority',
    true,
    ({ secure, caFile }) => http(secure('good', { body: 'x' }), { tls_config: { ca_file: caFile } }),
  ],
  [
    'https, trusted by an authority that is written in the module',
    true,
    ({ secure, pki }) => http(secure('good'), { tls_config: { ca: pki.root.pem } }),
  ],
  ['https of an authority nobody knows', false, ({ secure }) => http(secure('good'))],
  [
    'https of another authority',
    false,
    ({ secure, otherCaFile }) => http(secure('good'), { tls_config: { ca_file: otherCaFile } }),
  ],
  [
    'https of an authority nobody knows, where nobody asks',
    true,
    ({ secure }) => http(secure('good'), { tls_config: { insecure_skip_verify: true } }),
  ],
  [
    'https of an authority that is known, where nobody asks',
    true,
    ({ secure, caFile }) => http(secure('good'), { tls_config: { ca_file: caFile, insecure_skip_verify: true } }),
  ],
  [
    'tcp with TLS of an authority that is known, where nobody asks',
    true,
    async ({ tlsScript, caFile }) =>
      tcp(await tlsScript([]), { tls: true, tls_config: { ca_file: caFile, insecure_skip_verify: true } }),
  ],
  ['https that signed itself', false, ({ secure }) => http(secure('own'))],
  [
    'https that signed itself and is trusted for it',
    true,
    ({ secure, pki }) => http(secure('own'), { tls_config: { ca: pki.own.pem } }),
  ],
  ['https that is over', false, ({ secure, caFile }) => http(secure('expired'), { tls_config: { ca_file: caFile } })],
  [
    'https that is over, where nobody asks',
    true,
    ({ secure }) => http(secure('expired'), { tls_config: { insecure_skip_verify: true } }),
  ],
  [
    'https that has not begun',
    false,
    ({ secure, caFile }) => http(secure('early'), { tls_config: { ca_file: caFile } }),
  ],
  ['https for another name', false, ({ secure, caFile }) => http(secure('named'), { tls_config: { ca_file: caFile } })],
  [
    'https for another name that is asked for',
    true,
    ({ secure, caFile }) =>
      http(secure('named'), { tls_config: { ca_file: caFile, server_name: 'elsewhere.example' } }),
  ],
  [
    'https for another name by its Host',
    true,
    ({ secure, caFile }) =>
      http(secure('named'), { tls_config: { ca_file: caFile }, headers: { Host: 'elsewhere.example' } }),
  ],
  [
    'https for another name by the request',
    true,
    ({ secure, caFile }) =>
      http(secure('named'), { tls_config: { ca_file: caFile } }, { hostname: 'elsewhere.example' }),
  ],
  [
    'https for a name that stands only in the subject',
    false,
    ({ secure, caFile }) => http(secure('nameless'), { tls_config: { ca_file: caFile } }),
  ],
  [
    'https by name',
    true,
    ({ secure, caFile }) =>
      http(secure('good', {}, 'localhost'), { tls_config: { ca_file: caFile }, preferred_ip_protocol: 'ip4' }),
  ],
  [
    'https with a client certificate',
    true,
    ({ secure, caFile, pki }) =>
      http(secure('client'), { tls_config: { ca_file: caFile, cert: pki.client.pem, key: pki.client.key } }),
  ],
  [
    'https without the client certificate that is asked for',
    false,
    ({ secure, caFile }) => http(secure('client'), { tls_config: { ca_file: caFile } }),
  ],
  [
    'https with a client certificate from files',
    true,
    ({ secure, caFile, pki, file }) =>
      http(secure('client'), {
        tls_config: {
          ca_file: caFile,
          cert_file: file('client.pem', pki.client.pem),
          key_file: file('client.key', pki.client.key),
        },
      }),
  ],
  ['https of TLS 1.2', true, ({ secure, caFile }) => http(secure('old'), { tls_config: { ca_file: caFile } })],
  [
    'https of TLS 1.2 where 1.3 is wanted',
    false,
    ({ secure, caFile }) => http(secure('old'), { tls_config: { ca_file: caFile, min_version: 'TLS13' } }),
  ],
  [
    'https of TLS 1.2 at most',
    true,
    ({ secure, caFile }) => http(secure('good'), { tls_config: { ca_file: caFile, max_version: 'TLS12' } }),
  ],
  [
    'https with a status that fails',
    false,
    ({ secure, caFile }) => http(secure('good', { status: 500 }), { tls_config: { ca_file: caFile } }),
  ],
  [
    'https where none is wanted',
    false,
    ({ secure, caFile }) => http(secure('good'), { tls_config: { ca_file: caFile }, fail_if_ssl: true }),
  ],
  ['http where none other is wanted', true, ({ web }) => http(web(), { fail_if_ssl: true })],
  ['http where https is wanted', false, ({ web }) => http(web(), { fail_if_not_ssl: true })],
  [
    'https where it is wanted',
    true,
    ({ secure, caFile }) => http(secure('good'), { tls_config: { ca_file: caFile }, fail_if_not_ssl: true }),
  ],
  [
    'a tls_config of a plain target',
    true,
    ({ web, caFile }) => http(web(), { tls_config: { ca_file: caFile, server_name: 'x' } }),
  ],
  [
    'an authority that is not there',
    false,
    ({ secure }) => http(secure('good'), { tls_config: { ca_file: '/nowhere/ca.pem' } }),
  ],
  [
    'an authority that is none',
    false,
    ({ secure, file }) => http(secure('good'), { tls_config: { ca_file: file('junk.pem', 'junk') } }),
  ],
  [
    'https by a proxy',
    true,
    ({ secure, caFile, proxy }) => http(secure('good'), { tls_config: { ca_file: caFile }, proxy_url: proxy }),
  ],
  ['http by a proxy', true, ({ web, proxy }) => http(web(), { proxy_url: proxy })],
  [
    'http by a proxy that is given the name',
    true,
    ({ proxy }) => http('http://nobody.invalid/', { proxy_url: proxy, skip_resolve_phase_with_proxy: true }),
  ],
  [
    'a name there is not, by a proxy that is not given it',
    false,
    ({ proxy }) => http('http://nobody.invalid/', { proxy_url: proxy }),
  ],
  [
    'https by a proxy that wants a login',
    false,
    ({ secure, caFile, loginProxy }) =>
      http(secure('good'), { tls_config: { ca_file: caFile }, proxy_url: `http://127.0.0.1:${loginProxy}` }),
  ],
  [
    'https by a proxy that is given its login',
    true,
    ({ secure, caFile, loginProxy }) =>
      http(secure('good'), {
        tls_config: { ca_file: caFile },
        proxy_url: `http://proxy:login@127.0.0.1:${loginProxy}`,
      }),
  ],
  [
    'https by a proxy whose login is a header',
    true,
    ({ secure, caFile, loginProxy }) =>
      http(secure('good'), {
        tls_config: { ca_file: caFile },
        proxy_url: `http://127.0.0.1:${loginProxy}`,
        proxy_connect_header: { 'Proxy-Authorization': ['Basic cHJveHk6bG9naW4='] },
      }),
  ],
  [
    'http past a proxy',
    true,
    async ({ web, nobody }) => http(web(), { proxy_url: `http://${await nobody()}`, no_proxy: '127.0.0.1' }),
  ],
  [
    'http by a proxy that is not there',
    false,
    async ({ web, nobody }) => http(web(), { proxy_url: `http://${await nobody()}` }),
  ],

  [
    'tcp with TLS',
    true,
    async ({ tlsScript, caFile }) => tcp(await tlsScript([]), { tls: true, tls_config: { ca_file: caFile } }),
  ],
  [
    'tcp with TLS 1.2 at most',
    true,
    async ({ tlsScript, caFile }) =>
      tcp(await tlsScript([]), { tls: true, tls_config: { ca_file: caFile, max_version: 'TLS12' } }),
  ],
  ['tcp with TLS nobody trusts', false, async ({ tlsScript }) => tcp(await tlsScript([]), { tls: true })],
  [
    'tcp with TLS nobody asks about',
    true,
    async ({ tlsScript }) => tcp(await tlsScript([]), { tls: true, tls_config: { insecure_skip_verify: true } }),
  ],
  [
    'tcp with TLS that is over',
    false,
    async ({ tlsScript, caFile, pki }) =>
      tcp(await tlsScript([], pki.expired), { tls: true, tls_config: { ca_file: caFile } }),
  ],
  [
    'tcp with TLS for another name',
    false,
    async ({ tlsScript, caFile, pki }) =>
      tcp(await tlsScript([], pki.named), { tls: true, tls_config: { ca_file: caFile } }),
  ],
  [
    'tcp with TLS for a name that is asked for',
    true,
    async ({ tlsScript, caFile, pki }) =>
      tcp(
        await tlsScript([], pki.named),
        { tls: true, tls_config: { ca_file: caFile } },
        { hostname: 'elsewhere.example' },
      ),
  ],
  [
    'tcp with TLS and a dialogue',
    true,
    async ({ tlsScript, caFile }) =>
      tcp(await tlsScript(['220 ready\r\n']), {
        tls: true,
        tls_config: { ca_file: caFile },
        query_response: [{ expect: '^220' }],
      }),
  ],
  [
    'tcp with TLS and a dialogue that fails',
    false,
    async ({ tlsScript, caFile }) =>
      tcp(await tlsScript(['500 no\r\n', 'end']), {
        tls: true,
        tls_config: { ca_file: caFile },
        query_response: [{ expect: '^220' }],
      }),
  ],
  [
    'tcp with TLS of a plain port',
    false,
    async ({ script, caFile }) =>
      tcp(await script(['220 plain\r\n']), { tls: true, tls_config: { ca_file: caFile } }, { timeout: '1s' }),
  ],
];
