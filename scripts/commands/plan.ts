import { formatDuration } from '../../infra/landscape/duration.ts';
import { planOf } from '../../probes/plan.ts';
import { exitCodes } from './exit.ts';
import { columns, show, toned } from './output.ts';
import type { Run } from './program.ts';
import { readOrStop } from './validate.ts';

/** `forvarsel plan PATH`: who is probed, from where, how often; probes per second per vantage. Nothing is probed. */
export const plan: Run = async (voice, { args: [path = '.'] }) => {
  const { landscape, file } = await readOrStop(voice, path);
  const { runs, rates } = planOf(landscape);
  const danish = voice.language === 'da';
  show(voice, { file, runs, rates }, () => {
    const rows = Object.values(landscape.checks).map((check) => [
      check.id,
      check.kind,
      check.depth,
      formatDuration(check.intervalMs),
      formatDuration(check.timeoutMs),
      'text' in check.target ? check.target.text : JSON.stringify(check.target),
      check.vantages.join(' '),
    ]);
    const head = danish
      ? ['tjek', 'art', 'dybde', 'hver', 'inden', 'mål', 'fra']
      : ['check', 'kind', 'depth', 'every', 'within', 'target', 'from'];
    const perVantage = Object.entries(rates).map(([vantage, rate]) => [
      vantage,
      `${rate.toFixed(2)}/s`,
      `${runs.filter((run) => run.vantage === vantage).length} ${danish ? 'strømme' : 'streams'}`,
    ]);
    const total = Object.values(rates).reduce((sum, rate) => sum + rate, 0);
    return [
      ...columns([head.map((word) => toned(voice, 'strong', word)), ...rows]),
      '',
      ...columns([...perVantage, [danish ? 'i alt' : 'total', `${total.toFixed(2)}/s`, `${runs.length}`]]),
    ];
  });
  return exitCodes.fine;
};
