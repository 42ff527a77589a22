import { optionsOf } from '../../infra/landscape/kinds.ts';
import type { Aim } from '../observation.ts';
import { ProbeFailure } from './failure.ts';
import { follow, urlOf } from './http/follow.ts';
import type { Answer, At, HttpRequest } from './http/request.ts';

const ours = { 'user-agent': 'Forvarsel', 'accept-encoding': 'gzip' };

const firstOf = ({ check, target }: Aim): HttpRequest => {
  const url = urlOf(target);
  const { headers = {}, method = 'GET', body = null, serverName = null, trusted = true } = optionsOf(check, 'http');
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const basic = login === ':' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    url,
    method: method.toUpperCase(),
    headers: { ...ours, ...basic, ...lower },
    body,
    serverName,
    trusted,
  };
};

/** Asks for the target over new connections, following as many redirects as the check allows; the last answer counts. */
export const fetchAnswer = async (aim: Aim, at: At, limit: number): Promise<Answer> => {
  const { redirects = 0, status } = optionsOf(aim.check, 'http');
  return await follow(firstOf(aim), at, {
    limit,
    redirects,
    enough: (answer) => status?.includes(answer.status) === true,
  });
};

/** The status the check asks for, by default any of success. */
export const holdStatus = ({ check }: Aim, { status }: Answer): void => {
  const expect = optionsOf(check, 'http');
  const fits = expect.status === undefined ? status >= 200 && status <= 299 : expect.status.includes(status);
  if (!fits)
    throw new ProbeFailure(
      'unexpected-status',
      `expected status ${expect.status?.join(' or ') ?? '200 to 299'}, got ${status}`,
    );
};
