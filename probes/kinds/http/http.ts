import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe } from '../../observation.ts';
import { fetchAnswer } from '../../wire/http/fetch.ts';
import { measure } from '../../wire/measure.ts';
import { asserts, hold, looksAtBody } from './hold.ts';

const bodyLimit = 1024 * 1024;

/** One request to a URL over a new connection, the whole answer read, and held against what the check expects. */
export const http: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'http');
    // A coding can only be undone when all of the body is there.
    const whole = options.blind !== true || options.compression !== undefined || looksAtBody(options);
    const asking = { context, notes, limit: bodyLimit, whole };
    await fetchAnswer(aim, options, asking, (told) => {
      if (told.answer.body.length > 0) told.notes.say(`< ${told.shown(told.answer.body, 512)}`);
      return hold(options, told);
    });
    if (asserts(options)) notes.asserted();
  });
