import { networkInterfaces } from 'node:os';
import type { Line } from '../../../testing/scripted.ts';
import { type Case, dns, grpc, http, icmp, tcp, unix } from './case.ts';

const smtp: readonly Line[] = [
  '220 mail.example ESMTP ready\r\n',
  { when: /EHLO prober\r\n/, say: '250-mail.example\r\n250-STARTTLS\r\n250 SIZE\r\n' },
  { when: /STARTTLS\r\n/, say: '220 go ahead\r\n' },
  'tls',
  { when: /EHLO again\r\n/, say: '250-AUTH PLAIN\r\n250 done\r\n' },
];
const smtpDialogue = [
  { expect: '^220 ([^ ]+) ESMTP (.+)$' },
  { send: 'EHLO prober\r' },
  { expect: '^250-STARTTLS' },
  { send: 'STARTTLS\r' },
  { expect: '^220' },
  { starttls: true },
  { send: 'EHLO again\r' },
  { expect: '^250-AUTH' },
];
const irc: readonly Line[] = [
  ':chat NOTICE AUTH :*** Looking up your hostname\r\n',
  { when: /NICK prober\nUSER prober prober prober :prober\n/, say: 'PING :12345\r\n' },
  { when: /^PONG 12345\n/, say: ':chat.example 001 prober :Welcome\r\n' },
];
const ircDialogue = [
  { send: 'NICK prober' },
  { send: 'USER prober prober prober :prober' },
  { expect: '^PING :([^ ]+)', send: 'PONG ${1}' },
  { expect: '^:[^ ]+ 001' },
];

