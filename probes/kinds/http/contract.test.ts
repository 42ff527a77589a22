import { describe } from 'vitest';
import type { HttpOptions } from '../../../infra/landscape/kinds/http.ts';
import type { Case } from '../../testing/contract.case.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf } from '../../testing/servers.ts';
import { http } from './http.ts';

/** The ways of an HTTP check beside the plain one, which stands with the other first kinds. */
const hold = (name: string, scheme: string, options: HttpOptions, reasons: Case['reasons']): void =>
  void describe(name, () => {
    const check = checkOf('http', options);
    holdContract({
      kind: 'http',
      probe: http,
      wire: 'tcp',
      aim: (endpoint, timeoutMs = 300) => ({ check: { ...check, timeoutMs }, target: `${scheme}://${endpoint}/` }),
      reasons,
    });
  });

hold('over TLS', 'https', {}, { garbage: 'tls-handshake', drip: 'tls-handshake' });
hold('in HTTP/2 at once', 'http', { version: '2' }, { garbage: 'protocol-error', drip: 'protocol-error' });
