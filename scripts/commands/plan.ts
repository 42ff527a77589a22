import { formatDuration } from '../../infra/landscape/duration.ts';
import type { Target } from '../../infra/landscape/model.ts';
import { planOf } from '../../probes/plan.ts';
import { exitCodes } from './exit.ts';
import { columns, show, toned, type Voice } from './output.ts';
import type { Run } from './program.ts';
import { readOrStop } from './validate.ts';

const heads = {
  da: ['tjek', 'art', 'dybde', 'hver', 'inden', 'mål', 'fra'],
  en: ['check', 'kind', 'depth', 'every', 'within', 'target', 'from'],
} as const;

const targetWords = (target: Target): string =>
  'text' in target ? target.text : 'env' in target ? `$${target.env}` : `@${target.file}`;

const streams = (voice: Voice, count: number): string =>
  `${count} ${voice.language === 'da' ? (count === 1 ? 'strøm' : 'strømme') : count === 1 ? 'stream' : 'streams'}`;

/** `forvarsel plan PATH`: who is probed, from where, how often; probes per second per vantage. Nothing is probed. */
export const plan: Run = async (voice, { args: [path = '.'] }) => {
  const { landscape, file } = await readOrStop(voice, path);
  const { runs, rates } = planOf(landscape);
  show(voice, { file, runs, rates }, () => {
    const rows = Object.values(landscape.checks).map((check) => [
      check.id,
      check.kind,
      check.depth,
      formatDuration(check.intervalMs),
      formatDuration(check.timeoutMs),
      targetWords(check.target),
      check.vantages.join(' '),
    ]);
    const perVantage = Object.entries(rates).map(([vantage, rate]) => [
      vantage,
      `${rate.toFixed(2)}/s`,
      streams(voice, runs.filter((run) => run.vantage === vantage).length),
    ]);
    const total = Object.values(rates).reduce((sum, rate) => sum + rate, 0);
    return [
      ...columns([heads[voice.language].map((word) => toned(voice, 'strong', word)), ...rows]),
      '',
      ...columns([
        ...perVantage,
        [voice.language === 'da' ? 'i alt' : 'total', `${total.toFixed(2)}/s`, streams(voice, runs.length)],
      ]),
    ];
  });
  return exitCodes.fine;
};
