import type { Facts } from '../../observation.ts';
import { contentLength } from './framing.ts';
import { type Head, valueIn } from './head.ts';
import type { HttpRequest } from './request.ts';

/** By the date forms of HTTP (RFC 9110 §5.6.7); null for what is none. */
const secondsOf = (date: string | undefined): number | null => {
  const ms = date !== undefined && /^[A-Z][a-z]{2}/.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isFinite(ms) ? ms / 1000 : null;
};

/** What is told of an answer; `redirects` counts the answers that redirected, up to and with this one. */
export const factsOf = (
  { url, method }: HttpRequest,
  head: Head,
  bodyLength: number,
  redirects = 0,
): NonNullable<Facts['http']> => ({
  status: head.status,
  version: head.version,
  contentLength: contentLength(head, method),
  bodyLength,
  redirects,
  tls: url.protocol === 'https:',
  lastModified: secondsOf(valueIn(head.fields, 'last-modified')),
});
