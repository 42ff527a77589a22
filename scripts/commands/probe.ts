import { dirname } from 'node:path';
import { probeOnce } from '../../probes/one.ts';
import { readAims, readTrust } from '../../probes/targets.ts';
import { exitCodes, Stop } from './exit.ts';
import { columns, show, toned } from './output.ts';
import type { Run } from './program.ts';
import { readOrStop } from './validate.ts';

/** `forvarsel probe PATH CHECK`: one run now, with its retry, by the same code as the running system. */
export const probe: Run = async (voice, { args: [path = '.', id = ''], options }) => {
  const { landscape, file } = await readOrStop(voice, path);
  const danish = voice.language === 'da';
  const check = landscape.checks[id];
  if (check === undefined) {
    const near = Object.keys(landscape.checks).filter((one) =>
      one.split('/').some((part) => id.split('/').includes(part)),
    );
    const hint = near.length === 0 ? '' : `; ${danish ? 'mente du' : 'did you mean'} ${near.slice(0, 5).join(', ')}`;
    throw new Stop(exitCodes.usage, `${danish ? 'intet tjek hedder' : 'no check is called'} ${id}${hint}`);
  }
  const vantage = typeof options['vantage'] === 'string' ? options['vantage'] : (check.vantages[0] ?? '');
  if (!check.vantages.includes(vantage))
    throw new Stop(
      exitCodes.usage,
      `${id} ${danish ? 'måles ikke fra' : 'is not probed from'} ${vantage}: ${check.vantages.join(', ')}`,
    );
  const { aims, problems } = readAims(landscape, dirname(file));
  const problem = problems.find((one) => one.check === id);
  if (problem !== undefined) throw new Stop(exitCodes.usage, problem.message);
  const run = await probeOnce(
    landscape,
    { check: id, vantage },
    { aims, trust: readTrust(landscape, dirname(file)).trust },
  );
  show(voice, run, () => {
    const tone = run.outcome === 'unknown' ? 'unknown' : run.outcome;
    const phases = Object.entries(run.phases).map(([phase, seconds]) => [
      phase,
      `${((seconds ?? 0) * 1000).toFixed(1)} ms`,
    ]);
    return [
      `${toned(voice, tone, run.outcome)}  ${id} @ ${vantage}  ${run.reason ?? ''} ${run.message}`.trimEnd(),
      ...(run.first === null
        ? []
        : [`${danish ? 'første forsøg' : 'first attempt'}: ${run.first.reason} ${run.first.message}`]),
      '',
      ...columns([
        [danish ? 'dybde' : 'depth', run.depth],
        ...phases,
        [danish ? 'i alt' : 'total', `${(run.duration * 1000).toFixed(1)} ms`],
        ...Object.entries(run.signals).map(([name, value]) => [name, String(value)]),
      ]),
      '',
      run.transcript,
    ];
  });
  return { good: exitCodes.fine, bad: exitCodes.wrong, unknown: exitCodes.unreachable }[run.outcome];
};
