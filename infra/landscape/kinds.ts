import { amqp } from './kinds/amqp.ts';
import { browser } from './kinds/browser.ts';
import { dicom } from './kinds/dicom.ts';
import { dns } from './kinds/dns.ts';
import { fhir } from './kinds/fhir.ts';
import { grpc } from './kinds/grpc.ts';
import { http } from './kinds/http.ts';
import { icmp } from './kinds/icmp.ts';
import { imap } from './kinds/imap.ts';
import type { Address, Wrong } from './kinds/kind.ts';
import { ldap } from './kinds/ldap.ts';
import { metrics } from './kinds/metrics.ts';
import { mllp } from './kinds/mllp.ts';
import { mqtt } from './kinds/mqtt.ts';
import { ntp } from './kinds/ntp.ts';
import { oidc } from './kinds/oidc.ts';
import { push } from './kinds/push.ts';
import { scenario } from './kinds/scenario.ts';
import { smtp } from './kinds/smtp.ts';
import { snmp } from './kinds/snmp.ts';
import { sql } from './kinds/sql.ts';
import { tcp } from './kinds/tcp.ts';
import { tls } from './kinds/tls.ts';
import { websocket } from './kinds/websocket.ts';
import type { Check, CheckKind, Depth, Landscape } from './model.ts';

/** What may be said of each kind of check; probes/kinds.ts has the same table of what measures them. */
export const checkKindTable = {
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
} satisfies Readonly<Record<CheckKind, object>>;

export type OptionsOf = { readonly [K in CheckKind]: ReturnType<(typeof checkKindTable)[K]['normal']> };

type Patients = Landscape['authority']['testPatients'];

/** A kind seen from outside, where the types of its options do not matter. */
export type AnyKind = {
  readonly address: Address;
  readonly addressOf?: (options: unknown) => Address;
  readonly ownPort?: number;
  readonly written: Readonly<Record<string, unknown>>;
  readonly whole?: (written: unknown) => readonly Wrong[];
  readonly normal: (written: unknown, patients: Patients) => Check['options'];
  readonly depth: (options: unknown) => Depth;
  readonly deepest: (options: unknown) => Depth;
  readonly measures: (options: unknown, overTls: boolean) => readonly string[];
  readonly judges: boolean;
};
export const kindOf = (kind: CheckKind): AnyKind =>
  // Safe: what a kind's functions are given was made by the same kind's schema or `normal`.
  checkKindTable[kind] as unknown as AnyKind;
