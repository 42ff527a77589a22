/** From and up to which character something must not be shown. */
type Span = readonly [from: number, to: number];
type Find = (text: string) => readonly Span[];

const hidden = '***';
/** Of a longer text the rest is not looked at and not shown. */
const most = 16 * 1024;
/** Longer than any beginning of a secret that no rule knows yet: half a number, a scheme without its token. */
const edge = 64;

const nothing: readonly Span[] = [];

/** The last group that took part, of every match. In no pattern can two loops fight over the same characters. */
const found = (pattern: RegExp): Find => {
  // Most texts hold nothing of it, and asking only whether is cheaper.
  const any = new RegExp(pattern.source, pattern.flags.replaceAll(/[dg]/g, ''));
  return (text) => {
    if (!any.test(text)) return nothing;
    return [...text.matchAll(pattern)].flatMap(({ indices }) => {
      const span = indices?.findLast((group) => group !== undefined);
      return span === undefined ? [] : [span];
    });
  };
};

/** Up to the last `@` before white space: a password may hold `/` and `@`. */
const logins: Find = (text) => {
  if (!text.includes('@')) return nothing;
  return [...text.matchAll(/:\/\/([^ \t-\r]+)/g)].flatMap((match) => {
    const from = match.index + 3;
    const at = match[1]?.lastIndexOf('@') ?? -1;
    return at <= 0 ? [] : [[from, from + at] as const];
  });
};

/** Inside a number at most three characters that do not divide fields; a dash may be three bytes. */
const gap = '[^0-9A-Za-z:;,|^&=]{0,3}';
/** The day is 61 to 91 in replacement numbers. */
const date = `(?<![0-9])(?:0[1-9]|[12]\\d|3[01]|6[1-9]|[78]\\d|9[01])${gap}(?:0[1-9]|1[0-2])${gap}\\d{2}`;

const names =
  'passw(?:or)?d|pwd|passphrase|adgangskode|kodeord|secret|token|(?:api|access|private)[_-]?key|client[_-]?secret';
const headers = '(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token';
/**
 * A quoted value ends at its quote or not at all, and may have quotes escaped or doubled; a bare one at white space or
 * where the next field begins.
 */
const value = String.raw`\\*"((?:[^"\\]|\\[^]|"")*)|\\*'((?:[^'\\]|\\[^]|'')*)|([^ \t-\r&;]+)`;
const is = String.raw`\\*["']?[ \t-\r]*[:=]>?[ \t-\r]*`;

/**
 * What must never be shown. A civil registration number is ten characters: a date, then four digits, or three letters
 * or digits and a digit in electronic ones. White space is ASCII: bytes read as latin1 have it inside letters.
 */
const rules: readonly Find[] = [
  found(new RegExp(`${date}${gap}[0-9A-Z]{3}\\d(?![0-9])`, 'dg')),
  found(/\b(?:bearer|basic|digest|negotiate|ntlm)[ \t-\r]+([\w.~+/=-]{4,})/dgi),
  found(new RegExp(String.raw`\b(?:${headers})${is}([^\r\n]+)`, 'dgi')),
  found(new RegExp(`(?:${names})${is}(?:${value})`, 'dgi')),
  found(new RegExp(String.raw`<[\w:]*(?:${names})(?:[ \t-\r][^<>]{0,200})?>([^<]+)`, 'dgi')),
  found(/\beyJ[\w-]{8,}(?:\.[\w-]*)*/dg),
  logins,
];
/** At the end of what goes on elsewhere: a date and what there is of the four that follow. */
const halfNumber = found(new RegExp(`${date}${gap}[0-9A-Z]{0,3}$`, 'dg'));

/** All rules look at the text as it was, so that none hides from another what it looks for. */
const mask = (text: string, find: readonly Find[] = rules, end = text.length): string => {
  const spans: Span[] = [];
  for (const rule of find) spans.push(...rule(text));
  if (spans.length === 0) return end === text.length ? text : text.slice(0, end);
  spans.sort(([a], [b]) => a - b);
  let shown = '';
  let done = -1;
  for (const [from, to] of spans) {
    if (from >= end) break;
    // Spans that touch or overlap are one secret.
    if (from > done) shown += text.slice(Math.max(done, 0), from) + hidden;
    done = Math.max(done, to);
  }
  return done < end ? shown + text.slice(Math.max(done, 0), end) : shown;
};

/** The beginning of a longer text: nothing of its edge is shown, and what follows might still be an `@`. */
const maskCut = (text: string): string => mask(`${text}@`, rules, Math.max(0, text.length - edge));

/** Masks what looks like a civil registration number, a credential or a token. */
export const redact = (text: string): string => (text.length <= most ? mask(text) : maskCut(text.slice(0, most)));

const textOf = (bytes: Buffer | string): string => (typeof bytes === 'string' ? bytes : bytes.toString('latin1'));

/** Bytes as one printable line: control characters are dots, so that nothing said by a peer steers a terminal. */
export const printable = (bytes: Buffer | string): string => textOf(bytes).replaceAll(/[^\x20-\x7e\xa1-\xff]/g, '.');

const shortened = (bytes: Buffer | string, limit: number, find: readonly Find[]): string => {
  const window = limit * 4 + edge;
  const text = textOf(bytes.slice(0, window));
  const cut = bytes.length > window;
  // White space means something to the rules: it becomes printable after them.
  const shown = printable(cut ? maskCut(text) : mask(text, find));
  return cut || shown.length > limit ? `${shown.slice(0, limit)}…` : shown;
};

/** The beginning of what was said, redacted before it is cut; where it is long only a bounded part is looked at. */
export const excerpt = (bytes: Buffer | string, limit = 200): string => shortened(bytes, limit, rules);

/** An excerpt of what may go on: its end could be half a number. */
export const excerptOfPart = (bytes: Buffer | string, limit = 200): string =>
  shortened(bytes, limit, [...rules, halfNumber]);
