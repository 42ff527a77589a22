import type { AskingOptions, TokenOptions } from '../../../infra/landscape/kinds/asking.ts';
import { secretsIn } from '../../../infra/landscape/options.ts';
import { type Aim, secretKey } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { follow } from '../../wire/http/follow.ts';
import type { Answer, At, HttpRequest } from '../../wire/http/request.ts';
import { keepPrepared } from '../../wire/http/sent.ts';
import type { Notes } from '../../wire/measure.ts';
import { type Shown, shownOf } from '../../wire/shown.ts';
import type { Vault } from '../scenario/vault.ts';
import { requestOf } from './asked.ts';

export type Wish = AskingOptions & { readonly status?: readonly number[] };
export type Limits = {
  /** Bytes of the body where the check does not say. */
  readonly limit: number;
  /** Whether anybody looks at the body. */
  readonly whole: boolean;
};

// The same check asks the same each time; weak, so what is made for it goes with it.
const made = new WeakMap<Aim['check'], Pick<Aim, 'target' | 'secrets'> & { readonly request: HttpRequest }>();
const requestFor = (aim: Aim, wish: Wish, whole: boolean): HttpRequest => {
  const { check, target, secrets = {} } = aim;
  const known = made.get(check);
  if (known !== undefined && known.target === target && known.secrets === aim.secrets) return known.request;
  const request = keepPrepared({ ...requestOf(aim, wish), whole });
  made.set(check, { target, secrets, request });
  return request;
};

type Asking = At & Limits & { readonly vault: Vault };

const ask = (request: HttpRequest, wish: Wish, at: At & Limits): Promise<Answer> =>
  follow(request, at, {
    limit: wish.bodyLimit ?? at.limit,
    redirects: wish.redirects ?? 0,
    enough: ({ status }) => wish.onward !== true && wish.status?.includes(status) === true,
    share: wish.share === true,
  });

const withToken = (request: HttpRequest, token: string): HttpRequest => ({
  ...request,
  headers: { ...request.headers, authorization: `Bearer ${token}` },
});

/** A token that is refused may only be too old: one that was kept is thrown away, and asked for anew once. */
const askWithToken = async (aim: Aim, token: TokenOptions, wish: Wish, { vault, ...at }: Asking): Promise<Answer> => {
  const { tokenOf } = await import('./token.ts');
  const request = requestFor(aim, wish, at.whole);
  const had = await tokenOf(aim, token, at, vault);
  const answer = await ask(withToken(request, had.token), wish, at);
  if (answer.status !== 401) return answer;
  had.forget();
  if (!had.old) return answer;
  const fresh = await tokenOf(aim, token, at, vault);
  const again = await ask(withToken(request, fresh.token), wish, at);
  if (again.status === 401) fresh.forget();
  return again;
};

/** A run in which something may come to be known that must not be shown: all that is said or thrown goes through a vault. */
const discreetRun = async (
  aim: Aim,
  notes: Notes,
  work: (vault: Vault, notes: Notes, shown: Shown) => Promise<void>,
) => {
  const { createVault, discreetly } = await import('../scenario/vault.ts');
  const vault = createVault();
  for (const secret of secretsIn(aim.check.options)) vault.hide(aim.secrets?.[secretKey(secret)] ?? '');
  const quiet: Notes = { ...notes, say: (line) => notes.say(vault.mask(line)) };
  await discreetly(vault, () => work(vault, quiet, vault.excerpt));
};

type Told = { readonly answer: Answer; readonly notes: Notes; readonly shown: Shown };

/**
 * Asks for the target over new connections, following as many redirects as the check allows, and gives the last answer
 * to be held against what is expected; `shown` is how something of it may be shown.
 */
export const fetchAnswer = async (
  aim: Aim,
  wish: Wish,
  asking: At & Limits,
  then: (told: Told) => Promise<void>,
): Promise<void> => {
  const { auth } = wish;
  if (auth === undefined || !('token' in auth)) {
    const answer = await ask(requestFor(aim, wish, asking.whole), wish, asking);
    return await then({ answer, notes: asking.notes, shown: shownOf(aim) });
  }
  await discreetRun(aim, asking.notes, async (vault, notes, shown) => {
    const answer = await askWithToken(aim, auth.token, wish, { ...asking, notes, vault });
    await then({ answer, notes, shown });
  });
};

/** The status the check asks for, by default any of success. */
export const holdStatus = ({ status: wanted, auth }: Wish, { status }: Answer): void => {
  if (wanted === undefined ? status >= 200 && status <= 299 : wanted.includes(status)) return;
  if (auth !== undefined && status === 401)
    throw new ProbeFailure('login-refused', 'expected the login to be taken, got status 401');
  throw new ProbeFailure('unexpected-status', `expected status ${wanted?.join(' or ') ?? '200 to 299'}, got ${status}`);
};
