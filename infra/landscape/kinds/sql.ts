import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import type { Secret } from '../model.ts';
import { count, duration, secret, words, wordsOrSecret } from '../written.ts';
import { defineKind, present } from './kind.ts';
import { isReading } from './sql-statement.ts';

export type Column = {
  readonly equals?: string | number | boolean;
  readonly min?: number;
  readonly max?: number;
};
export type SqlOptions = {
  /** `mysql` is MariaDB too. */
  readonly engine: 'postgres' | 'mysql';
  readonly database?: string;
  readonly user: string | Secret;
  readonly password?: Secret;
  readonly tls: 'none' | 'require' | 'verify';
  readonly serverName?: string;
  readonly allowPlain: boolean;
  readonly query?: string;
  readonly rows?: { readonly min?: number; readonly max?: number };
  readonly columns: Readonly<Record<string, Column>>;
  readonly replication?: {
    readonly maxLagSeconds?: number;
    /** The server is asked as a primary that has so many replicas; absent, it is one itself. */
    readonly replicas?: number;
  };
};

/** Signals a run has of its own. */
const own = ['duration', 'certificate', 'rows', 'lag', 'replicas'];
const number = z.number({ error: 'a number' });

export const sql = defineKind({
  address: 'socket',
  written: {
    /** `mysql` is MariaDB too. */
    engine: z.enum(['postgres', 'mysql']),
    /** @default for PostgreSQL the one with the name of the user, for MariaDB none */
    database: words.optional(),
    user: wordsOrSecret,
    password: secret.optional(),
    /**
     * `require` wants TLS and accepts a certificate nobody trusts (dates and name still count); `verify` wants one that
     * is trusted. @default 'none'
     */
    tls: z.enum(['none', 'require', 'verify']).optional(),
    /** Name asked for in the TLS handshake. @default the host of the target */
    serverName: words.optional(),
    /** True lets the server have the password itself over a connection without TLS, not only a proof of it. */
    allowPlain: z.boolean().optional(),
    /** One statement that reads. @default none: the login is all */
    query: words
      .refine(isReading, { error: 'one statement that reads, SELECT, SHOW, WITH … SELECT or VALUES, without comments' })
      .optional(),
    expect: z
      .strictObject({
        /** How many rows. @default { min: 1 } when columns are named, else any */
        rows: z.strictObject({ min: count(0, 10_000).optional(), max: count(0, 10_000).optional() }).optional(),
        /** Of the first row, by name; each that is a number is a signal of that name. */
        columns: z
          .record(
            words.refine((name) => !own.includes(name), { error: `a name that is none of ${own.join(', ')}` }),
            z.strictObject({
              equals: z
                .union([z.string(), z.number(), z.boolean()], { error: 'a text, a number or a truth' })
                .optional(),
              min: number.optional(),
              max: number.optional(),
            }),
          )
          .optional(),
      })
      .optional(),
    /** The server replicates. `lag` is a signal, in seconds. */
    replication: z
      .strictObject({
        maxLag: duration.optional(),
        /** Ask a primary (PostgreSQL) for so many replicas that follow. @default the server is a replica itself */
        replicas: count(1, 100).optional(),
      })
      .optional(),
  },
  whole: ({ engine, query, expect, replication }) => [
    ...(engine === 'mysql' && replication?.replicas !== undefined
      ? [
          {
            path: ['replication', 'replicas'],
            expected: "engine 'postgres': another does not tell how its replicas follow",
          },
        ]
      : []),
    ...(query === undefined && expect !== undefined
      ? [{ path: ['expect'], expected: '`query` beside it: its rows are what is looked at' }]
      : []),
  ],
  normal: ({ engine, database, user, password, tls = 'none', serverName, allowPlain = false, query, ...rest }) => {
    const { rows, columns = {} } = rest.expect ?? {};
    const { maxLag, replicas } = rest.replication ?? {};
    const lag = maxLag === undefined ? undefined : (parseDuration(maxLag) ?? 0) / 1000;
    return present<SqlOptions>({
      engine,
      database,
      user,
      password,
      tls,
      serverName,
      allowPlain,
      query,
      rows: rows === undefined ? undefined : present<NonNullable<SqlOptions['rows']>>(rows),
      columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, present<Column>(column)])),
      replication:
        rest.replication === undefined
          ? undefined
          : present<NonNullable<SqlOptions['replication']>>({ maxLagSeconds: lag, replicas }),
    });
  },
  depth: ({ query, replication }) => (query === undefined && replication === undefined ? 'session' : 'transaction'),
  deepest: ({ query, replication }) => (query === undefined && replication === undefined ? 'session' : 'transaction'),
  measures: ({ tls, query, columns, replication }) => [
    ...(tls === 'none' ? [] : ['certificate']),
    ...(query === undefined ? [] : ['rows', ...Object.keys(columns)]),
    ...(replication === undefined ? [] : ['lag']),
    ...(replication?.replicas === undefined ? [] : ['replicas']),
  ],
  judges: true,
});
