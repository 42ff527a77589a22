import type { Secret } from '../../infra/landscape/model.ts';
import { type Aim, secretKey } from '../observation.ts';
import { ProbeFailure } from './failure.ts';

/** The value of a secret the check names; one that could not be read is our own trouble. Never to be said or shown. */
export const secretOf = ({ secrets }: Aim, secret: Secret): string => {
  const value = secrets?.[secretKey(secret)];
  if (value !== undefined) return value;
  const where = 'env' in secret ? `the environment variable ${secret.env}` : `the file ${secret.file}`;
  throw new ProbeFailure('could-not-run', `expected a secret in ${where}, got none`);
};

/** A text as written, or the value of a secret. */
export const wordOf = (aim: Aim, word: string | Secret): string =>
  typeof word === 'string' ? word : secretOf(aim, word);
