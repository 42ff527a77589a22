import { dirname } from 'node:path';
import type { Check, Landscape } from '../../infra/landscape/model.ts';
import { nearest } from '../../infra/landscape/names.ts';
import type { Observation } from '../../probes/observation.ts';
import { probeOnce } from '../../probes/one.ts';
import { readAims, readSecrets, readTrust } from '../../probes/targets.ts';
import { words as shown } from '../console/words.ts';
import { exitCodes, Stop } from './exit.ts';
import { columns, note, say, show, toned, type Voice } from './output.ts';
import type { Options, Run } from './program.ts';
import { stateOf } from './states.ts';
import { readOrStop } from './validate.ts';

/** What may have been meant: ids that share a part, and the one that is spelt most like it. */
export const nearbyWords = (voice: Voice, id: string, known: readonly string[]): string => {
  const parts = id.split('/').filter(Boolean);
  const close = nearest(id, known);
  const near = known.filter((one) => one === close || one.split('/').some((part) => parts.includes(part)));
  if (near.length === 0) return '';
  return `; ${say(voice, { en: 'did you mean', da: 'mente du' })} ${near.slice(0, 5).join(', ')}?`;
};

const chosen = (
  voice: Voice,
  landscape: Landscape,
  id: string,
  options: Options,
): { check: Check; vantage: string } => {
  const ids = Object.keys(landscape.checks);
  const check = Object.hasOwn(landscape.checks, id) ? landscape.checks[id] : undefined;
  if (check === undefined) {
    const near = nearbyWords(voice, id, ids);
    throw new Stop(
      exitCodes.usage,
      say(voice, { en: `no check is called ${id}${near}`, da: `intet tjek hedder ${id}${near}` }),
    );
  }
  const vantage = typeof options['vantage'] === 'string' ? options['vantage'] : (check.vantages[0] ?? '');
  if (check.vantages.includes(vantage)) return { check, vantage };
  const from = check.vantages.join(', ');
  throw new Stop(
    exitCodes.usage,
    say(voice, {
      en: `${id} is not probed from ${vantage}; it is from ${from}`,
      da: `${id} måles ikke fra ${vantage}, men fra ${from}`,
    }),
  );
};

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** What was presented, leaf first: who, by whom, until when; and why it is not trusted, when it is not. */
const chainOf = (voice: Voice, { facts }: Observation): readonly string[] => {
  const { reasons } = shown[voice.language];
  const { tls } = facts;
  if (tls === undefined) return [];
  const until = say(voice, { en: 'until', da: 'til' });
  return [
    `${tls.version} ${tls.cipher}${tls.wrong === null ? '' : `: ${toned(voice, 'bad', reasons[tls.wrong])}`}`,
    ...columns(
      tls.chain.map(({ subject, issuer, until: end }) => [`  ${subject}`, `← ${issuer}`, `${until} ${dayOf(end)}`]),
    ),
    '',
  ];
};

const lines = (voice: Voice, run: Observation): readonly string[] => {
  const { depths, reasons } = shown[voice.language];
  const danish = voice.language === 'da';
  const ms = (seconds: number) => `${(seconds * 1000).toFixed(1)} ms`;
  const why = (reason: Observation['reason'], message: string) =>
    [reason === null ? '' : reasons[reason], message].filter(Boolean).join(': ');
  return [
    [stateOf(voice, run.outcome), `${run.check} @ ${run.vantage}`, why(run.reason, run.message)]
      .filter(Boolean)
      .join('  '),
    ...(run.first === null
      ? []
      : [`${danish ? 'første forsøg' : 'first attempt'}: ${why(run.first.reason, run.first.message)}`]),
    '',
    ...columns([
      [danish ? 'dybde' : 'depth', depths[run.depth]],
      ...Object.entries(run.phases).map(([phase, seconds]) => [phase, ms(seconds ?? 0)]),
      [danish ? 'i alt' : 'total', ms(run.duration)],
      ...Object.entries(run.signals).map(([name, value]) => [name, String(value)]),
    ]),
    '',
    ...chainOf(voice, run),
    run.transcript,
  ];
};

/** `forvarsel probe PATH CHECK`: one run now, with its retry, by the same code as the running system. */
export const probe: Run = async (voice, { args: [path = '.', id = ''], options }) => {
  const { landscape, file } = await readOrStop(voice, path);
  const { check, vantage } = chosen(voice, landscape, id, options);
  const { aims, problems } = readAims(landscape, dirname(file));
  const problem = problems.find((one) => one.check === id);
  if (problem !== undefined) throw new Stop(exitCodes.usage, problem.message);
  const { trust, problems: untrusted } = readTrust(landscape, dirname(file));
  for (const { message } of untrusted) note(voice, message);
  const { secrets, problems: unread } = readSecrets(landscape, dirname(file));
  const missing = unread.find((one) => one.check === id);
  if (missing !== undefined) throw new Stop(exitCodes.usage, missing.message);
  const run = await probeOnce(landscape, { check: check.id, vantage }, { aims, trust, secrets });
  show(voice, run, () => lines(voice, run));
  return { good: exitCodes.fine, bad: exitCodes.wrong, unknown: exitCodes.unreachable }[run.outcome];
};
