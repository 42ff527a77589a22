import type { Column, SqlOptions } from '../../../infra/landscape/kinds/sql.ts';
import { isReading } from '../../../infra/landscape/kinds/sql-statement.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe } from '../../observation.ts';
import { endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import { judgeReplication } from './replication.ts';
import type { Login, Row } from './session.ts';

const engines = { postgres, mysql } satisfies Record<SqlOptions['engine'], Login>;

const truths: Readonly<Record<string, boolean>> = {
  t: true,
  true: true,
  '1': true,
  f: false,
  false: false,
  '0': false,
};
/** A number, or a truth as 1 and 0; null where it is neither. */
const numberOf = (text: string | null | undefined): number | null => {
  if (text === null || text === undefined || text.trim() === '') return null;
  const value = text === 't' || text === 'f' ? Number(text === 't') : Number(text);
  return Number.isFinite(value) ? value : null;
};

const equal = (text: string | null, wanted: NonNullable<Column['equals']>): boolean => {
  if (text === null) return false;
  if (typeof wanted === 'string') return text === wanted;
  return typeof wanted === 'number' ? numberOf(text) === wanted : truths[text.toLowerCase()] === wanted;
};

/** Nothing of a row is told but a number that is out of its bounds: it may be a patient's. */
const judgeColumn = (name: string, { equals, min, max }: Column, { row, notes }: { row: Row; notes: Notes }): void => {
  const text = row[name];
  if (text === undefined) throw new ProbeFailure('unexpected-answer', `expected a column ${name}, got none`);
  const value = numberOf(text);
  if (value !== null) notes.signal(name, value);
  if (equals !== undefined && !equal(text, equals))
    throw new ProbeFailure(
      'unexpected-answer',
      `expected ${name} to equal ${JSON.stringify(equals)}, got another value`,
    );
  if (min === undefined && max === undefined) return;
  if (value === null) throw new ProbeFailure('unexpected-answer', `expected ${name} to be a number, got none`);
  if (min !== undefined && value < min)
    throw new ProbeFailure('out-of-bounds', `expected ${name} to be at least ${min}, got ${value}`);
  if (max !== undefined && value > max)
    throw new ProbeFailure('out-of-bounds', `expected ${name} to be at most ${max}, got ${value}`);
};

const judge = (rows: readonly Row[], { rows: bounds, columns }: SqlOptions, notes: Notes): void => {
  const named = Object.entries(columns);
  const { min = named.length > 0 ? 1 : 0, max = Number.POSITIVE_INFINITY } = bounds ?? {};
  notes.say(`< rows ${rows.length}`);
  notes.signal('rows', rows.length);
  if (rows.length < min)
    throw new ProbeFailure('unexpected-answer', `expected at least ${min} rows, got ${rows.length}`);
  if (rows.length > max)
    throw new ProbeFailure('unexpected-answer', `expected at most ${max} rows, got ${rows.length}`);
  const [row] = rows;
  if (row !== undefined) for (const [name, column] of named) judgeColumn(name, column, { row, notes });
  if (bounds !== undefined || named.length > 0) notes.asserted();
};

/** Logs in, and reads: one declared statement, and how far replication has come. */
export const sql: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'sql');
    const { engine, query, replication } = options;
    if (query !== undefined && !isReading(query))
      throw new ProbeFailure('could-not-run', 'expected one statement that reads');
    const session = await engines[engine]({
      aim,
      context,
      notes,
      options,
      endpoint: endpointOf(aim.target),
      user: wordOf(aim, options.user),
      password: options.password === undefined ? undefined : secretOf(aim, options.password),
    });
    if (query !== undefined) {
      notes.say('> query');
      const rows = await session.read(query);
      notes.reach('transaction');
      judge(rows, options, notes);
    }
    if (replication !== undefined) {
      await judgeReplication(session, { engine, wanted: replication }, notes);
      notes.reach('transaction');
      notes.asserted();
    }
    session.leave();
  });
