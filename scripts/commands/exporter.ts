import { readFileSync } from 'node:fs';
import { startExporter } from '../exporter/exporter.ts';
import { loadModules } from '../exporter/modules.ts';
import { readListen } from '../exporter/serve.ts';
import { ServeError } from '../exporter/trouble.ts';
import { openWeb, readWebConfig } from '../exporter/web-config.ts';
import { exitCodes, Stop } from './exit.ts';
import { note, say, textOf, toned, type Voice } from './output.ts';
import type { Options, Run } from './program.ts';
import { asked, usage } from './start-common.ts';

const numberIn = (voice: Voice, options: Options, name: string, flag: string): number => {
  const text = textOf(options, name) ?? '';
  const value = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && Number.isFinite(value)) return value;
  throw usage(voice, {
    en: `expected a number for ${flag}, got ${text}`,
    da: `forventede et tal til ${flag}, fik ${text}`,
  });
};

const modulesOf = (voice: Voice, options: Options) => {
  const file = textOf(options, 'config.file') ?? 'blackbox.yml';
  const loaded = loadModules(file);
  if (loaded.ok) return { file, modules: loaded.modules };
  for (const problem of loaded.problems) voice.err(problem);
  const count = loaded.problems.length;
  throw usage(voice, {
    en: `${file}: ${count} ${count === 1 ? 'error' : 'errors'}; nothing was started`,
    da: `${file}: ${count} fejl; intet er startet`,
  });
};

/** Whatever keeps the exporter from being served, with the code that says whose turn it is. */
const orStop = async <T>(work: () => Promise<T> | T): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServeError)) throw error;
    throw new Stop(error.code === 'unsafe' ? exitCodes.unsafe : exitCodes.usage, error.message, { cause: error });
  }
};

const countOf = (voice: Voice, count: number): string =>
  say(voice, count === 1 ? { en: '1 module', da: '1 modul' } : { en: `${count} modules`, da: `${count} moduler` });

const introduce = (voice: Voice, count: string, url: string, allow: string): void => {
  const name = toned(voice, 'strong', 'Forvarsel');
  voice.out(
    say(voice, {
      en: `${name} exporter: ${count}, at ${toned(voice, 'strong', `${url}/probe`)}`,
      da: `${name} eksporterer: ${count}, på ${toned(voice, 'strong', `${url}/probe`)}`,
    }),
  );
  if (allow === '')
    note(
      voice,
      say(voice, {
        en: 'no target is allowed: give --probe-allow, such as 10.20.0.0/16 or *.region.example:443',
        da: 'intet mål er tilladt: giv --probe-allow, for eksempel 10.20.0.0/16 eller *.region.example:443',
      }),
    );
  voice.out(
    say(voice, {
      en: 'SIGHUP reads the modules anew, Ctrl-C ends it.',
      da: 'SIGHUP læser modulerne igen, Ctrl-C slutter.',
    }),
  );
};

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** `forvarsel exporter`: probes for Prometheus by the module file of a blackbox_exporter. */
export const exporter: Run = async (voice, { options }) => {
  const { file, modules } = modulesOf(voice, options);
  const count = countOf(voice, Object.keys(modules).length);
  if (options['config.check'] === true) {
    voice.out(say(voice, { en: `${file}: ${count}; no errors`, da: `${file}: ${count}; ingen fejl` }));
    return exitCodes.fine;
  }
  const allow = textOf(options, 'probeAllow') ?? '';
  const webFile = textOf(options, 'web.config.file');
  const running = await orStop(() =>
    startExporter({
      file,
      modules,
      listen: readListen(textOf(options, 'listen') ?? ''),
      web: webFile === null ? openWeb : readWebConfig(webFile),
      allow: [allow],
      perSecond: numberIn(voice, options, 'probeRate', '--probe-rate'),
      historyLimit: numberIn(voice, options, 'history.limit', '--history.limit'),
      timeoutOffset: numberIn(voice, options, 'timeoutOffset', '--timeout-offset'),
      version,
      tell: (line) => note(voice, line),
    }),
  );
  introduce(voice, count, running.url, allow);
  const again = (): void => void running.reload();
  process.on('SIGHUP', again);
  await asked();
  process.off('SIGHUP', again);
  await running.close();
  return exitCodes.fine;
};
