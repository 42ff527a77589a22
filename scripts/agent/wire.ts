import type { Portion } from './spool.ts';

/** What an agent answers to `GET /spool?after=SEQ` or `?from=WALL`, beside the entries. */
export type Spooled = Portion & {
  readonly vantage: string;
  readonly boot: string;
  readonly now: { readonly wall: number; readonly mono: number };
};
export const spoolPath = '/spool';
