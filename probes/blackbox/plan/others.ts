import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import type { DnsOptions, RecordRules as Rules } from '../../../infra/landscape/kinds/dns.ts';
import type { LineStep, TcpOptions } from '../../../infra/landscape/kinds/tcp.ts';
import type { DnsModule, RecordRules, StreamModule } from '../modules.ts';
import { quiet } from '../page/told.ts';
import { createKeys, type Keys } from './keys.ts';
import { type Ask, CannotPlan, checkOf, type Plan, preferOf } from './plan.ts';
import { isText, textIn } from './text.ts';
import { streamTls } from './tls.ts';

const sourceOf = (address: string): string | null => {
  if (address === '') return null;
  if (isIP(address) === 0) throw new CannotPlan('expected an address as source_ip_address, got something else');
  return address;
};

/** What is no text is sent and expected byte by byte; what is caught is text, and cannot stand in it. */
const stepOf = (step: StreamModule['query_response'][number]): LineStep => {
  const { expect, expect_bytes: exact, labels, send, starttls } = step;
  const raw = !isText(exact) || (!isText(send) && expect === null);
  const written = raw ? (bytes: string) => bytes : textIn;
  return {
    ...(raw ? { raw } : {}),
    ...(expect === null ? {} : { expect }),
    ...(exact === '' ? {} : { expectBytes: written(exact) }),
    ...(labels === null ? {} : { labels: labels.map(({ name, value }) => ({ name, value: textIn(value) })) }),
    ...(send === '' ? {} : { send: written(send) }),
    ...(starttls ? { startTls: true } : {}),
  };
};
const labelsOf = (steps: StreamModule['query_response']): readonly string[] | null =>
  steps.find(({ expect, labels }) => expect !== null && labels !== null)?.labels?.map(({ name }) => name) ?? null;

const streamOf = (own: StreamModule, serverName: string, keys: Keys): TcpOptions => {
  const tls = streamTls(own.tls_config, keys);
  const lines = own.query_response.map(stepOf);
  return {
    ...tls,
    ...(tls.serverName === undefined && serverName !== '' ? { serverName } : {}),
    ...(own.tls ? { tls: true } : {}),
    ...(lines.length === 0 ? {} : { lines }),
  };
};

export const tcpPlan = ({ module, target, hostname }: Ask): Plan => {
  const own = module.tcp;
  const keys = createKeys();
  const family = preferOf(own);
  return {
    check: checkOf('tcp', { ...streamOf(own, hostname, keys), family }),
    target,
    source: sourceOf(own.source_ip_address),
    family,
    place: target,
    held: keys.held,
    told: {
      ...quiet,
      prober: 'tcp',
      labels: labelsOf(own.query_response),
      unverified: own.tls_config.insecure_skip_verify,
    },
  };
};

export const unixPlan = ({ module, target }: Ask): Plan => {
  const own = module.unix;
  const keys = createKeys();
  const path = `unix:${isAbsolute(target) ? target : resolve(target)}`;
  return {
    // The path is the name to verify where no other is given: no certificate is for it.
    check: checkOf('tcp', streamOf(own, own.tls_config.server_name === '' ? target : '', keys)),
    target: path,
    source: null,
    family: null,
    place: path,
    held: keys.held,
    told: {
      ...quiet,
      prober: 'unix',
      labels: labelsOf(own.query_response),
      unverified: own.tls_config.insecure_skip_verify,
    },
  };
};

/** An address of IPv6 may stand without brackets where no port follows. */
const bracketed = (target: string): string => (isIP(target) === 6 ? `[${target}]` : target);

/** What blackbox_exporter sends when it is not told how much. */
const usualPayload = 28;
export const icmpPlan = ({ module, target }: Ask): Plan => {
  const own = module.icmp;
  const family = preferOf(own);
  return {
    check: checkOf('icmp', {
      packets: 1,
      size: own.payload_size === 0 ? usualPayload : own.payload_size,
      ...(own.ttl === 0 ? {} : { hopLimit: own.ttl }),
      family,
      dontFragment: own.dont_fragment,
    }),
    target,
    source: sourceOf(own.source_ip_address),
    family,
    place: target,
    held: {},
    told: { ...quiet, prober: 'icmp' },
  };
};

