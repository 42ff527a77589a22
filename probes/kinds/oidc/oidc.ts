import type { OidcOptions } from '../../../infra/landscape/kinds/oidc.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { createVault, discreet, discreetly } from '../../discretion/vault.ts';
import type { Probe } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { urlOf } from '../../wire/http/follow.ts';
import { pageOf, submissionOf } from '../../wire/http/form.ts';
import type { Answer } from '../../wire/http/request.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { type Ask, type Asking, askingOf, createAsk, objectOf } from '../../wire/oauth/ask.ts';
import { askToken, type Token } from '../../wire/oauth/grant.ts';
import { wordOf } from '../../wire/secret.ts';
import { holdOk, type Keys, keysIn, type Provider, providerIn } from './discovery.ts';
import { type Login, logIn } from './login.ts';
import { holdSaml, samlIn } from './saml.ts';
import { clockOf, holdBinding, holdClaims, holdTimes, verified } from './verify.ts';

const redirects = 3;

type Run = { readonly wish: OidcOptions; readonly notes: Notes; readonly ask: Ask; readonly asking: Asking };
type Known = { readonly provider: Provider; readonly keys: Keys };

const discover = async ({ wish, notes, ask, asking }: Run): Promise<Known> => {
  notes.step('discovery');
  const { base } = asking;
  const url = new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}/.well-known/openid-configuration`);
  const target = new URL(`${base.origin}${base.pathname}`);
  const provider = providerIn(await ask({ url, redirects }), { declared: wish.issuer, target });
  notes.step('keys');
  const keys = keysIn(await ask({ url: provider.keys, redirects }));
  notes.signal('keys', keys.set.keys.length);
  notes.signal('keys-hash', keys.hash);
  if (keys.from !== null) notes.signal('key-from', keys.from);
  if (keys.until !== null) notes.signal('key-until', keys.until);
  notes.say(`issuer ${provider.issuer}, ${keys.set.keys.length} keys`);
  notes.reach('protocol');
  return { provider, keys };
};

const clientOf = ({ client }: OidcOptions): NonNullable<OidcOptions['client']> => {
  if (client === undefined) throw new ProbeFailure('could-not-run', 'expected a client, got none');
  return client;
};

const tokenFor = async (run: Run, { token: url }: Provider, fields: Readonly<Record<string, string>>) => {
  const { wish, notes, ask, asking } = run;
  if (url === null) throw new ProbeFailure('unexpected-answer', 'expected an address as token_endpoint, got none');
  notes.step('token');
  const client = clientOf(wish);
  let answered: Answer | null = null;
  const noting: Ask = async (question) => {
    answered = await ask(question);
    return answered;
  };
  const token = await askToken(noting, asking, { url, client, family: 'openid', fields });
  if (token.lifetime !== null) notes.signal('token-lifetime', token.lifetime);
  holdScope(wish, token);
  const clock = answered === null ? null : clockOf(answered, Date.now() / 1000);
  return { token, clock };
};

/** RFC 6749 §5.1: a provider that gives less than it was asked for says what it gave. */
const holdScope = ({ scope: wanted }: OidcOptions, { scope: given }: Token): void => {
  if (wanted === undefined || given === null) return;
  const got = new Set(given.split(' '));
  // Whether a login may be kept going is often the provider's to decide.
  const missing = wanted.split(/\s+/).find((one) => one !== 'offline_access' && !got.has(one));
  if (missing !== undefined)
    throw new ProbeFailure('unexpected-answer', `expected a token with the scope ${missing}, got one without it`);
};

/** What the id token says of this login, once all of it is true. Gives the subject. */
const holdIdToken = async (
  run: Run,
  { provider, keys }: Known,
  { token, clock, nonce }: { readonly token: Token; readonly clock: number | null; readonly nonce: string },
): Promise<string> => {
  const { wish, notes, asking } = run;
  if (token.id === null) throw new ProbeFailure('unexpected-answer', 'expected an id_token in the answer, got none');
  const client = wordOf(asking.aim, clientOf(wish).id);
  const read = await verified(token.id, { keys: keys.set, issuer: provider.issuer, audience: client });
  const now = Date.now() / 1000;
  const issued = read.claims.iat;
  if (typeof issued === 'number' && Number.isFinite(issued)) notes.signal('skew', Math.round(issued - now) + 0);
  holdTimes(read.claims, { now, bound: wish.skew, clock });
  const subject = holdBinding(read, { nonce, client, access: token.access });
  asking.vault.hide(subject);
  if (await holdClaims(read.claims, wish.claims)) notes.asserted();
  notes.reach('session');
  return subject;
};

const userinfo = async (run: Run, { provider, keys }: Known, access: string, subject: string): Promise<void> => {
  const { wish, notes, ask, asking } = run;
  const url = provider.userinfo;
  if (url === null) throw new ProbeFailure('unexpected-answer', 'expected an address as userinfo_endpoint, got none');
  notes.step('userinfo');
  const answer = await ask({ url, headers: { authorization: `Bearer ${access}` }, alone: true });
  if (answer.status === 401)
    throw new ProbeFailure('token-invalid', 'expected to be known by the token given a moment ago, got status 401');
  holdOk(answer, 'the user');
  const signed = /^application\/jwt\b/i.test(answer.headers['content-type'] ?? '');
  const audience = wordOf(asking.aim, clientOf(wish).id);
  const said = signed
    ? (await verified(answer.body.toString('utf8').trim(), { keys: keys.set, issuer: provider.issuer, audience }))
        .claims
    : objectOf(answer, 'the user');
  if (said['sub'] !== subject)
    throw new ProbeFailure('mismatched-answer', 'expected the user who logged in (sub), got another');
  notes.reach('transaction');
  notes.asserted();
};

/** RP-initiated logout: some providers ask first. */
const logout = async ({ wish, notes, ask, asking }: Run, url: URL, idToken: string): Promise<void> => {
  notes.step('logout');
  const at = new URL(url);
  at.searchParams.set('id_token_hint', idToken);
  at.searchParams.set('client_id', wordOf(asking.aim, clientOf(wish).id));
  const answer = await ask({ url: at, redirects });
  const done = (status: number) => {
    if (status >= 400) throw new ProbeFailure('unexpected-status', `expected to be logged out, got status ${status}`);
  };
  done(answer.status);
  if (answer.status !== 200 || !/\bhtml\b/i.test(answer.headers['content-type'] ?? '')) return;
  const page = await pageOf(answer);
  const [form] = page.forms;
  if (form === undefined) return;
  const button = form.buttons[0]?.[0];
  const sent = submissionOf(page, answer.url, { form: 1, fill: [], ...(button === undefined ? {} : { button }) });
  // It leads to the page the provider shows when all is done, often our own: only the answer of the provider counts.
  const { status } = await ask({
    url: sent.url,
    method: sent.method,
    ...(sent.body === null ? {} : { fields: sent.body }),
  });
  done(status);
};

const leave = async (run: Run, { provider }: Known, idToken: string): Promise<void> => {
  if (run.wish.logout === false) return;
  if (provider.logout !== null) return await logout(run, provider.logout, idToken);
  if (run.wish.logout === true)
    throw new ProbeFailure('unexpected-answer', 'expected an address as end_session_endpoint, got none');
};

const redeem = (run: Run, provider: Provider, { code, verifier }: Login) =>
  tokenFor(run, provider, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: run.wish.redirect ?? '',
    code_verifier: verifier,
  });

/** A login as a person has it, from the request to the way out. Whatever fails after it, the session is ended. */
const loginOf = async (run: Run, known: Known): Promise<void> => {
  const { wish, notes, asking } = run;
  const login = await logIn(known.provider, wordOf(asking.aim, clientOf(wish).id), run);
  const { token, clock } = await redeem(run, known.provider, login);
  try {
    const subject = await holdIdToken(run, known, { token, clock, nonce: login.nonce });
    if (wish.userinfo) await userinfo(run, known, token.access, subject);
  } catch (error) {
    notes.ifLate(error instanceof ProbeFailure ? () => error : null);
    if (token.id !== null) await leave(run, known, token.id).catch(() => undefined);
    throw error;
  }
  await leave(run, known, token.id ?? '');
};

const samlMetadata = async ({ notes, ask }: Run, url: URL): Promise<void> => {
  notes.step('saml-metadata');
  const answer = await ask({ url, redirects });
  holdOk(answer, 'SAML metadata');
  const metadata = await samlIn(answer);
  const { certificates, validUntil } = metadata;
  const ends = Math.min(...certificates.map(({ until }) => until));
  notes.signal('saml-certificate', ends);
  if (validUntil !== null) notes.signal('saml-valid-until', validUntil);
  notes.say(`${certificates.length} signing certificates, the first ends ${new Date(ends * 1000).toISOString()}`);
  holdSaml(metadata, Date.now() / 1000);
};

const follow = async (run: Run): Promise<void> => {
  const { flow, samlMetadata: metadata, scope } = run.wish;
  if (flow === 'saml') return await samlMetadata(run, run.asking.base);
  const known = await discover(run);
  if (flow === 'code') await loginOf(run, known);
  if (flow === 'client-credentials') {
    await tokenFor(run, known.provider, {
      grant_type: 'client_credentials',
      ...(scope === undefined ? {} : { scope }),
    });
    run.notes.reach('session');
  }
  if (metadata !== undefined) await samlMetadata(run, urlOf(metadata));
};

/**
 * Logs in as a person would, without a browser: discovery, keys, the authorisation with PKCE, the pages of the provider,
 * token, userinfo, logout, each with its time. Or less of it, as the flow says; how deep it went is what it claims.
 */
export const oidc: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const wish = optionsOf(aim.check, 'oidc');
    const vault = createVault();
    const quiet = discreet(notes, vault);
    const asking = await askingOf(aim, { ...wish, client: wish.tlsClient }, { at: { context, notes: quiet }, vault });
    const run: Run = { wish, notes: quiet, ask: createAsk(asking), asking };
    await discreetly(vault, () => follow(run));
  });
