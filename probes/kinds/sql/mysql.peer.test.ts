import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { SqlOptions } from '../../../infra/landscape/kinds/sql.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, freePort, type Peer, peerFolder, programAt, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { sql } from './sql.ts';

const programs = ['mariadbd', 'mariadb-install-db'] as const;
const idOf = (which: '-u' | '-g'): number => Number(execFileSync('id', [which, 'mysql'], { encoding: 'utf8' }));

const setup = `
CREATE DATABASE region; CREATE DATABASE closed; USE region;
CREATE TABLE queue (id int, age decimal(8,2), name text) ENGINE=InnoDB;
INSERT INTO queue VALUES (1, 12.5, 'Nancy Berggren'), (2, 3, NULL); CREATE TABLE secret (id int);
CREATE USER probe@'127.0.0.1' IDENTIFIED BY 'rigtigt'; GRANT SELECT, INSERT ON region.queue TO probe@'127.0.0.1';
GRANT EXECUTE ON region.* TO probe@'127.0.0.1'; GRANT REPLICA MONITOR ON *.* TO probe@'127.0.0.1';
CREATE USER open@'127.0.0.1'; GRANT SELECT ON region.queue TO open@'127.0.0.1';
CREATE USER tlsonly@'127.0.0.1' IDENTIFIED BY 'rigtigt' REQUIRE SSL; GRANT SELECT ON region.queue TO tlsonly@'127.0.0.1';
CREATE USER old@'127.0.0.1' IDENTIFIED BY 'rigtigt' PASSWORD EXPIRE; CREATE USER locked@'127.0.0.1' IDENTIFIED BY 'rigtigt' ACCOUNT LOCK;
CREATE USER full@'127.0.0.1' IDENTIFIED BY 'rigtigt' WITH MAX_USER_CONNECTIONS 1;
CREATE USER away@'10.9.8.7' IDENTIFIED BY 'rigtigt';
CREATE USER repl@'127.0.0.1'; GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1';
CREATE FUNCTION sneak() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO queue VALUES (9, 9, 'x'); RETURN 1; END`;

type Some = { readonly [K in keyof SqlOptions]?: SqlOptions[K] | undefined };
const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string, more: object = {}) => ({ outcome: 'good', depth, ...more });
const measured = (signals: object) => ({ signals: expect.objectContaining(signals) });
const saying = (text: string): unknown => expect.stringContaining(text);

