import type { StreamOptions } from '../../../infra/landscape/kinds/stream.ts';
import type { Vault } from '../../discretion/vault.ts';
import type { Aim } from '../../observation.ts';
import { ProbeFailure } from '../failure.ts';
import { follow, urlOf } from '../http/follow.ts';
import { createJar, type Jar } from '../http/jar.ts';
import type { Answer, At, HttpRequest } from '../http/request.ts';
import { isObject, jsonOf } from '../json.ts';
import { secretOf } from '../secret.ts';

/** All that a stranger gets to see of us, and how we can read. */
const ours = { 'user-agent': 'Forvarsel', 'accept-encoding': 'gzip' };
const bodyLimit = 1024 * 1024;

export type Question = {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>> | string;
  /** @default 0 */
  readonly redirects?: number;
  readonly enough?: (answer: Answer) => boolean;
  /** Without the cookies of the run: what a program asks, not a person's browser. */
  readonly alone?: boolean;
};
/** What of an answer is read. */
export type Said = Pick<Answer, 'status' | 'headers' | 'body'>;
export type Ask = (question: Question) => Promise<Answer>;

export type Asking = {
  readonly aim: Aim;
  readonly at: At;
  readonly base: URL;
  readonly vault: Vault;
  readonly jar: Jar;
  readonly serverName: string | null;
  readonly trusted: boolean;
  /** What we show when a server asks who we are. */
  readonly client?: NonNullable<StreamOptions['client']> | undefined;
};

type Wish = {
  readonly serverName?: string | undefined;
  readonly trusted?: boolean | undefined;
  readonly client?: StreamOptions['client'] | undefined;
};
/** What all questions of a run about its target share, with a jar of its own; nothing the vault hides is said. */
export const askingOf = async (aim: Aim, wish: Wish, { at, vault }: Pick<Asking, 'at' | 'vault'>): Promise<Asking> => {
  const { serverName = null, trusted = true, client } = wish;
  return { aim, at, base: urlOf(aim.target), vault, jar: await createJar(), serverName, trusted, client };
};

/** A login in the address of the target is basic authentication. */
const basicOf = ({ username, password }: URL, vault: Vault): Readonly<Record<string, string>> => {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  vault.hide(login);
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
};

/** A certificate of ours, for a TLS peer that asks for one. */
export const certificateOf = (aim: Aim, client: StreamOptions['client']): Pick<HttpRequest, 'client'> =>
  client === undefined ? {} : { client: { cert: secretOf(aim, client.certificate), key: secretOf(aim, client.key) } };

/** Asks with what all requests of a run share; a form is a POST. */
export const createAsk =
  ({ aim, at, base, vault, jar, serverName, trusted, client }: Asking): Ask =>
  async ({ url, fields, redirects = 0, enough, alone = false, ...rest }) => {
    const form =
      fields === undefined ? null : typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
    const type = form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    return await follow(
      {
        url,
        method: rest.method ?? (form === null ? 'GET' : 'POST'),
        headers: { ...ours, ...type, ...(url.host === base.host ? basicOf(base, vault) : {}), ...rest.headers },
        body: form,
        // The name was declared for the target alone.
        serverName: url.host === base.host ? serverName : null,
        trusted,
        ...certificateOf(aim, client),
      },
      at,
      { limit: bodyLimit, redirects, ...(alone ? {} : { jar }), ...(enough === undefined ? {} : { enough }) },
    );
  };

/** Where another document says to go: http or https, and never back to plain from a target that is secured. */
export const addressIn = (text: unknown, name: string, base: URL): URL => {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new ProbeFailure(
      'unexpected-answer',
      `expected an address as ${name}, got ${text === undefined ? 'none' : 'something else'}`,
    );
  if (base.protocol === 'https:' && url.protocol !== 'https:')
    throw new ProbeFailure('unexpected-answer', `expected ${name} over https, got plain http`);
  return url;
};

/** A JSON object, of an answer nothing of whose content is shown. */
export const objectOf = ({ body, headers }: Said, name: string): Readonly<Record<string, unknown>> => {
  const type = headers['content-type'] ?? 'no content type';
  const value = jsonOf(body, () => `${body.length} bytes of ${type}`);
  if (isObject(value)) return value;
  throw new ProbeFailure('unexpected-answer', `expected ${name} as a JSON object, got another value`);
};
