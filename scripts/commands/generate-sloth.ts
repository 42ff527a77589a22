import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { entriesOf } from '../../infra/import/entries.ts';
import { readSloth } from '../../infra/import/sloth/read.ts';
import { parseDuration } from '../../infra/landscape/duration.ts';
import type { Generated } from '../../monitors/generate/generate.ts';
import { slothFile } from '../../monitors/generate/sloth/sloth.ts';
import { shortestPeriod } from '../../monitors/generate/sloth/windows.ts';
import { exitCodes, Stop } from './exit.ts';
import { note, say, type Voice } from './output.ts';
import { unsaidLine } from './unsaid.ts';
import { stopFor } from './validate.ts';

/** How Sloth itself tells its specs from other files. */
const isSpec = /^(?:version: +['"]?prometheus\/v1['"]?|apiVersion: +['"]?sloth\.slok\.dev\/v1['"]?) *\r?$/m;
const specAt = (path: string): string | null => {
  if (!['.yml', '.yaml'].includes(extname(path)) || !statSync(path, { throwIfNoEntry: false })?.isFile()) return null;
  const text = readFileSync(path, 'utf8');
  return isSpec.test(text) ? text : null;
};

const periodIn = (voice: Voice, window: string): number => {
  const ms = parseDuration(window) ?? 0;
  if (ms >= shortestPeriod) return ms;
  const sentence = {
    en: `expected a period of at least 7d for --window, got ${window}`,
    da: `forventede en periode på mindst 7d til --window, fik ${window}`,
  };
  throw new Stop(exitCodes.usage, say(voice, sentence));
};

/** The rules of a spec of Sloth's own, in place of a landscape; null when the path is none. `window` is its period. */
export const ofSlothSpec = (
  voice: Voice,
  path: string,
  window: string,
): { readonly files: readonly Generated[]; readonly hash: string; readonly kinds: readonly ['rules'] } | null => {
  const text = specAt(path);
  if (text === null) return null;
  const { entries, findings: malformed } = entriesOf(text, path);
  const { objectives, findings, unsaid } = readSloth(entries, periodIn(voice, window));
  const wrong = [...malformed, ...findings];
  if (wrong.length > 0) return stopFor(voice, path, wrong);
  for (const one of unsaid) note(voice, unsaidLine(voice, one));
  // What a plugin would have changed in the rules is not known: rules without it are other rules.
  if (unsaid.some(({ reason }) => reason === 'plugin' || reason === 'rules-plugin')) {
    const sentence = {
      en: `${path} asks for plugins; nothing was written`,
      da: `${path} kræver plugins; intet er skrevet`,
    };
    throw new Stop(exitCodes.usage, say(voice, sentence));
  }
  const slos = objectives.map(({ slo }) => slo);
  const files = slothFile(slos, basename(path)).map((file) => ({ ...file, kind: 'rules' as const }));
  // Of a landscape there may be more in the folder; that is left alone.
  return { files, hash: createHash('sha256').update(text).digest('hex'), kinds: ['rules'] };
};
