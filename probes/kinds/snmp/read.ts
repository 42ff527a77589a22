import type { Session, Varbind } from 'net-snmp';
import type { SnmpRead } from '../../../infra/landscape/kinds/snmp.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';
import type { Library } from './library.ts';
import { meant } from './meaning.ts';
import { holdValue, readingOf, reduced, textOf } from './values.ts';

const most = 5_000;
const atOnce = 20;

type Named = readonly [string, SnmpRead];
export type Reading = {
  readonly snmp: Library;
  readonly session: Session;
  readonly notes: Notes;
  /** Called with each answer that was read. */
  readonly answered: () => void;
};

const asked = <T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    start((error, value) => (error === null ? resolve(value) : reject(meant(error))));
  });

const walked = async ({ session }: Reading, { oid }: SnmpRead): Promise<readonly (number | null)[]> => {
  const values: (number | null)[] = [];
  await asked<void>((done) =>
    session.subtree(
      oid,
      atOnce,
      (varbinds) => {
        values.push(...varbinds.map(readingOf));
        // Returning true ends the walk: an agent that never does must not fill our memory.
        return values.length > most ? true : undefined;
      },
      (error) => done(error),
    ),
  );
  if (values.length > most)
    throw new ProbeFailure('answer-too-large', `expected at most ${most} values under ${oid}, got more`);
  return values;
};

const readOne = ([name, one]: Named, varbind: Varbind | undefined, { snmp, notes }: Reading): void => {
  if (varbind === undefined || varbind.oid !== one.oid)
    throw new ProbeFailure('mismatched-answer', `expected ${name} (${one.oid}), got another OID`);
  if (snmp.isVarbindError(varbind))
    throw new ProbeFailure(
      'query-failed',
      `expected ${name} (${one.oid}), got ${snmp.varbindError(varbind).slice(0, 100)}`,
    );
  const number = readingOf(varbind);
  if (number !== null) notes.signal(name, number);
  notes.say(`< ${name} ${number ?? 'a text'}`);
  holdValue(name, one, { number, text: textOf(varbind) });
};

const readWalk = ([name, one]: Named, values: readonly (number | null)[], { notes }: Reading): void => {
  const number = one.walk === undefined ? null : reduced(one.walk, values);
  const bounded = one.min !== undefined || one.max !== undefined || one.equals !== undefined;
  // None of something is an answer only to whoever said how many there should be.
  if (number === null || (number === 0 && one.walk === 'count' && !bounded))
    throw new ProbeFailure('query-failed', `expected numbers under ${name} (${one.oid}), got none`);
  notes.signal(name, number);
  notes.say(`< ${name} ${number} (${one.walk})`);
  holdValue(name, one, { number, text: String(number) });
};

/** Reads all that is declared, each of it also when another was not as expected; then the first that was not is thrown. */
export const readAll = async (all: readonly Named[], reading: Reading): Promise<void> => {
  const wrong: ProbeFailure[] = [];
  const hold = (held: () => void): void => {
    try {
      held();
    } catch (error) {
      if (!(error instanceof ProbeFailure)) throw error;
      wrong.push(error);
    }
  };
  const single = all.filter(([, { walk }]) => walk === undefined);
  for (let from = 0; from < single.length; from += atOnce) {
    const part = single.slice(from, from + atOnce);
    const oids = part.map(([, { oid }]) => oid);
    const varbinds = await asked<readonly Varbind[]>((done) => reading.session.get(oids, done));
    reading.answered();
    for (const [index, named] of part.entries()) hold(() => readOne(named, varbinds[index], reading));
  }
  for (const named of all.filter(([, { walk }]) => walk !== undefined)) {
    const values = await walked(reading, named[1]);
    reading.answered();
    hold(() => readWalk(named, values, reading));
  }
  const [first] = wrong;
  if (first !== undefined) throw first;
};
