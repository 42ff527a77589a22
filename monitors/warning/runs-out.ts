import type { Check, NodeId, Signal, StreamId, Text } from '../../infra/landscape/model.ts';
import { streamOf } from '../../infra/landscape/model.ts';
import type { Eta, Moment, Series, Warning } from '../picture.ts';
import { both, clock, lasting } from '../words.ts';
import { certificateOf } from './certificate.ts';
import { type Ground, type Rule, warn } from './ground.ts';
import { freshIntervals } from './trend.ts';

/**
 * An ETA is a warning when it is within this many check intervals: the time somebody needs to act, and as far as
 * scripts/bench/trend.ts has looked for false alarms. A load that rises and will fall again looks like a leak.
 */
const horizonIntervals = 100;
/** Nor is it one before this share of the limit is used: until then a load that comes every night cannot be told from a leak. */
const leastShare = 0.5;

const isPastHalf = (value: number, limit: number, direction: Signal['direction']): boolean => {
  // Towards zero or below there is no share to speak of.
  if (limit <= 0) return true;
  return direction === 'rising' ? value >= leastShare * limit : leastShare * value <= limit;
};

type Seen = { readonly stream: StreamId; readonly series: Series; readonly fresh: boolean };
type Found = { readonly signal: Signal; readonly check: Check; readonly eta: Eta; readonly evidence: Text };

const seriesOf = (ground: Ground, check: Check, signal: Signal): readonly Seen[] =>
  check.vantages.flatMap((vantage) => {
    const stream = streamOf(check.id, vantage);
    const series = ground.seen.series.get(`${stream}#${signal.name}`);
    if (series === undefined) return [];
    const age = ground.now.mono - (series.at.at(-1) ?? Number.NEGATIVE_INFINITY);
    return [{ stream, series, fresh: age <= freshIntervals * check.intervalMs + check.timeoutMs }];
  });

const newest = (series: Series | undefined): number | null => series?.value.at(-1) ?? null;

/** Series live on the monotonic clock, so that a wall clock that steps bends no trend; an ETA is told in wall time. */
const onTheWall = (eta: Eta, now: Moment): Eta => {
  const shift = now.wall - now.mono;
  return {
    at: eta.at + shift,
    earliest: eta.earliest + shift,
    latest: eta.latest === null ? null : eta.latest + shift,
  };
};

const shown = (
  value: number,
  unit: Signal['unit'],
  { language, zone }: { language: 'da' | 'en'; zone: string },
): string => {
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  const units: Readonly<Record<Signal['unit'], (value: number) => string>> = {
    bytes: (bytes) => `${number.format(bytes / 2 ** 30)} GiB`,
    percent: (percent) => `${number.format(percent)} %`,
    seconds: (seconds) => `${number.format(seconds)} s`,
    count: (count) => number.format(count),
    timestamp: (seconds) => clock(seconds * 1000, zone, language),
  };
  return units[unit](value);
};

/** Where one signal of one check is heading. Half of the vantages that see it now must agree, so one noisy way warns nobody. */
const heading = (ground: Ground, check: Check, signal: Signal): Found | 'unknown' | null => {
  const fresh = seriesOf(ground, check, signal).filter((line) => line.fresh);
  const at = { now: ground.now.mono, intervalMs: check.intervalMs };
  const looks = fresh.map(({ stream, series }) => {
    const limit =
      signal.limit === null || typeof signal.limit === 'number'
        ? signal.limit
        : newest(ground.seen.series.get(`${stream}#${signal.limit.signal}`));
    if (limit === null) return 'unknown';
    const value = newest(series);
    // Below half of the limit nothing is warned of, whatever the trend: that is judged, however few the numbers.
    if (value !== null && !isPastHalf(value, limit, signal.direction)) return 'steady';
    const outlook = ground.forecast(series, { limit, direction: signal.direction, kind: signal.kind }, at);
    if (typeof outlook === 'string') return outlook;
    const near = outlook.eta.at - at.now <= horizonIntervals * check.intervalMs;
    return outlook.reached || near ? { forecast: outlook, limit } : 'steady';
  });
  const found = looks.filter((look) => typeof look !== 'string');
  const first = found.toSorted((a, b) => a.forecast.eta.at - b.forecast.eta.at)[Math.floor((found.length - 1) / 2)];
  const unknown = looks.filter((look) => look === 'unknown').length + (check.vantages.length - fresh.length);
  const steady = looks.filter((look) => look === 'steady').length;
  // Those that cannot tell might tip it: then nobody can.
  if (found.length < steady || first === undefined)
    return found.length + unknown < Math.max(1, steady) ? null : 'unknown';
  const { forecast, limit } = first;
  const { zone } = ground.prepared.landscape.authority;
  const eta = onTheWall(forecast.eta, ground.now);
  const left = (language: 'da' | 'en') => lasting(eta.at - ground.now.wall, language);
  return {
    signal,
    check,
    eta,
    evidence: both((language) => {
      const name = signal.title[language];
      const [value, most] = [
        shown(forecast.value, signal.unit, { language, zone }),
        shown(limit, signal.unit, { language, zone }),
      ];
      if (forecast.reached)
        return language === 'da' ? `${name}: ${value}, grænsen er ${most}` : `${name}: ${value}, the limit is ${most}`;
      return language === 'da'
        ? `${name}: ${value} på vej mod ${most}, nås om ca. ${left('da')}`
        : `${name}: ${value} heading for ${most}, there in about ${left('en')}`;
    }),
  };
};