const tcpCases: readonly Case[] = [
  ['tcp that connects', true, async ({ script }) => tcp(await script([]))],
  ['tcp where nobody listens', false, async ({ nobody }) => tcp(await nobody())],
  [
    'tcp by name',
    true,
    async ({ script }) => tcp((await script([])).replace('127.0.0.1', 'localhost'), { preferred_ip_protocol: 'ip4' }),
  ],
  ['tcp of a name there is not', false, () => tcp('nobody.invalid:80')],
  [
    'tcp of the other family',
    false,
    async ({ script }) => tcp(await script([]), { preferred_ip_protocol: 'ip6', ip_protocol_fallback: false }),
  ],
  [
    'tcp of the same family',
    true,
    async ({ script }) => tcp(await script([]), { preferred_ip_protocol: 'ip4', ip_protocol_fallback: false }),
  ],
  [
    'tcp from an address of ours',
    true,
    async ({ mirror }) =>
      tcp(await mirror(), { source_ip_address: '127.0.0.2', query_response: [{ expect: '^127.0.0.2$' }] }),
  ],
  [
    'a dialogue of mail with STARTTLS',
    true,
    async ({ script, caFile }) =>
      tcp(await script(smtp), { query_response: smtpDialogue, tls_config: { ca_file: caFile } }),
  ],
  [
    'a dialogue of mail with STARTTLS nobody trusts',
    false,
    async ({ script }) => tcp(await script(smtp), { query_response: smtpDialogue }),
  ],
  [
    'a dialogue of mail with STARTTLS nobody asks about',
    true,
    async ({ script }) =>
      tcp(await script(smtp), { query_response: smtpDialogue, tls_config: { insecure_skip_verify: true } }),
  ],
  [
    'a dialogue of mail that refuses STARTTLS',
    false,
    async ({ script }) =>
      tcp(
        await script(['220 mail.example ESMTP ready\r\n', { when: /EHLO/, say: '250 mail.example\r\n' }]),
        { query_response: smtpDialogue },
        { timeout: '700ms' },
      ),
  ],
  ['a dialogue of chat', true, async ({ script }) => tcp(await script(irc), { query_response: ircDialogue })],
  [
    'a line that matches',
    true,
    async ({ script }) => tcp(await script(['SSH-2.0-OpenSSH_9.2\r\n']), { query_response: [{ expect: '^SSH-2.0-' }] }),
  ],
  [
    'the third line matches',
    true,
    async ({ script }) => tcp(await script(['one\ntwo\nthree\n']), { query_response: [{ expect: '^three$' }] }),
  ],
  [
    'no line matches until the end',
    false,
    async ({ script }) => tcp(await script(['one\ntwo\n', 'end']), { query_response: [{ expect: '^three$' }] }),
  ],
  [
    'no line matches in time',
    false,
    async ({ script }) =>
      tcp(await script(['one\n']), { query_response: [{ expect: '^three$' }] }, { timeout: '700ms' }),
  ],
  [
    'the last line has no end',
    true,
    async ({ script }) => tcp(await script(['one\nlast', 'end']), { query_response: [{ expect: '^last$' }] }),
  ],
  [
    'a peer that says nothing and leaves',
    false,
    async ({ script }) => tcp(await script(['end']), { query_response: [{ expect: '.' }] }),
  ],
  [
    'a peer that resets',
    false,
    async ({ script }) =>
      tcp(await script([{ when: /\n/, say: '' }, 'reset']), { query_response: [{ send: 'hello' }, { expect: '.' }] }),
  ],
  [
    'an empty expectation takes any line',
    true,
    async ({ script }) => tcp(await script(['\n']), { query_response: [{ expect: '' }] }),
  ],
  ['sent alone', true, async ({ script }) => tcp(await script([]), { query_response: [{ send: 'hello' }] })],
  [
    'labels of what was caught',
    true,
    async ({ script }) =>
      tcp(await script(['SSH-2.0-OpenSSH_9.2 Debian-5\r\n']), {
        query_response: [
          {
            expect: '^SSH-2.0-([^ -]+)(?: (?P<comment>.*))?$',
            labels: [
              { name: 'ssh_version', value: '${1}' },
              { name: 'comment', value: '<${comment}>' },
              { name: 'both', value: '$1-$comment' },
              { name: 'dollar', value: '$$1' },
              { name: 'none', value: '${7}${nobody}' },
            ],
          },
        ],
      }),
  ],
  [
    'labels where nothing matched',
    false,
    async ({ script }) =>
      tcp(await script(['HTTP\r\n', 'end']), {
        query_response: [{ expect: '^SSH-2.0-(.*)$', labels: [{ name: 'version', value: '${1}' }] }],
      }),
  ],
  [
    'labels of nothing',
    true,
    async ({ script }) => tcp(await script(['x\n']), { query_response: [{ expect: 'x', labels: [] }] }),
  ],
  [
    'bytes that match',
    true,
    async ({ script }) => tcp(await script(['S more']), { query_response: [{ expect_bytes: 'S' }] }),
  ],
  [
    'bytes that do not match',
    false,
    async ({ script }) => tcp(await script(['N']), { query_response: [{ expect_bytes: 'S' }] }),
  ],
  [
    'fewer bytes than expected',
    false,
    async ({ script }) =>
      tcp(await script(['SS', 'end']), { query_response: [{ expect_bytes: 'SSS' }] }, { timeout: '700ms' }),
  ],
  [
    'bytes that never come',
    false,
    async ({ script }) => tcp(await script(['end']), { query_response: [{ expect_bytes: 'S' }] }),
  ],
  [
    'bytes, then lines',
    true,
    async ({ script }) =>
      tcp(await script(['OK', { when: /next\n/, say: 'line\n' }]), {
        query_response: [{ expect_bytes: 'OK', send: 'next' }, { expect: '^line$' }],
      }),
  ],
  [
    'lines of other bytes than UTF-8',
    true,
    async ({ script }) => tcp(await script(['\xff\xfe caf\xe9\n']), { query_response: [{ expect: 'caf' }] }),
  ],
  [
    'bytes that are no text, answered by bytes',
    true,
    async ({ script, caFile }) =>
      tcp(await script([{ when: /^[^ -~]{5}\xd2[^ -~]\/\n$/, say: 'S' }, 'tls']), {
        query_response: [{ send: '!!binary AAAACATSFi8=' }, { expect_bytes: 'S' }, { starttls: true }],
        tls_config: { ca_file: caFile },
      }),
  ],
  [
    'bytes that are no text, expected',
    true,
    async ({ script }) => tcp(await script(['\xd2\xff']), { query_response: [{ expect_bytes: '!!binary 0v8=' }] }),
  ],
  ['a target without a port', false, () => tcp('127.0.0.1')],
];

/** Only where this machine has it. */
const six = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const sixCases: readonly Case[] = six
  ? [
      ['tcp of IPv6', true, async ({ script6 }) => tcp(await script6([]))],
      [
        'tcp of IPv6 where IPv4 is preferred',
        true,
        async ({ script6 }) => tcp(await script6([]), { preferred_ip_protocol: 'ip4' }),
      ],
      [
        'tcp of IPv6 where only IPv4 is wanted',
        false,
        async ({ script6 }) => tcp(await script6([]), { preferred_ip_protocol: 'ip4', ip_protocol_fallback: false }),
      ],
      [
        'http of IPv6',
        true,
        async ({ script6 }) =>
          http(
            `http://${await script6([{ when: /\r\n\r\n/, say: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' }])}/`,
          ),
      ],
      ['icmp of IPv6', true, () => icmp('::1')],
    ]
  : [];

