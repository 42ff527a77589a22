import { excerpt, printable } from '../../discretion/redact.ts';
import { type Acknowledgement, fieldOf, type ReadMessage, type Trouble } from './segments.ts';

/** What may be shown of a message: names of segments, fields of the header, codes. Never what is said of a person. */

/** HL7 table 0008. */
const codes: Readonly<Record<string, string>> = {
  AA: 'accepted',
  AE: 'application error',
  AR: 'application reject',
  CA: 'committed',
  CE: 'commit error',
  CR: 'commit reject',
};
/** HL7 table 0357, in our words. */
const errors: Readonly<Record<string, string>> = {
  '100': 'segments out of order',
  '101': 'a required field is missing',
  '102': 'a field of the wrong type',
  '103': 'a value no table has',
  '200': 'message type not supported',
  '201': 'event not supported',
  '202': 'processing id not supported',
  '203': 'version not supported',
  '204': 'unknown key',
  '205': 'key already in use',
  '206': 'record locked',
  '207': 'internal error',
};

const withWords = (code: string, words: Readonly<Record<string, string>>): string =>
  words[code] === undefined ? code : `${code} (${words[code]})`;
/** A code or an id as it stands; anything that could be prose is cut down to what codes are made of. */
const codeLike = (value: string): string =>
  printable(value.slice(0, 40).replaceAll(/[^\w^.:+-]/g, '?')) + (value.length > 40 ? '…' : '');
const nameOf = (name: string): string => (/^[A-Z][A-Z0-9]{2}$/.test(name) ? name : '???');

const tokens = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\d]{2,}/gu) ?? [];
const shownSegments: ReadonlySet<string> = new Set(['MSH', 'MSA', 'ERR']);
/** Every word of the other segments, and of what we said of a person ourselves. */
const privateWords = ({ segments }: ReadMessage, ours: readonly string[]): ReadonlySet<string> =>
  new Set([
    ...segments
      .filter(({ name }) => !shownSegments.has(name))
      .flatMap(({ fields }) => fields.flatMap((field) => tokens(field.slice(0, 1000)))),
    ...ours.flatMap(tokens),
  ]);

/**
 * Free text of a peer as far as it is prose: what has the shape of HL7 data is withheld, words that stand in a segment
 * about a person and numbers of six digits and more are masked.
 */
const prose = (text: string, hidden: ReadonlySet<string>): string => {
  if (text.trim() === '') return '';
  if (/[|^~&\r\n]/.test(text)) return '(text withheld)';
  const masked = text
    .slice(0, 400)
    .replaceAll(/[\p{L}\d]{2,}/gu, (word) => (hidden.has(word.toLowerCase()) || /\d{6}/.test(word) ? '***' : word));
  return `"${excerpt(masked, 100)}"`;
};

const shownFields = [7, 9, 10, 11, 12] as const;
/** `MSH 7=… 9=… 10=… 11=… 12=…, MSA AA, ERR 207, PID`. */
export const describe = (message: ReadMessage, acknowledgement: Acknowledgement | null): string => {
  let errorsSeen = 0;
  const one = (segment: ReadMessage['segments'][number]): string => {
    const { name } = segment;
    if (name === 'MSH')
      return `MSH ${shownFields.map((number) => `${number}=${codeLike(fieldOf(segment, number))}`).join(' ')}`;
    if (name === 'MSA') return `MSA ${codeLike(acknowledgement?.code ?? '')}`;
    if (name === 'ERR') {
      const trouble = acknowledgement?.troubles[errorsSeen];
      errorsSeen += 1;
      return `ERR ${codeLike(trouble?.code ?? '')}`.trimEnd();
    }
    return nameOf(name);
  };
  const shown = message.segments.slice(0, 20).map(one);
  const more = message.segments.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
};

export const codeWords = (code: string): string => withWords(codeLike(code), codes);

/** Why it was refused, as far as the peer says: `207 (internal error) "queue full"`. */
export const troubleWords = (
  acknowledgement: Acknowledgement,
  message: ReadMessage,
  ours: readonly string[],
): string => {
  const hidden = privateWords(message, ours);
  const one = ({ code, texts }: Trouble): string =>
    [code === '' ? '' : withWords(codeLike(code), errors), ...texts.map((text) => prose(text, hidden))]
      .filter((part) => part !== '')
      .join(' ');
  const all = [prose(acknowledgement.text, hidden), ...acknowledgement.troubles.map(one)];
  return [...new Set(all.filter((part) => part !== ''))].join('; ');
};
