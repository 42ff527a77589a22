import { ProbeFailure } from '../failure.ts';
import type { Answer } from './request.ts';

/** Cookies of one run, kept and given by the rules of RFC 6265: domain, path, secure, expiry, public suffixes. */
export type Jar = {
  /** The `cookie` header for an address; null when there is none to send. */
  readonly cookieFor: (url: URL) => string | null;
  /** Keeps what an answer sets for the address it came from; what no browser would keep is left out. */
  readonly keep: (answer: Pick<Answer, 'url' | 'cookies'>) => void;
};

/** More than any system sets, and no more. */
const most = 200;

/** A new, empty jar, for one run: nothing of it outlives the run. The library is loaded when it is first needed. */
export const createJar = async (): Promise<Jar> => {
  const { CookieJar } = await import('tough-cookie');
  const jar = new CookieJar(undefined, { looseMode: true });
  let kept = 0;
  return {
    cookieFor: ({ href }) => jar.getCookieStringSync(href) || null,
    keep: ({ url, cookies }) => {
      for (const cookie of cookies) {
        kept += 1;
        if (kept > most) throw new ProbeFailure('answer-too-large', `expected at most ${most} cookies, got more`);
        jar.setCookieSync(cookie, url.href, { ignoreError: true });
      }
    },
  };
};
