import type { DicomOptions } from '../../../infra/landscape/kinds/dicom.ts';
import type { Aim } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { secretOf } from '../../wire/secret.ts';

/** What is asked of an archive, over either protocol, and what the answers are worth. */
export type Query = {
  /** PatientID of the agreed test patient; null asks for the study that cannot exist. */
  readonly patient: string | null;
  readonly limit: number;
  readonly atLeast: number;
};

/** Null when nothing is to be found. */
export const queryOf = (aim: Aim, { find, patient }: DicomOptions): Query | null => {
  if (find === undefined) return null;
  if (patient === undefined) return { ...find, patient: null };
  const identity = secretOf(aim, patient.identity).trim();
  // An asterisk or a question mark would ask for everybody, a backslash for several.
  if (!/^[\x20-\x7e]{1,64}$/.test(identity) || /[*?\\]/.test(identity))
    throw new ProbeFailure(
      'could-not-run',
      'expected the identity of one test patient: 1 to 64 ASCII letters without *, ? and \\',
    );
  return { ...find, patient: identity };
};

const subject = ({ patient }: Query): string =>
  patient === null ? 'a study that cannot exist' : 'the agreed test patient';

/** One match; `found` is its PatientID as the archive says. Nobody else's may come. */
export const judgeMatch = (query: Query, found: string | null): void => {
  if (query.patient === null)
    throw new ProbeFailure('unexpected-answer', `expected no match of ${subject(query)}, got one`);
  if (found?.trim() !== query.patient)
    throw new ProbeFailure(
      'mismatched-answer',
      `expected studies of ${subject(query)}, got one of ${found === null ? 'nobody' : 'somebody else'}`,
    );
};
export const judgeCount = (query: Query, matches: number): void => {
  if (matches < query.atLeast)
    throw new ProbeFailure(
      'unexpected-answer',
      `expected at least ${query.atLeast} studies of ${subject(query)}, got ${matches}`,
    );
};
