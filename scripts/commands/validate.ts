import { type Finding, findingCodes, formatFinding } from '../../infra/landscape/findings.ts';
import type { Landscape, NodeKind } from '../../infra/landscape/model.ts';
import { readLandscape } from '../../infra/landscape/read.ts';
import { listed } from '../../monitors/words.ts';
import { exitCodes, Stop } from './exit.ts';
import { say, show, toned, type Voice } from './output.ts';
import type { Run } from './program.ts';

type Forms = { readonly da: readonly [one: string, more: string]; readonly en: readonly [one: string, more: string] };
const things: Readonly<Record<NodeKind | 'check' | 'error' | 'warning', Forms>> = {
  site: { da: ['sted', 'steder'], en: ['site', 'sites'] },
  cluster: { da: ['klynge', 'klynger'], en: ['cluster', 'clusters'] },
  host: { da: ['vært', 'værter'], en: ['host', 'hosts'] },
  component: { da: ['komponent', 'komponenter'], en: ['component', 'components'] },
  solution: { da: ['løsning', 'løsninger'], en: ['solution', 'solutions'] },
  workflow: { da: ['arbejdsgang', 'arbejdsgange'], en: ['workflow', 'workflows'] },
  check: { da: ['tjek', 'tjek'], en: ['check', 'checks'] },
  error: { da: ['fejl', 'fejl'], en: ['error', 'errors'] },
  warning: { da: ['advarsel', 'advarsler'], en: ['warning', 'warnings'] },
};
const counted = (voice: Voice, thing: keyof typeof things, count: number): string =>
  `${count} ${things[thing][voice.language][count === 1 ? 0 : 1]}`;

/** A finding as a line. What was expected and got is told in English alone; in Danish its meaning stands before it. */
const lineOf = (voice: Voice, finding: Finding): string => {
  if (voice.language === 'en') return formatFinding(finding);
  const { file, line, column, severity, code, expected, got, remedy } = finding;
  const known = Object.entries(findingCodes).find(([name]) => name === code)?.[1];
  const detail = `(expected ${expected}, got ${got}; ${remedy})`;
  return `${file}:${line}:${column} ${things[severity].da[0]} ${code}: ${known?.meaning.da ?? ''} ${detail}`;
};

/** Ends a command with code 2 for what is wrong with its input: every error is said. */
export const stopFor = (voice: Voice, file: string, findings: readonly Finding[]): never => {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (voice.format === 'text') for (const finding of errors) voice.err(lineOf(voice, finding));
  const count = counted(voice, 'error', errors.length);
  const message = say(voice, {
    en: `${file}: ${count}; nothing was started or changed`,
    da: `${file}: ${count}; intet er startet eller ændret`,
  });
  throw new Stop(exitCodes.usage, message, { findings: errors });
};

/** A landscape fit to be used; every finding that hinders it is said, and ends the command with code 2. */
export const readOrStop = async (voice: Voice, path: string): Promise<{ landscape: Landscape; file: string }> => {
  const { landscape, findings, file } = await readLandscape(path);
  return landscape === null ? stopFor(voice, file, findings) : { landscape, file };
};

/** `forvarsel validate PATH`: all findings at once; code 2 when any is an error. */
export const validate: Run = async (voice, { args: [path = '.'] }) => {
  const { landscape, findings, file } = await readLandscape(path);
  const count = (wanted: Finding['severity']) => findings.filter(({ severity }) => severity === wanted).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const nodes = Object.values(landscape?.nodes ?? {});
  const kinds = Map.groupBy(nodes, ({ kind }) => kind);
  const counts = [...kinds].map(([kind, of]): [NodeKind | 'check', number] => [kind, of.length]);
  if (landscape !== null) counts.push(['check', Object.keys(landscape.checks).length]);
  const { language } = voice;
  const found = listed(
    [
      ...(errors > 0 ? [counted(voice, 'error', errors)] : []),
      ...(warnings > 0 ? [counted(voice, 'warning', warnings)] : []),
    ],
    language,
  );
  const holds = counts.map(([kind, of]) => counted(voice, kind, of)).join(', ');
  show(voice, { file, valid: errors === 0, findings, counts: Object.fromEntries(counts) }, () => [
    ...findings.map((finding) => toned(voice, finding.severity === 'error' ? 'bad' : 'warn', lineOf(voice, finding))),
    `${file}: ${holds}${holds === '' ? '' : '; '}${found === '' ? say(voice, { en: 'no findings', da: 'ingen fund' }) : found}`,
  ]);
  return errors === 0 ? exitCodes.fine : exitCodes.usage;
};