const unixTls: readonly Case[] = [
  [
    'unix with TLS nobody asks about',
    true,
    async ({ unixTls: open }) =>
      unix(await open('tls.sock', []), { tls: true, tls_config: { insecure_skip_verify: true } }),
  ],
  [
    'unix with TLS for a name that is asked for',
    true,
    async ({ unixTls: open, caFile }) =>
      unix(await open('named.sock', ['hello\n']), {
        tls: true,
        tls_config: { ca_file: caFile, server_name: 'stage.example' },
        query_response: [{ expect: 'hello' }],
      }),
  ],
  [
    'unix with TLS for no name',
    false,
    async ({ unixTls: open, caFile }) =>
      unix(await open('nameless.sock', []), { tls: true, tls_config: { ca_file: caFile } }),
  ],
];

const unixCases: readonly Case[] = [
  ['unix that connects', true, async ({ unix: open }) => unix(await open('plain.sock', []))],
  ['unix where nobody listens', false, ({ folder }) => unix(`${folder}/nobody.sock`)],
  [
    'unix with a dialogue',
    true,
    async ({ unix: open }) =>
      unix(await open('ping.sock', [{ when: /PING\n/, say: 'PONG\n' }]), {
        query_response: [{ send: 'PING' }, { expect: '^PONG$' }],
      }),
  ],
  [
    'unix with a dialogue that fails',
    false,
    async ({ unix: open }) =>
      unix(await open('pong.sock', [{ when: /PING\n/, say: 'NO\n' }, 'end']), {
        query_response: [{ send: 'PING' }, { expect: '^PONG$' }],
      }),
  ],
  [
    'unix with labels',
    true,
    async ({ unix: open }) =>
      unix(await open('label.sock', ['version 7\n']), {
        query_response: [{ expect: 'version (.)', labels: [{ name: 'v', value: '$1' }] }],
      }),
  ],
];

