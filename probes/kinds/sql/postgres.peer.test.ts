import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { SqlOptions } from '../../../infra/landscape/kinds/sql.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, freePort, type Peer, peerFolder, programAt, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere } from '../../testing/servers.ts';
import { sql } from './sql.ts';

const bin = '/usr/lib/postgresql/15/bin';
const [initdb, server, basebackup] = ['initdb', 'postgres', 'pg_basebackup'].map((name) => `${bin}/${name}`) as [
  string,
  string,
  string,
];
const idOf = (which: '-u' | '-g'): number => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));

const hba = `
hostssl all tlsonly 127.0.0.1/32 scram-sha-256
host all tlsonly 127.0.0.1/32 reject
host all clear 127.0.0.1/32 password
host all old 127.0.0.1/32 md5
host all root,open 127.0.0.1/32 trust
host replication root 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`;
const setup = `
CREATE ROLE probe LOGIN PASSWORD 'rigtigt'; CREATE ROLE tlsonly LOGIN PASSWORD 'rigtigt';
CREATE ROLE clear LOGIN PASSWORD 'rigtigt'; CREATE ROLE open LOGIN;
CREATE ROLE full LOGIN PASSWORD 'rigtigt' CONNECTION LIMIT 0;
SET password_encryption = md5; CREATE ROLE old LOGIN PASSWORD 'rigtigt'; RESET password_encryption;
GRANT pg_monitor TO probe;
CREATE TABLE queue (id int, age numeric, name text); INSERT INTO queue VALUES (1, 12.5, 'Nancy Berggren'), (2, 3, NULL);
GRANT SELECT, INSERT ON queue TO probe; CREATE TABLE secret (id int); GRANT SELECT ON queue TO old, clear, open, tlsonly;
CREATE FUNCTION sneak() RETURNS int LANGUAGE sql AS 'INSERT INTO queue VALUES (9) RETURNING id';
`;
type Some = { readonly [K in keyof SqlOptions]?: SqlOptions[K] | undefined };
const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string, more: object = {}) => ({ outcome: 'good', depth, ...more });
const measured = (signals: object) => ({ signals: expect.objectContaining(signals) });

