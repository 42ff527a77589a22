import {
  mayWrite,
  type ScenarioOptions,
  type ScenarioStep,
  type StepBody,
} from '../../../infra/landscape/kinds/scenario.ts';
import type { Secret } from '../../../infra/landscape/model.ts';
import { refusePerson } from '../../discretion/person.ts';
import type { Vault } from '../../discretion/vault.ts';
import type { Aim } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { follow } from '../../wire/http/follow.ts';
import { pageOf, submissionOf } from '../../wire/http/form.ts';
import type { Jar } from '../../wire/http/jar.ts';
import type { Answer, At, HttpRequest } from '../../wire/http/request.ts';
import { jsonOf } from '../../wire/json.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { capture } from './capture.ts';
import { holdStep } from './hold.ts';
import { escapeFor, escapes, fillJson, fillText, fillUrl } from './template.ts';
import type { Variables } from './variables.ts';

const bodyLimit = 1024 * 1024;
const defaultRedirects = 5;
/** All that a stranger gets to see of us, and how we can read. */
const ours = { 'user-agent': 'Forvarsel', 'accept-encoding': 'gzip' };
const formType = 'application/x-www-form-urlencoded';

/** What the steps of one run share. */
export type Stage = {
  readonly aim: Aim;
  readonly options: ScenarioOptions;
  readonly base: URL;
  readonly jar: Jar;
  readonly vault: Vault;
  readonly variables: Variables;
};

