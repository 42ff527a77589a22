import { expect, test } from 'vitest';
import { isReading } from './sql-statement.ts';

test.each([
  'SELECT 1',
  'select count(*) from queue;',
  '(SELECT 1) UNION (SELECT 2)',
  "SELECT 'insert; -- drop it' AS text",
  `SELECT "update" FROM t`,
  'SELECT `delete`, updated_at, replace(a, 1, 2) FROM t',
  'WITH x AS (SELECT 1) SELECT * FROM x',
  'SHOW REPLICA STATUS',
  'VALUES (1), (2)',
  "SELECT 'it''s'",
])('%s reads', (text) => expect(isReading(text)).toBe(true));

test.each([
  '',
  'UPDATE t SET a = 1',
  'DELETE FROM t',
  'SELECT 1; SELECT 2',
  'SELECT 1; DROP TABLE t',
  'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x',
  'SELECT * INTO copy FROM t',
  "SELECT * FROM t INTO OUTFILE '/tmp/x'",
  'SELECT * FROM t FOR UPDATE',
  'SELECT * FROM t FOR NO KEY UPDATE',
  'SELECT * FROM t FOR SHARE',
  'SELECT * FROM t LOCK IN SHARE MODE',
  'SELECT 1 -- and more',
  'SELECT 1 /*! INTO @a */',
  "SELECT 'not closed",
  'EXPLAIN SELECT 1',
  'CALL sneak()',
  'SET a = 1',
  'BEGIN',
  `SELECT ${'1,'.repeat(5000)}1`,
])('%s is refused', (text) => expect(isReading(text)).toBe(false));
