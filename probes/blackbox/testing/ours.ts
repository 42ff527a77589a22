import { type Exporter, startExporter } from '../../../scripts/exporter/exporter.ts';
import { loadModules } from '../../../scripts/exporter/modules.ts';
import { openWeb } from '../../../scripts/exporter/web-config.ts';
import type { Case, Setting } from './cases/case.ts';
import type { Stage } from './stage.ts';

export type Answer = { readonly status: number; readonly text: string };

/** Every case of a table made ready: its setting, and one module file for all of them. */
export const settle = async (stage: Stage, cases: readonly Case[]) => {
  const settings = new Map<string, Setting>();
  for (const [name, , set] of cases) settings.set(name, await set(stage));
  const modules = Object.fromEntries(
    [...settings].map(([name, { prober, options = {}, timeout = '10s' }]) => [
      name,
      { prober, timeout, [prober]: options },
    ]),
  );
  // JSON is YAML: nothing of a case is lost on its way to either engine. Only YAML has bytes.
  const text = JSON.stringify({ modules: { http_2xx: { prober: 'http' }, ...modules } });
  const file = stage.file('modules.yml', text.replaceAll(/"!!binary ([\w+/=]+)"/g, '!!binary "$1"'));
  /** Servers, cases and exporter share this thread: where it stood still, the exporter says so, and is asked again. */
  const ask = async (base: string, name: string, again = 3): Promise<Answer> => {
    const { target, hostname } = settings.get(name) ?? { target: '' };
    const query = new URLSearchParams({ module: name, target, ...(hostname === undefined ? {} : { hostname }) });
    const reply = await fetch(`${base}/probe?${query}`);
    const answer = { status: reply.status, text: await reply.text() };
    const late = answer.status === 503 && answer.text.includes('stood still');
    return late && again > 0 ? await ask(base, name, again - 1) : answer;
  };
  return { settings, file, ask };
};

/** Our exporter with a module file, allowed to go wherever a stage is. */
export const startOurs = async (file: string): Promise<Exporter> => {
  const loaded = loadModules(file);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return await startExporter({
    file,
    modules: loaded.modules,
    listen: { host: '127.0.0.1', port: 0 },
    web: openWeb,
    allow: ['127.0.0.0/8', '::1', '*.invalid', 'unix:*'],
    perSecond: 1e6,
    historyLimit: 10,
    timeoutOffset: 0.5,
    version: '0',
    tell: () => undefined,
  });
};
