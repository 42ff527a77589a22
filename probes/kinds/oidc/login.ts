import { createHash, randomBytes } from 'node:crypto';
import type { OidcForm, OidcOptions } from '../../../infra/landscape/kinds/oidc.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { type Form, type Page, pageOf, type Submission, submissionOf } from '../../wire/http/form.ts';
import type { Answer } from '../../wire/http/request.ts';
import type { Notes } from '../../wire/measure.ts';
import type { Ask, Asking } from '../../wire/oauth/ask.ts';
import { errorWord } from '../../wire/oauth/grant.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { totpOf } from '../../wire/totp.ts';
import type { Provider } from './discovery.ts';

const redirects = 10;
/** A login of more pages is none that a person would bear. */
const mostPages = 8;

export type Login = { readonly code: string; readonly verifier: string; readonly nonce: string };
type Run = { readonly wish: OidcOptions; readonly notes: Notes; readonly ask: Ask; readonly asking: Asking };

const random = ({ asking }: Run): string => {
  const text = randomBytes(32).toString('base64url');
  asking.vault.hide(text);
  return text;
};

/** The address an answer sends us to, when that is our own; it is never dialled. */
const comingBack = (answer: Answer, redirect: URL): URL | null => {
  const location = answer.headers['location'];
  if (location === undefined || answer.status < 300 || answer.status > 399) return null;
  const to = URL.canParse(location, answer.url.href) ? new URL(location, answer.url.href) : null;
  return to !== null && to.origin === redirect.origin && to.host === redirect.host && to.pathname === redirect.pathname
    ? to
    : null;
};

const isTyped = (type: string): boolean => ['text', 'email', 'tel', 'password', 'number'].includes(type);
const firstOf = (form: Form, type: (type: string) => boolean, named: string | undefined): string | null => {
  if (named !== undefined) return form.names.has(named) ? named : null;
  return [...form.types].find(([, own]) => type(own))?.[0] ?? null;
};

type Fields = { readonly user: string | null; readonly password: string | null; readonly code: string | null };
/** What a form asks for; a single line that is neither is a one-time code once the password has been given. */
const fieldsOf = (form: Form, names: OidcForm, given: ReadonlySet<Given>): Fields => {
  const password = firstOf(form, (type) => type === 'password', names.passwordField);
  const line = firstOf(form, (type) => isTyped(type) && type !== 'password', names.userField);
  const code = names.codeField !== undefined && form.names.has(names.codeField) ? names.codeField : null;
  const late = given.has('password') && password === null && names.codeField === undefined;
  return {
    password: password === code ? null : password,
    user: late || line === code ? null : line,
    code: code ?? (late ? firstOf(form, isTyped, undefined) : null),
  };
};

type Given = 'user' | 'password' | 'code';
type Turn = {
  readonly step: 'login' | 'one-time-code' | 'consent';
  readonly fill: readonly (readonly [string, string])[];
  readonly gives: readonly Given[];
  readonly form: number;
};

const again = (what: string) =>
  new ProbeFailure('login-refused', `expected to be let in, got the page for the ${what} again`);

/** What a person would do with a page: log in, give the code, or agree. */
const turnOf = (page: Page, { wish, asking: { aim, vault } }: Run, given: ReadonlySet<Given>): Turn => {
  const { user, form: names } = wish;
  if (user === undefined) throw new ProbeFailure('could-not-run', 'expected a user who logs in, got none');
  const hidden = (text: string): string => {
    vault.hide(text);
    return text;
  };
  const all = page.forms.map((form) => fieldsOf(form, names, given));
  const at = (has: (fields: Fields) => boolean) => all.findIndex(has);
  const [withPassword, withCode, withUser] = [
    at(({ password }) => password !== null),
    at(({ code }) => code !== null),
    at((fields) => fields.user !== null),
  ];
  const fields = all[withPassword >= 0 ? withPassword : withCode >= 0 ? withCode : withUser];
  if (withPassword >= 0 && fields?.password != null) {
    if (given.has('password')) throw again('password');
    const name =
      fields.user === null || given.has('user') ? [] : [[fields.user, hidden(wordOf(aim, user.name))] as const];
    const password = [fields.password, hidden(secretOf(aim, user.password))] as const;
    return { step: 'login', fill: [...name, password], gives: ['user', 'password'], form: withPassword + 1 };
  }
  if (withCode >= 0 && fields?.code != null) {
    if (given.has('code')) throw again('one-time code');
    if (user.totp === undefined)
      throw new ProbeFailure('login-refused', 'expected to be let in by a password, got a page for a one-time code');
    const code = hidden(totpOf(hidden(secretOf(aim, user.totp.totp)), Date.now(), user.totp));
    return { step: 'one-time-code', fill: [[fields.code, code]], gives: ['code'], form: withCode + 1 };
  }
  if (withUser >= 0 && fields?.user != null && !given.has('password')) {
    if (given.has('user')) throw again('user');
    return {
      step: 'login',
      fill: [[fields.user, hidden(wordOf(aim, user.name))]],
      gives: ['user'],
      form: withUser + 1,
    };
  }
  if (page.forms.length === 0)
    throw new ProbeFailure('unexpected-answer', 'expected a page to log in, got one without a form');
  if (!given.has('password'))
    throw new ProbeFailure('unexpected-answer', 'expected a page to log in, got one without fields for it');
  return { step: 'consent', fill: [], gives: [], form: 1 };
};

