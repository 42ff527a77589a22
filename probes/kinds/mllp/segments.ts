/** HL7 v2 read as far as an acknowledgement needs. Everything is the peer's word: bounded, and shown only by said.ts. */

export type Segment = { readonly name: string; readonly fields: readonly string[] };
export type ReadMessage = {
  readonly segments: readonly Segment[];
  /** Between components of a field, and between their parts. */
  readonly component: string;
  readonly part: string;
  readonly repetition: string;
};

/** More segments than any acknowledgement has; the rest is not looked at. */
const mostSegments = 1000;

const decoderOf = (bytes: Buffer): string => {
  const text = bytes.toString('latin1');
  const header = text.slice(0, 4096).split(/[\r\n]/, 1)[0] ?? '';
  // MSH-18, which may repeat: the first is the one in use at the beginning.
  const said = header.split(header[3] ?? '|')[17] ?? '';
  return /^UNICODE UTF-8/i.test(said) ? bytes.toString('utf8') : text;
};

/** Null when the bytes are no HL7 v2 message: one begins with MSH and its own delimiters. */
export const readMessage = (bytes: Buffer): ReadMessage | null => {
  const text = decoderOf(bytes);
  const separator = text[3];
  if (!text.startsWith('MSH') || separator === undefined || /[A-Za-z0-9\r\n]/.test(separator)) return null;
  const lines = text.split(/\r\n|\r|\n/, mostSegments).filter((line) => line.trim() !== '');
  const segments = lines.map((line): Segment => {
    const [name = '', ...fields] = line.split(separator);
    return { name, fields };
  });
  const [component = '^', repetition = '~', , part = '&'] = segments[0]?.fields[0] ?? '';
  return { segments, component, repetition, part };
};

/** A field by its number in the standard; MSH-1 is the separator itself. */
export const fieldOf = (segment: Segment | undefined, number: number): string =>
  segment?.fields[segment.name === 'MSH' ? number - 2 : number - 1] ?? '';

export type Trouble = {
  /** Of HL7 table 0357. */
  readonly code: string;
  readonly severity: string;
  /** Free text in the peer's words. */
  readonly texts: readonly string[];
};
export type Acknowledgement = {
  /** MSA-1. */
  readonly code: string;
  /** MSA-2: the control id that is acknowledged. */
  readonly control: string;
  /** MSA-3. */
  readonly text: string;
  readonly troubles: readonly Trouble[];
  /** MSH-10 and MSH-15 of the answer: an application acknowledgement may want one itself. */
  readonly own: { readonly control: string; readonly accept: string };
};

/** Before 2.5 ERR-1 held a location and a code; since then ERR-3 holds the code. */
const troubleOf = (segment: Segment, { component, part, repetition }: ReadMessage): Trouble => {
  const [since = ''] = fieldOf(segment, 3).split(component, 1);
  const before = fieldOf(segment, 1).split(repetition, 1)[0]?.split(component)[3]?.split(part, 1)[0] ?? '';
  return {
    code: since === '' ? before : since,
    severity: fieldOf(segment, 4),
    texts: [fieldOf(segment, 8), fieldOf(segment, 7)],
  };
};

/** Null when the message acknowledges nothing. */
export const acknowledgementIn = (message: ReadMessage): Acknowledgement | null => {
  const msh = message.segments[0];
  const msa = message.segments.find(({ name }) => name === 'MSA');
  if (msa === undefined) return null;
  return {
    code: fieldOf(msa, 1),
    control: fieldOf(msa, 2),
    text: fieldOf(msa, 3),
    troubles: message.segments
      .filter(({ name }) => name === 'ERR')
      .slice(0, 3)
      .map((segment) => troubleOf(segment, message)),
    own: { control: fieldOf(msh, 10), accept: fieldOf(msh, 15) },
  };
};
