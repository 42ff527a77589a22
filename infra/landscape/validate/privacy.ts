import { type Path, type Problem, problem } from '../findings.ts';

type Text = { readonly path: Path; readonly text: string; readonly key: string | null };

/** Deeper than anything that is meant. */
const deepest = 64;

/** Every text there is, keys too; bytes in hexadecimal as the text they are. */
const textsIn = (value: unknown, path: Path, seen: ReadonlySet<unknown> = new Set()): readonly Text[] => {
  const key = typeof path.at(-1) === 'string' ? String(path.at(-1)) : null;
  if (typeof value === 'string')
    return [{ path, text: key?.endsWith('Hex') === true ? Buffer.from(value, 'hex').toString('latin1') : value, key }];
  if (value instanceof RegExp) return [{ path, text: value.source, key }];
  if (typeof value !== 'object' || value === null || seen.has(value) || seen.size > deepest) return [];
  const within = new Set([...seen, value]);
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    return [...(Array.isArray(value) ? [] : [{ path: at, text: name, key: null }]), ...textsIn(inner, at, within)];
  });
};

const monthLengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** A date and four digits; 60 is added to the day of replacement numbers; electronic ones have letters after a hyphen. */
const number = /(?<![0-9A-Za-z.])(\d{2})(\d{2})(\d{2})(?:[-\s]?\d{4}|-[0-9A-Z]{3}\d)(?![0-9A-Za-z])/g;
const isCprLike = (text: string): boolean =>
  [...text.matchAll(number)].some(([, day, month, year]) => {
    const date = Number(day) > 60 ? Number(day) - 60 : Number(day);
    const length = monthLengths[Number(month) - 1] ?? 0;
    // The century is not known before the seventh digit is read; a leap day is let through in any of them.
    const last = Number(month) === 2 && Number(year) % 4 !== 0 ? 28 : length;
    return date >= 1 && date <= last;
  });

/** Each with what it is called; the secret itself is never repeated. */
const secrets: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['an address with a password', /:\/\/[^/\s:@]*:[^/\s@]+@/],
  ['a bearer or basic credential', /\b(?:bearer|basic)\s+[\w.~+/=-]{8,}/i],
  ['a JSON web token', /\beyJ[\w-]{8,}\.[\w-]+/],
  ['an access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bglpat-[\w-]{16,}/],
];
const assignment = /(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)["']?\s*[:=]\s*["']?[^\s"'<{*]{3,}/i;
const secretKey =
  /^(?:authorization|proxy-authorization|cookie|x-api-key|x-auth-token|password|passwd|secret|token|api[_-]?key)$/i;

/** What is expected in an answer, or captured from it, says what a text looks like, and may well hold the word. */
const isExpectation = (path: Path): boolean => path.includes('expect') || path.includes('capture');
/** A value that is filled in by name, alone or after its scheme. */
const isReference = (text: string): boolean => /^\s*(?:(?:bearer|basic|token)\s+)?\$\{\w+\}\s*$/i.test(text);

const secretIn = ({ path, text, key }: Text): string | null => {
  const known = secrets.find(([, pattern]) => pattern.test(text));
  if (known !== undefined) return known[0];
  if (isExpectation(path)) return null;
  if (assignment.test(text)) return 'a password, token or key';
  return key !== null && secretKey.test(key) && text.trim() !== '' && !isReference(text) ? `a value for ${key}` : null;
};

/** Judged on everything that was written, well formed or not. */
export const privacy = (raw: unknown): readonly Problem[] =>
  textsIn(raw, []).flatMap((text) => {
    const secret = secretIn(text);
    return [
      ...(secret === null
        ? []
        : [
            problem('plain-secret', text.path, {
              expected: 'no secret in plain text',
              got: secret,
              remedy:
                "read it from elsewhere, { env: 'NAME' } or { file: 'name' }, and change it, for it has been seen",
            }),
          ]),
      ...(isCprLike(text.text)
        ? [
            problem('cpr-like', text.path, {
              expected: 'nothing that can be a person',
              got: 'what looks like a civil registration number',
              remedy: 'remove it: no probe carries the identity of a patient',
            }),
          ]
        : []),
    ];
  });
