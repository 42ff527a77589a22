import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readModules, showModules } from './file.ts';
import { badFiles, goodFiles } from './testing/files.ts';

describe('a module file is refused', () => {
  test.each(Object.entries(badFiles))('%s', (_, text) => {
    const { findings } = readModules(text);
    expect(findings.length).toBeGreaterThan(0);
    for (const { line, column, message } of findings) {
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      expect(message).toMatch(/^expected /);
    }
  });
});

describe('a module file is read', () => {
  test.each(Object.entries(goodFiles))('%s', (_, text) => {
    expect(readModules(text).findings).toEqual([]);
  });
});

test('every finding is told, each at its place', () => {
  const { findings } = readModules(
    [
      'modules:',
      '  a:',
      '    timeout: 5',
      '    http:',
      '      valid_status_codes: [200, ok]',
      "      fail_if_body_matches_regexp: ['(']",
      '  b:',
      '    prober: icmp',
      '    icmp:',
      '      ttl: 300',
      '    tcp:',
      '      frob: 1',
    ].join('\n'),
  );
  expect(findings.map(({ line, column, path }) => [line, column, path])).toEqual([
    [3, 14, 'modules.a.timeout'],
    [5, 33, 'modules.a.http.valid_status_codes.1'],
    [6, 37, 'modules.a.http.fail_if_body_matches_regexp.0'],
    [10, 7, 'modules.b.icmp.ttl'],
    [12, 7, 'modules.b.tcp.frob'],
  ]);
});

test('defaults are those of blackbox_exporter', () => {
  const { modules } = readModules('modules:\n  m: {prober: http}\n  g: {prober: grpc, grpc: {}}\n');
  expect(modules['m']).toMatchObject({
    prober: 'http',
    timeout: 0,
    http: { ip_protocol_fallback: true, follow_redirects: true, enable_http2: true, valid_status_codes: [] },
    tcp: { ip_protocol_fallback: true },
    icmp: { ip_protocol_fallback: true, ttl: 64 },
    dns: { ip_protocol_fallback: true, recursion_desired: true, valid_rcodes: null },
    grpc: { ip_protocol_fallback: false },
  });
  expect(modules['g']?.grpc.ip_protocol_fallback).toBe(true);
});

test('no secret is shown', () => {
  const secrets = ['s3cret-a', 's3cret-b', 's3cret-c', 's3cret-d', 's3cret-e', 's3cret-f', 's3cret-g', 's3cret-h'];
  const [a, b, c, d, e, f, g, h] = secrets;
  const text = [
    'modules:',
    `  basic: {http: {basic_auth: {username: anna, password: ${a}}}}`,
    `  bearer: {http: {bearer_token: ${b}}}`,
    `  shown: {http: {authorization: {credentials: ${c}}}}`,
    `  oauth: {http: {oauth2: {client_id: i, client_secret: ${d}, token_url: t}}}`,
    `  proxy: {http: {proxy_url: "http://u:${e}@proxy", proxy_connect_header: {X: [${f}]}}}`,
    `  headers: {http: {http_headers: {X: {secrets: [${g}]}}, headers: {Authorization: Bearer ${h}, X-Kind: open}}}`,
    `  tls: {tcp: {tls_config: {cert: public, key: ${a}}}}`,
  ].join('\n');
  const { modules, findings } = readModules(text);
  expect(findings).toEqual([]);
  const shown = showModules(modules);
  for (const secret of secrets) expect(shown).not.toContain(secret);
  expect(parse(shown)).toMatchObject({
    modules: {
      basic: { http: { basic_auth: { username: 'anna', password: '<secret>' } } },
      bearer: { http: { authorization: { type: 'Bearer', credentials: '<secret>' } } },
      proxy: { http: { proxy_url: 'http://u:xxxxx@proxy' } },
      headers: { http: { headers: { Authorization: '<secret>', 'X-Kind': 'open' } } },
    },
  });
});
