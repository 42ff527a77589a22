import type { CheckKind } from '../infra/landscape/model.ts';
import { dns } from './kinds/dns.ts';
import { http } from './kinds/http.ts';
import { metrics } from './kinds/metrics.ts';
import { tcp } from './kinds/tcp.ts';
import { tls } from './kinds/tls.ts';
import type { Probe } from './observation.ts';

/** Every kind of check has one probe; the compiler names the one that is missing. */
export const kinds = { http, tcp, tls, dns, metrics } satisfies Record<CheckKind, Probe>;
