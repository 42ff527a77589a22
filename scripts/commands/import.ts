import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fragmentText, type Made } from '../../infra/import/fragment.ts';
import { importText } from '../../infra/import/import.ts';
import type { Unsaid } from '../../infra/import/model.ts';
import { parseDuration } from '../../infra/landscape/duration.ts';
import { exitCodes, Stop } from './exit.ts';
import { note, say, show, textOf, toned, type Voice } from './output.ts';
import type { Run } from './program.ts';
import { unsaidLine, unsaidWhy } from './unsaid.ts';
import { stopFor } from './validate.ts';

const read = (voice: Voice, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const sentence = { en: `${file} cannot be read: ${why}`, da: `${file} kan ikke læses: ${why}` };
    throw new Stop(exitCodes.usage, say(voice, sentence), { cause: error });
  }
};

const windowIn = (voice: Voice, given: string): string => {
  if ((parseDuration(given) ?? 0) > 0) return given;
  const sentence = {
    en: `expected a duration such as 30d for --window, got ${given}`,
    da: `forventede en varighed som 30d til --window, fik ${given}`,
  };
  throw new Stop(exitCodes.usage, say(voice, sentence));
};

const counted = (voice: Voice, { fragment }: Made, unsaid: readonly Unsaid[]): string => {
  const solutions = Object.values(fragment.solutions);
  const promises = solutions.reduce((sum, one) => sum + one.promises.length, 0);
  return say(voice, {
    en: `promises: ${promises}, solutions: ${solutions.length}, not said: ${unsaid.length}`,
    da: `løfter: ${promises}, løsninger: ${solutions.length}, ikke sagt: ${unsaid.length}`,
  });
};

const textWith = (voice: Voice, file: string, made: Made, unsaid: readonly Unsaid[]): string =>
  fragmentText(made, [
    say(voice, {
      en: `Imported by Forvarsel from ${file}: a part of a landscape. Put each solution where it belongs, and say what it needs.`,
      da: `Importeret af Forvarsel fra ${file}: en del af et landskab. Sæt hver løsning på plads, og sig, hvad den kræver.`,
    }),
    ...unsaid.map((one) => unsaidLine(voice, one)),
  ]);

const there = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';
/** As a whole or not at all; what is there already only when told so. */
const write = (voice: Voice, path: string, text: string, force: boolean): void => {
  const staged = `${path}.${process.pid}.new`;
  try {
    writeFileSync(force ? staged : path, text, { flag: 'wx' });
    if (force) renameSync(staged, path);
  } catch (error) {
    rmSync(staged, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    const sentence = there(error)
      ? {
          en: `${path} is there already; overwrite it with --force`,
          da: `${path} er der allerede; overskriv den med --force`,
        }
      : { en: `${path} cannot be written: ${why}`, da: `${path} kan ikke skrives: ${why}` };
    throw new Stop(there(error) ? exitCodes.unsafe : exitCodes.usage, say(voice, sentence), { cause: error });
  }
};

/** `forvarsel import FILE`: objectives of OpenSLO, Sloth or Pyrra as a part of a landscape, and what it does not say. */
export const imported: Run = async (voice, { args: [file = ''], options }) => {
  const window = windowIn(voice, textOf(options, 'window') ?? '30d');
  const { made, findings, unsaid } = importText(read(voice, file), file, window);
  if (made === null) return stopFor(voice, file, findings);
  const out = textOf(options, 'out');
  const text = textWith(voice, file, made, unsaid);
  if (out !== null) write(voice, out, text, options['force'] === true);
  if (voice.format === 'text') for (const one of unsaid) voice.err(toned(voice, 'warn', unsaidLine(voice, one)));
  if (voice.format === 'text' || out !== null) note(voice, `${out ?? file}: ${counted(voice, made, unsaid)}`);
  const facts = {
    file,
    out,
    fragment: made.fragment,
    unsaid: unsaid.map((one) => ({ ...one, why: unsaidWhy(voice, one) })),
  };
  show(voice, facts, () => (out === null ? [text.trimEnd()] : []));
  return exitCodes.fine;
};
