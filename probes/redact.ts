const hidden = '***';

/**
 * What must never be shown, each with what stands in its place. A civil registration number is ten characters: a date
 * (61 to 91 as day in replacement numbers), then four digits, or three letters or digits and a digit in electronic ones.
 */
const rules: readonly (readonly [RegExp, string])[] = [
  [/(?<![0-9])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])(?:0[1-9]|1[0-2])\d{2}[-\s]?[0-9A-Z]{3}\d(?![0-9])/g, hidden],
  [/\b(bearer|basic|digest|negotiate|ntlm)\s+[\w.~+/=-]{4,}/gi, `$1 ${hidden}`],
  [
    /\b(authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token)(["']?\s*[:=]\s*)[^\r\n]+/gi,
    `$1$2${hidden}`,
  ],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, `$1${hidden}@`],
  [
    /((?:password|passwd|pwd|secret|token|api[_-]?key|client[_-]?secret)["']?\s*[:=]\s*["']?)[^\s"'&;,]+/gi,
    `$1${hidden}`,
  ],
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, hidden],
];

/** Masks what looks like a civil registration number, a credential or a token. */
export const redact = (text: string): string =>
  rules.reduce((masked, [pattern, instead]) => masked.replaceAll(pattern, instead), text);

/** Bytes as one printable line: control characters are dots, so that nothing said by a peer steers a terminal. */
export const printable = (bytes: Buffer | string): string =>
  (typeof bytes === 'string' ? bytes : bytes.toString('latin1')).replaceAll(/[^\x20-\x7e\xa1-\xff]/g, '.');

/** Redacted first and cut after, so that a cut cannot leave half a number unrecognised. */
export const excerpt = (bytes: Buffer | string, limit = 200): string => {
  const shown = redact(printable(bytes.slice(0, limit * 4)));
  return shown.length > limit ? `${shown.slice(0, limit)}…` : shown;
};
