import type { Allowing } from '../../probes/blackbox/allow.ts';
import { showModules } from '../../probes/blackbox/file.ts';
import type { Hall } from '../../probes/wire/http/room.ts';
import type { History, Past } from './history.ts';
import { type Meters, metricsPage } from './meters.ts';
import type { ModuleStore } from './modules.ts';
import { probe } from './probe.ts';
import { type Asked, metricsReply, plain, type Reply } from './reply.ts';

/** What an exporter works with. */
export type Exporting = {
  readonly modules: ModuleStore;
  readonly allowing: Allowing;
  readonly history: History;
  readonly meters: Meters;
  /** Whether a place may be asked once more now. */
  readonly budget: (place: string) => boolean;
  /** Memory for bodies that all probes share. */
  readonly hall: Hall;
  /** So many probes at once at most. */
  readonly together: number;
  /** Seconds that a scrape needs beside the probe. */
  readonly offset: number;
  /** Total ms for which this thread has stood still. */
  readonly stalled: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly tell: (line: string) => void;
};

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => escapes[char] ?? char);

const row = ({ id, module, target, success }: Past): string =>
  `<tr><td>${escaped(module)}</td><td>${escaped(target)}</td><td>${success ? 'Success' : '<strong>Failure</strong>'}</td><td><a href="logs?id=${id}">Logs</a></td></tr>`;
const front = ({ history }: Exporting): Reply => ({
  status: 200,
  contentType: 'text/html; charset=utf-8',
  headers: { 'content-security-policy': "default-src 'none'" },
  body: `<!doctype html>
<html lang="en"><head><title>Forvarsel exporter</title></head><body>
<h1>Forvarsel exporter</h1>
<p><a href="metrics">Metrics</a></p><p><a href="config">Configuration</a></p>
<h2>Recent probes</h2>
<table border="1"><tr><th>Module</th><th>Target</th><th>Result</th><th>Debug</th></tr>
${history.all().toReversed().map(row).join('\n')}
</table></body></html>
`,
});

const logs = ({ query }: Asked, { history }: Exporting): Reply => {
  const [id, target, module] = ['id', 'target', 'module'].map((name) => query.get(name) ?? '') as [
    string,
    string,
    string,
  ];
  const number = /^-?\d+$/.test(id) ? Number(id) : null;
  if (number !== null && target !== '') return plain(400, "Probe id and target can't be defined at the same time\n");
  if ((number === null || number === -1) && target === '')
    return plain(400, 'Probe id or target must be defined as http query parameters\n');
  if (target === '' && module !== '')
    return plain(400, 'Probe module filter only works in conjunction with target parameter\n');
  const found = target === '' ? history.byId(number ?? -1) : history.byTarget(target, module);
  if (found !== null) return plain(200, found.text);
  return plain(404, target === '' ? 'Probe id not found\n' : 'Probe target not found\n');
};

/** Reads the module file anew; a bad one is told whole and replaces nothing. */
export const reload = ({ modules, tell }: Exporting): readonly string[] => {
  const loaded = modules.reload();
  const problems = loaded.ok ? [] : loaded.problems;
  for (const problem of problems) tell(problem);
  return problems;
};
const reloaded = ({ method }: Asked, exporting: Exporting): Reply => {
  if (method !== 'POST' && method !== 'PUT') return plain(405, 'This endpoint requires a POST request.\n');
  const problems = reload(exporting);
  return problems.length === 0 ? plain(200, '') : plain(500, `failed to reload config:\n${problems.join('\n')}\n`);
};

type Page = (asked: Asked, exporting: Exporting) => Promise<Reply> | Reply;
const pages: Readonly<Record<string, Page>> = {
  '/': (_, exporting) => front(exporting),
  '/probe': probe,
  '/metrics': (_, exporting) => metricsReply(metricsPage(exporting)),
  '/config': (_, { modules }) => plain(200, showModules(modules.all())),
  '/logs': logs,
  '/-/healthy': () => plain(200, 'Healthy'),
  '/-/ready': () => plain(200, 'Ready'),
  '/-/reload': reloaded,
};

/** Answers what blackbox_exporter answers. */
export const createApp =
  (exporting: Exporting) =>
  async (asked: Asked): Promise<Reply> => {
    const page = Object.hasOwn(pages, asked.path) ? pages[asked.path] : undefined;
    return page === undefined ? plain(404, 'not found\n') : await page(asked, exporting);
  };
