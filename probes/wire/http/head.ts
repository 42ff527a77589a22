import { excerpt } from '../../discretion/redact.ts';
import { ProbeFailure } from '../failure.ts';

/** Name and value of each header, in order; names in lower case. */
export type Fields = readonly (readonly [name: string, value: string])[];
/** The head of an answer. */
export type Head = {
  readonly status: number;
  readonly version: '1.0' | '1.1' | '2';
  readonly fields: Fields;
  /** Names in lower case; several of one name are joined by a comma and a space. */
  readonly headers: Readonly<Record<string, string>>;
};

const statusLine = /^HTTP\/(1\.[01]) (\d{3})(?: .*)?$/;
const token = /^[\w!#$%&'*+.^`|~-]+$/;
/** Bytes that no line of a head may have: control characters, and a carriage return anywhere but before its line feed. */
const unfit = /[^\t\n\r\x20-\x7e\x80-\xff]|\r(?!\n)/;

const wrong = (expected: string, got: string): ProbeFailure =>
  new ProbeFailure('protocol-error', `expected ${expected}, got "${excerpt(got)}"`);

/** What begins otherwise can be said to be no HTTP before its line has ended. */
export const isBeginning = (bytes: Buffer): boolean => {
  const begun = bytes.toString('latin1', 0, Math.min(bytes.length, 7));
  return 'HTTP/1.'.startsWith(begun);
};
export const noHttp = (bytes: Buffer): ProbeFailure =>
  wrong('an HTTP/1 answer', bytes.toString('latin1', 0, Math.min(bytes.length, 1000)));

/** All values of a header, joined; undefined without it. */
export const valueIn = (fields: Fields, name: string): string | undefined => {
  let value: string | undefined;
  for (const field of fields) if (field[0] === name) value = value === undefined ? field[1] : `${value}, ${field[1]}`;
  return value;
};

/** Null-prototype: a header may be called `__proto__`. */
const recordOf = (fields: Fields): Record<string, string> => {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of fields) {
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
};

/**
 * The record of headers is made when it is first asked for: most answers are read by a header or two. A class, for an
 * object with a getter of its own is a shape of its own, and V8 keeps all that hangs on it until a full collection.
 */
export class ReadHead implements Head {
  readonly status: number;
  readonly version: Head['version'];
  readonly fields: Fields;
  #record: Head['headers'] | null = null;
  constructor(status: number, version: Head['version'], fields: Fields) {
    this.status = status;
    this.version = version;
    this.fields = fields;
  }
  get headers(): Head['headers'] {
    this.#record ??= recordOf(this.fields);
    return this.#record;
  }
}

const fieldOf = (line: string): readonly [string, string] => {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0));
  if (!token.test(name)) throw wrong('a header like name: value', line);
  return [name.toLowerCase(), line.slice(colon + 1).trim()];
};

/** Takes a whole head apart, from the status line to the empty line; lines may end without a carriage return. */
export const headOf = (text: string): Head => {
  if (unfit.test(text)) throw wrong('a head without control characters', text.replaceAll(/[^\x20-\x7e]/g, '.'));
  let end = text.indexOf('\n');
  const [, version, status] = statusLine.exec(text.slice(0, end).trimEnd()) ?? [];
  if (version === undefined || status === undefined) throw wrong('a status line', text.slice(0, end));
  const fields: (readonly [string, string])[] = [];
  for (;;) {
    const from = end + 1;
    end = text.indexOf('\n', from);
    const line = text.slice(from, end);
    if (end < 0 || line === '' || line === '\r') break;
    const last = fields.at(-1);
    // A line that begins with a blank goes on where the last one ended (RFC 9112 §5.2).
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (last === undefined) throw wrong('a header after the status line', line);
      fields[fields.length - 1] = [last[0], `${last[1]} ${line.trim()}`.trim()];
    } else fields.push(fieldOf(line));
  }
  // The expression above has matched nothing else.
  return new ReadHead(Number(status), version as '1.0' | '1.1', fields);
};
