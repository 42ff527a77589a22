import type { OAuthClient } from '../../../infra/landscape/kinds/client.ts';
import { ProbeFailure } from '../failure.ts';
import type { Answer } from '../http/request.ts';
import { isObject, jsonOf } from '../json.ts';
import { type Ask, type Asking, objectOf } from './ask.ts';
import { credentialsOf, type Family } from './client.ts';

/** RFC 6749 §5.2 and its extensions: the only words of a refusal that are repeated. */
const errors = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_dpop_proof',
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
]);
export const errorWord = (value: unknown): string =>
  typeof value === 'string' && errors.has(value) ? value : 'an error it has no word for';

const refusalIn = ({ body }: Answer): string => {
  try {
    const value = jsonOf(body, () => '');
    return isObject(value) && value['error'] !== undefined ? ` ${errorWord(value['error'])}` : '';
  } catch {
    return '';
  }
};

export type Token = {
  readonly access: string;
  readonly id: string | null;
  readonly refresh: string | null;
  /** Seconds; null when it does not say. */
  readonly lifetime: number | null;
  readonly scope: string | null;
};

export type Grant = {
  readonly url: URL;
  readonly client: OAuthClient;
  readonly family: Family;
  /** `grant_type` and what belongs to it. */
  readonly fields: Readonly<Record<string, string>>;
};

const refused = new Set([400, 401, 403]);
const textIn = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Asks for a token and hides it. A refusal is `login-refused`; an answer that holds no bearer token is not one. */
export const askToken = async (ask: Ask, { aim, vault }: Asking, grant: Grant): Promise<Token> => {
  const { url, client, family, fields } = grant;
  const own = await credentialsOf(aim, client, { audience: url.href, family, vault });
  const answer = await ask({
    url,
    headers: { accept: 'application/json', ...own.headers },
    fields: { ...fields, ...own.fields },
    alone: true,
  });
  if (refused.has(answer.status))
    throw new ProbeFailure('login-refused', `expected a token, got status ${answer.status}${refusalIn(answer)}`);
  if (answer.status !== 200)
    throw new ProbeFailure('unexpected-status', `expected status 200 with a token, got ${answer.status}`);
  const given = objectOf(answer, 'a token');
  const [access, id, refresh] = [given['access_token'], given['id_token'], given['refresh_token']].map(textIn);
  for (const secret of [access, id, refresh]) if (secret !== null && secret !== undefined) vault.hide(secret);
  if (given['error'] !== undefined)
    throw new ProbeFailure('login-refused', `expected a token, got ${errorWord(given['error'])} with status 200`);
  if (access === null || access === undefined)
    throw new ProbeFailure('unexpected-answer', 'expected an access_token in the answer, got none');
  if (String(given['token_type']).toLowerCase() !== 'bearer')
    throw new ProbeFailure('unexpected-answer', 'expected a token of type Bearer, got another type');
  const lifetime = Number(given['expires_in'] ?? Number.NaN);
  if (Number.isFinite(lifetime) && lifetime <= 0)
    throw new ProbeFailure(
      'token-invalid',
      `expected a token that is still good, got one with ${lifetime} seconds left`,
    );
  return {
    access,
    id: id ?? null,
    refresh: refresh ?? null,
    lifetime: Number.isFinite(lifetime) ? lifetime : null,
    scope: textIn(given['scope']),
  };
};