/** The certificate a check was shown: its end is known to the second, so the interval is a point. */
const ending = (ground: Ground, check: Check, signal: Signal): Found | 'unknown' | null => {
  const fresh = seriesOf(ground, check, signal).filter((line) => line.fresh);
  if (fresh.length === 0) return 'unknown';
  const found = fresh
    .map(({ series }) => certificateOf(newest(series) ?? Number.NaN, ground.now.wall))
    .filter((one) => one !== null)
    .toSorted((a, b) => a.remaining - b.remaining)[0];
  if (found === undefined) return 'unknown';
  if (!found.warns) return null;
  const { eta, remaining: left } = found;
  const at = (language: 'da' | 'en') => clock(eta.at, ground.prepared.landscape.authority.zone, language);
  return {
    signal,
    check,
    eta,
    evidence: both((language) => {
      if (left <= 0) return language === 'da' ? `Certifikatet udløb ${at('da')}` : `The certificate ended ${at('en')}`;
      return language === 'da'
        ? `Certifikatet udløber om ${lasting(left, 'da')}: ${at('da')}`
        : `The certificate ends in ${lasting(left, 'en')}: ${at('en')}`;
    }),
  };
};

type Look = (ground: Ground, check: Check, signal: Signal) => Found | 'unknown' | null;

/** One warning a node: the signal that ends first. Unknown only where nothing was found and something could not be seen. */
const perNode = (ground: Ground, rule: 'runs-out' | 'certificate', wanted: (signal: Signal) => boolean, look: Look) => {
  const byNode = new Map<NodeId, (Found | 'unknown')[]>();
  for (const check of Object.values(ground.prepared.landscape.checks))
    for (const signal of check.signals) {
      if (!wanted(signal)) continue;
      const found = look(ground, check, signal);
      if (found !== null) byNode.set(check.node, [...(byNode.get(check.node) ?? []), found]);
    }
  return [...byNode].flatMap(([node, all]): Warning[] => {
    const found = all.filter((one): one is Found => one !== 'unknown').sort((a, b) => a.eta.at - b.eta.at)[0];
    const common = { rule, rung: 0, node, site: null, causes: [node] } as const;
    const unseen = { da: 'Tallene er ikke set for nylig', en: 'The numbers have not been seen lately' };
    if (found === undefined) return [warn(ground, { ...common, evidence: unseen, condition: 'unknown' })];
    const { eta, evidence, check } = found;
    // Planned work mutes: nothing starts, and nothing that fires is over because of it.
    const condition = ground.maintained.has(node) ? 'unknown' : 'holds';
    const drawn = warn(ground, { ...common, evidence, eta, condition, everyMs: check.intervalMs });
    return [{ ...drawn, firstAction: check.firstAction ?? drawn.firstAction, runbook: check.runbook ?? drawn.runbook }];
  });
};

const isCertificate = (signal: Signal): boolean => signal.of === 'certificate';

/** A signal on its way to its limit, with an interval. */
export const runsOut: Rule = (ground) =>
  perNode(ground, 'runs-out', (signal) => !isCertificate(signal) && signal.limit !== null, heading);

export const certificate: Rule = (ground) => perNode(ground, 'certificate', isCertificate, ending);
