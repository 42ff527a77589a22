import type { Prober } from '../page/told.ts';
import { httpPlan } from './http.ts';
import { dnsPlan, grpcPlan, icmpPlan, tcpPlan, unixPlan } from './others.ts';
import type { Ask, Plan } from './plan.ts';

/** How each prober of blackbox_exporter is run by our own kinds; throws CannotPlan where it cannot. */
export const plans = {
  http: httpPlan,
  tcp: tcpPlan,
  unix: unixPlan,
  icmp: icmpPlan,
  dns: dnsPlan,
  grpc: grpcPlan,
} satisfies Readonly<Record<Prober, (ask: Ask) => Plan>>;

export const isProber = (name: string): name is Prober => Object.hasOwn(plans, name);
