import { kinds } from '../kinds.ts';
import type { Reason } from '../observation.ts';
import { type Case, holdContract } from '../testing/contract.case.ts';
import { checkOf, signalOf } from '../testing/servers.ts';

type Own = Pick<Case, 'wire' | 'reasons'> & {
  readonly scheme?: string;
  readonly check: ReturnType<typeof checkOf>;
};
const reasons = (garbage: Reason, drip: Reason) => ({ garbage, drip });

/** The first kinds; every other brings its own row beside itself. */
const own = {
  http: { wire: 'tcp', scheme: 'http://', check: checkOf('http'), reasons: reasons('protocol-error', 'no-answer') },
  tcp: {
    wire: 'tcp',
    check: checkOf('tcp', { dialogue: [{ send: 'hello\r\n' }, { expect: '^220 .*ready' }] }),
    reasons: reasons('unexpected-answer', 'unexpected-answer'),
  },
  tls: { wire: 'tcp', check: checkOf('tls'), reasons: reasons('tls-handshake', 'tls-handshake') },
  dns: {
    wire: 'udp',
    check: checkOf('dns', { query: { name: 'epj.example', type: 'A' } }),
    reasons: reasons('protocol-error', 'no-answer'),
  },
  metrics: {
    wire: 'tcp',
    scheme: 'http://',
    check: checkOf('metrics', {}, { signals: [signalOf('disk', 'disk_used_bytes')] }),
    reasons: reasons('protocol-error', 'no-answer'),
  },
} as const satisfies Readonly<Record<string, Own>>;

for (const kind of Object.keys(own) as (keyof typeof own)[]) {
  const { wire, scheme = '', check, reasons }: Own = own[kind];
  holdContract({
    kind,
    probe: kinds[kind],
    wire,
    aim: (endpoint, timeoutMs = 300) => ({ check: { ...check, timeoutMs }, target: `${scheme}${endpoint}` }),
    reasons,
  });
}
