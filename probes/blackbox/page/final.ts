import type { Facts, Reason } from '../../observation.ts';
import type { Told } from './told.ts';

const redirecting = new Set([301, 302, 303, 307, 308]);
/** What an answer is called that came; every other reason is of one that did not. */
const ofAnswers: ReadonlySet<Reason> = new Set([
  'unexpected-status',
  'unexpected-answer',
  'unexpected-version',
  'unexpected-tls',
  'tls-not-offered',
  'login-refused',
]);

/** The last answer; null when a redirect was followed and led to none. */
export const finalOf = ({ seen, mostRedirects }: Told): NonNullable<Facts['http']> | null => {
  const { http } = seen.facts;
  if (http === undefined) return null;
  const followed = redirecting.has(http.status) && http.redirects > 0 && http.redirects <= mostRedirects;
  return followed && seen.reason !== null && !ofAnswers.has(seen.reason) ? null : http;
};
