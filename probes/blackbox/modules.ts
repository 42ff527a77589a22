import { RE2JS } from 're2js';
import { acceptsEncoding } from './accept-encoding.ts';
import { celProblem } from './cel.ts';
import { type Client, clientFields, clientRules, tlsConfig, withAuthorization } from './client.ts';
import {
  bytes,
  duration,
  fitting,
  list,
  maybe,
  named,
  type Shape,
  size,
  text,
  trueAtFirst,
  truth,
  type ValueOf,
  whole,
} from './shape.ts';
import { struct } from './struct.ts';
import { canonicalHeader, dnsClasses, dnsTypes } from './tables.ts';

/** What may stand in the `modules:` of blackbox_exporter 0.28: its fields, defaults and refusals. */

const compiles = (source: string): boolean => {
  try {
    RE2JS.compile(source);
    return true;
  } catch {
    return false;
  }
};
const regex = fitting('a regular expression (RE2)', compiles);
const cel = fitting('a CEL expression of body', (source) => celProblem(source) === null);

const family = { preferred_ip_protocol: text, ip_protocol_fallback: trueAtFirst(truth) };

const headerMatch = struct(
  { header: text, regexp: regex, allow_missing: truth },
  {
    rules: (match, complain) => {
      if (match.header === '') complain('header', 'the name of a header');
      if (match.regexp === '') complain('regexp', 'a regexp for the header');
    },
  },
);

type Versions = {
  readonly valid_http_versions: readonly string[];
  readonly enable_http3: boolean;
  readonly enable_http2: boolean;
};
const versionRules = (http: Versions, complain: (key: string, expected: string) => void): void => {
  const versions = new Set(http.valid_http_versions);
  if (!http.enable_http3 && versions.has('HTTP/3.0'))
    complain('valid_http_versions', 'enable_http3 beside HTTP/3.0 in valid_http_versions');
  if (http.enable_http3 && (versions.has('HTTP/2.0') || versions.has('HTTP/1.1')))
    complain('valid_http_versions', 'HTTP/3.0 alone in valid_http_versions beside enable_http3');
  if (http.enable_http3 && http.enable_http2) complain('enable_http3', 'enable_http2: false beside enable_http3');
};

const telling = /authorization|cookie|token|secret|passw|key/i;
/** Written in the open, but what some of them say is not for everyone who may look. */
const headerValues: Shape<Readonly<Record<string, string>>> = {
  ...named(text),
  show: (values) => {
    const masked = Object.entries(values).map(([name, value]) => [name, telling.test(name) ? '<secret>' : value]);
    return named(text).show(Object.fromEntries(masked));
  },
};

const noLimit = 2 ** 63;
export const http = struct(
  {
    valid_status_codes: list(whole),
    valid_http_versions: list(text),
    ...family,
    skip_resolve_phase_with_proxy: truth,
    no_follow_redirects: maybe(truth),
    fail_if_ssl: truth,
    fail_if_not_ssl: truth,
    method: text,
    headers: headerValues,
    fail_if_body_matches_regexp: list(regex),
    fail_if_body_not_matches_regexp: list(regex),
    fail_if_body_json_matches_cel: maybe(cel),
    fail_if_body_json_not_matches_cel: maybe(cel),
    fail_if_header_matches: list(headerMatch),
    fail_if_header_not_matches: list(headerMatch),
    body: bytes,
    body_file: text,
    ...clientFields,
    compression: text,
    body_size_limit: size,
    enable_http3: truth,
  },
  {
    rules: (value, complain) => {
      clientRules(value, complain);
      if (value.body !== '' && value.body_file !== '') complain('body_file', 'either body or body_file');
      for (const [name, encoding] of Object.entries(value.headers))
        if (canonicalHeader(name) === 'Accept-Encoding' && !acceptsEncoding(value.compression, encoding))
          complain('compression', `a compression that "${name}: ${encoding}" accepts`);
      versionRules(value, complain);
    },
    settled: (value) => ({
      ...withAuthorization(value),
      body_size_limit: value.body_size_limit < 0 ? noLimit : value.body_size_limit,
      follow_redirects: value.no_follow_redirects === null ? value.follow_redirects : !value.no_follow_redirects,
      no_follow_redirects: null,
    }),
  },
);

const queryResponse = struct(
  {
    expect: maybe(regex),
    expect_bytes: bytes,
    labels: maybe(list(struct({ name: text, value: bytes }))),
    send: bytes,
    starttls: truth,
  },
  {
    rules: ({ expect, expect_bytes: exact }, complain) => {
      if (expect !== null && exact !== '') complain('expect_bytes', 'either expect or expect_bytes');
    },
  },
);
const stream = { query_response: list(queryResponse), tls: truth, tls_config: tlsConfig };
export const tcp = struct({ ...family, source_ip_address: text, ...stream });
export const unix = struct(stream);

const ownTtl = { ...whole, zero: 64 };
export const icmp = struct(
  { ...family, source_ip_address: text, payload_size: whole, dont_fragment: truth, ttl: ownTtl },
  {
    rules: ({ ttl }, complain) => {
      if (ttl < 0 || ttl > 255) complain('ttl', 'a ttl from 0 to 255');
    },
  },
);

// Read when it is used: one that is no expression fails the probe, not the file.
const records = struct({
  fail_if_matches_regexp: list(text),
  fail_if_all_match_regexp: list(text),
  fail_if_not_matches_regexp: list(text),
  fail_if_none_matches_regexp: list(text),
});
export const dns = struct(
  {
    ...family,
    dns_over_tls: truth,
    tls_config: tlsConfig,
    source_ip_address: text,
    transport_protocol: text,
    query_class: text,
    query_name: text,
    query_type: text,
    recursion_desired: trueAtFirst(truth),
    valid_rcodes: maybe(list(text)),
    validate_answer_rrs: records,
    validate_authority_rrs: records,
    validate_additional_rrs: records,
  },
  {
    rules: ({ query_name: name, query_class: inClass, query_type: type }, complain) => {
      if (name === '') complain('query_name', 'a query_name');
      if (inClass !== '' && !dnsClasses.has(inClass)) complain('query_class', 'a DNS class such as IN');
      if (type !== '' && !dnsTypes.has(type)) complain('query_type', 'a DNS type such as A');
    },
  },
);

export const grpc = struct(
  { service: text, tls: truth, tls_config: tlsConfig, ...family, metadata: named(list(text)) },
  // A module without a `grpc:` of its own has none of its defaults in blackbox_exporter either.
  { absent: { ip_protocol_fallback: false } },
);

export const module = struct({ prober: text, timeout: duration, http, tcp, icmp, dns, grpc, unix });
export const file = struct({ modules: named(module) });

export type HttpModule = ValueOf<typeof http>;
export type StreamModule = ValueOf<typeof unix>;
export type DnsModule = ValueOf<typeof dns>;
export type RecordRules = ValueOf<typeof records>;
export type TlsConfig = ValueOf<typeof tlsConfig>;
export type Module = ValueOf<typeof module>;
export type { Client };
