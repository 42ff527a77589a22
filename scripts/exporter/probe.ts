import { showModule } from '../../probes/blackbox/file.ts';
import type { Module } from '../../probes/blackbox/modules.ts';
import { probePage } from '../../probes/blackbox/page/page.ts';
import { CannotPlan, type Plan } from '../../probes/blackbox/plan/plan.ts';
import { isProber, plans } from '../../probes/blackbox/plan/plans.ts';
import { runPlan } from '../../probes/blackbox/run.ts';
import { canonicalHeader } from '../../probes/blackbox/tables.ts';
import type { Measurement } from '../../probes/observation.ts';
import type { Exporting } from './app.ts';
import { type Asked, metricsReply, plain, type Reply } from './reply.ts';
import { openSecrets } from './secrets.ts';
import { timeoutOf } from './timeout.ts';

const usualModule = 'http_2xx';
const howToAllow =
  'no target is allowed: start with --probe-allow, naming networks such as 10.20.0.0/16 or names such as *.region.example, either with :port';

/** What `debug=true` and `/logs` show: how it went, the page, and the module without its secrets. */
const debugOf = (seen: Measurement | null, said: string, page: string, module: Module): string => {
  const told =
    seen === null
      ? [said]
      : [
          `outcome=${seen.outcome} depth=${seen.depth} duration_seconds=${seen.duration}`,
          ...(seen.reason === null ? [] : [`reason=${seen.reason} message=${JSON.stringify(seen.message)}`]),
          seen.transcript,
        ];
  return [
    'Logs for the probe:',
    ...told,
    '\n\n\nMetrics that would have been returned:',
    page,
    '\n\n\nModule configuration:',
    showModule(module),
  ].join('\n');
};

const asked = ({ query, timeout }: Asked, { modules, offset, meters }: Exporting) => {
  const name = query.get('module') || usualModule;
  const all = modules.all();
  const module = Object.hasOwn(all, name) ? all[name] : undefined;
  if (module === undefined) {
    meters.unknownModule();
    return plain(400, `Unknown module ${JSON.stringify(name)}\n`);
  }
  const seconds = timeoutOf(timeout, { offset, module: module.timeout });
  if (seconds === null)
    return plain(500, `Failed to parse timeout from Prometheus header: ${JSON.stringify(timeout)}\n`);
  const target = query.get('target') ?? '';
  if (target === '') return plain(400, 'Target parameter is missing\n');
  if (!isProber(module.prober)) return plain(400, `Unknown prober ${JSON.stringify(module.prober)}\n`);
  const hostname = query.get('hostname') ?? '';
  if (module.prober === 'http' && hostname !== '') {
    const other = Object.entries(module.http.headers).find(
      ([header, value]) => canonicalHeader(header) === 'Host' && value !== hostname,
    );
    if (other !== undefined)
      return plain(
        400,
        `host header defined both in module configuration (${other[1]}) and with URL-parameter 'hostname' (${hostname})\n`,
      );
  }
  return { name, module, prober: module.prober, seconds, target, hostname };
};
type Wish = Exclude<ReturnType<typeof asked>, Reply>;

/** The plan of a run, or why there is none. */
const planned = ({ prober, ...ask }: Wish, { environment }: Exporting): Plan | string => {
  try {
    return plans[prober]({ ...ask, environment });
  } catch (error) {
    if (error instanceof CannotPlan) return error.message;
    throw error;
  }
};

/**
 * The list of what is allowed, and beside it what every place still bears: a name is asked for by its spelling before
 * anything is resolved, then each address it leads to, by redirects too, once a run.
 */
const sparing = ({ allowing, budget }: Exporting) => {
  const asked = new Set<string>();
  let often: string | null = null;
  const bears = (key: string, place: string): boolean => {
    if (asked.has(key)) return true;
    asked.add(key);
    if (budget(key)) return true;
    often = place;
    return false;
  };
  return {
    named: (place: string): boolean => bears(`name ${place.toLowerCase().replace(/\.+(?=:\d*$|$)/, '')}`, place),
    allowed: (host: string, address: string, port: number): boolean =>
      allowing.allowed(host, address, port) && bears(`${address} ${port}`, `${address} port ${port}`),
    often: (): string | null => often,
  };
};

/** `/probe`: one run of a module now. What could not run is 503 with its reason, never a failure of the target. */
export const probe = async (request: Asked, exporting: Exporting): Promise<Reply> => {
  const { allowing, meters, history, together } = exporting;
  const places = sparing(exporting);
  const tooOften = (): Reply =>
    meters.refused(
      'too-often',
      plain(429, `${places.often()} is probed too often: ask less often, or raise --probe-rate\n`),
    );
  const wish = asked(request, exporting);
  if ('status' in wish) return wish;
  const { module, name, target } = wish;
  const cannot = (message: string): Reply => {
    meters.ran('unknown');
    history.add({ module: name, target, success: false, text: debugOf(null, message, '', module) });
    return plain(503, `could not run: ${message}\n`);
  };
  if (allowing.empty) return meters.refused('not-allowed', plain(403, `${howToAllow}\n`));
  const plan = planned(wish, exporting);
  if (typeof plan === 'string') return cannot(plan);
  if (!places.named(plan.place)) return tooOften();
  if (meters.going() >= together)
    return meters.refused('too-many', plain(503, 'too many probes at once: ask again later\n'));
  const { secrets, problem } = openSecrets(plan.held);
  if (problem !== null) return cannot(problem);
  if (wish.seconds <= 0)
    return cannot('no time is left for a probe: raise the scrape timeout or the timeout of the module');
  const { seen, told } = await meters.during(() =>
    runPlan(plan, {
      secrets,
      within: wish.seconds * 1000,
      allowed: places.allowed,
      hall: exporting.hall,
      stop: request.gone,
      stalled: exporting.stalled,
    }),
  );
  if (places.often() !== null) return tooOften();
  if (seen.reason === 'not-allowed')
    return meters.refused('not-allowed', plain(403, `not allowed: ${seen.message}; add it to --probe-allow\n`));
  meters.ran(seen.outcome);
  const page = seen.outcome === 'unknown' ? '' : probePage(told);
  const text = debugOf(seen, '', page, module);
  history.add({ module: name, target, success: seen.outcome === 'good', text });
  if (request.query.get('debug') === 'true') return plain(seen.outcome === 'unknown' ? 503 : 200, text);
  return seen.outcome === 'unknown' ? plain(503, `could not run: ${seen.message}\n`) : metricsReply(page);
};
