import { readAllowing } from '../../probes/blackbox/allow.ts';
import type { Modules } from '../../probes/blackbox/file.ts';
import { createPulse } from '../../probes/clock.ts';
import { createHall } from '../../probes/wire/http/room.ts';
import { createApp, type Exporting, reload } from './app.ts';
import { createBudget } from './budget.ts';
import { createHistory } from './history.ts';
import { createMeters } from './meters.ts';
import { createModules } from './modules.ts';
import { type Listen, type Serving, serveExporter } from './serve.ts';
import { ServeError } from './trouble.ts';
import type { WebConfig } from './web-config.ts';

export type ExporterOptions = {
  /** Where the modules are read from again, and what they are now. */
  readonly file: string;
  readonly modules: Modules;
  readonly listen: Listen;
  readonly web: WebConfig;
  readonly allow: readonly string[];
  /** Probes a second that one place bears. */
  readonly perSecond: number;
  readonly historyLimit: number;
  readonly timeoutOffset: number;
  readonly version: string;
  readonly tell: (line: string) => void;
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

/** More would not be timed well by one thread; who asks beyond it is told so. */
const together = 500;
/** One body may be as large as blackbox_exporter's could be; a few such at once are too many for one process. */
const bodies = { most: 256 * 1024 * 1024, each: 64 * 1024 } as const;

export type Exporter = Serving & { readonly reload: () => readonly string[] };

/** Serves probes of modules. Rejects with ServeError before anything listens. */
export const startExporter = async (options: ExporterOptions): Promise<Exporter> => {
  const allowing = readAllowing(options.allow);
  if (allowing.problems.length > 0) throw new ServeError('usage', allowing.problems.join('\n'));
  const pulse = createPulse();
  const exporting: Exporting = {
    modules: createModules(options.file, options.modules),
    allowing,
    history: createHistory(options.historyLimit),
    meters: createMeters(),
    budget: createBudget(options.perSecond),
    hall: createHall(bodies),
    together,
    offset: options.timeoutOffset,
    stalled: pulse.stalled,
    environment: options.environment ?? process.env,
    version: options.version,
    tell: options.tell,
  };
  try {
    const serving = await serveExporter(createApp(exporting), { listen: options.listen, web: options.web });
    const close = async (): Promise<void> => {
      pulse.stop();
      await serving.close();
    };
    return { ...serving, close, reload: () => reload(exporting) };
  } catch (error) {
    pulse.stop();
    throw error;
  }
};
