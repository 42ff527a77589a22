import { RE2JS } from 're2js';
import { ProbeFailure } from './failure.ts';

/** As many as a landscape has in use at a time; each may hold some memory for what it has seen. */
const most = 256;
// Compiling costs more than most matches. The oldest goes first; a program is the same whoever asks for it.
const programs = new Map<string, RE2JS>();

/** A declared expression, RE2: linear in its input whatever it and the input are. `test` is the cheapest question to it. */
export const patternOf = (source: string): RE2JS => {
  const known = programs.get(source);
  if (known !== undefined) return known;
  try {
    const made = RE2JS.compile(source);
    for (const oldest of programs.keys()) {
      if (programs.size < most) break;
      programs.delete(oldest);
    }
    programs.set(source, made);
    return made;
  } catch (error) {
    throw new ProbeFailure('could-not-run', `expected a regular expression (RE2), got ${source}`, error);
  }
};
