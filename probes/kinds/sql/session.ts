import type { SqlOptions } from '../../../infra/landscape/kinds/sql.ts';
import type { Aim, ProbeContext, Reason } from '../../observation.ts';
import type { Endpoint } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';
import type { Line } from './line.ts';

export type Row = Readonly<Record<string, string | null>>;
export type Session = {
  /** One statement that reads; every value as its text. */
  readonly read: (statement: string) => Promise<readonly Row[]>;
  /** A word of farewell; the connection itself is closed with the attempt. */
  readonly leave: () => void;
};
export type At = {
  readonly aim: Aim;
  readonly context: ProbeContext;
  readonly notes: Notes;
  readonly options: SqlOptions;
  readonly endpoint: Endpoint;
  readonly user: string;
  readonly password: string | undefined;
};
export type Login = (at: At) => Promise<Session>;

/** What the server says it is; only its own code and no words of it, which may repeat data. */
export type Refusal = { readonly code: string; readonly during: 'login' | 'query' };

/** The server gives up on a statement a little before we do. */
export const statementMs = ({ check }: Aim): number => Math.max(50, Math.floor(check.timeoutMs * 0.8));

/** What a code is called; the first that fits. The code itself is the cause. */
export type Codes = readonly (readonly [RegExp, Reason, string])[];
export const refusalOf = ({ code, during }: Refusal, codes: Codes): ProbeFailure => {
  const wanted = during === 'login' ? 'a login' : 'an answer to the query';
  const known = codes.find(([pattern]) => pattern.test(code));
  const reason = known?.[1] ?? (during === 'login' ? 'rejected' : 'query-failed');
  return new ProbeFailure(
    reason,
    `expected ${wanted}, got ${code}${known === undefined ? '' : ` (${known[2]})`}`,
    code,
  );
};

/** What a library does, or what befalls its connection meanwhile: the truer of two errors. */
export const through = async <T>(
  line: Line,
  working: Promise<T>,
  said: (error: unknown) => ProbeFailure | null,
): Promise<T> => {
  working.catch(() => undefined);
  try {
    return await Promise.race([working, line.broken]);
  } catch (error) {
    const refused = said(error);
    if (refused !== null) throw refused;
    const cause = line.cause();
    if (cause !== null) throw cause;
    if (error instanceof ProbeFailure) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new ProbeFailure('protocol-error', `expected an answer that can be read, got ${what}`, error);
  }
};
