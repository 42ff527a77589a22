import type { AskingOptions, TokenOptions } from '../../../infra/landscape/kinds/asking.ts';
import { secretsIn } from '../../../infra/landscape/options.ts';
import { excerpt } from '../../discretion/redact.ts';
import type { Shown } from '../../discretion/shown.ts';
import type { Vault } from '../../discretion/vault.ts';
import { type Aim, secretKey } from '../../observation.ts';
import { ProbeFailure } from '../failure.ts';
import type { Notes } from '../measure.ts';
import { requestOf } from './asked.ts';
import { follow } from './follow.ts';
import type { Answer, At, HttpRequest } from './request.ts';
import { keepPrepared } from './sent.ts';

export type Wish = AskingOptions & { readonly status?: readonly number[] };
export type Limits = {
  /** Bytes of the body where the check does not say. */
  readonly limit: number;
  /** Whether anybody looks at the body. */
  readonly whole: boolean;
};

type Made = {
  readonly aim: Aim;
  readonly request: HttpRequest;
  /** What a peer may say back and must not be shown. */
  readonly secrets: readonly string[];
};

const secretsOf = (aim: Aim, { url }: HttpRequest): readonly string[] =>
  [
    ...secretsIn(aim.check.options).map((secret) => aim.secrets?.[secretKey(secret)] ?? ''),
    decodeURIComponent(url.password),
  ].filter((text) => text !== '');

// The same check asks the same each time; weak, so what is made for it goes with it.
const made = new WeakMap<Aim['check'], Made>();
const madeFor = (aim: Aim, wish: Wish, whole: boolean): Made => {
  const known = made.get(aim.check);
  if (known !== undefined && known.aim.target === aim.target && known.aim.secrets === aim.secrets) return known;
  const request = keepPrepared({ ...requestOf(aim, wish), whole });
  const fresh = { aim, request, secrets: secretsOf(aim, request) };
  made.set(aim.check, fresh);
  return fresh;
};

type Asking = At & Limits & { readonly vault: Vault; readonly request: HttpRequest };

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
const askWithToken = async (aim: Aim, token: TokenOptions, wish: Wish, asking: Asking): Promise<Answer> => {
  const { tokenOf } = await import('../oauth/token.ts');
  const { vault, request, ...at } = asking;
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

type Told = { readonly answer: Answer; readonly notes: Notes; readonly shown: Shown };
type Then = (told: Told) => Promise<void> | void;

/** A run in which something is known that must not be shown: all that is said or thrown goes through a vault. */
const askDiscreetly = async (aim: Aim, wish: Wish, asking: At & Limits & Made, then: Then): Promise<void> => {
  const { createVault, discreetly } = await import('../../discretion/vault.ts');
  const vault = createVault();
  for (const secret of asking.secrets) vault.hide(secret);
  const notes: Notes = { ...asking.notes, say: (line) => asking.notes.say(vault.mask(line)) };
  const { auth } = wish;
  await discreetly(vault, async () => {
    const answer =
      auth !== undefined && 'token' in auth
        ? await askWithToken(aim, auth.token, wish, { ...asking, notes, vault })
        : await ask(asking.request, wish, { ...asking, notes });
    await then({ answer, notes, shown: vault.excerpt });
  });
};

/**
 * Asks for the target over new connections, following as many redirects as the check allows, and gives the last answer
 * to be held against what is expected; `shown` is how something of it may be shown.
 */
export const fetchAnswer = async (aim: Aim, wish: Wish, asking: At & Limits, then: Then): Promise<void> => {
  const own = madeFor(aim, wish, asking.whole);
  const { auth } = wish;
  // A token is asked for whether or not its secret was read: without one the answer would be another's.
  if (own.secrets.length > 0 || (auth !== undefined && 'token' in auth))
    return await askDiscreetly(aim, wish, { ...asking, ...own }, then);
  const answer = await ask(own.request, wish, asking);
  await then({ answer, notes: asking.notes, shown: excerpt });
};

/** The status the check asks for, by default any of success. */
export const holdStatus = ({ status: wanted, auth }: Wish, { status }: Answer): void => {
  if (wanted === undefined ? status >= 200 && status <= 299 : wanted.includes(status)) return;
  if (auth !== undefined && status === 401)
    throw new ProbeFailure('login-refused', 'expected the login to be taken, got status 401');
  throw new ProbeFailure('unexpected-status', `expected status ${wanted?.join(' or ') ?? '200 to 299'}, got ${status}`);
};
