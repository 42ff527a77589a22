import type { Vantage } from '../infra/landscape/model.ts';
import type { ContextOf } from './attempt.ts';
import { monotonic } from './clock.ts';
import type { ProbeContext } from './observation.ts';
import { createResolver, type Queue } from './resolver.ts';

/** What probes that leave from a vantage work with. The list of trust is shared: it is read once per thread. */
export const contextFrom = (
  vantage: Pick<Vantage, 'source' | 'resolver'>,
  trust: readonly string[],
  { heartbeat, queue }: { readonly heartbeat?: ProbeContext['heartbeat']; readonly queue?: Queue } = {},
): ContextOf => {
  const resolve = createResolver(vantage, queue);
  const hearing = heartbeat === undefined ? {} : { heartbeat };
  return (signal) => ({ signal, source: vantage.source, resolve: resolve(signal), trust, now: monotonic, ...hearing });
};