describePeer('PostgreSQL', [initdb, server, basebackup], () => {
  const [primaryFolder, replicaFolder] = [peerFolder('pg'), peerFolder('pg')];
  const folders = [primaryFolder, replicaFolder];
  const data = (at: { path: string }): string => join(at.path, 'data');
  const peers: Peer[] = [];
  let [primary, replica] = [0, 0];
  let [uid, gid] = [0, 0];
  let authority: Authority;
  const start = async (at: { path: string }, port: number, ...more: string[]): Promise<Peer> => {
    const peer = await startPeer({
      program: server,
      args: ['-D', data(at), '-c', `port=${port}`, ...more.flatMap((one) => ['-c', one])],
      uid,
      gid,
      cwd: at.path,
      ready: (said) => /ready to accept (?:read-only )?connections|standby.*consistent|consistent recovery/.test(said),
    });
    peers.push(peer);
    return peer;
  };
  const administer = async (port: number, text: string): Promise<void> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'root', database: 'postgres' });
    await client.connect();
    await client.query(text);
    await client.end();
  };
  beforeAll(async () => {
    [uid, gid] = [idOf('-u'), idOf('-g')];
    for (const { path } of folders) chownSync(path, uid, gid);
    const as = { uid, gid, cwd: primaryFolder.path, stdio: 'ignore' as const };
    execFileSync(programAt(initdb) ?? initdb, ['-D', data(primaryFolder), '-U', 'root', '-A', 'trust', '-N'], as);
    authority = await createAuthority();
    const { key, cert } = await authority.issue(['db.region.example'], new Date(Date.now() + 86_400_000));
    for (const [name, text] of [
      ['server.key', key],
      ['server.crt', cert],
    ] as const) {
      writeFileSync(join(data(primaryFolder), name), text, { mode: 0o600 });
      chownSync(join(data(primaryFolder), name), uid, gid);
    }
    writeFileSync(join(data(primaryFolder), 'pg_hba.conf'), hba);
    appendFileSync(
      join(data(primaryFolder), 'postgresql.conf'),
      `\nlisten_addresses='127.0.0.1'\nunix_socket_directories=''\nfsync=off\nshared_buffers=16MB\nmax_connections=20\nssl=on\n`,
    );
    [primary, replica] = [await freePort(), await freePort()];
    await start(primaryFolder, primary);
    await administer(primary, setup);
    const from = [
      '-D',
      data(replicaFolder),
      '-h',
      '127.0.0.1',
      '-p',
      String(primary),
      '-U',
      'root',
      '-R',
      '-c',
      'fast',
    ];
    execFileSync(programAt(basebackup) ?? basebackup, from, { ...as, cwd: replicaFolder.path });
    await start(replicaFolder, replica, 'wal_retrieve_retry_interval=200ms');
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
      engine: 'postgres',
      user: 'probe',
      password: { env: 'RIGHT' },
      database: 'postgres',
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

  const count = 'SELECT count(*) AS waiting, max(age) AS age, true AS ready FROM queue';
  const named = { serverName: 'db.region.example' };
  type Case = readonly [string, Some, More, object];
  const rows: readonly Case[] = [
    ['a login by SCRAM is a session', {}, {}, good('session')],
    ['a login by MD5', { user: 'old' }, {}, good('session')],
    ['a login without a password', { user: 'open', password: undefined, database: 'postgres' }, {}, good('session')],
    ['over TLS, verified', { user: 'tlsonly', tls: 'verify', ...named }, {}, good('session')],
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
      'SHOW reads',
      { query: 'SHOW server_version_num', columns: { server_version_num: { min: 90_000 } } },
      {},
      good('transaction'),
    ],
    [
      'a query with a list of values',
      { query: "WITH x AS (SELECT 'a;b' AS t) SELECT t FROM x;", columns: { t: { equals: 'a;b' } } },
      {},
      good('transaction'),
    ],
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
    [
      'too few rows',
      { query: 'SELECT 1 FROM queue', rows: { min: 3 } },
      {},
      bad('unexpected-answer', 'expected at least 3 rows, got 2'),
    ],
    ['too many rows', { query: 'SELECT 1 FROM queue', rows: { max: 1 } }, {}, bad('unexpected-answer')],
    [
      'no row where a column is named',
      { query: 'SELECT 1 AS a WHERE false', columns: { a: {} } },
      {},
      bad('unexpected-answer'),
    ],
    ['a column that is not there', { query: 'SELECT 1 AS a', columns: { b: {} } }, {}, bad('unexpected-answer')],
    ['nothing is no number', { query: 'SELECT NULL AS a', columns: { a: { min: 0 } } }, {}, bad('unexpected-answer')],
    ['more than can be read', { query: "SELECT repeat('x', 2000000)" }, {}, bad('answer-too-large')],
    ['rows without end', { query: 'SELECT generate_series(1, 100000000)' }, {}, bad('answer-too-large')],
    ['a wrong password', {}, { wrong: true }, bad('login-refused', expect.stringContaining('28P01'))],
    ['nobody of that name', { user: 'nobody' }, {}, bad('login-refused', expect.stringContaining('28P01'))],
    ['a login that needs TLS', { user: 'tlsonly' }, {}, bad('login-refused', expect.stringContaining('28000'))],
    ['a database that is not there', { database: 'gone' }, {}, bad('query-failed', expect.stringContaining('3D000'))],
    [
      'a table that is not there',
      { query: 'SELECT 1 FROM gone' },
      {},
      bad('query-failed', expect.stringContaining('42P01')),
    ],
    [
      'a column that is not known',
      { query: 'SELECT gone FROM queue' },
      {},
      bad('query-failed', expect.stringContaining('42703')),
    ],
    [
      'a table it may not read',
      { query: 'SELECT 1 FROM secret' },
      {},
      bad('query-failed', expect.stringContaining('42501')),
    ],
    [
      'a query that would write',
      { query: 'SELECT sneak()' },
      {},
      bad('query-failed', expect.stringContaining('25006')),
    ],
    [
      'a query that takes too long is cancelled by the server',
      { query: 'SELECT pg_sleep(10)' },
      { timeoutMs: 1000 },
      bad('no-answer', expect.stringContaining('57014')),
    ],
    ['too many connections', { user: 'full' }, {}, bad('rejected', expect.stringContaining('53300'))],
    ['a certificate nobody trusts', { tls: 'verify', ...named }, { trust: () => [] }, bad('certificate-untrusted')],
    ['a certificate for another name', { tls: 'verify', serverName: 'other.example' }, {}, bad('certificate-name')],
    [
      'the password itself is not given over a connection without TLS',
      { user: 'clear' },
      {},
      { outcome: 'unknown', reason: 'could-not-run', message: expect.stringContaining('allowPlain') },
    ],
    ['unless that is allowed', { user: 'clear', allowPlain: true }, {}, good('session')],
    ['or there is TLS', { user: 'clear', tls: 'verify', ...named }, {}, good('session')],
    [
      'a primary that is asked as a replica',
      { replication: {} },
      {},
      bad('unexpected-answer', expect.stringContaining('a replica')),
    ],
    [
      'a primary with a replica that follows',
      { replication: { replicas: 1, maxLagSeconds: 30 } },
      {},
      good('transaction', measured({ replicas: 1, lag: expect.any(Number) })),
    ],
    ['a primary with too few', { replication: { replicas: 2 } }, {}, bad('out-of-bounds')],
    [
      'who may not see replication is not told that there is none',
      { user: 'open', password: undefined, replication: { replicas: 1 } },
      {},
      bad('query-failed', expect.stringContaining('pg_monitor')),
    ],
  ];
  test.each(rows)('%s', async (_, options, more, expected) => {
    expect(await ask(options, more)).toMatchObject(expected);
  });

  test('a query that was refused at the server has written nothing', async () => {
    expect(await ask({ query: count, columns: { waiting: { equals: 2 } } })).toMatchObject(good('transaction'));
  });

  test('a replica: level, behind, paused in the middle of work, and cut off', async () => {
    const following: Some = { replication: { maxLagSeconds: 20 } };
    const until = (options: Some, expected: object) =>
      vi.waitFor(async () => expect(await ask(options, {}, replica)).toMatchObject(expected), 5000);
    await until(following, good('transaction', measured({ lag: 0 })));
    expect(await ask({ replication: { replicas: 1 } }, {}, replica)).toMatchObject(
      bad('unexpected-answer', expect.stringContaining('a primary')),
    );
    const write = (): Promise<void> => administer(primary, "INSERT INTO queue VALUES (3, 1, 'x')");
    await administer(replica, 'SELECT pg_wal_replay_pause()');
    await write();
    await until(following, bad('not-serving', expect.stringContaining('no transaction')));
    await administer(replica, 'SELECT pg_wal_replay_resume()');
    await until(following, good('transaction', measured({ lag: 0 })));
    await administer(replica, 'SELECT pg_wal_replay_pause()');
    await write();
    await until({ replication: { maxLagSeconds: 0.5 } }, bad('out-of-bounds', expect.stringContaining('of lag')));
    await administer(replica, 'SELECT pg_wal_replay_resume()');
    await until(following, good('transaction'));
    await peers[0]?.stop();
    await until(following, bad('not-serving', expect.stringContaining('it receives nothing')));
    expect(await ask({})).toMatchObject(bad('refused'));
  });

  test('a server that is not ready yet rejects, and one without TLS does not offer it', async () => {
    await peers[1]?.stop();
    await start(replicaFolder, replica, 'hot_standby=off', 'ssl=off', 'primary_conninfo=host=127.0.0.1 port=1');
    await vi.waitFor(
      async () => expect(await ask({}, {}, replica)).toMatchObject(bad('rejected', expect.stringContaining('57P03'))),
      5000,
    );
    expect(await ask({ tls: 'verify', ...named }, {}, replica)).toMatchObject(bad('tls-not-offered'));
  });
});
