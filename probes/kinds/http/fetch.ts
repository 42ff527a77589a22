import type { AskingOptions, TokenOptions } from '../../../infra/landscape/kinds/asking.ts';
import type { Aim } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { follow } from '../../wire/http/follow.ts';
import type { Answer, At, HttpRequest } from '../../wire/http/request.ts';
import { keepPrepared } from '../../wire/http/sent.ts';
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

const ask = (request: HttpRequest, wish: Wish, at: At, { limit }: Limits): Promise<Answer> =>
  follow(request, at, {
    limit: wish.bodyLimit ?? limit,
    redirects: wish.redirects ?? 0,
    enough: ({ status }) => wish.onward !== true && wish.status?.includes(status) === true,
    share: wish.share === true,
  });

const withToken = (request: HttpRequest, token: string): HttpRequest => ({
  ...request,
  headers: { ...request.headers, authorization: `Bearer ${token}` },
});

/** A token that is refused may only be too old: one that was kept is thrown away, and asked for anew once. */
const askWithToken = async (aim: Aim, token: TokenOptions, wish: Wish, at: At, limits: Limits): Promise<Answer> => {
  const { tokenOf } = await import('./token.ts');
  const request = requestFor(aim, wish, limits.whole);
  const had = await tokenOf(aim, token, at);
  const answer = await ask(withToken(request, had.token), wish, at, limits);
  if (answer.status !== 401) return answer;
  had.forget();
  if (!had.old) return answer;
  const fresh = await tokenOf(aim, token, at);
  const again = await ask(withToken(request, fresh.token), wish, at, limits);
  if (again.status === 401) fresh.forget();
  return again;
};

/** Asks for the target over new connections, following as many redirects as the check allows; the last answer counts. */
export const fetchAnswer = (aim: Aim, wish: Wish, at: At, limits: Limits): Promise<Answer> => {
  const { auth } = wish;
  return auth !== undefined && 'token' in auth
    ? askWithToken(aim, auth.token, wish, at, limits)
    : ask(requestFor(aim, wish, limits.whole), wish, at, limits);
};

/** The status the check asks for, by default any of success. */
export const holdStatus = ({ status: wanted, auth }: Wish, { status }: Answer): void => {
  if (wanted === undefined ? status >= 200 && status <= 299 : wanted.includes(status)) return;
  if (auth !== undefined && status === 401)
    throw new ProbeFailure('login-refused', 'expected the login to be taken, got status 401');
  throw new ProbeFailure('unexpected-status', `expected status ${wanted?.join(' or ') ?? '200 to 299'}, got ${status}`);
};
