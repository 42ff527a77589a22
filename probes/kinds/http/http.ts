import { optionsOf } from '../../../infra/landscape/kinds.ts';
import type { Probe } from '../../observation.ts';
import { measure } from '../../wire/measure.ts';
import { shownOf } from '../../wire/shown.ts';
import { fetchAnswer } from './fetch.ts';
import { asserts, hold, looksAtBody } from './hold.ts';

const bodyLimit = 1024 * 1024;

/** One request to a URL over a new connection, the whole answer read, and held against what the check expects. */
export const http: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'http');
    // A coding can only be undone when all of the body is there.
    const whole = options.blind !== true || options.compression !== undefined || looksAtBody(options);
    const answer = await fetchAnswer(aim, options, { context, notes }, { limit: bodyLimit, whole });
    const shown = shownOf(aim);
    if (answer.body.length > 0) notes.say(`< ${shown(answer.body, 512)}`);
    await hold(options, { answer, notes, shown });
    if (asserts(options)) notes.asserted();
  });
