import { checkOf } from '../../infra/landscape/testing/landscapes.ts';
import { runCheck } from '../../probes/attempt.ts';
import { createPulse } from '../../probes/clock.ts';
import { contextFrom } from '../../probes/station.ts';

/** Our prober, in a process of its own: probes a URL at a pace and tells by IPC what each phase took. */
export type Paced = {
  readonly url: string;
  readonly trust: string;
  readonly perSecond: number;
  readonly count: number;
};
export type Measured = {
  readonly id: string;
  readonly tls: number;
  readonly processing: number;
  readonly transfer: number;
};

const run = async ({ url, trust, perSecond, count }: Paced): Promise<readonly Measured[]> => {
  const pulse = createPulse();
  const stop = new AbortController().signal;
  const contextOf = contextFrom({ source: null, resolver: null }, [trust]);
  const check = checkOf('b/http', {
    kind: 'http',
    depth: 'protocol',
    timeoutMs: 5000,
    options: { bodyMatches: 'ready' },
  });
  const seen: Measured[] = [];
  const one = async (index: number): Promise<void> => {
    const at = { slot: Date.now(), vantage: 'bench', stalled: pulse.stalled, stop };
    const target = `${url}${index}`;
    const { outcome, phases } = await runCheck(
      { check, target },
      (signal) => ({ ...contextOf(signal), resolve: async () => ['127.0.0.1'] }),
      at,
    );
    if (outcome === 'good')
      seen.push({
        id: String(index),
        tls: (phases.tls ?? 0) * 1000,
        processing: (phases.processing ?? 0) * 1000,
        transfer: (phases.transfer ?? 0) * 1000,
      });
  };
  // Both probers are asked a few times before: the first of anything is no measure of the rest.
  for (let index = 0; index < 20; index += 1) await one(-1 - index);
  seen.length = 0;
  const began = performance.now();
  const going: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const wait = began + (index * 1000) / perSecond - performance.now();
    if (wait > 0.5) await new Promise((resolve) => setTimeout(resolve, wait));
    going.push(one(index));
  }
  await Promise.all(going);
  pulse.stop();
  return seen;
};

process.once('message', (order: Paced) => void run(order).then((seen) => process.send?.(seen, () => process.exit())));
