import type { Language } from '../../infra/landscape/model.ts';
import { beyond, type State } from '../../monitors/picture.ts';
import { lasting } from '../../monitors/words.ts';
import { toned, type Voice } from './output.ts';
import type { Told } from './picture.ts';

type Said = Readonly<Record<Language, string>>;
const stateWords: Readonly<Record<State, { readonly sign: string; readonly now: Said; readonly was: Said }>> = {
  bad: { sign: '✖', now: { da: 'virker ikke', en: 'down' }, was: { da: 'virkede ikke', en: 'was down' } },
  unknown: { sign: '?', now: { da: 'ukendt', en: 'unknown' }, was: { da: 'var ukendt', en: 'was unknown' } },
  good: { sign: '✔', now: { da: 'virker', en: 'up' }, was: { da: 'virkede', en: 'was up' } },
};
/** A state as it is; in a picture that is too old as it was, and then nothing is green. */
export const stateOf = (voice: Voice, state: State, { stale }: Pick<Told, 'stale'> = { stale: false }): string => {
  const { sign, now, was } = stateWords[state];
  return toned(voice, stale && state === 'good' ? 'dim' : state, `${sign} ${(stale ? was : now)[voice.language]}`);
};

export const badness: Readonly<Record<State, number>> = { bad: 0, unknown: 1, good: 2 };
export const worstOf = (states: readonly State[]): State =>
  states.toSorted((one, other) => badness[one] - badness[other])[0] ?? 'unknown';

const number = (value: number): string => (value >= beyond ? `>${beyond - 1}` : `${value}`);
/** `2`, `1–2` under unknown, `>3` beyond what is looked for. */
export const marginWords = ({ lower, upper }: { readonly lower: number; readonly upper: number }): string =>
  lower === upper ? number(upper) : `${number(lower)}–${number(upper)}`;

/** Local to the estate, with the zone: `2026-11-24 03:10:20 Europe/Copenhagen`. */
export const timeWords = ({ picture, landscape }: Pick<Told, 'picture' | 'landscape'>): string => {
  const { zone } = landscape.authority;
  const time = Temporal.Instant.fromEpochMilliseconds(picture.at).toZonedDateTimeISO(zone).toPlainDateTime();
  return `${time.toString({ smallestUnit: 'second' }).replace('T', ' ')} ${zone}`;
};

/** How old what is said is, and where it came from; an old picture is said to be old first of all. */
export const heading = (voice: Voice, told: Told): readonly string[] => {
  const { picture, age, stale, from } = told;
  const danish = voice.language === 'da';
  const when = `${timeWords(told)} (${from})`;
  const simulated =
    picture.provenance === 'simulated' ? [toned(voice, 'warn', danish ? 'SIMULERET' : 'SIMULATED')] : [];
  if (!stale) return [toned(voice, 'dim', `${danish ? 'som det var' : 'as of'} ${when}`), ...simulated];
  const span = lasting(Math.abs(age), voice.language);
  const old =
    age < 0 ? (danish ? `${span} for tidligt` : `${span} too early`) : danish ? `${span} gammelt` : `${span} old`;
  return [toned(voice, 'bad', danish ? `GAMMELT: ${old}, ${when}` : `STALE: ${old}, ${when}`), ...simulated];
};
