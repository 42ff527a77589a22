import { optionsOf } from '../../../infra/landscape/kinds.ts';
import type { Aim, Probe } from '../../observation.ts';
import { excerpt } from '../../redact.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { fetchAnswer, holdStatus } from '../../wire/fetch.ts';
import type { Answer } from '../../wire/http/request.ts';
import { measure } from '../../wire/measure.ts';
import { patternOf } from '../../wire/pattern.ts';

const bodyLimit = 1024 * 1024;

const holdHeaders = ({ check }: Aim, { headers }: Answer): void => {
  for (const [name, source] of Object.entries(optionsOf(check, 'http').headerMatches ?? {})) {
    const value = headers[name.toLowerCase()];
    if (value === undefined || !patternOf(source).test(value))
      throw new ProbeFailure(
        'unexpected-answer',
        `expected header ${name} to match /${source}/, got ${value === undefined ? 'none' : `"${excerpt(value)}"`}`,
      );
  }
};

const holdBody = ({ check }: Aim, { body }: Answer): void => {
  const source = optionsOf(check, 'http').bodyMatches;
  if (source === undefined || patternOf(source).test(body.toString('utf8'))) return;
  throw new ProbeFailure('unexpected-answer', `expected a body that matches /${source}/, got "${excerpt(body)}"`);
};

/** One request to a URL over a new connection, the whole answer read, and held against what the check expects. */
export const http: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const { status, headerMatches, bodyMatches } = optionsOf(aim.check, 'http');
    const answer = await fetchAnswer(aim, { context, notes }, bodyLimit);
    if (answer.body.length > 0) notes.say(`< ${excerpt(answer.body, 512)}`);
    holdStatus(aim, answer);
    holdHeaders(aim, answer);
    holdBody(aim, answer);
    if (status !== undefined || headerMatches !== undefined || bodyMatches !== undefined) notes.asserted();
  });
