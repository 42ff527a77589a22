import { Command, CommanderError, Option } from 'commander';
import type { Language } from '../../infra/landscape/model.ts';
import { exitCodes, Stop } from './exit.ts';
import { helpIn } from './help.ts';
import { formatOf } from './language.ts';
import { note, type Voice } from './output.ts';
import { placed, words } from './words.ts';

export type Options = Readonly<Record<string, string | boolean | undefined>>;
export type Run = (
  voice: Voice,
  given: { readonly args: readonly string[]; readonly options: Options },
) => Promise<number>;

/** A command as data: what it is called, what it takes, and the module that does it, loaded only when asked for. */
export type Declared = {
  readonly name: Exclude<keyof typeof words.commands, 'help'>;
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
  readonly version: string;
};

const shared = (command: Command, language: Language): Command =>
  command
    .helpOption('-h, --help', words.options.help[language])
    .addOption(new Option('--lang <da|en>', words.options.lang[language]).choices(['da', 'en']))
    .configureHelp(helpIn(language));

/** Commander's own complaints, in the reader's language. */
const complaint = (error: CommanderError, language: Language): string => {
  const plain = error.message.replace(/^error: /, '');
  const known = words.complaints[error.code];
  if (known === undefined || language === 'en') return plain.replaceAll('\n', ' ');
  const quoted = /'([^']+)'/.exec(plain)?.[1] ?? '';
  const near = /Did you mean (?:one of )?([^?]+)\?/.exec(plain)?.[1];
  const choices = /Allowed choices are ([^.]+)\./.exec(plain)?.[1];
  return [
    known.replace('%s', placed(`<${quoted}>`, language).replace(/^<(.*)>$/, '$1')),
    ...(near === undefined ? [] : [words.meant[language].replace('%s', near)]),
    ...(choices === undefined ? [] : [words.allowed[language].replace('%s', choices)]),
  ].join(' ');
};

const build = (declared: readonly Declared[], world: World, done: (code: number) => void): Command => {
  const { language } = world;
  const program = shared(new Command('forvarsel'), language)
    .description(words.about[language])
    .version(world.version, '-V, --version', words.options.version[language])
    .helpCommand(language === 'da' ? 'help [kommando]' : 'help [command]', words.commands.help[language])
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
      const chosen = Object.fromEntries(
        Object.entries(command.opts<Record<string, string | boolean | readonly string[] | undefined>>()).map(
          // What may be given several times may as well be a list.
          ([name, value]) => [name, typeof value === 'object' ? value.join(',') : value] as const,
        ),
      );
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

/** Says why a command could not be done: sentences, or with `--format json` one object on one line. */
const refuse = (voice: Voice, error: unknown): number => {
  const { language } = voice;
  if (error instanceof CommanderError) {
    note(voice, complaint(error, language), { exitCode: exitCodes.usage });
    if (voice.format === 'text') voice.err(words.tryHelp[language]);
    return exitCodes.usage;
  }
  if (error instanceof Stop) {
    const { exitCode, findings } = error;
    note(voice, error.message, { exitCode, ...(findings.length === 0 ? {} : { findings }) });
    return exitCode;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  note(voice, `${words.fault[language]} ${trace}`, { exitCode: exitCodes.fault });
  return exitCodes.fault;
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
      program.outputHelp({ error: true });
      return exitCodes.usage;
    }
    const asked = argv[0] === 'help' ? argv.slice(1).find((word) => !word.startsWith('-')) : undefined;
    const unknown =
      asked !== undefined && !['da', 'en', 'help'].includes(asked) && !declared.some(({ name }) => name === asked);
    if (unknown) throw new CommanderError(exitCodes.usage, 'commander.unknownCommand', `unknown command '${asked}'`);
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.fine;
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage;
    return refuse({ ...world, format: formatOf(argv) }, error);
  }
};
