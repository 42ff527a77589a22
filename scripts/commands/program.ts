import { Command, CommanderError, Option } from 'commander';
import type { Language } from '../../infra/landscape/model.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Voice } from './output.ts';
import { words } from './words.ts';

export type Options = Readonly<Record<string, string | boolean | undefined>>;
export type Run = (
  voice: Voice,
  given: { readonly args: readonly string[]; readonly options: Options },
) => Promise<number>;

/** A command as data: what it is called, what it takes, and the module that does it, loaded only when asked for. */
export type Declared = {
  readonly name: keyof typeof words.commands;
  readonly args: readonly string[];
  readonly options: readonly {
    readonly flags: string;
    readonly about: keyof typeof words.options;
    readonly preset?: string;
  }[];
  readonly facts: boolean;
  readonly load: () => Promise<Run>;
};

export type World = {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly colour: boolean;
  readonly language: Language;
};

const shared = (command: Command, language: Language): Command =>
  command
    .helpOption('-h, --help', words.options.help[language])
    .addOption(new Option('--lang <da|en>', words.options.lang[language]).choices(['da', 'en']))
    .configureHelp({ styleTitle: (title) => words.titles[title]?.[language] ?? title });

/** Commander's own complaints, in the reader's language. */
const complaint = (error: CommanderError, language: Language): string => {
  const quoted = /'([^']+)'/.exec(error.message)?.[1] ?? '';
  const known = words.complaints[error.code];
  return known === undefined || language === 'en' ? error.message.replace(/^error: /, '') : known.replace('%s', quoted);
};

const build = (declared: readonly Declared[], world: World, done: (code: number) => void): Command => {
  const { language } = world;
  const program = shared(new Command('forvarsel'), language)
    .description(words.about[language])
    .helpCommand('help [command]', words.options.help[language])
    .addHelpText('after', `\n${words.exit[language]}`);
  for (const { name, args, options, facts, load } of declared) {
    const command = shared(program.command(name), language).description(words.commands[name][language]);
    for (const arg of args) command.argument(arg, words.arguments[arg.replaceAll(/[<>[\]]/g, '')]?.[language] ?? '');
    for (const { flags, about, preset } of options) command.option(flags, words.options[about][language], preset);
    if (facts)
      command.addOption(
        new Option('--format <text|json>', words.options.format[language]).choices(['text', 'json']).default('text'),
      );
    command.action(async (...given: unknown[]) => {
      const chosen = command.opts<Record<string, string | boolean | undefined>>();
      const voice: Voice = { ...world, format: chosen['format'] === 'json' ? 'json' : 'text' };
      const run = await load();
      const texts = given.filter((one): one is string => typeof one === 'string');
      done(await run(voice, { args: texts, options: chosen }));
    });
  }
  const all = [program, ...program.commands];
  for (const command of all)
    command.exitOverride().configureOutput({
      writeOut: (text) => world.out(text.trimEnd()),
      writeErr: (text) => world.err(text.trimEnd()),
      outputError: () => undefined,
    });
  return program;
};

/** Runs one command line: the only place where a failure becomes a sentence and a code. */
export const runCommand = async (
  declared: readonly Declared[],
  argv: readonly string[],
  world: World,
): Promise<number> => {
  let code: number = exitCodes.fine;
  const program = build(declared, world, (given) => {
    code = given;
  });
  try {
    if (argv.length === 0) {
      world.out(program.helpInformation().trimEnd());
      return exitCodes.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.fine;
      if (error.code === 'commander.help') return exitCodes.usage;
      world.err(`forvarsel: ${complaint(error, world.language)}`);
      world.err(words.tryHelp[world.language]);
      return exitCodes.usage;
    }
    if (error instanceof Stop) {
      world.err(`forvarsel: ${error.message}`);
      return error.exitCode;
    }
    world.err(`forvarsel: ${words.fault[world.language]}`);
    world.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return exitCodes.fault;
  }
};
