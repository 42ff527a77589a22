import { readFileSync } from 'node:fs';
import { exitCodes } from './commands/exit.ts';
import { languageOf } from './commands/language.ts';
import { runCommand } from './commands/program.ts';
import { commands } from './commands/table.ts';

const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const { argv, env, stdout } = process;
// A reader that has seen enough (`| head`) is no fault; the command still ends with its own code.
for (const stream of [stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
// What nobody caught is our own fault, not something wrong with what was watched.
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(exitCodes.fault);
});
process.exitCode = await runCommand(commands, argv.slice(2), {
  language: languageOf(argv, env),
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  colour: stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
  version,
});
