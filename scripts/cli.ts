#!/usr/bin/env node
import { languageOf } from './commands/language.ts';
import { type Declared, runCommand } from './commands/program.ts';

const data = { flags: '--data <dir>', about: 'data' } as const;
const url = { flags: '--url <address>', about: 'url' } as const;

/** Every command of the house. */
const commands: readonly Declared[] = [
  {
    name: 'start',
    args: [],
    options: [
      { flags: '--estate <path>', about: 'estate' },
      { flags: '--listen <address>', about: 'listen', preset: '127.0.0.1:9640' },
      data,
      { flags: '--story <name>', about: 'story', preset: 'all' },
      { flags: '--seed <n>', about: 'seed', preset: '1' },
      { flags: '--past <days>', about: 'past', preset: '30' },
    ],
    facts: false,
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    name: 'validate',
    args: ['<path>'],
    options: [],
    facts: true,
    load: async () => (await import('./commands/validate.ts')).validate,
  },
  {
    name: 'probe',
    args: ['<path>', '<check>'],
    options: [{ flags: '--vantage <site>', about: 'vantage' }],
    facts: true,
    load: async () => (await import('./commands/probe.ts')).probe,
  },
  {
    name: 'status',
    args: [],
    options: [{ flags: '--at <time>', about: 'at' }, data, url],
    facts: true,
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'explain',
    args: ['<node>'],
    options: [{ flags: '--at <time>', about: 'at' }, data, url],
    facts: true,
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'plan',
    args: ['<path>'],
    options: [],
    facts: true,
    load: async () => (await import('./commands/plan.ts')).plan,
  },
];

const { argv, env, stdout } = process;
process.exitCode = await runCommand(commands, argv.slice(2), {
  language: languageOf(argv, env),
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  colour: stdout.isTTY === true && !env['NO_COLOR'],
});
