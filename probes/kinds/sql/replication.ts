import { setTimeout as pause } from 'node:timers/promises';
import type { SqlOptions } from '../../../infra/landscape/kinds/sql.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';
import type { Row, Session } from './session.ts';

type Wanted = NonNullable<SqlOptions['replication']>;
type Follows = (session: Session, wanted: Wanted) => Promise<{ readonly lag: number; readonly replicas?: number }>;

const momentMs = 100;

const numberOf = (text: string | null | undefined): number | null => {
  const value = text === null || text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
};
const stopped = (what: string): ProbeFailure =>
  new ProbeFailure('not-serving', `expected a replica that follows its primary, got one that has stopped: ${what}`);
const noReplica = (): ProbeFailure =>
  new ProbeFailure('unexpected-answer', 'expected a replica, got a server that is none');

/**
 * A primary that writes nothing gives nothing to replay: caught up is then no lag, but only while the primary is still
 * heard. Without a receiver the age of the last transaction is all there is to go by, where files are shipped.
 */
const asReplica = `SELECT pg_is_in_recovery() AS replica,
  (SELECT count(*) FROM pg_stat_wal_receiver WHERE pid IS NOT NULL AND coalesce(status, 'streaming') = 'streaming') AS receivers,
  coalesce(current_setting('restore_command', true), '') <> '' AS shipped,
  coalesce(pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), false) AS level, pg_last_wal_receive_lsn() AS received,
  extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) AS behind`;
const asPrimary = `SELECT pg_is_in_recovery() AS replica, count(pid) AS seen, count(state) AS told,
  count(*) FILTER (WHERE state = 'streaming') AS streaming,
  coalesce(max(extract(epoch FROM replay_lag)) FILTER (WHERE state = 'streaming'), 0) AS behind FROM pg_stat_replication`;

/**
 * The age of the last transaction is no lag when the next came only now, after an idle hour: a replica that is not level
 * has a moment to reach what it had received.
 */
const reaches = async (session: Session, received: string): Promise<boolean> => {
  if (!/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/.test(received)) return false;
  for (const _ of [1, 2, 3]) {
    await pause(momentMs);
    const [row = {}] = await session.read(`SELECT pg_last_wal_replay_lsn() >= '${received}'::pg_lsn AS level`);
    if (row['level'] === 't') return true;
  }
  return false;
};
const lagOfReplica = async (session: Session): Promise<number> => {
  const [row = {}] = await session.read(asReplica);
  if (row['replica'] !== 't') throw noReplica();
  const heard = numberOf(row['receivers']) ?? 0;
  if (heard === 0 && row['shipped'] !== 't') throw stopped('it receives nothing');
  if (heard > 0 && row['level'] === 't') return 0;
  const behind = numberOf(row['behind']);
  const small = behind !== null && behind <= (3 * momentMs) / 1000;
  if (!small && heard > 0 && (await reaches(session, row['received'] ?? ''))) return (3 * momentMs) / 1000;
  if (behind === null) throw stopped('it has replayed no transaction');
  return Math.max(0, behind);
};
const ofPrimary = async (session: Session): Promise<{ readonly lag: number; readonly replicas: number }> => {
  const [row = {}] = await session.read(asPrimary);
  if (row['replica'] === 't') throw new ProbeFailure('unexpected-answer', 'expected a primary, got a replica');
  if (numberOf(row['seen']) !== 0 && numberOf(row['told']) === 0)
    throw new ProbeFailure('query-failed', 'expected the right to see replication (pg_monitor), got none');
  return { lag: numberOf(row['behind']) ?? 0, replicas: numberOf(row['streaming']) ?? 0 };
};
const ofPostgres: Follows = async (session, { replicas }) =>
  replicas === undefined ? { lag: await lagOfReplica(session) } : await ofPrimary(session);

const either = (row: Row, ...names: readonly string[]): string | null =>
  names.map((name) => row[name]).find((value) => value !== undefined && value !== null) ?? null;

/** Each channel of a replica; the words of MySQL 8.4 and those of MariaDB. */
const lagOf = (row: Row): number => {
  const receives = either(row, 'Slave_IO_Running', 'Replica_IO_Running');
  const applies = either(row, 'Slave_SQL_Running', 'Replica_SQL_Running');
  const why = `error ${either(row, 'Last_IO_Errno') ?? 0} in receiving, ${either(row, 'Last_SQL_Errno') ?? 0} in applying`;
  if (receives !== 'Yes') throw stopped(`it receives nothing, ${why}`);
  if (applies !== 'Yes') throw stopped(`it applies nothing, ${why}`);
  const lag = numberOf(either(row, 'Seconds_Behind_Master', 'Seconds_Behind_Source'));
  if (lag === null) throw stopped('it does not know how far it is behind');
  return lag;
};
const ofMysql: Follows = async (session, { replicas }) => {
  if (replicas !== undefined)
    throw new ProbeFailure('could-not-run', 'expected replicas to be counted on PostgreSQL only');
  const rows = await session.read('SHOW REPLICA STATUS').catch((error: unknown) => {
    // Before MariaDB 10.5 and MySQL 8.0.22 there is only the older word.
    if (error instanceof ProbeFailure && error.cause === '1064') return session.read('SHOW SLAVE STATUS');
    throw error;
  });
  if (rows.length === 0) throw noReplica();
  return { lag: Math.max(...rows.map(lagOf)) };
};

const engines = { postgres: ofPostgres, mysql: ofMysql } satisfies Record<SqlOptions['engine'], Follows>;

/** How far the server, or the slowest of its replicas, is behind. */
export const judgeReplication = async (
  session: Session,
  { engine, wanted }: { readonly engine: SqlOptions['engine']; readonly wanted: Wanted },
  notes: Notes,
): Promise<void> => {
  notes.say('> replication');
  const { lag, replicas } = await engines[engine](session, wanted);
  notes.signal('lag', lag);
  notes.say(`< ${lag} s behind${replicas === undefined ? '' : `, replicas ${replicas}`}`);
  if (replicas !== undefined) notes.signal('replicas', replicas);
  if (wanted.replicas !== undefined && (replicas ?? 0) < wanted.replicas)
    throw new ProbeFailure('out-of-bounds', `expected at least ${wanted.replicas} replicas, got ${replicas ?? 0}`);
  if (wanted.maxLagSeconds !== undefined && lag > wanted.maxLagSeconds)
    throw new ProbeFailure(
      'out-of-bounds',
      `expected at most ${wanted.maxLagSeconds} s of lag, got ${Math.round(lag)} s`,
    );
};
