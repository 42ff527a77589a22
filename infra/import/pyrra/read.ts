import { formatDuration } from '../../landscape/duration.ts';
import { type Path, problem } from '../../landscape/findings.ts';
import { said } from '../../landscape/validate/say.ts';
import { formed, isObject, wordOf } from '../entries.ts';
import { createTelling, type Entry, type Foreign, type Reader, type Telling } from '../model.ts';
import { promisable } from '../promise.ts';
import { complement } from '../queries.ts';
import { readPrometheus } from '../windows.ts';
import { type Pyrra, pyrraSchema } from './schema.ts';

type Requests = { readonly good: string; readonly total: string };
const counted = (selector: string): string => `sum(increase(${selector.trim()}[{{window}}]))`;

type Indicator = Pyrra['spec']['indicator'];
type Kinds = { readonly [K in keyof Indicator]-?: NonNullable<Indicator[K]> };
/** What Pyrra asks of each kind, as two counts. `latency` is in seconds where a kind has one. */
const requestsOf: { readonly [K in keyof Kinds]: (of: Kinds[K], seconds: number) => Requests } = {
  ratio: ({ errors, total }) => {
    const all = counted(total.metric);
    return { good: complement(all, counted(errors.metric)), total: all };
  },
  latency: ({ success, total }) => ({ good: counted(success.metric), total: counted(total.metric) }),
  latencyNative: ({ total }, seconds) => {
    const all = counted(total.metric);
    return {
      good: `histogram_fraction(0, ${seconds}, ${all}) * histogram_count(${all})`,
      total: `histogram_count(${all})`,
    };
  },
  bool_gauge: ({ metric }) => ({
    good: `sum(sum_over_time(${metric.trim()}[{{window}}]))`,
    total: `sum(count_over_time(${metric.trim()}[{{window}}]))`,
  }),
};

type Place = { readonly entry: Entry; readonly telling: Telling };
const durationAt = (text: string, path: Path, { entry, telling }: Place): number | null => {
  const ms = readPrometheus(text);
  const words = { expected: 'a duration such as 28d or 500ms', got: said(text), remedy: 'write it as Prometheus does' };
  if (ms === null) telling.finding(entry.finding(problem('bad-duration', path, words)));
  return ms;
};

const indicatorPath: Path = ['spec', 'indicator'];
const indicatorOf = ({ spec: { indicator } }: Pyrra, place: Place): Requests | null => {
  const { entry, telling } = place;
  const given = (Object.keys(requestsOf) as (keyof Kinds)[]).filter((kind) => indicator[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const expected = `one of ${Object.keys(requestsOf).join(', ')}`;
    const got = kind === undefined ? 'none' : given.join(' and ');
    telling.finding(entry.finding(problem('bad-value', indicatorPath, { expected, got, remedy: 'keep one of them' })));
    return null;
  }
  if ((indicator[kind]?.grouping ?? []).length > 0)
    telling.unsaid(entry.unsaid([...indicatorPath, kind, 'grouping'], 'grouping'));
  const { ratio, latency, latencyNative, bool_gauge } = indicator;
  if (ratio !== undefined) return requestsOf.ratio(ratio, 0);
  if (latency !== undefined) return requestsOf.latency(latency, 0);
  if (bool_gauge !== undefined) return requestsOf.bool_gauge(bool_gauge, 0);
  if (latencyNative === undefined) return null;
  const ms = durationAt(latencyNative.latency, [...indicatorPath, 'latencyNative', 'latency'], place);
  return ms === null ? null : requestsOf.latencyNative(latencyNative, ms / 1000);
};

const targetOf = ({ spec: { target } }: Pyrra, { entry, telling }: Place): number | null => {
  const percent = String(target).trim() === '' ? Number.NaN : Number(target);
  if (percent >= 0 && percent <= 100) return percent;
  const words = { expected: "a percentage such as '99.5'", got: said(target), remedy: 'write it from 0 to 100' };
  telling.finding(entry.finding(problem('bad-value', ['spec', 'target'], words)));
  return null;
};

/** Labels by which people say what service an objective is of; Pyrra itself has no word for it. */
const serviceLabels = ['pyrra.dev/service', 'service', 'app.kubernetes.io/name', 'app'] as const;
const serviceOf = (entry: Entry, { metadata }: Pyrra, telling: Telling): Foreign['service'] => {
  for (const label of serviceLabels) {
    const name = wordOf(metadata.labels, label);
    if (name !== null) return { name, title: name, path: ['metadata', 'labels', label] };
  }
  telling.unsaid(entry.unsaid(['metadata', 'name'], 'no-service', metadata.name));
  return { name: metadata.name, title: metadata.name, path: ['metadata', 'name'] };
};

const tellRest = (entry: Entry, { metadata, spec }: Pyrra, telling: Telling): void => {
  for (const key of ['labels', 'annotations'] as const)
    if (metadata[key] !== undefined) telling.unsaid(entry.unsaid(['metadata', key], 'labels'));
  if (spec.performanceOverAccuracy !== undefined)
    telling.unsaid(entry.unsaid(['spec', 'performanceOverAccuracy'], 'own-rules'));
  if (spec.alerting === undefined) return;
  const silent = isObject(spec.alerting) && spec.alerting['disabled'] === true;
  telling.unsaid(entry.unsaid(['spec', 'alerting'], silent ? 'no-alerts' : 'alerting'));
};

const objectiveOf = (entry: Entry, pyrra: Pyrra, telling: Telling): readonly Foreign[] => {
  const place = { entry, telling };
  const requests = indicatorOf(pyrra, place);
  const objective = targetOf(pyrra, place);
  const windowMs = durationAt(pyrra.spec.window, ['spec', 'window'], place);
  tellRest(entry, pyrra, telling);
  const service = serviceOf(entry, pyrra, telling);
  if (requests === null || objective === null || windowMs === null) return [];
  if (!promisable(objective)) {
    telling.unsaid(entry.unsaid(['spec', 'target'], 'full-objective'));
    return [];
  }
  const { metadata, spec } = pyrra;
  const promise = { objective, window: formatDuration(windowMs), requests };
  return [{ entry, path: ['spec'], service, name: metadata.name, description: spec.description ?? null, promise }];
};

/** Pyrra v1alpha1. */
export const importPyrra: Reader = (entries) => {
  const { telling, findings, unsaid } = createTelling();
  const objectives = entries.flatMap((entry) => {
    const { value, ...told } = formed(pyrraSchema, entry);
    findings.push(...told.findings);
    unsaid.push(...told.unsaid);
    return value === null ? [] : objectiveOf(entry, value, telling);
  });
  return { objectives, findings, unsaid };
};
