import { RE2JS } from 're2js';
import { z } from 'zod';
import { durationPattern } from './duration.ts';
import type { Target } from './model.ts';
import { idPattern, longestId } from './names.ts';

/** The small forms that a landscape is written in; an `error` here is the `expected …` of a finding. */

/** The patterns whose mismatch has a code of its own in findings.ts. */
export const forms = {
  id: idPattern,
  duration: new RegExp(`^(?=.*[1-9])${durationPattern.source.slice(1)}`),
  clock: /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/,
  start: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/,
  variable: /^[A-Za-z_][A-Za-z0-9_]*$/,
} as const;

export const words = z.string({ error: 'a text' }).regex(/\S/, { error: 'a text that is not empty' });
export const text = z
  .union([words, z.strictObject({ da: words, en: words })], { error: 'a text, or { da, en }' })
  .describe('A text for people: one for both languages, or one each as { da, en }.');
export const id = z
  .string({ error: 'an id' })
  .max(longestId, { error: `an id of at most ${longestId} letters` })
  .regex(forms.id, { error: 'an id in kebab-case, such as epj-db-1' });
export const duration = z
  .string({ error: "a duration such as '30s', '5m' or '1h30m'" })
  .regex(forms.duration, { error: "a duration such as '30s', '5m' or '1h30m'" })
  .describe('Longest unit first, of d, h, m, s and ms: 30s, 5m, 1h30m, 30d. A day is 24 hours.');
export const section = <T extends z.ZodType>(value: T) => z.record(id, value).optional();

/** RE2 source text; of the flags, those that RE2 can say inline. */
export const patternText = (pattern: string | RegExp): string => {
  if (typeof pattern === 'string') return pattern;
  const flags = [...pattern.flags].filter((flag) => 'ims'.includes(flag)).join('');
  return flags === '' ? pattern.source : `(?${flags})${pattern.source}`;
};

const compiles = (pattern: string | RegExp): boolean => {
  try {
    RE2JS.compile(patternText(pattern));
    return true;
  } catch {
    return false;
  }
};
/** A finding of its own code, told where the value stands: `params` of a custom issue. */
export const withCode = (code: string, error: string) => ({ error, params: { code } });

export const pattern = z
  .union([z.string(), z.instanceof(RegExp)], { error: 'a regular expression' })
  .refine(
    compiles,
    withCode('bad-pattern', 'a regular expression that RE2 reads, without lookaround and back references'),
  )
  .describe(
    'A regular expression (RE2: no lookaround, no back references). In JSON and YAML its source text; flags inline, such as (?i).',
  );

const fromEnvironment = z.strictObject({
  env: z.string().regex(forms.variable, { error: 'the name of an environment variable' }),
});
const fromFile = z.strictObject({ file: words });
export const target = z
  .union([z.string(), fromEnvironment, fromFile], { error: "an address, { env: 'NAME' } or { file: 'name' }" })
  .describe('As written, or read from the environment or from a file (relative to the folder of the landscape).');
export const targetOf = (written: z.input<typeof target>): Target =>
  typeof written === 'string' ? { text: written } : written;
/** What must not stand in a landscape: only where it is read from. */
export const secret = z
  .union([fromEnvironment, fromFile], { error: "{ env: 'NAME' } or { file: 'name' }" })
  .describe('A secret, read from the environment or from a file (relative to the folder of the landscape).');
/** Read from elsewhere or, where it is no secret, written. */
export const wordsOrSecret = z.union([words, fromEnvironment, fromFile], {
  error: "a text, { env: 'NAME' } or { file: 'name' }",
});
export const hex = z.string().regex(/^(?:[0-9a-fA-F]{2})+$/, { error: 'bytes in hexadecimal, two digits each' });
export const count = (from: number, to: number) =>
  z
    .int({ error: `a whole number from ${from} to ${to}` })
    .min(from, { error: `a number from ${from} to ${to}` })
    .max(to, {
      error: `a number from ${from} to ${to}`,
    });

/** How a server's certificate is looked at; the keys stand in whatever speaks TLS. */
export const tlsKeys = {
  /** Name asked for in the TLS handshake. @default the host of the target */
  serverName: words.optional(),
  /** False accepts a certificate nobody trusts. Dates and name still count. */
  trusted: z.boolean().optional(),
} as const;
