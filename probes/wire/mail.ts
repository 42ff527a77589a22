import type { MailOptions } from '../../infra/landscape/kinds/mail.ts';
import { shownOf } from '../discretion/shown.ts';
import type { Aim } from '../observation.ts';
import { ProbeFailure } from './failure.ts';
import { secretOf, wordOf } from './secret.ts';

export type Login = { readonly user: string; readonly password: string };

/**
 * Who logs in to a mail server; null is nobody. To be asked before anything is dialled: what we lack or must not send is
 * our own trouble. A landscape says the same of a password in plain; this holds for whatever else makes checks.
 */
export const loginOf = (aim: Aim, { login, tls, allowPlain }: MailOptions): Login | null => {
  if (login === undefined) return null;
  if (tls === 'none' && !allowPlain)
    throw new ProbeFailure(
      'could-not-run',
      "expected tls: 'starttls' or 'implicit' for a login with a password, or allowPlain: true",
    );
  const found = { user: wordOf(aim, login.user), password: secretOf(aim, login.password) };
  if (found.user === '' || found.password === '')
    throw new ProbeFailure('could-not-run', 'expected a name and a password to log in with, got an empty one');
  // Either would end what it stands in.
  if (/[\0\r\n]/.test(`${found.user}${found.password}`))
    throw new ProbeFailure('could-not-run', 'expected a name and a password of one line each');
  return found;
};

/** Lines as they are read, bytes as latin1, fit to be shown: a server may say a password back. */
export const shownLineOf = (aim: Aim): ((line: string) => string) => {
  const shown = shownOf(aim);
  return (line) => shown(Buffer.from(line, 'latin1'));
};
