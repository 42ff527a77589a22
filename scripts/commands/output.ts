import { stripVTControlCharacters, styleText } from 'node:util';
import type { Language, Text } from '../../infra/landscape/model.ts';

export type Format = 'text' | 'json';

/** Where a command speaks: facts on `out`, everything about the work itself on `err`. */
export type Voice = {
  readonly language: Language;
  readonly format: Format;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly colour: boolean;
};

export type Tone = 'good' | 'bad' | 'unknown' | 'warn' | 'dim' | 'strong';
const styles = {
  good: 'green',
  bad: ['red', 'bold'],
  unknown: 'magenta',
  warn: 'yellow',
  dim: 'dim',
  strong: 'bold',
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

export const say = (voice: Pick<Voice, 'language'>, text: Text): string => text[voice.language];

/** Colours only where a person looks. */
export const toned = (voice: Voice, tone: Tone, text: string): string =>
  voice.colour ? styleText(styles[tone], text, { validateStream: false }) : text;

/** What is said about the work itself: a sentence, or with `--format json` one object on one line. Never on `out`. */
export const note = (
  voice: Voice,
  message: string,
  more: { readonly exitCode?: number; readonly [key: string]: unknown } = {},
): void =>
  voice.err(
    voice.format === 'text'
      ? `forvarsel: ${message}`
      : JSON.stringify(more.exitCode === undefined ? { note: message, ...more } : { error: { message, ...more } }),
  );

const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;

/** Rows in aligned columns; the last column is left as it is. */
export const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd(),
  );
};

/** The facts of a command: as JSON, or as lines for a person. */
export const show = (voice: Voice, facts: unknown, lines: () => readonly string[]): void => {
  if (voice.format === 'json') voice.out(JSON.stringify(facts, null, 2));
  else for (const line of lines()) voice.out(line);
};

/** One line of what happens, with the time of day in front. */
export const createTeller = (voice: Voice, zone: string) => (tone: Tone, what: string, text: string) => {
  const time = Temporal.Now.zonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'second' });
  voice.out(`${toned(voice, 'dim', time)}  ${toned(voice, tone, what.padEnd(11))} ${text}`);
};
export type Tell = ReturnType<typeof createTeller>;

export const textOf = (
  options: Readonly<Record<string, string | boolean | undefined>>,
  name: string,
): string | null => {
  const given = options[name];
  return typeof given === 'string' ? given : null;
};
