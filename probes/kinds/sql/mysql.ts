import type { Socket } from 'node:net';
import type { Connection, ConnectionOptions, QueryError } from 'mysql2';
import { dial } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { secure } from '../../wire/handshake.ts';
import { mysqlGuard } from './frames.ts';
import { createLine } from './line.ts';
import { type Codes, type Login, type Row, refusalOf, statementMs, through } from './session.ts';

/** Error numbers of MySQL and MariaDB. */
const codes: Codes = [
  [/^(?:1045|1698)$/, 'login-refused', 'user or password is wrong'],
  [/^(?:1044|1142|1143|1227)$/, 'login-refused', 'it is not allowed'],
  [/^(?:1820|1862)$/, 'login-refused', 'the password has expired'],
  [/^(?:3118|4151)$/, 'login-refused', 'the account is locked'],
  [/^(?:1251|1275|2059|3159)$/, 'login-refused', 'not in this way, or not without TLS'],
  [/^1049$/, 'query-failed', 'there is no such database'],
  [/^(?:1040|1203|1226)$/, 'rejected', 'too many connections'],
  [/^(?:1129|1130)$/, 'rejected', 'not from this address'],
  [/^(?:1053|3169|1927)$/, 'rejected', 'it is shutting down'],
  [/^(?:1969|3024|1317)$/, 'no-answer', 'cancelled, for it took too long'],
  [/^(?:1043|1047|1835)$/, 'protocol-error', 'it did not understand'],
  [/^1146$/, 'query-failed', 'there is no such table'],
  [/^1054$/, 'query-failed', 'there is no such column'],
  [/^1064$/, 'query-failed', 'no statement, or more than one'],
  [/^1792$/, 'query-failed', 'it would write'],
];
const refusedInQuery: Codes = [[/^(?:1044|1142|1143|1227)$/, 'query-failed', 'it is not allowed'], ...codes];

/** Ways of logging in that give the password itself to whoever answers: over TLS alone. */
const revealing = ['mysql_clear_password', 'sha256_password', 'caching_sha2_password'];
const refuse = () => (): never => {
  throw new ProbeFailure('could-not-run', 'expected TLS before the password itself is asked for, or allowPlain: true');
};

/** A query of the library as a promise; every value as its text. */
const asked = (connection: Connection, sql: string): Promise<readonly Row[]> =>
  new Promise((resolve, reject) => {
    const typeCast = (field: { readonly string: () => string | null }): string | null => field.string();
    connection.query({ sql, typeCast }, (error, rows) => {
      if (error !== null) reject(error);
      // Safe: with this typeCast every value of a row is a text or null; what is no list of rows has none.
      else resolve(Array.isArray(rows) ? (rows as Row[]) : []);
    });
  });

const isQueryError = (error: unknown): error is QueryError =>
  error instanceof Error && 'errno' in error && typeof error.errno === 'number' && 'sqlState' in error;

/** The library's own way to TLS is left out: the handshake is the one of every kind, and ends before a password goes. */
type Upgradable = Connection & { startTLS: (ready: (error?: Error) => void) => void };

/** The name of the limit is another one in MySQL; a server that knows neither cannot be asked safely. */
const limit = async (ask: (sql: string) => Promise<unknown>, ms: number): Promise<void> => {
  const unknown = (error: unknown): boolean => error instanceof ProbeFailure && error.cause === '1193';
  try {
    await ask(`SET SESSION max_statement_time = ${ms / 1000}`);
  } catch (error) {
    if (!unknown(error)) throw error;
    await ask(`SET SESSION max_execution_time = ${ms}`).catch((second: unknown) => {
      if (!unknown(second)) throw second;
      throw new ProbeFailure('could-not-run', 'expected a server that can limit the time of a statement');
    });
  }
};

export const mysql: Login = async (at) => {
  const { options, context, notes, endpoint, user, password } = at;
  const { createConnection } = await import('mysql2');
  const socket = await dial(endpoint, context, notes);
  let plain: number | null = options.tls === 'none' ? null : 1;
  const line = createLine(
    mysqlGuard(() => plain, { spoken: () => notes.reach('protocol') }),
    'MySQL',
  );
  const closedWays = options.tls === 'none' && !options.allowPlain;
  const config: ConnectionOptions = {
    host: endpoint.host,
    port: endpoint.port,
    user,
    ...(password === undefined ? {} : { password }),
    ...(options.database === undefined ? {} : { database: options.database }),
    stream: line.stream,
    connectTimeout: 0,
    // No code is made of what a server calls its columns, and no file is read because it asks.
    disableEval: true,
    flags: ['-LOCAL_FILES'],
    ...(options.tls === 'none' ? {} : { ssl: { rejectUnauthorized: false } }),
    ...(closedWays ? { authPlugins: Object.fromEntries(revealing.map((name) => [name, refuse])) } : {}),
  };
  // Safe: the method is the library's own, called once by its handshake; the version is pinned and a test sees it.
  const connection = createConnection(config) as Upgradable;
  connection.on('error', () => undefined);
  connection.startTLS = (ready) => {
    line.detach();
    const identity = { name: options.serverName ?? endpoint.host, trusted: options.tls === 'verify' };
    secure(socket, identity, { context, notes }).then(
      (tls: Socket) => {
        plain = null;
        notes.enter('processing');
        line.attach(tls);
        ready();
      },
      (error: Error) => line.fail(error),
    );
  };
  let during: 'login' | 'query' = 'login';
  const said = (error: unknown): ProbeFailure | null => {
    if (isQueryError(error))
      return refusalOf({ code: String(error.errno), during }, during === 'query' ? refusedInQuery : codes);
    if (error instanceof Error && 'code' in error && error.code === 'HANDSHAKE_NO_SSL_SUPPORT')
      return new ProbeFailure('tls-not-offered', 'expected TLS, got a server that has none');
    return error instanceof ProbeFailure && error.reason === 'could-not-run' ? error : null;
  };
  const connecting = new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error === null ? resolve() : reject(error)));
  });
  notes.enter('processing');
  line.attach(socket);
  await through(line, connecting, said);
  notes.reach('session');
  notes.say('< logged in');
  during = 'query';
  const ask = (sql: string): Promise<readonly Row[]> => through(line, asked(connection, sql), said);
  await limit(ask, statementMs(at.aim));
  await ask('START TRANSACTION READ ONLY');
  return { read: ask, leave: () => connection.end(() => undefined) };
};
