import { dirname } from 'node:path';
import { HistoryError } from '../../monitors/history/history.ts';
import { ConsoleError, readListen } from '../console/security.ts';
import { defaultDataFolder, startEmbedded } from '../embedded/embedded.ts';
import { exitCodes, Stop } from './exit.ts';
import { createTeller, textOf, type Voice } from './output.ts';
import type { Options, Run } from './program.ts';
import { asked, introduce, watchChanges } from './start-common.ts';
import { startDemoEstate } from './start-demo.ts';
import { readOrStop } from './validate.ts';

/** Errors of the memory and of the console that a person can act on. */
const explained = (error: unknown): unknown => {
  if (error instanceof ConsoleError)
    return new Stop(error.code === 'unsafe' ? exitCodes.unsafe : exitCodes.usage, error.message, { cause: error });
  if (error instanceof HistoryError) return new Stop(exitCodes.usage, error.message, { cause: error });
  return error;
};

const startEstate = async (voice: Voice, path: string, options: Options): Promise<number> => {
  const { landscape, file } = await readOrStop(voice, path);
  const tell = createTeller(voice, landscape.authority.zone);
  const embedded = await startEmbedded({
    landscape,
    folder: dirname(file),
    dataFolder: textOf(options, 'data') ?? defaultDataFolder(path),
    listen: textOf(options, 'listen') ?? '127.0.0.1:9640',
    tell: (line) => tell('warn', 'forvarsel', line),
  });
  introduce(voice, landscape, embedded.url);
  watchChanges(voice, landscape, embedded, tell);
  await asked();
  await embedded.stop();
  return exitCodes.fine;
};

/** `forvarsel start`: the demo, or with `--estate` an estate of one's own. Ends at Ctrl-C with nothing left running. */
export const start: Run = async (voice, { options }) => {
  const estate = textOf(options, 'estate');
  try {
    // An address others can reach is refused before anything is made or opened.
    readListen(textOf(options, 'listen') ?? '127.0.0.1:9640');
    return estate === null ? await startDemoEstate(voice, options) : await startEstate(voice, estate, options);
  } catch (error) {
    throw explained(error);
  }
};
