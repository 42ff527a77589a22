import type { Socket } from 'node:net';
import type { ClientConfig, QueryConfig } from 'pg';
import { dial } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { secure } from '../../wire/handshake.ts';
import { startTls } from '../../wire/starttls.ts';
import { postgresGuard } from './frames.ts';
import { createLine } from './line.ts';
import { type At, type Codes, type Login, type Row, refusalOf, statementMs, through } from './session.ts';

/** SQLSTATE, PostgreSQL appendix A. */
const codes: Codes = [
  [/^28P01$/, 'login-refused', 'the password is wrong'],
  [/^28/, 'login-refused', 'the login is not allowed'],
  [/^3D000$/, 'query-failed', 'there is no such database'],
  [/^53300$/, 'rejected', 'too many connections'],
  [/^53/, 'rejected', 'it lacks room'],
  [/^57P03$/, 'rejected', 'it is starting up or not ready'],
  [/^57P0/, 'rejected', 'it is shutting down'],
  [/^57014$/, 'no-answer', 'cancelled, for it took too long'],
  [/^08/, 'protocol-error', 'it did not understand'],
  [/^42P01$/, 'query-failed', 'there is no such table'],
  [/^42703$/, 'query-failed', 'there is no such column'],
  [/^42501$/, 'query-failed', 'it is not allowed'],
  [/^25006$/, 'query-failed', 'it would write'],
  [/^42601$/, 'query-failed', 'no statement, or more than one'],
];

const connected = async ({ options, context, notes, endpoint }: At): Promise<Socket> => {
  const plain = await dial(endpoint, context, notes);
  if (options.tls === 'none') return plain;
  await startTls('postgres', plain, { notes });
  const identity = { name: options.serverName ?? endpoint.host, trusted: options.tls === 'verify' };
  return await secure(plain, identity, { context, notes });
};

const asText = { getTypeParser: () => (value: unknown) => String(value) };

export const postgres: Login = async (at) => {
  const { options, notes, endpoint, user, password } = at;
  const { default: pg } = await import('pg');
  const socket = await connected(at);
  const mayHavePassword = options.tls !== 'none' || options.allowPlain;
  const line = createLine(postgresGuard(mayHavePassword, { spoken: () => notes.reach('protocol') }), 'PostgreSQL');
  const config: ClientConfig = {
    host: endpoint.host,
    port: endpoint.port,
    user,
    database: options.database ?? user,
    // A function, or the library would look for a password in the environment and in a file.
    password: () => password ?? '',
    ssl: false,
    application_name: 'forvarsel',
    // Safe: all that the library uses of a stream is there; line.ts says why it is none of Node's.
    stream: () => line.stream as unknown as Socket,
    // Safe: the same function for every type; the library asks for no other.
    types: asText as unknown as NonNullable<ClientConfig['types']>,
  };
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  let during: 'login' | 'query' = 'login';
  const said = (error: unknown): ProbeFailure | null => {
    const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
    if (code !== '') return refusalOf({ code, during }, codes);
    if (during === 'login' && password === undefined && line.cause() === null)
      return new ProbeFailure('login-refused', 'expected a login without a password, got asked for one');
    return null;
  };
  notes.enter('processing');
  const connecting = client.connect();
  line.attach(socket);
  await through(line, connecting, said);
  notes.reach('session');
  notes.say('< logged in');
  during = 'query';
  await through(line, client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${statementMs(at.aim)}`), said);
  return {
    read: async (text) => {
      // Prepared, so that the server itself refuses more than one statement.
      const query: QueryConfig & { readonly queryMode: 'extended' } = { text, queryMode: 'extended' };
      const { rows } = await through(line, client.query<Row>(query), said);
      return rows;
    },
    leave: () => void client.end().catch(() => undefined),
  };
};