type Sent = Pick<HttpRequest, 'url' | 'method'> & {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

const wordIn = ({ aim, vault, variables }: Stage, word: string | Secret): string => {
  if (typeof word === 'string') return fillText(word, variables.lookUp, escapes.none);
  const value = wordOf(aim, word);
  vault.hide(value);
  return value;
};

const headersOf = (step: ScenarioStep, stage: Stage): Record<string, string> =>
  Object.fromEntries(
    (step.headers ?? []).map(([name, word]) => {
      const value = wordIn(stage, word);
      if (/[\r\n\0]/.test(value))
        throw new ProbeFailure('could-not-run', `expected a value of one line for the header ${name}, got several`);
      return [name.toLowerCase(), value];
    }),
  );

const bodies: readonly ((
  body: StepBody,
  stage: Stage,
  type: string,
) => { readonly type: string | null; readonly text: string } | null)[] = [
  (body, { variables }, type) =>
    'text' in body ? { type: null, text: fillText(body.text, variables.lookUp, escapeFor(type)) } : null,
  (body, { variables }) =>
    'json' in body
      ? { type: 'application/json', text: JSON.stringify(fillJson(JSON.parse(body.json), variables.lookUp)) }
      : null,
  (body, stage) =>
    'form' in body
      ? {
          type: formType,
          text: new URLSearchParams(body.form.map(([name, word]) => [name, wordIn(stage, word)])).toString(),
        }
      : null,
];

const addressOf = (step: ScenarioStep, { base, variables }: Stage): URL => {
  const text = fillUrl(step.url ?? '', variables.lookUp);
  const url = URL.canParse(text, base.href) ? new URL(text, base.href) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new ProbeFailure('could-not-run', 'expected an address of http or https, got something else');
  return url;
};

const requestOf = (step: ScenarioStep, stage: Stage): Sent => {
  const headers = headersOf(step, stage);
  const { body } = step;
  const made =
    body === undefined
      ? null
      : bodies.map((make) => make(body, stage, headers['content-type'] ?? '')).find((one) => one !== null);
  const type = made?.type ?? null;
  return {
    url: addressOf(step, stage),
    method: step.method,
    headers: { ...(type === null ? {} : { 'content-type': type }), ...headers },
    body: made?.text ?? null,
  };
};

const submissionFor = async (step: ScenarioStep, stage: Stage, page: Answer | null): Promise<Sent> => {
  const { submit } = step;
  if (submit === undefined || page === null)
    throw new ProbeFailure('could-not-run', 'expected a page with a form from the step before, got none');
  const { fill, ...rest } = submit;
  const filled = fill.map(([name, word]) => [name, wordIn(stage, word)] as const);
  const made = submissionOf(await pageOf(page), page.url, { ...rest, fill: filled });
  const origin = { origin: page.url.origin, referer: `${page.url.origin}/` };
  return { ...made, headers: made.body === null ? {} : { 'content-type': formType, ...origin } };
};

/** A login in the address is basic authentication, and does not stand in the address that is asked. */
const withLogin = (sent: Sent, { vault }: Stage): Sent => {
  const { username, password } = sent.url;
  if (username === '' && password === '') return sent;
  const url = new URL(sent.url);
  url.username = '';
  url.password = '';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  vault.hide(login);
  return {
    ...sent,
    url,
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}`, ...sent.headers },
  };
};

const carriesLogin = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** What is sent holds no person but the agreed one, and changes nothing without an approval. */
const refuseHarm = ({ url, method, headers, body }: Sent, { options, variables }: Stage): void => {
  if (mayWrite({ method }) && options.writes === undefined)
    throw new ProbeFailure('could-not-run', `expected an approval (writes) for ${method}, got none; nothing was sent`);
  const values = Object.entries(headers).flatMap(([name, value]) => (carriesLogin.has(name) ? [] : [value]));
  refusePerson([`${url.pathname}${url.search}`, ...values, body ?? ''], variables.identity);
};

const captureAll = async (step: ScenarioStep, answer: Answer, stage: Stage, at: At): Promise<unknown> => {
  const { vault, variables, jar } = stage;
  const json = () => jsonOf(answer.body, () => `"${vault.excerpt(answer.body)}"`);
  let first: unknown = null;
  for (const [name, from] of step.capture ?? [])
    try {
      const value = await capture(name, from, { answer, jar, json });
      variables.set(name, value);
      if (from.signal === true) at.notes.signal(`captured:${name}`, numberOf(name, value));
    } catch (error) {
      first ??= error;
    }
  return first;
};

const numberOf = (name: string, value: unknown): number => {
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value ?? Number.NaN);
  if (Number.isFinite(number)) return number;
  throw new ProbeFailure('unexpected-answer', `expected ${name} to be a number, got something else`);
};

/** Plays one step: asks, follows, captures, and holds the answer against what is expected. Gives the page it came to. */
export const playStep = async (step: ScenarioStep, stage: Stage, at: At & { readonly page: Answer | null }) => {
  const { options, vault, variables, jar } = stage;
  for (const [, from] of step.capture ?? []) if ('header' in from) vault.hideHeader(from.header);
  const made = step.submit === undefined ? requestOf(step, stage) : await submissionFor(step, stage, at.page);
  const sent = withLogin(made, stage);
  refuseHarm(sent, stage);
  const { serverName = null, trusted = true, client } = options;
  // Name and certificate were declared for the target alone.
  const own = sent.url.host === stage.base.host;
  const request = {
    ...sent,
    headers: { ...ours, ...sent.headers },
    serverName: own ? serverName : null,
    trusted,
    ...(own && client !== undefined
      ? { client: { cert: secretOf(stage.aim, client.certificate), key: secretOf(stage.aim, client.key) } }
      : {}),
  };
  const answer = await follow(request, at, {
    limit: bodyLimit,
    redirects: step.redirects ?? defaultRedirects,
    jar,
    enough: ({ status }) => step.status?.includes(status) === true,
  });
  const missed = await captureAll(step, answer, stage, at);
  if (answer.body.length > 0) at.notes.say(`< ${vault.excerpt(answer.body, 300)}`);
  const json = () => jsonOf(answer.body, () => `"${vault.excerpt(answer.body)}"`);
  await holdStep(step, { answer, json, vars: variables.captured(), vault });
  if (missed !== null) throw missed;
  return answer;
};
