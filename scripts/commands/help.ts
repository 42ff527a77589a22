import type { Argument, Command, Help, Option } from 'commander';
import type { Language } from '../../infra/landscape/model.ts';
import { placed, words } from './words.ts';

const termOf = (argument: Argument, language: Language): string => {
  const term = placed(`<${argument.name()}>`, language);
  return argument.required ? term : `[${term.slice(1, -1)}]`;
};

/** Commander's help, every word of it in the reader's language. */
export const helpIn = (language: Language): Partial<Help> => {
  const { options, command, choices, preset } = words.usage;
  return {
    styleTitle: (title) => words.titles[title]?.[language] ?? title,
    subcommandTerm: (one: Command) =>
      [one.name(), ...one.registeredArguments.map((argument) => termOf(argument, language))].join(' '),
    commandUsage: (one: Command) => {
      const names = one.parent === null ? [one.name()] : [one.parent.name(), one.name()];
      const args = one.registeredArguments.map((argument) => termOf(argument, language));
      return [...names, options[language], ...(one.parent === null ? [command[language]] : args)].join(' ');
    },
    argumentTerm: (argument) => placed(`<${argument.name()}>`, language).slice(1, -1),
    optionTerm: (option: Option) => placed(option.flags, language),
    optionDescription: (option: Option) => {
      const more = [
        option.argChoices === undefined ? '' : `${choices[language]}: ${option.argChoices.join(', ')}`,
        option.defaultValue === undefined ? '' : `${preset[language]}: ${option.defaultValue}`,
      ].filter(Boolean);
      return more.length === 0 ? option.description : `${option.description} (${more.join('; ')})`;
    },
  };
};
