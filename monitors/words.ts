import type { Landscape, NodeId, Text } from '../infra/landscape/model.ts';

/** Sentences in both languages from the same parts. */
export const both = (say: (language: 'da' | 'en') => string): Text => ({ da: say('da'), en: say('en') });

export const titleOf = (landscape: Landscape, id: NodeId): Text => landscape.nodes[id]?.title ?? { da: id, en: id };

/** "a, b and c", at most `most` of them. */
export const listed = (parts: readonly string[], language: 'da' | 'en', most = 4): string => {
  const shown = parts.slice(0, most);
  const more = parts.length - shown.length;
  const tail = more > 0 ? [`${more} ${language === 'da' ? 'mere' : 'more'}`] : [];
  return new Intl.ListFormat(language, { type: 'conjunction' }).format([...shown, ...tail]);
};

export const titles = (landscape: Landscape, ids: readonly NodeId[], language: 'da' | 'en'): string =>
  listed(
    ids.map((id) => titleOf(landscape, id)[language]),
    language,
  );

/** How long, short: `40 s`, `2 min 5 s`, `20 min`, `3 h 10 min`, `14 h`, `12 days`; in Danish `3 t 10 min`, `12 dage`. */
export const lasting = (ms: number, language: 'da' | 'en'): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const hour = language === 'da' ? 't' : 'h';
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  if (minutes < 600) return `${Math.floor(minutes / 60)} ${hour}${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  if (minutes < 2880) return `${Math.round(minutes / 60)} ${hour}`;
  return `${Math.round(minutes / 1440)} ${language === 'da' ? 'dage' : 'days'}`;
};

/** A moment as the clocks of a zone show it. */
export const clock = (ms: number, zone: string, language: 'da' | 'en'): string =>
  new Intl.DateTimeFormat(language === 'da' ? 'da-DK' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: zone,
  }).format(ms);
