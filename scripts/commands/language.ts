import type { Language } from '../../infra/landscape/model.ts';

/** `--lang da|en`, else the environment's locale, else English. */
export const languageOf = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Language => {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const asked = at < 0 ? undefined : argv[at]?.includes('=') === true ? argv[at]?.split('=')[1] : argv[at + 1];
  if (asked === 'da' || asked === 'en') return asked;
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return locale.toLowerCase().startsWith('da') ? 'da' : 'en';
};
