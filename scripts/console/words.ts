import type { Language } from '../../infra/landscape/model.ts';
import { da } from './words/da.ts';
import { en, type Words } from './words/en.ts';

export const words: Readonly<Record<Language, Words>> = { da, en };
export const isLanguage = (text: string): text is Language => text === 'da' || text === 'en';

/** The reader's language by `Accept-Language`: the best weighted of ours, English when none is named. */
export const languageOf = (accepted: string | undefined): Language => {
  const ranked = (accepted ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = parameters
        .find((parameter) => parameter.trim().startsWith('q='))
        ?.trim()
        .slice(2);
      return { language: tag.split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight) || 0 };
    })
    .sort((one, other) => other.weight - one.weight);
  for (const { language, weight } of ranked) if (weight > 0 && isLanguage(language)) return language;
  return 'en';
};
