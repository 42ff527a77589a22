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

/** Minutes and seconds, short: `1 min 20 s`, `3 h`, `12 d`. The same in both languages but for the day. */
export const lasting = (ms: number, language: 'da' | 'en'): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} ${language === 'da' ? 't' : 'h'}`;
  return `${Math.round(seconds / 86_400)} ${language === 'da' ? 'dage' : 'days'}`;
};
