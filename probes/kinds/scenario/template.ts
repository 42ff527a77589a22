import { reference } from '../../../infra/landscape/kinds/scenario.ts';
import { ProbeFailure } from '../../wire/failure.ts';

/** What a variable holds. */
export type Scalar = string | number | boolean | null;
export type Escape = (text: string) => string;

const xmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** How a value is written where it is put, so that it can be nothing but a value there. */
export const escapes = {
  none: (text) => text,
  url: (text) => encodeURIComponent(text.toWellFormed()),
  form: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  json: (text) => JSON.stringify(text).slice(1, -1),
  xml: (text) => text.replaceAll(/[&<>"']/g, (character) => xmlEntities[character] ?? character),
} satisfies Readonly<Record<string, Escape>>;

const byType: readonly (readonly [RegExp, Escape])[] = [
  [/^[^;]*\bjson\b/i, escapes.json],
  [/^[^;]*\b(?:xml|html)\b/i, escapes.xml],
  [/^application\/x-www-form-urlencoded\b/i, escapes.form],
];
/** The escape for a body of a content type; of a type that is not known, none. */
export const escapeFor = (contentType: string): Escape =>
  byType.find(([pattern]) => pattern.test(contentType))?.[1] ?? escapes.none;

export type LookUp = (name: string) => Scalar;

/** A text with its `${name}` filled in; `$${name}` is the text `${name}`. */
export const fillText = (text: string, lookUp: LookUp, dress: Escape): string =>
  text.replaceAll(reference, (whole: string, dollar: string | undefined, name: string) =>
    dollar === undefined ? dress(String(lookUp(name))) : whole.slice(1),
  );

const alone = new RegExp(`^${reference.source}$`);

/** JSON with the texts in it filled in. A text that is one `${name}` alone becomes what was captured: a number stays one. */
export const fillJson = (value: unknown, lookUp: LookUp): unknown => {
  if (typeof value === 'string') {
    const [, dollar, name] = alone.exec(value) ?? [];
    return name !== undefined && dollar === undefined ? lookUp(name) : fillText(value, lookUp, escapes.none);
  }
  if (Array.isArray(value)) return value.map((one) => fillJson(one, lookUp));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillJson(one, lookUp)]));
};

const stepsIn = (text: string): number =>
  (text.split(/[?#]/)[0] ?? '').split('/').filter((segment) => segment === '.' || segment === '..').length;
/** A value of two dots would lead a level up, and no encoding takes that from it. */
const withoutSteps = (text: string, filled: string): string => {
  if (stepsIn(filled) <= stepsIn(text)) return filled;
  throw new ProbeFailure(
    'could-not-run',
    'expected values that are no dots between slashes, got some; nothing was sent',
  );
};

/**
 * An address: `${name}` is percent-encoded, so that a value can add neither a path nor a parameter. Only where it stands
 * at the very beginning is it an address itself, such as a captured `location`.
 */
export const fillUrl = (text: string, lookUp: LookUp): string => {
  const [first = '', dollar, name] = new RegExp(`^${reference.source}`).exec(text) ?? [];
  const filled = (rest: string) => withoutSteps(rest, fillText(rest, lookUp, escapes.url));
  const start = name !== undefined && dollar === undefined ? String(lookUp(name)) : null;
  return start === null ? filled(text) : `${start}${filled(text.slice(first.length))}`;
};