const rcodes = new Set([
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
]);
const rcodeOf = (name: string): string => {
  const known = name === 'NOTIMPL' ? 'NOTIMP' : name;
  if (!rcodes.has(known)) throw new CannotPlan(`expected an rcode such as NOERROR in valid_rcodes, got ${name}`);
  return known;
};
const transportOf = ({
  transport_protocol: by,
  dns_over_tls: secret,
}: DnsModule): NonNullable<DnsOptions['transport']> => {
  if (!['', 'udp', 'tcp'].includes(by))
    throw new CannotPlan('expected udp or tcp as transport_protocol, got something else');
  if (!secret) return by === 'tcp' ? 'tcp' : 'udp';
  if (by !== 'tcp') throw new CannotPlan('expected tcp as transport_protocol beside dns_over_tls, got udp');
  return 'tls';
};
const rulesOf = (own: RecordRules): Rules | null => {
  const rules = {
    ...(own.fail_if_matches_regexp.length === 0 ? {} : { forbid: own.fail_if_matches_regexp }),
    ...(own.fail_if_all_match_regexp.length === 0 ? {} : { all: own.fail_if_all_match_regexp }),
    ...(own.fail_if_not_matches_regexp.length === 0 ? {} : { each: own.fail_if_not_matches_regexp }),
    ...(own.fail_if_none_matches_regexp.length === 0 ? {} : { some: own.fail_if_none_matches_regexp }),
  };
  return Object.keys(rules).length === 0 ? null : rules;
};

export const dnsPlan = ({ module, target }: Ask): Plan => {
  const own = module.dns;
  const keys = createKeys();
  const family = preferOf(own);
  const [answer, authority, additional] = [
    own.validate_answer_rrs,
    own.validate_authority_rrs,
    own.validate_additional_rrs,
  ].map(rulesOf);
  const records = {
    ...(answer ? { answer } : {}),
    ...(authority ? { authority } : {}),
    ...(additional ? { additional } : {}),
  };
  const transport = transportOf(own);
  const type = own.query_type === '' ? 'ANY' : own.query_type;
  const options: DnsOptions = {
    query: {
      name: own.query_name.replace(/(?<=.)\.$/, ''),
      type,
      ...(own.query_class === '' ? {} : { class: own.query_class }),
    },
    transport,
    recursion: own.recursion_desired,
    edns: false,
    family,
    ...(own.valid_rcodes === null ? {} : { rcodes: own.valid_rcodes.map(rcodeOf) }),
    ...(Object.keys(records).length === 0 ? {} : { records }),
    mayBeEmpty: true,
    retryOverTcp: false,
    partial: true,
    ...(transport === 'tls' ? streamTls(own.tls_config, keys) : {}),
  };
  return {
    check: checkOf('dns', options),
    target: bracketed(target),
    source: sourceOf(own.source_ip_address),
    family,
    place: target,
    held: keys.held,
    told: { ...quiet, prober: 'dns', soa: own.query_type === 'SOA' },
  };
};

export const grpcPlan = ({ module, target }: Ask): Plan => {
  const own = module.grpc;
  const keys = createKeys();
  const family = preferOf(own);
  const place = bracketed(target.replace(/^https?:\/\//, '').replace(/[/?#].*$/s, ''));
  const metadata = Object.fromEntries(
    Object.entries(own.metadata).map(([name, values]) => [name, values.map(keys.inline)]),
  );
  return {
    check: checkOf('grpc', {
      ...(own.service === '' ? {} : { service: own.service }),
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
      ...(own.tls ? { tls: true, ...streamTls(own.tls_config, keys) } : {}),
      family,
    }),
    target: place,
    source: null,
    family,
    place,
    held: keys.held,
    told: { ...quiet, prober: 'grpc', unverified: own.tls_config.insecure_skip_verify },
  };
};