describePeer('MariaDB', programs, () => {
  const folders = [peerFolder('maria'), peerFolder('maria')];
  const peers: Peer[] = [];
  let [primary, replica] = [0, 0];
  let [uid, gid] = [0, 0];
  let authority: Authority;
  const start = async (at: { path: string } | undefined, port: number, ...more: string[]): Promise<Peer> => {
    const path = at?.path ?? '';
    const peer = await startPeer({
      program: 'mariadbd',
      args: [
        '--no-defaults',
        `--datadir=${join(path, 'data')}`,
        `--socket=${join(path, 'sock')}`,
        `--pid-file=${join(path, 'pid')}`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        '--innodb-buffer-pool-size=16M',
        '--innodb-flush-log-at-trx-commit=0',
        '--log-bin-trust-function-creators=1',
        ...more,
      ],
      uid,
      gid,
      cwd: path,
      ready: (said) => said.includes('ready for connections'),
    });
    peers.push(peer);
    return peer;
  };
  const administer = async (port: number, text: string): Promise<void> => {
    const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', multipleStatements: true });
    await connection.query(text);
    await connection.end();
  };
  beforeAll(async () => {
    [uid, gid] = [idOf('-u'), idOf('-g')];
    for (const { path } of folders) {
      mkdirSync(join(path, 'data'));
      for (const owned of [path, join(path, 'data')]) chownSync(owned, uid, gid);
      const install = ['--no-defaults', `--datadir=${join(path, 'data')}`, '--skip-test-db'];
      const normal = ['--auth-root-authentication-method=normal'];
      execFileSync(programAt(programs[1]) ?? programs[1], [...install, ...normal], {
        uid,
        gid,
        cwd: path,
        stdio: 'ignore',
      });
    }
    authority = await createAuthority();
    const { key, cert } = await authority.issue(['db.region.example'], new Date(Date.now() + 86_400_000));
    const at = (name: string): string => join(folders[0]?.path ?? '', name);
    for (const [name, text] of [
      ['server.key', key],
      ['server.crt', cert],
      ['ca.crt', authority.pem],
    ] as const) {
      writeFileSync(at(name), text);
      chownSync(at(name), uid, gid);
    }
    [primary, replica] = [await freePort(), await freePort()];
    const tls = [`--ssl-key=${at('server.key')}`, `--ssl-cert=${at('server.crt')}`, `--ssl-ca=${at('ca.crt')}`];
    await start(folders[0], primary, '--server-id=1', '--log-bin=binlog', ...tls);
    await administer(primary, setup);
    await start(folders[1], replica, '--server-id=2', '--skip-slave-start');
    await administer(replica, setup);
  });
  afterAll(async () => {
    for (const peer of peers.toReversed()) await peer.stop();
    for (const folder of folders) folder.remove();
  });

  type More = { readonly trust?: () => string[]; readonly wrong?: boolean; readonly timeoutMs?: number };
  const ask = async (
    options: Some,
    { trust, wrong = false, timeoutMs = 3000 }: More = {},
    port = primary,
  ): Promise<Measurement> => {
    const whole = {
      engine: 'mysql',
      user: 'probe',
      password: { env: 'RIGHT' },
      database: 'region',
      tls: 'none',
      allowPlain: false,
      columns: {},
      ...options,
    };
    const check = checkOf('sql', whole, { timeoutMs });
    const secrets = { 'env:RIGHT': wrong ? 'forkert' : 'rigtigt' };
    const context = contextHere(trust?.() ?? [authority.pem])(AbortSignal.timeout(timeoutMs));
    const seen = await sql({ check, target: `127.0.0.1:${port}`, secrets }, context);
    expect(JSON.stringify(seen)).not.toMatch(/rigtigt|forkert|Nancy|Berggren/);
    return seen;
  };

  const count = 'SELECT count(*) AS waiting, max(age) AS age, TRUE AS ready FROM queue';
  const named = { serverName: 'db.region.example' };
  type Case = readonly [string, Some, More, object];
  const rows: readonly Case[] = [
    ['a login is a session', {}, {}, good('session')],
    [
      'over TLS, verified',
      { user: 'tlsonly', tls: 'verify', ...named },
      {},
      good('session', measured({ certificate: expect.any(Number) })),
    ],
    ['over TLS that nobody trusts', { tls: 'require', ...named }, { trust: () => [] }, good('session')],
    [
      'values of the first row are signals, and hold against bounds',
      {
        query: count,
        rows: { min: 1, max: 1 },
        columns: { waiting: { equals: 2 }, age: { min: 1, max: 20 }, ready: { equals: true } },
      },
      {},
      good('transaction', measured({ rows: 1, waiting: 2, age: 12.5, ready: 1 })),
    ],
    [
      'and over TLS',
      { query: count, columns: { waiting: { equals: 2 } }, tls: 'verify', ...named },
      {},
      good('transaction'),
    ],
    ['SHOW reads', { query: "SHOW VARIABLES LIKE 'port'", columns: { Value: { min: 1 } } }, {}, good('transaction')],
    [
      'a value beyond its bound',
      { query: count, columns: { age: { max: 10 } } },
      {},
      { ...bad('out-of-bounds', 'expected age to be at most 10, got 12.5'), ...measured({ age: 12.5 }) },
    ],
    [
      'another value than expected is not shown',
      { query: 'SELECT name FROM queue', columns: { name: { equals: 'x' } } },
      {},
      bad('unexpected-answer', 'expected name to equal "x", got another value'),
    ],
    ['too few rows', { query: 'SELECT 1 FROM queue', rows: { min: 3 } }, {}, bad('unexpected-answer')],
    ['nothing is no number', { query: 'SELECT NULL AS a', columns: { a: { min: 0 } } }, {}, bad('unexpected-answer')],
    ['more than can be read', { query: "SELECT repeat('x', 2000000)" }, {}, bad('answer-too-large')],
    [
      'rows without end',
      { query: 'SELECT a.name FROM information_schema.columns c, information_schema.columns b, queue a' },
      {},
      bad('answer-too-large'),
    ],
    ['a wrong password', {}, { wrong: true }, bad('login-refused', saying('1045'))],
    ['nobody of that name', { user: 'nobody' }, {}, bad('login-refused', saying('1045'))],
    ['somebody of another place', { user: 'away' }, {}, bad('login-refused', saying('1045'))],
    ['a login that needs TLS', { user: 'tlsonly' }, {}, bad('login-refused', saying('1045'))],
    ['a password that has expired', { user: 'old', database: undefined }, {}, bad('login-refused', saying('expired'))],
    ['an account that is locked', { user: 'locked' }, {}, bad('login-refused', saying('locked'))],
    ['a database that is not there', { database: 'gone' }, {}, bad('login-refused', saying('1044'))],
    ['a database it may not enter', { database: 'closed' }, {}, bad('login-refused', saying('1044'))],
    ['a table that is not there', { query: 'SELECT 1 FROM region.queue, gone' }, {}, bad('query-failed')],
    ['a column that is not known', { query: 'SELECT gone FROM queue' }, {}, bad('query-failed', saying('1054'))],
    ['a table it may not read', { query: 'SELECT 1 FROM secret' }, {}, bad('query-failed', saying('1142'))],
    ['a query that would write', { query: 'SELECT sneak()' }, {}, bad('query-failed', saying('1792'))],
    ['a query that is none', { query: 'SELECT FROM' }, {}, bad('query-failed', saying('1064'))],
    [
      'a query that takes too long is cancelled by the server',
      { query: 'SELECT sleep(10)' },
      { timeoutMs: 1000 },
      bad('no-answer', saying('1969')),
    ],
    ['a certificate nobody trusts', { tls: 'verify', ...named }, { trust: () => [] }, bad('certificate-untrusted')],
    ['a certificate for another name', { tls: 'verify', serverName: 'other.example' }, {}, bad('certificate-name')],
    ['a server that is no replica', { replication: {} }, {}, bad('unexpected-answer', saying('a replica'))],
    [
      'replicas are not counted here',
      { replication: { replicas: 1 } },
      {},
      { outcome: 'unknown', reason: 'could-not-run' },
    ],
  ];
  test.each(rows)('%s', async (_, options, more, expected) => {
    expect(await ask(options, more)).toMatchObject(expected);
  });

  test('a login without a password', async () => {
    expect(await ask({ user: 'open', password: undefined })).toMatchObject(good('session'));
  });

  test('too many connections of one user', async () => {
    const first = await createConnection({ host: '127.0.0.1', port: primary, user: 'full', password: 'rigtigt' });
    expect(await ask({ user: 'full', database: undefined })).toMatchObject(bad('rejected', saying('too many')));
    await first.end();
  });

  test('a query that was refused at the server has written nothing', async () => {
    expect(await ask({ query: count, columns: { waiting: { equals: 2 } } })).toMatchObject(good('transaction'));
  });

  test('a server without TLS does not offer it', async () => {
    expect(await ask({ tls: 'verify', ...named }, {}, replica)).toMatchObject(bad('tls-not-offered'));
  });

  test('a replica: level, behind, stopped, cut off, and its primary gone', async () => {
    const until = (options: Some, expected: object) =>
      vi.waitFor(async () => expect(await ask(options, {}, replica)).toMatchObject(expected), 8000);
    const following: Some = { replication: { maxLagSeconds: 1 } };
    // Everything was set up on both: the replica begins after it.
    const connection = await createConnection({ host: '127.0.0.1', port: primary, user: 'root' });
    const [status] = await connection.query('SHOW MASTER STATUS');
    await connection.end();
    const { File, Position } = (status as { File: string; Position: number }[])[0] ?? { File: '', Position: 0 };
    const place = `MASTER_LOG_FILE='${File}', MASTER_LOG_POS=${Position}, MASTER_CONNECT_RETRY=1`;
    const at = `MASTER_HOST='127.0.0.1', MASTER_PORT=${primary}, MASTER_USER='repl'`;
    await administer(replica, `CHANGE MASTER TO ${at}, ${place}; START SLAVE`);
    await until(following, good('transaction', measured({ lag: 0 })));
    await administer(replica, 'STOP SLAVE SQL_THREAD');
    await until(following, bad('not-serving', saying('applies nothing')));
    await administer(replica, 'STOP SLAVE IO_THREAD; START SLAVE SQL_THREAD');
    await until(following, bad('not-serving', saying('receives nothing')));
    await administer(replica, `STOP SLAVE; CHANGE MASTER TO MASTER_DELAY=60; START SLAVE`);
    await administer(primary, "INSERT INTO region.queue VALUES (3, 1, 'x')");
    await until(following, bad('out-of-bounds', saying('of lag')));
    await administer(replica, `STOP SLAVE; CHANGE MASTER TO MASTER_DELAY=0; START SLAVE`);
    await until(following, good('transaction'));
    await administer(
      replica,
      "INSERT INTO region.queue VALUES (4, 1, 'x'); ALTER TABLE region.queue ADD UNIQUE (name(20))",
    );
    await administer(primary, "INSERT INTO region.queue VALUES (5, 1, 'Nancy Berggren')");
    await until(following, bad('not-serving', saying('1062 in applying')));
    await administer(replica, 'ALTER TABLE region.queue DROP INDEX name; START SLAVE');
    await until(following, good('transaction'));
    await peers[0]?.stop();
    await until(following, bad('not-serving', saying('receives nothing')));
    expect(await ask({})).toMatchObject(bad('refused'));
  });
});