const ask = (label: string, more: object = {}) => ({ query_name: `${label}.example.com`, query_type: 'A', ...more });
const answer = (rules: object) => ({ validate_answer_rrs: rules });
const authority = (rules: object) => ({ validate_authority_rrs: rules });
const additional = (rules: object) => ({ validate_additional_rrs: rules });
const rows: readonly (readonly [name: string, success: boolean, options: object])[] = [
  ['an answer', true, ask('recursive')],
  [
    'an answer that must not match, and does',
    false,
    ask('recursive', answer({ fail_if_matches_regexp: ['.*127.0.0.*'] })),
  ],
  [
    'an answer that must not match, and does not',
    true,
    ask('recursive', answer({ fail_if_matches_regexp: ['10\\.'] })),
  ],
  [
    'answers that must not all match, and all do',
    true,
    ask('recursive', answer({ fail_if_all_match_regexp: ['.*127.0.0.*'] })),
  ],
  [
    'answers that must not all match, and one does',
    false,
    ask('recursive', answer({ fail_if_all_match_regexp: ['.*127.0.0.1$'] })),
  ],
  [
    'answers that must match, and do',
    true,
    ask('recursive', answer({ fail_if_not_matches_regexp: ['127\\.0\\.0\\.\\d'] })),
  ],
  [
    'answers that must match, and one does',
    false,
    ask('recursive', answer({ fail_if_not_matches_regexp: ['127\\.0\\.0\\.1'] })),
  ],
  [
    'answers of which one must match, and does',
    true,
    ask('recursive', answer({ fail_if_none_matches_regexp: ['127\\.0\\.0\\.2'] })),
  ],
  [
    'answers of which one must match, and none does',
    false,
    ask('recursive', answer({ fail_if_none_matches_regexp: ['192\\.0\\.2\\.'] })),
  ],
  [
    'answers of which one must match the second',
    true,
    ask('recursive', answer({ fail_if_none_matches_regexp: ['192\\.', '127\\.0\\.0\\.1'] })),
  ],
  [
    'an answer in the whole form of a record',
    true,
    ask(
      'authoritative',
      answer({ fail_if_not_matches_regexp: ['^authoritative\\.example\\.com\\.\\t3600\\tIN\\tA\\t127\\.0\\.0\\.1$'] }),
    ),
  ],
  ['an answer with authority', true, ask('authoritative')],
  [
    'an authority that must match, and does',
    true,
    ask(
      'authoritative',
      authority({
        fail_if_not_matches_regexp: [
          '^authoritative.example.com.\\t7200\\tIN\\tNS\\tns\\d.authoritative.example.com.$',
        ],
      }),
    ),
  ],
  [
    'an authority that must not match, and does',
    false,
    ask('authoritative', authority({ fail_if_matches_regexp: ['ns2'] })),
  ],
  [
    'an additional that must match, and does',
    true,
    ask('authoritative', additional({ fail_if_none_matches_regexp: ['127.0.0.4'] })),
  ],
  [
    'an additional that must match, and does not',
    false,
    ask('authoritative', additional({ fail_if_none_matches_regexp: ['127.0.0.5'] })),
  ],
  ['no authority where one must match', false, ask('recursive', authority({ fail_if_not_matches_regexp: ['.'] }))],
  ['no authority of which one must match', false, ask('recursive', authority({ fail_if_none_matches_regexp: ['.'] }))],
  ['no authority where none may match', true, ask('recursive', authority({ fail_if_matches_regexp: ['.'] }))],
  ['no authority where not all may match', true, ask('recursive', authority({ fail_if_all_match_regexp: ['.'] }))],
  ['a server that fails', false, ask('servfail')],
  ['a server that fails, where that is wanted', true, ask('servfail', { valid_rcodes: ['SERVFAIL', 'NXDOMAIN'] })],
  ['a server that fails, beside rules', false, ask('servfail', answer({ fail_if_not_matches_regexp: ['x'] }))],
  ['a name there is not', false, ask('nxdomain')],
  ['a name there is not, where that is wanted', true, ask('nxdomain', { valid_rcodes: ['NXDOMAIN'] })],
  ['a question that is refused', false, ask('refused')],
  ['an answer of nothing', true, ask('empty')],
  ['an answer of nothing that must match', false, ask('empty', answer({ fail_if_not_matches_regexp: ['.'] }))],
  ['no rcode is wanted', false, ask('recursive', { valid_rcodes: [] })],
  ['a zone', true, ask('zone', { query_type: 'SOA' })],
  [
    'a zone that must match',
    true,
    ask('zone', {
      query_type: 'SOA',
      ...answer({
        fail_if_not_matches_regexp: [
          '\\tSOA\\tns\\.zone\\.example\\.com\\. admin\\.zone\\.example\\.com\\. 1000 7200 10 86400 60$',
        ],
      }),
    }),
  ],
  ['a zone whose question is about something else', true, ask('zone', { query_type: 'NS' })],
  ['a zone that answers without its start', true, ask('recursive', { query_type: 'SOA' })],
  [
    'an alias',
    true,
    ask('alias', answer({ fail_if_none_matches_regexp: ['\\tCNAME\\treal\\.alias\\.example\\.com\\.$'] })),
  ],
  [
    'mail',
    true,
    ask('mail', {
      query_type: 'MX',
      ...answer({ fail_if_not_matches_regexp: ['\\tMX\\t10 mx\\.mail\\.example\\.com\\.$'] }),
    }),
  ],
  [
    'text',
    true,
    ask('text', {
      query_type: 'TXT',
      ...answer({ fail_if_not_matches_regexp: ['\\tTXT\\t"v=spf1 -all" "with \\\\"quotes\\\\""$'] }),
    }),
  ],
  [
    'a service',
    true,
    ask('service', {
      query_type: 'SRV',
      ...answer({ fail_if_not_matches_regexp: ['\\tSRV\\t1 2 443 a\\.service\\.example\\.com\\.$'] }),
    }),
  ],
  [
    'an address of IPv6',
    true,
    ask('six', { query_type: 'AAAA', ...answer({ fail_if_not_matches_regexp: ['\\tAAAA\\t2001:db8::1$'] }) }),
  ],
  [
    'a pointer',
    true,
    ask('pointer', {
      query_type: 'PTR',
      ...answer({ fail_if_not_matches_regexp: ['\\tPTR\\thost\\.pointer\\.example\\.com\\.$'] }),
    }),
  ],
  ['any type', true, { query_name: 'recursive.example.com' }],
  ['another class', true, ask('recursive', { query_class: 'CH' })],
  ['without recursion', true, ask('recursive', { recursion_desired: false })],
  ['a name that ends in a dot', true, { query_name: 'recursive.example.com.', query_type: 'A' }],
];
const asking: readonly (readonly [name: string, success: boolean, options: object])[] = [
  ['a question without anything beside', true, ask('bare')],
  ['a question that wishes for recursion', true, ask('wished')],
  ['a question that does not, where that is wanted', false, ask('wished', { recursion_desired: false })],
  ['a question that does not wish for recursion', true, ask('unwished', { recursion_desired: false })],
  ['a question in another class', true, ask('chaos', { query_class: 'CH' })],
  ['a question in the usual class', false, ask('chaos')],
  ['a question for any type', true, { query_name: 'every.example.com' }],
];
const dnsCases: readonly Case[] = [
  ...[...rows, ...asking].map(
    ([name, success, options]): Case => [`dns: ${name}`, success, ({ zone }) => dns(zone, options)],
  ),
  ...rows
    .slice(0, 6)
    .map(
      ([name, success, options]): Case => [
        `dns by tcp: ${name}`,
        success,
        ({ zone }) => dns(zone, { ...options, transport_protocol: 'tcp' }),
      ],
    ),
  [
    'dns by TLS',
    true,
    ({ zoneTls, caFile }) =>
      dns(
        zoneTls,
        ask('recursive', { transport_protocol: 'tcp', dns_over_tls: true, tls_config: { ca_file: caFile } }),
      ),
  ],
  [
    'dns by TLS nobody trusts',
    false,
    ({ zoneTls }) => dns(zoneTls, ask('recursive', { transport_protocol: 'tcp', dns_over_tls: true })),
  ],
  [
    'dns by TLS nobody asks about',
    true,
    ({ zoneTls }) =>
      dns(
        zoneTls,
        ask('recursive', { transport_protocol: 'tcp', dns_over_tls: true, tls_config: { insecure_skip_verify: true } }),
      ),
  ],
  ['dns by TLS without tcp', false, ({ zoneTls }) => dns(zoneTls, ask('recursive', { dns_over_tls: true }))],
  ['dns by a transport there is not', false, ({ zone }) => dns(zone, ask('recursive', { transport_protocol: 'sctp' }))],
  ['dns with an rcode there is not', false, ({ zone }) => dns(zone, ask('recursive', { valid_rcodes: ['FROB'] }))],
  [
    'dns with an expression that is none',
    false,
    ({ zone }) => dns(zone, ask('recursive', answer({ fail_if_matches_regexp: ['('] }))),
  ],
  ['dns that says nothing', false, ({ zone }) => dns(zone, ask('silent'), { timeout: '700ms' })],
  [
    'dns where nobody listens, by tcp',
    false,
    async ({ nobody }) => dns(await nobody(), ask('recursive', { transport_protocol: 'tcp' })),
  ],
  [
    'dns where nobody listens, by udp',
    false,
    async ({ nobody }) => dns(await nobody(), ask('recursive'), { timeout: '700ms' }),
  ],
  ['dns of a server whose name there is not', false, () => dns('nobody.invalid', ask('recursive'))],
  ['dns that is truncated', true, ({ zone }) => dns(zone, ask('truncated'))],
  [
    'dns that is truncated, by rules over what came',
    true,
    ({ zone }) => dns(zone, ask('truncated', answer({ fail_if_not_matches_regexp: ['127'] }))),
  ],
  ['dns that answers with another number first', true, ({ zone }) => dns(zone, ask('twice'))],
  ['dns that answers with another number only', false, ({ zone }) => dns(zone, ask('other'), { timeout: '700ms' })],
  ['dns that answers junk', false, ({ zone }) => dns(zone, ask('junk'), { timeout: '700ms' })],
  [
    'dns from an address of ours',
    true,
    ({ zone }) =>
      dns(
        zone,
        ask('from', {
          source_ip_address: '127.0.0.3',
          ...answer({ fail_if_not_matches_regexp: ['127\\.0\\.0\\.3$'] }),
        }),
      ),
  ],
];

