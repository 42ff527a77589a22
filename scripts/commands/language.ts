import type { Language } from '../../infra/landscape/model.ts';
import type { Format } from './output.ts';

/** The value given to an option, before anything has been parsed: a complaint needs it too. */
const given = (argv: readonly string[], option: string): string | undefined => {
  const at = argv.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const word = argv[at];
  return word?.includes('=') === true ? word.slice(option.length + 1) : at < 0 ? undefined : argv[at + 1];
};

/** `--lang da|en`, else the environment's locale, else English. */
export const languageOf = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Language => {
  const asked = given(argv, '--lang');
  if (asked === 'da' || asked === 'en') return asked;
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return /^da(?![a-z])/i.test(locale) ? 'da' : 'en';
};

export const formatOf = (argv: readonly string[]): Format => (given(argv, '--format') === 'json' ? 'json' : 'text');
