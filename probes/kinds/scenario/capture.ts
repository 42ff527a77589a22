import type { Capture } from '../../../infra/landscape/kinds/scenario.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Jar } from '../../wire/http/jar.ts';
import type { Answer } from '../../wire/http/request.ts';
import { patternOf } from '../../wire/pattern.ts';
import type { Scalar } from './template.ts';

/** Longer than any token, and short enough to be sent back. */
const longest = 16 * 1024;

/** What a step came to: its last answer, and how its JSON is read. */
export type Caught = { readonly answer: Answer; readonly jar: Jar; readonly json: () => unknown };

const fromJson = async (path: string, json: unknown): Promise<Scalar> => {
  // match() and search() are JavaScript's expressions inside the library: a long answer could keep them busy for ever.
  if (/\b(?:match|search)\s*\(/.test(path))
    throw new ProbeFailure('could-not-run', `expected a JSONPath without match and search, got ${path}`);
  const { query } = await import('jsonpath-rfc9535');
  // Safe: what JSON.parse gave is JSON.
  const found = (() => {
    try {
      return query(json as never, path);
    } catch (error) {
      throw new ProbeFailure('could-not-run', `expected a JSONPath (RFC 9535), got ${path}`, error);
    }
  })();
  const [value] = found;
  if (found.length !== 1)
    throw new ProbeFailure('unexpected-answer', `expected one value at ${path}, got ${found.length}`);
  if (typeof value === 'object' && value !== null)
    throw new ProbeFailure('unexpected-answer', `expected a text or a number at ${path}, got something larger`);
  return value ?? null;
};

const fromBody = (source: string, name: string, body: Buffer): string => {
  const matcher = patternOf(source).matcher(body.toString('utf8'));
  if (!matcher.find())
    throw new ProbeFailure('unexpected-answer', `expected a body that matches /${source}/, got none`);
  const named = new RegExp(`\\(\\?P?<${name}>`).test(source);
  const text = named ? matcher.group(name) : matcher.group(matcher.groupCount() > 0 ? 1 : 0);
  if (text === null || text === undefined)
    throw new ProbeFailure('unexpected-answer', `expected /${source}/ to catch ${name}, got a match without it`);
  return text;
};

const fromCookie = (cookie: string, { answer, jar }: Caught): string => {
  const pair = (jar.cookieFor(answer.url) ?? '').split('; ').find((one) => one.startsWith(`${cookie}=`));
  if (pair === undefined) throw new ProbeFailure('unexpected-answer', `expected a cookie ${cookie}, got none`);
  return pair.slice(cookie.length + 1);
};

const read = async (name: string, from: Capture, caught: Caught): Promise<Scalar> => {
  if ('json' in from) return await fromJson(from.json, caught.json());
  if ('body' in from) return fromBody(from.body, name, caught.answer.body);
  if ('cookie' in from) return fromCookie(from.cookie, caught);
  const value = caught.answer.headers[from.header.toLowerCase()];
  if (value === undefined) throw new ProbeFailure('unexpected-answer', `expected a header ${from.header}, got none`);
  return value;
};

/** One value out of an answer. What is not there is `unexpected-answer`; the value is never in a message. */
export const capture = async (name: string, from: Capture, caught: Caught): Promise<Scalar> => {
  const value = await read(name, from, caught);
  if (String(value).length > longest)
    throw new ProbeFailure('answer-too-large', `expected at most ${longest} characters for ${name}, got more`);
  return value;
};
