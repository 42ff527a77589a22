import type { Unsaid } from '../../infra/import/model.ts';
import { reasons } from '../../infra/import/reasons.ts';
import { say, type Voice } from './output.ts';

/** Why something of a file is not said, in the reader's language. */
export const unsaidWhy = (voice: Voice, { reason, detail }: Unsaid): string =>
  // A function, so that no sign in the detail is taken for a place in the sentence.
  say(voice, reasons[reason]).replace('%s', () => detail ?? '');
export const unsaidLine = (voice: Voice, one: Unsaid): string => {
  const not = say(voice, { en: 'not said', da: 'ikke sagt' });
  return `${one.file}:${one.line}:${one.column} ${not}${one.path === '' ? '' : ` ${one.path}`}: ${unsaidWhy(voice, one)}`;
};
