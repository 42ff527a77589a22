import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { startAgent } from '../agent/agent.ts';
import { AgentError, type Guarding, readAddress } from '../agent/serve.ts';
import { defaultDataFolder } from '../embedded/embedded.ts';
import { exitCodes, Stop } from './exit.ts';
import { createTeller, say, textOf, toned } from './output.ts';
import type { Options, Run } from './program.ts';
import { asked, usage } from './start-common.ts';
import { readOrStop } from './validate.ts';

const tokenVariable = 'FORVARSEL_AGENT_TOKEN';

const fileIn = (options: Options, name: string): string | null => {
  const path = textOf(options, name);
  if (path === null) return null;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error';
    throw new Stop(exitCodes.usage, `expected a readable file ${path}, got ${code}`, { cause });
  }
};

const guardingOf = (options: Options): Guarding => {
  const [certificate, key] = [fileIn(options, 'tlsCert'), fileIn(options, 'tlsKey')];
  if ((certificate === null) !== (key === null))
    throw new Stop(exitCodes.usage, 'expected --tls-cert and --tls-key together, got one of them');
  const clients = fileIn(options, 'clientCa');
  return {
    listen: readAddress(textOf(options, 'listen') ?? '127.0.0.1:9641'),
    token: fileIn(options, 'tokenFile') ?? process.env[tokenVariable] ?? null,
    tls: certificate === null || key === null ? null : { certificate, key, clients },
  };
};

/** `forvarsel agent PATH --vantage SITE`: probes from one vantage, at the vantage, and keeps what it saw for the hub. */
export const agent: Run = async (voice, { args: [path = '.'], options }) => {
  const vantage = textOf(options, 'vantage');
  if (vantage === null)
    throw usage(voice, { en: 'expected --vantage SITE, got none', da: 'forventede --vantage STED, fik intet' });
  const { landscape, file } = await readOrStop(voice, path);
  const tell = createTeller(voice, landscape.authority.zone);
  try {
    const running = await startAgent({
      landscape,
      vantage,
      folder: dirname(file),
      dataFolder: textOf(options, 'data') ?? `${defaultDataFolder(path)}-agent-${vantage}`,
      guarding: guardingOf(options),
      tell: (line) => tell('warn', 'forvarsel', line),
    });
    const count = Object.values(landscape.checks).filter(({ vantages }) => vantages.includes(vantage)).length;
    voice.out(
      say(voice, {
        en: `${toned(voice, 'strong', 'Forvarsel')} agent at ${vantage}: ${count} checks, for the hub at ${running.url}`,
        da: `${toned(voice, 'strong', 'Forvarsel')} agent ved ${vantage}: ${count} tjek, til navet på ${running.url}`,
      }),
    );
    voice.out(say(voice, { en: 'Ctrl-C ends it.', da: 'Ctrl-C slutter.' }));
    await asked();
    await running.stop();
    return exitCodes.fine;
  } catch (error) {
    if (error instanceof AgentError)
      throw new Stop(error.code === 'unsafe' ? exitCodes.unsafe : exitCodes.usage, error.message, { cause: error });
    throw error;
  }
};
