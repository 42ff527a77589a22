import { formatFinding } from '../../infra/landscape/findings.ts';
import type { Landscape } from '../../infra/landscape/model.ts';
import { readLandscape } from '../../infra/landscape/read.ts';
import { exitCodes, Stop } from './exit.ts';
import { say, show, toned, type Voice } from './output.ts';
import type { Run } from './program.ts';

const wordsFor = {
  fine: { en: 'no findings', da: 'ingen fund' },
  none: { en: 'nothing was started or changed', da: 'intet er startet eller ændret' },
};

/** A landscape fit to be used; every finding is said, and errors end the command with code 2. */
export const readOrStop = async (voice: Voice, path: string): Promise<{ landscape: Landscape; file: string }> => {
  const { landscape, findings, file } = await readLandscape(path);
  for (const finding of findings) if (finding.severity === 'error') voice.err(formatFinding(finding));
  if (landscape === null) throw new Stop(exitCodes.usage, say(voice, wordsFor.none));
  return { landscape, file };
};

/** `forvarsel validate PATH`: all findings at once; code 2 when any is an error. */
export const validate: Run = async (voice, { args: [path = '.'] }) => {
  const { landscape, findings, file } = await readLandscape(path);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const kinds = Object.groupBy(Object.values(landscape?.nodes ?? {}), ({ kind }) => kind);
  const counts = Object.fromEntries(Object.entries(kinds).map(([kind, nodes]) => [kind, nodes?.length ?? 0]));
  const checks = Object.keys(landscape?.checks ?? {}).length;
  show(voice, { file, valid: errors === 0, findings, counts: { ...counts, check: checks } }, () => [
    ...findings.map((finding) => toned(voice, finding.severity === 'error' ? 'bad' : 'warn', formatFinding(finding))),
    landscape === null
      ? toned(
          voice,
          'bad',
          `${file}: ${errors} ${voice.language === 'da' ? 'fejl' : errors === 1 ? 'error' : 'errors'}`,
        )
      : `${file}: ${Object.entries(counts)
          .map(([kind, count]) => `${count} ${kind}`)
          .join(
            ', ',
          )}, ${checks} check; ${findings.length === 0 ? say(voice, wordsFor.fine) : `${findings.length} ${voice.language === 'da' ? 'advarsler' : 'warnings'}`}`,
  ]);
  return errors === 0 ? exitCodes.fine : exitCodes.usage;
};
