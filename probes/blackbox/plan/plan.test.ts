import { expect, test } from 'vitest';
import { readModules } from '../file.ts';
import { CannotPlan, type Plan } from './plan.ts';
import { isProber, plans } from './plans.ts';

/** What no peer can see of a run, and what cannot be run. */
const planOf = (text: string, target = '127.0.0.1:1'): Plan => {
  const { modules, findings } = readModules(`modules: {m: ${text}}`);
  expect(findings).toEqual([]);
  const module = modules['m'];
  if (module === undefined || !isProber(module.prober)) throw new Error('expected a module');
  return plans[module.prober]({ name: 'm', module, target, hostname: '', environment: {} });
};
const options = (text: string, target?: string) => planOf(text, target).check.options;

test('an echo is one packet, as large as there', () => {
  expect(options('{prober: icmp}')).toMatchObject({ packets: 1, size: 28, hopLimit: 64, dontFragment: false });
  expect(options('{prober: icmp, icmp: {payload_size: 100, ttl: 0, dont_fragment: true}}')).toEqual({
    packets: 1,
    size: 100,
    dontFragment: true,
    family: { prefer: 6, fallback: true },
  });
});

test.each([
  ['http', { ca: { only: true } }],
  ['tcp', { caOnly: true }],
  ['grpc', { caOnly: true }],
])('an authority of a module of %s is the only one', (prober, wanted) => {
  const own = `{prober: ${prober}, ${prober}: {tls: true, tls_config: {ca: pem}}}`.replace(
    'http: {tls: true, ',
    'http: {',
  );
  expect(options(own)).toMatchObject(wanted);
});

test('no secret stands in the options of a run', () => {
  const plan = planOf(
    '{prober: http, http: {basic_auth: {username: anna, password: s3cret}, proxy_url: "http://u:s3cret@p", headers: {X-Key: s3cret}, http_headers: {Y: {secrets: [s3cret]}}, body: s3cret}}',
  );
  expect(JSON.stringify(plan.check)).not.toContain('s3cret');
  expect(Object.values(plan.held).filter((one) => 'value' in one && one.value.includes('s3cret'))).toHaveLength(5);
});

test.each([
  ['a proxy of another kind', '{prober: http, http: {proxy_url: "socks5://p:1"}}'],
  ['a reference to a secret', '{prober: http, http: {authorization: {credentials_ref: x}}}'],
  ['a reference to an authority', '{prober: tcp, tcp: {tls: true, tls_config: {ca_ref: x}}}'],
  ['versions that leave none', '{prober: http, http: {tls_config: {min_version: TLS13, max_version: TLS12}}}'],
  ['a source that is no address', '{prober: tcp, tcp: {source_ip_address: nonsense}}'],
  ['TLS that is wanted and not', '{prober: http, http: {fail_if_ssl: true, fail_if_not_ssl: true}}'],
  ['a body that is no text', '{prober: http, http: {body: !!binary "/w=="}}'],
])('%s cannot be run', (_, text) => expect(() => planOf(text)).toThrow(CannotPlan));
