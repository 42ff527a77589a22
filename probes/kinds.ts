import type { CheckKind } from '../infra/landscape/model.ts';
import { amqp } from './kinds/amqp/amqp.ts';
import { browser } from './kinds/browser/browser.ts';
import { dicom } from './kinds/dicom/dicom.ts';
import { dns } from './kinds/dns/dns.ts';
import { fhir } from './kinds/fhir/fhir.ts';
import { grpc } from './kinds/grpc/grpc.ts';
import { http } from './kinds/http/http.ts';
import { icmp } from './kinds/icmp/icmp.ts';
import { imap } from './kinds/imap/imap.ts';
import { ldap } from './kinds/ldap/ldap.ts';
import { metrics } from './kinds/metrics/metrics.ts';
import { mllp } from './kinds/mllp/mllp.ts';
import { mqtt } from './kinds/mqtt/mqtt.ts';
import { ntp } from './kinds/ntp/ntp.ts';
import { oidc } from './kinds/oidc/oidc.ts';
import { push } from './kinds/push/push.ts';
import { scenario } from './kinds/scenario/scenario.ts';
import { smtp } from './kinds/smtp/smtp.ts';
import { snmp } from './kinds/snmp/snmp.ts';
import { sql } from './kinds/sql/sql.ts';
import { tcp } from './kinds/tcp/tcp.ts';
import { tls } from './kinds/tls/tls.ts';
import { websocket } from './kinds/websocket/websocket.ts';
import type { Probe } from './observation.ts';

/** Every kind of check has one probe; the compiler names the one that is missing. */
export const kinds = {
  http,
  scenario,
  metrics,
  tcp,
  tls,
  dns,
  icmp,
  ntp,
  grpc,
  websocket,
  ldap,
  sql,
  smtp,
  imap,
  mqtt,
  amqp,
  snmp,
  mllp,
  dicom,
  fhir,
  oidc,
  browser,
  push,
} satisfies Record<CheckKind, Probe>;
