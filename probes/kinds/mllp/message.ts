import { randomInt } from 'node:crypto';
import { isPersonal, type MllpOptions, takesIdentity } from '../../../infra/landscape/kinds/mllp.ts';
import { refusePerson } from '../../discretion/person.ts';
import { ProbeFailure } from '../../wire/failure.ts';

/** One message as it goes out. */
export type Outgoing = {
  readonly bytes: Buffer;
  /** MSH-10. */
  readonly control: string;
  /** What stands in it about a person: never to be shown, not even when the peer repeats it. */
  readonly personal: readonly string[];
};

const ours = (message: string): ProbeFailure => new ProbeFailure('could-not-run', message);

/** UTC with its offset, as HL7 writes a moment. */
export const stamp = (at: Date): string => `${at.toISOString().replaceAll(/[-:T]|\..*$/g, '')}+0000`;

/** Letters alone: ten digits could be somebody's number. */
export const controlId = (prefix: string): string =>
  prefix + Array.from({ length: 10 }, () => String.fromCharCode(65 + randomInt(26))).join('');

const escapes: Readonly<Record<string, string>> = {
  '|': '\\F\\',
  '^': '\\S\\',
  '~': '\\R\\',
  '\\': '\\E\\',
  '&': '\\T\\',
};
const escaped = (text: string): string => text.replaceAll(/[|^~\\&]/g, (letter) => escapes[letter] ?? letter);

const encode = (text: string, characters: MllpOptions['characters']): Buffer => {
  const most = { ascii: 0x7e, '8859/1': 0xff, 'UNICODE UTF-8': 0x10ffff }[characters ?? 'ascii'];
  if ([...text].some((letter) => (letter.codePointAt(0) ?? 0) > most))
    throw ours(`expected a message in ${characters ?? 'ASCII'}, got characters it has not`);
  return Buffer.from(text, characters === 'UNICODE UTF-8' ? 'utf8' : 'latin1');
};

const asked = { accept: ['AL', 'NE'], application: ['NE', 'AL'], both: ['AL', 'AL'] } as const;
const header = (
  options: MllpOptions,
  own: { readonly control: string; readonly now: string; readonly type: string },
) => {
  const { sender, receiver, processing, version, characters, enhanced } = options;
  const [accept, application] = enhanced === undefined ? ['', ''] : asked[enhanced];
  const parties = [sender.application, sender.facility, receiver.application, receiver.facility];
  const rest = [
    own.now,
    '',
    own.type,
    own.control,
    processing,
    version,
    '',
    '',
    accept,
    application,
    '',
    characters ?? '',
  ];
  return ['MSH', '^~\\&', ...parties, ...rest].join('|').replace(/\|+$/, '');
};

const withIdentity = (segment: string, identity: string): string => {
  const fields = segment.split('|');
  while (fields.length < 4) fields.push('');
  fields[3] = `${escaped(identity)}${fields[3] ?? ''}`;
  return fields.join('|');
};

/** Without a declaration: the clock of the peer is asked for, which no patient has part in and which changes nothing. */
const clockQuery = (now: string): NonNullable<MllpOptions['message']> => ({
  type: 'NMQ^N01^NMQ_N01',
  segments: [`NCK|${now}`],
});

/** `identity` is the agreed test patient's; nothing else of a person leaves this machine. */
export const compose = (options: MllpOptions, identity: string | null, at: Date): Outgoing => {
  const now = stamp(at);
  const { type, segments } = options.message ?? clockQuery(now);
  const control = controlId(options.controlPrefix);
  const filled = segments.map((text) =>
    text.replaceAll(/\$\{(now|control)\}/g, (_, name) => (name === 'now' ? now : control)),
  );
  const text = [header(options, { control, now, type }), ...filled];
  refusePerson(text, null);
  if (text.some((line) => /\p{Cc}/u.test(line))) throw ours('expected segments without control characters');
  const aboutSomebody = filled.filter(isPersonal);
  if (identity === null) {
    if (aboutSomebody.length > 0) throw ours('expected no segment about a person without an agreed test patient');
    return { bytes: encode(text.map((line) => `${line}\r`).join(''), options.characters), control, personal: [] };
  }
  if (identity.trim() === '' || /\p{Cc}/u.test(identity))
    throw ours('expected the identity of a test patient, got none');
  if (filled.filter(takesIdentity).length !== 1) throw ours('expected one segment PID with an empty PID-3');
  const lines = text.map((line) => (takesIdentity(line) ? withIdentity(line, identity) : line));
  const bytes = encode(lines.map((line) => `${line}\r`).join(''), options.characters);
  return { bytes, control, personal: [identity, ...aboutSomebody] };
};

/** The accept acknowledgement that an application acknowledgement may ask for. */
export const acceptance = (options: MllpOptions, control: string, at: Date): Buffer => {
  const own = { control: controlId(options.controlPrefix), now: stamp(at), type: 'ACK' };
  const { enhanced: _, ...original } = options;
  return encode(`${header(original, own)}\rMSA|CA|${control}\r`, options.characters);
};