const submit = (page: Page, answer: Answer, turn: Turn, wish: OidcOptions): Submission => {
  const [form] = page.forms.slice(turn.form - 1);
  const declared = turn.step === 'consent' ? wish.form.consentButton : undefined;
  // A browser sends along the button that is pressed; without a word on it the first.
  const button = declared ?? form?.buttons[0]?.[0];
  return submissionOf(page, answer.url, {
    form: turn.form,
    fill: turn.fill,
    ...(button === undefined ? {} : { button }),
  });
};

const refusedBy = ({ status }: Answer): ProbeFailure =>
  [400, 401, 403].includes(status)
    ? new ProbeFailure('login-refused', `expected to be let in, got status ${status}`)
    : new ProbeFailure('unexpected-status', `expected a page or a way back, got status ${status}`);

/** Passes through the pages of the provider as a person would, until it sends us back. */
const passPages = async (first: Answer, redirect: URL, run: Run): Promise<URL> => {
  const { wish, notes, ask } = run;
  const given = new Set<Given>();
  let answer = first;
  for (let page = 0; page < mostPages; page += 1) {
    const back = comingBack(answer, redirect);
    if (back !== null) return back;
    // A page that refuses may ask for the password again; what was refused is the status.
    if (answer.status !== 200) throw given.size > 0 || answer.status >= 500 ? refusedBy(answer) : unaskable(answer);
    const read = await pageOf(answer);
    const turn = turnOf(read, run, given);
    for (const one of turn.gives) given.add(one);
    notes.step(turn.step);
    const { url, method, body } = submit(read, answer, turn, wish);
    answer = await ask({
      url,
      method,
      headers: { origin: answer.url.origin, referer: `${answer.url.origin}/` },
      ...(body === null ? {} : { fields: body }),
      redirects,
      enough: (one) => comingBack(one, redirect) !== null,
    });
  }
  const back = comingBack(answer, redirect);
  if (back !== null) return back;
  throw new ProbeFailure('unexpected-answer', `expected to be let in within ${mostPages} pages, got more of them`);
};

const unaskable = ({ status }: Answer): ProbeFailure =>
  new ProbeFailure('unexpected-status', `expected status 200 with a page to log in, got ${status}`);

const unavailable = new Set(['server_error', 'temporarily_unavailable']);
/** The answer to the authorisation request: ours by its state, of the provider by its name, and a code. */
const codeIn = (back: URL, state: string, { issuer, namesItself }: Provider): string => {
  const given = back.searchParams;
  const error = given.get('error');
  if (given.get('state') !== state)
    throw new ProbeFailure(
      'mismatched-answer',
      `expected the state we sent, got ${given.has('state') ? 'another' : 'none'}`,
    );
  if (error !== null)
    throw new ProbeFailure(
      unavailable.has(error) ? 'not-serving' : 'login-refused',
      `expected a code, got ${errorWord(error)}`,
    );
  if (namesItself ? given.get('iss') !== issuer : given.has('iss') && given.get('iss') !== issuer)
    throw new ProbeFailure('mismatched-answer', `expected an answer of ${issuer} (iss), got another or none`);
  const code = given.get('code');
  if (code === null || code === '') throw new ProbeFailure('unexpected-answer', 'expected a code, got none');
  return code;
};

/** The authorisation request with PKCE (RFC 7636), and the login by which it is answered. */
export const logIn = async (provider: Provider, client: string, run: Run): Promise<Login> => {
  const { wish, notes, ask, asking } = run;
  if (provider.authorize === null)
    throw new ProbeFailure('unexpected-answer', 'expected an address as authorization_endpoint, got none');
  if (wish.redirect === undefined || !URL.canParse(wish.redirect))
    throw new ProbeFailure('could-not-run', 'expected the redirect address of the client, got none');
  const redirect = new URL(wish.redirect);
  const [state, nonce, verifier] = [random(run), random(run), random(run)];
  const url = new URL(provider.authorize);
  const parameters = [
    ['response_type', 'code'],
    ['client_id', client],
    ['redirect_uri', wish.redirect],
    ['scope', wish.scope ?? 'openid'],
    ['state', state],
    ['nonce', nonce],
    ['code_challenge', createHash('sha256').update(verifier).digest('base64url')],
    ['code_challenge_method', 'S256'],
    ...wish.parameters,
  ] as const;
  for (const [name, value] of parameters) url.searchParams.set(name, value);
  notes.step('authorize');
  const first = await ask({ url, redirects, enough: (answer) => comingBack(answer, redirect) !== null });
  const code = codeIn(await passPages(first, redirect, run), state, provider);
  asking.vault.hide(code);
  return { code, verifier, nonce };
};
