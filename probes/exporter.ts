import { type Check, type CheckId, type Landscape, type StreamId, streamOf } from '../infra/landscape/model.ts';
import { declaredTold } from './blackbox/page/declared.ts';
import { probePage } from './blackbox/page/page.ts';
import { monotonic } from './clock.ts';
import type { Observation } from './observation.ts';
import { probeOnce, type Reading } from './one.ts';

/** More at once would turn the exporter into a tool against what it watches. */
const together = 8;
const textType = 'text/plain; version=0.0.4; charset=utf-8';

export type Reply = { readonly status: number; readonly contentType: string; readonly body: string };
const plain = (status: number, body: string): Reply => ({ status, contentType: 'text/plain; charset=utf-8', body });

const debugOf = (seen: Observation): string =>
  [
    `outcome ${seen.outcome}`,
    ...(seen.reason === null ? [] : [`reason ${seen.reason}`, `message ${seen.message}`]),
    ...(seen.first === null ? [] : [`first attempt ${seen.first.reason}: ${seen.first.message}`]),
    `depth ${seen.depth}`,
    '',
    seen.transcript,
    '',
  ].join('\n');

/** One run in the words of blackbox_exporter, so that its boards and rules go on working. */
const told = (check: Check, seen: Observation, debugging: boolean): Reply => {
  const debug = debugging ? debugOf(seen) : '';
  if (seen.outcome === 'unknown') return plain(503, debug === '' ? `could not run: ${seen.message}\n` : debug);
  const metrics = probePage(declaredTold(check, seen));
  return debug === '' ? { status: 200, contentType: textType, body: metrics } : plain(200, `${debug}\n${metrics}`);
};

/** Only targets written in the landscape itself; others have to be read and given. */
const written = ({ checks }: Landscape): Record<CheckId, string> =>
  Object.fromEntries(
    Object.values(checks).flatMap(({ id, target }) => ('text' in target ? [[id, target.text.trim()]] : [])),
  );

/**
 * The declared check a request means: by its id or its target, narrowed by a module, which is a check's id or kind. A
 * target that is read from elsewhere may be a secret: whoever guesses it must not learn that it was right.
 */
const meant = (landscape: Landscape, params: URLSearchParams): Check | Reply => {
  const target = params.get('target');
  const module = params.get('module');
  if (target === null || target === '') return plain(400, 'expected target=, a declared target or check\n');
  const texts = written(landscape);
  const declared = Object.values(landscape.checks).filter(({ id }) => id === target || texts[id] === target);
  const check = declared.find(({ id, kind }) => module === null || module === id || module === kind);
  if (check !== undefined) return check;
  if (declared.length === 0)
    return plain(403, 'this target is not declared: add a check with it to the landscape, then ask again\n');
  return plain(400, `expected module= to be one of ${declared.map(({ id }) => id).join(', ')}, or a kind of theirs\n`);
};

type Asked = { readonly began: number; readonly seen: Promise<Observation>; going: boolean };

/**
 * At most one run of a check from a vantage at once and per interval, however often it is asked for: the others are
 * told of the last. Null when too much is going on.
 */
const createAsking = (landscape: Landscape, reading: Reading, now: () => number) => {
  const last = new Map<StreamId, Asked>();
  let going = 0;
  const start = (check: Check, vantage: string): Asked => {
    const seen = probeOnce(landscape, { check: check.id, vantage }, reading);
    const asked: Asked = { began: now(), seen, going: true };
    const end = () => {
      asked.going = false;
      going -= 1;
    };
    going += 1;
    seen.then(end, end);
    return asked;
  };
  return (check: Check, vantage: string): { readonly run: Asked; readonly again: boolean } | null => {
    const stream = streamOf(check.id, vantage);
    const known = last.get(stream);
    if (known !== undefined && (known.going || now() - known.began < check.intervalMs))
      return { run: known, again: true };
    if (going >= together) return null;
    const run = start(check, vantage);
    last.set(stream, run);
    return { run, again: false };
  };
};

/** Single runs of declared checks on demand, as `/probe` gives them. */
export const createProbeExporter = (
  landscape: Landscape,
  reading: Reading = { aims: written(landscape), trust: [], secrets: {} },
  now: () => number = monotonic,
) => {
  const ask = createAsking(landscape, reading, now);
  return {
    probe: async (params: URLSearchParams): Promise<Reply> => {
      const check = meant(landscape, params);
      if ('status' in check) return check;
      const vantage = params.get('vantage') ?? check.vantages[0] ?? '';
      if (!check.vantages.includes(vantage))
        return plain(400, `expected vantage= to be one of ${check.vantages.join(', ')}\n`);
      const asked = ask(check, vantage);
      if (asked === null) return plain(503, 'too many probes at once: ask again later\n');
      const reply = told(check, await asked.run.seen, params.get('debug') === 'true');
      if (!asked.again) return reply;
      const [age, every] = [now() - asked.run.began, check.intervalMs].map((ms) => (ms / 1000).toFixed(1));
      return { ...reply, body: `# cached: run ${age} s ago, at most one in ${every} s\n${reply.body}` };
    },
  };
};
