import { RE2JS } from 're2js';
import { ProbeFailure } from './failure.ts';

/** A declared expression, RE2: linear in its input whatever it and the input are. */
export const patternOf = (source: string): RE2JS => {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new ProbeFailure('could-not-run', `expected a regular expression (RE2), got ${source}`, error);
  }
};