const serving = { status: 'SERVING' } as const;
const grpcCases: readonly Case[] = [
  ['grpc that serves', true, async ({ grpc: open }) => grpc(await open(() => serving), {})],
  [
    'grpc that does not serve',
    false,
    async ({ grpc: open }) => grpc(await open(() => ({ status: 'NOT_SERVING' })), {}),
  ],
  ['grpc that does not know', false, async ({ grpc: open }) => grpc(await open(() => ({ status: 'UNKNOWN' })), {})],
  [
    'grpc that does not know the service',
    false,
    async ({ grpc: open }) => grpc(await open(() => ({ status: 'SERVICE_UNKNOWN' })), {}),
  ],
  [
    'grpc of one service that serves',
    true,
    async ({ grpc: open }) =>
      grpc(await open(({ service }) => (service === 'epj' ? serving : { status: 'NOT_SERVING' })), { service: 'epj' }),
  ],
  [
    'grpc of a service there is not',
    false,
    async ({ grpc: open }) => grpc(await open(() => ({ code: 5, details: 'no such service' })), { service: 'nobody' }),
  ],
  ['grpc without a health service', false, async ({ grpc: open }) => grpc(await open(null), {})],
  [
    'grpc with metadata',
    true,
    async ({ grpc: open }) =>
      grpc(
        await open(({ metadata }) =>
          metadata.get('x-key').join().replaceAll(' ', '') === 'a,b' ? serving : { code: 16, details: 'who?' },
        ),
        { metadata: { 'x-key': ['a', 'b'] } },
      ),
  ],
  [
    'grpc without the metadata it wants',
    false,
    async ({ grpc: open }) =>
      grpc(
        await open(({ metadata }) => (metadata.get('x-key').length > 0 ? serving : { code: 16, details: 'who?' })),
        {},
      ),
  ],
  [
    'grpc by TLS',
    true,
    async ({ grpc: open, caFile }) =>
      grpc(await open(() => serving, true), { tls: true, tls_config: { ca_file: caFile } }),
  ],
  ['grpc by TLS nobody trusts', false, async ({ grpc: open }) => grpc(await open(() => serving, true), { tls: true })],
  [
    'grpc by TLS nobody asks about',
    true,
    async ({ grpc: open }) =>
      grpc(await open(() => serving, true), { tls: true, tls_config: { insecure_skip_verify: true } }),
  ],
  [
    'grpc by TLS that does not serve',
    false,
    async ({ grpc: open, caFile }) =>
      grpc(await open(() => ({ status: 'NOT_SERVING' }), true), { tls: true, tls_config: { ca_file: caFile } }),
  ],
  ['grpc by a URL', true, async ({ grpc: open }) => grpc(`http://${await open(() => serving)}/path`, {})],
  [
    'grpc of the other family',
    false,
    async ({ grpc: open }) =>
      grpc(await open(() => serving), { preferred_ip_protocol: 'ip6', ip_protocol_fallback: false }),
  ],
  [
    'grpc by TLS of a service there is not',
    false,
    async ({ grpc: open, caFile }) =>
      grpc(await open(() => ({ code: 5, details: 'no such service' }), true), {
        tls: true,
        tls_config: { ca_file: caFile },
      }),
  ],
  [
    'grpc by TLS 1.2 at most',
    true,
    async ({ grpc: open, caFile }) =>
      grpc(await open(() => serving, true), { tls: true, tls_config: { ca_file: caFile, max_version: 'TLS12' } }),
  ],
  ['grpc where nobody listens', false, async ({ nobody }) => grpc(await nobody(), {})],
  ['grpc of a name there is not', false, () => grpc('nobody.invalid:50051', {})],
  ['grpc of a plain server by TLS', false, async ({ grpc: open }) => grpc(await open(() => serving), { tls: true })],
];

const icmpCases: readonly Case[] = [
  ['icmp of this machine', true, () => icmp('127.0.0.1')],
  ['icmp by name', true, () => icmp('localhost', { preferred_ip_protocol: 'ip4' })],
  ['icmp with a payload', true, () => icmp('127.0.0.1', { payload_size: 200 })],
  ['icmp that may not be taken apart', true, () => icmp('127.0.0.1', { dont_fragment: true })],
  ['icmp of a name there is not', false, () => icmp('nobody.invalid')],
  [
    'icmp of the other family',
    false,
    () => icmp('127.0.0.1', { preferred_ip_protocol: 'ip6', ip_protocol_fallback: false }),
  ],
];

export const otherCases: readonly Case[] = [
  ...tcpCases,
  ...sixCases,
  ...unixCases,
  ...unixTls,
  ...dnsCases,
  ...grpcCases,
  ...icmpCases,
];
