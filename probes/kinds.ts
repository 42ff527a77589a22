import type { CheckKind } from '../infra/landscape/model.ts';
import { dns } from './kinds/dns/dns.ts';
import { http } from './kinds/http/http.ts';
import { metrics } from './kinds/metrics/metrics.ts';
import { push } from './kinds/push/push.ts';
import { tcp } from './kinds/tcp/tcp.ts';
import { tls } from './kinds/tls/tls.ts';
import type { Probe } from './observation.ts';

/** Loaded when the first check of the kind runs: a thread carries what it measures with, and no more. */
const later = (load: () => Promise<Probe>): Probe => {
  let loading: Promise<Probe> | null = null;
  return async (aim, context) => {
    loading ??= load();
    return await (await loading)(aim, context);
  };
};

/** Every kind of check has one probe; the compiler names the one that is missing. */
export const kinds = {
  http,
  scenario: later(async () => (await import('./kinds/scenario/scenario.ts')).scenario),
  metrics,
  tcp,
  tls,
  dns,
  icmp: later(async () => (await import('./kinds/icmp/icmp.ts')).icmp),
  ntp: later(async () => (await import('./kinds/ntp/ntp.ts')).ntp),
  grpc: later(async () => (await import('./kinds/grpc/grpc.ts')).grpc),
  websocket: later(async () => (await import('./kinds/websocket/websocket.ts')).websocket),
  ldap: later(async () => (await import('./kinds/ldap/ldap.ts')).ldap),
  sql: later(async () => (await import('./kinds/sql/sql.ts')).sql),
  smtp: later(async () => (await import('./kinds/smtp/smtp.ts')).smtp),
  imap: later(async () => (await import('./kinds/imap/imap.ts')).imap),
  mqtt: later(async () => (await import('./kinds/mqtt/mqtt.ts')).mqtt),
  amqp: later(async () => (await import('./kinds/amqp/amqp.ts')).amqp),
  snmp: later(async () => (await import('./kinds/snmp/snmp.ts')).snmp),
  mllp: later(async () => (await import('./kinds/mllp/mllp.ts')).mllp),
  dicom: later(async () => (await import('./kinds/dicom/dicom.ts')).dicom),
  fhir: later(async () => (await import('./kinds/fhir/fhir.ts')).fhir),
  oidc: later(async () => (await import('./kinds/oidc/oidc.ts')).oidc),
  browser: later(async () => (await import('./kinds/browser/browser.ts')).browser),
  push,
} satisfies Record<CheckKind, Probe>;
