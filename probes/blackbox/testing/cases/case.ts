import type { Stage } from '../stage.ts';

/** A run of one module: what is declared, and what is asked. */
export type Setting = {
  readonly prober: string;
  readonly target: string;
  readonly options?: object;
  readonly timeout?: string;
  readonly hostname?: string;
};
/** What it is, whether the probe succeeds, and how it is set up. */
export type Case = readonly [name: string, success: boolean, set: (stage: Stage) => Setting | Promise<Setting>];

const of =
  (prober: string) =>
  (target: string, options: object = {}, more: Partial<Setting> = {}): Setting => ({
    prober,
    target,
    options,
    ...more,
  });

export const [http, tcp, unix, dns, grpc, icmp] = ['http', 'tcp', 'unix', 'dns', 'grpc', 'icmp'].map(of) as [
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
];
