import type { Portion } from './spool.ts';

/** What an agent answers to `GET /spool?after=SEQ` or `?from=WALL`, beside the entries. */
export type Spooled = Portion & {
  readonly vantage: string;
  readonly boot: string;
  /** Of the landscape the agent probes by; another one is said, for its checks may be others. */
  readonly landscape: string;
  readonly now: { readonly wall: number; readonly mono: number };
};
export const spoolPath = '/spool';
