import { createPrivateKey, hash } from 'node:crypto';
import type { TokenOptions } from '../../../infra/landscape/kinds/asking.ts';
import { secretsIn } from '../../../infra/landscape/options.ts';
import { discreet, discreetly, type Vault } from '../../discretion/vault.ts';
import { type Aim, type Phase, secretKey } from '../../observation.ts';
import { failureOf, ProbeFailure } from '../failure.ts';
import { proxyOf, tlsOf } from '../http/asked.ts';
import { exchange } from '../http/exchange.ts';
import { urlOf } from '../http/follow.ts';
import { createJar } from '../http/jar.ts';
import type { At } from '../http/request.ts';
import type { Notes } from '../measure.ts';
import { secretOf, wordOf } from '../secret.ts';
import type { Ask } from './ask.ts';
import { askToken, type Grant } from './grant.ts';

/** Tokens of OAuth 2, kept per configuration: a token for every run would be a burden to the login service. */

const bodyLimit = 256 * 1024;
/** A token that says nothing of its end is not kept for long. */
const unsaidMs = 5 * 60_000;
/** A token is not used for the last of its time: it must hold until it is looked at. */
const spareMs = 10_000;
const most = 256;
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

type Kept = { readonly token: string; readonly until: number };
const kept = new Map<string, Kept>();

/** The same login from the same place; another secret under the same name is another login. */
const keyOf = (aim: Aim, options: TokenOptions, { context }: At): string => {
  const secrets = secretsIn(options).map((secret) => aim.secrets?.[secretKey(secret)]);
  return hash('sha256', JSON.stringify([options, secrets, context.source]));
};

/** The way to a token is no phase of the run, and nothing of it is what the run found; lateness means what it means. */
const aside = (notes: Notes) => {
  let phase: Phase | null = null;
  const quiet: Notes = {
    ...notes,
    enter: (next) => {
      phase = next;
      notes.enter(next);
      notes.leave();
    },
    leave: () => undefined,
    reach: () => undefined,
    asserted: () => undefined,
    signal: () => undefined,
    fact: () => undefined,
  };
  return { notes: quiet, phase: () => phase };
};

/** A failure on the way to a token says that it was on that way. */
const onTheWay = (error: unknown, phase: Phase | null): ProbeFailure => {
  const { reason, message } = failureOf(error, phase);
  return new ProbeFailure(reason, `for a token: ${message}`, error);
};

const assertionOf = async (aim: Aim, { client, url, bearer }: TokenOptions, vault: Vault): Promise<string> => {
  const { SignJWT } = await import('jose');
  if (client.key === undefined) throw new ProbeFailure('could-not-run', 'expected a key for an assertion, got none');
  const issuer = bearer?.issuer ?? wordOf(aim, client.id);
  try {
    const signed = await new SignJWT({ ...bearer?.claims })
      .setProtectedHeader({
        alg: client.algorithm ?? 'RS256',
        typ: 'JWT',
        ...(client.keyId === undefined ? {} : { kid: client.keyId }),
      })
      .setIssuer(issuer)
      .setAudience(bearer?.audience ?? wordOf(aim, url))
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(createPrivateKey(secretOf(aim, client.key)));
    vault.hide(signed);
    return signed;
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    // The error may repeat the key.
    throw new ProbeFailure('could-not-run', 'expected a private key (PEM) that signs an assertion, got another');
  }
};

const fieldsOf = async (aim: Aim, options: TokenOptions, vault: Vault): Promise<Record<string, string>> => ({
  ...(options.bearer === undefined
    ? { grant_type: 'client_credentials' }
    : { grant_type: jwtBearer, assertion: await assertionOf(aim, options, vault) }),
  ...(options.scope === undefined ? {} : { scope: options.scope }),
  ...Object.fromEntries((options.fields ?? []).map(([name, word]) => [name, wordOf(aim, word)])),
});

const form = 'application/x-www-form-urlencoded';
/** One request to the token endpoint. It is declared: what may be probed does not bind it. */
const askOf =
  (aim: Aim, { tls = {}, proxy }: TokenOptions, { context, notes }: At): Ask =>
  ({ url, headers = {}, fields = {} }) =>
    exchange(
      {
        url,
        method: 'POST',
        headers: { 'user-agent': 'Forvarsel', 'content-type': form, ...headers },
        body: new URLSearchParams(fields).toString(),
        ...tlsOf(aim, tls),
        ...(proxy === undefined ? {} : { proxy: proxyOf(aim, proxy) }),
      },
      { context: { ...context, allowed: null }, notes },
      bodyLimit,
    );

const grantOf = async (aim: Aim, options: TokenOptions, vault: Vault): Promise<Grant> => ({
  url: urlOf(wordOf(aim, options.url)),
  client: options.bearer === undefined ? options.client : { ...options.client, method: 'none' },
  family: 'openid',
  fields: await fieldsOf(aim, options, vault),
});

/** A shared secret may be shown in two ways, and some peers take only the one. */
const otherWay = ({ client }: Grant): Grant['client'] | null => {
  if (client.method === 'client_secret_basic') return { ...client, method: 'client_secret_post' };
  return client.method === 'client_secret_post' ? { ...client, method: 'client_secret_basic' } : null;
};

const askAll = async (aim: Aim, options: TokenOptions, at: At, vault: Vault): Promise<Kept> => {
  const grant = await grantOf(aim, options, vault);
  const serverName = options.tls?.serverName ?? null;
  const asking = { aim, at, base: grant.url, vault, jar: await createJar(), serverName, trusted: true };
  const post = askOf(aim, options, at);
  const other = options.either === true ? otherWay(grant) : null;
  const token = await askToken(post, asking, grant).catch(async (error: unknown) => {
    if (other === null || !(error instanceof ProbeFailure) || error.reason !== 'login-refused') throw error;
    return await askToken(post, asking, { ...grant, client: other });
  });
  const lives = token.lifetime === null ? unsaidMs : token.lifetime * 1000 - spareMs;
  return { token: token.access, until: at.context.now() + lives };
};

const ask = async (aim: Aim, options: TokenOptions, at: At, vault: Vault): Promise<Kept> => {
  const { notes, phase } = aside(at.notes);
  try {
    return await discreetly(vault, () => askAll(aim, options, { ...at, notes: discreet(notes, vault) }, vault));
  } catch (error) {
    if (at.context.signal.aborted) throw error;
    throw onTheWay(error, phase());
  }
};

export type Had = {
  readonly token: string;
  /** It was there before this run: a peer that refuses it may only find it too old. */
  readonly old: boolean;
  readonly forget: () => void;
};

/** A token that is still good, kept or new; the vault hides it. A refusal is `login-refused`. */
export const tokenOf = async (aim: Aim, options: TokenOptions, at: At, vault: Vault): Promise<Had> => {
  const key = keyOf(aim, options, at);
  const forget = (): void => {
    kept.delete(key);
  };
  const known = kept.get(key);
  if (known !== undefined && known.until > at.context.now()) {
    vault.hide(known.token);
    return { token: known.token, old: true, forget };
  }
  const fresh = await ask(aim, options, at, vault);
  for (const oldest of kept.keys()) {
    if (kept.size < most) break;
    kept.delete(oldest);
  }
  kept.set(key, fresh);
  return { token: fresh.token, old: false, forget };
};
