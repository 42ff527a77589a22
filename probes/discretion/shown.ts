import { secretsIn } from '../../infra/landscape/options.ts';
import { type Aim, secretKey } from '../observation.ts';
import { excerpt, excerptOfPart } from './redact.ts';

/** A shorter text stands in too many others to be a secret. */
const least = 3;
/** Of a longer answer the rest is neither looked at nor shown. */
const window = 16 * 1024;

export type Shown = (said: Buffer | string, limit?: number) => string;

/**
 * Excerpts of what a peer says, without the secrets of the check: a peer may say them back. `part` is for what may go
 * on elsewhere.
 */
export const shownOf = (aim: Aim, { part = false }: { readonly part?: boolean } = {}): Shown => {
  const secrets = secretsIn(aim.check.options)
    .flatMap((secret) => aim.secrets?.[secretKey(secret)] ?? [])
    .filter((secret) => secret.length >= least)
    // The longest first: one secret may be the beginning of another.
    .toSorted((a, b) => b.length - a.length)
    .map((secret) => Buffer.from(secret, 'utf8').toString('latin1'));
  return (said, limit = 200) => {
    const text = (typeof said === 'string' ? Buffer.from(said, 'utf8') : said).toString('latin1', 0, window);
    const safe = secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
    return (part || text.length === window ? excerptOfPart : excerpt)(safe, limit);
  };
};
