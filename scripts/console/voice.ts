import type { Language, Signal, Text } from '../../infra/landscape/model.ts';
import { lasting } from '../../monitors/words.ts';
import type { Words } from './words/en.ts';
import { words } from './words.ts';

/** How one reader is spoken to: language, zone and the moment the page is made. */
export type Voice = {
  readonly language: Language;
  readonly words: Words;
  readonly zone: string;
  /** Wall ms. */
  readonly now: number;
  readonly text: (text: Text) => string;
  readonly number: (value: number, digits?: number) => string;
  /** From a share: 0.9995 is 99.95 %. Rounded down where it matters: 99.999 % never reads 100 %. */
  readonly percent: (share: number, digits?: number) => string;
  readonly duration: (ms: number) => string;
  /** A window as it is declared (`30d`), in words. */
  readonly window: (declared: string) => string;
  /** Clock time in the zone, with the date when it is another day. */
  readonly clock: (at: number) => string;
  /** Date, time and zone in full. */
  readonly full: (at: number) => string;
  /** `2 min ago`, `in 2 min`. */
  readonly relative: (at: number) => string;
  readonly list: (names: readonly string[]) => string;
  readonly value: (value: number, unit: Signal['unit']) => string;
};

const locales: Readonly<Record<Language, string>> = { da: 'da-DK', en: 'en-GB' };
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The steps in which `lasting` tells a span, longest first. */
const steps = [
  { from: 2 * day, step: day },
  { from: 10 * hour, step: hour },
  { from: 10 * minute, step: minute },
  { from: 0, step: second },
] as const;
/** Cut down to what is told, so that time left is never more than there is. */
const told = (ms: number): number => {
  const { step } = steps.find(({ from }) => ms >= from) ?? { step: second };
  return Math.floor(ms / step) * step;
};

/** Rounds away from what flatters: a share below one never reads as all. */
const cut = (value: number, digits: number): number => {
  const scale = 10 ** digits;
  return Math.floor(value * scale + 1e-9) / scale;
};

const bytes = (number: Voice['number'], value: number): string => {
  const steps = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const step = value <= 0 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log(value) / Math.log(1000)));
  return `${number(value / 1000 ** step, step === 0 ? 0 : 1)} ${steps[step]}`;
};

export const createVoice = (
  language: Language,
  { zone, now }: { readonly zone: string; readonly now: number },
): Voice => {
  const said = words[language];
  const locale = locales[language];
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: 'h23', ...options });
  const dayOf = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const date = format({ day: 'numeric', month: 'short' });
  const complete = format({ dateStyle: 'full', timeStyle: 'long' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  const sign = language === 'da' ? '\u00a0%' : '%';
  const percent = (share: number, digits = 3) => `${number(cut(share * 100, digits), digits)}${sign}`;
  const duration = (ms: number) => lasting(told(Math.max(0, ms)), language);
  const { units } = said;
  const windows: Readonly<Record<string, (count: number) => string>> = {
    m: (count) => `${count} ${units.minute}`,
    h: (count) => `${count} ${units.hour}`,
    d: units.days,
  };
  const clock = (at: number) => {
    const hours = time.format(at).replace('.', ':');
    return dayOf.format(at) === dayOf.format(now) ? hours : `${date.format(at)} ${hours}`;
  };
  const values: Readonly<Record<Signal['unit'], (value: number) => string>> = {
    seconds: (value) => (Math.abs(value) < 1 ? `${number(value * 1000)} ms` : `${number(value, 2)} s`),
    bytes: (value) => bytes(number, value),
    percent: (value) => `${number(value, 1)}${sign}`,
    count: (value) => number(value, 1),
    timestamp: (value) => clock(value * second),
  };
  return {
    language,
    words: said,
    zone,
    now,
    text: (text) => text[language],
    number,
    percent,
    duration,
    window: (declared) => {
      const [, count = '', unit = ''] = /^(\d+)([mhd])$/.exec(declared) ?? [];
      return windows[unit]?.(Number(count)) ?? declared;
    },
    clock,
    full: (at) => complete.format(at),
    relative: (at) => {
      if (Math.abs(now - at) < second) return said.justNow;
      return at <= now ? said.ago(duration(now - at)) : said.ahead(duration(at - now));
    },
    list: (names) => list.format(names),
    value: (value, unit) => values[unit](value),
  };
};
