import type { z } from 'zod';
import { type Path, problem } from '../../landscape/findings.ts';
import type { PromiseInput } from '../../landscape/promise.ts';
import { meant, said } from '../../landscape/validate/say.ts';
import { formed, wordOf } from '../entries.ts';
import { createTelling, type Entry, type Foreign, type Reader, type Telling } from '../model.ts';
import { percentOf, promisable } from '../promise.ts';
import type { Reason } from '../reasons.ts';
import { countedOf, type Place, type TypeOf } from './indicator.ts';
import {
  dataSourceSchema,
  type Objective,
  type SliSpec,
  type Slo,
  serviceSchema,
  sliSchema,
  sloSchema,
} from './schema.ts';
import { sliceIn, windowOf } from './window.ts';

type Named<T> = ReadonlyMap<string, { readonly entry: Entry; readonly value: T }>;
/** What an SLO may name elsewhere in its file. */
type Others = {
  readonly slis: Named<{ readonly spec: SliSpec }>;
  readonly services: Named<{ readonly metadata: { readonly displayName?: string | undefined } }>;
  readonly typeOf: TypeOf;
};
const below = (at: Place, ...keys: Path): Place => ({ ...at, path: [...at.path, ...keys] });
const wrong = ({ entry, path, telling }: Place, expected: string, got: string, remedy: string): null => {
  telling.finding(
    entry.finding(
      problem(got === 'neither' || got === 'none' ? 'missing' : 'bad-value', path, { expected, got, remedy }),
    ),
  );
  return null;
};

type Found = { readonly spec: SliSpec; readonly at: Place; readonly name: string | null };
/** The indicator of an SLO or, in a composite, of one of its objectives; null where it is not there. */
const indicatorOf = (
  { indicator, indicatorRef }: Pick<Objective, 'indicator' | 'indicatorRef'>,
  at: Place,
  { slis }: Others,
): Found | null => {
  if (indicator !== undefined && indicatorRef !== undefined)
    return wrong(below(at, 'indicatorRef'), 'indicator or indicatorRef', 'both', 'keep one of them');
  if (indicator !== undefined)
    return { spec: indicator.spec, at: below(at, 'indicator', 'spec'), name: indicator.metadata?.name ?? null };
  if (indicatorRef === undefined)
    return wrong(below(at, 'indicator'), 'indicator or indicatorRef', 'neither', 'say what is counted');
  const there = slis.get(indicatorRef);
  if (there !== undefined)
    return { spec: there.value.spec, at: { ...at, entry: there.entry, path: ['spec'] }, name: indicatorRef };
  const remedy = meant(indicatorRef, slis.keys(), 'put it into the same file');
  return wrong(below(at, 'indicatorRef'), 'the name of an SLI in this file', said(indicatorRef), remedy);
};

const methods = { Occurrences: 'occurrences', Timeslices: 'timeslices', RatioTimeslices: 'ratio-timeslices' } as const;
type Method = Pick<PromiseInput, 'method' | 'slice'>;
/** How the window is counted. Shares without counts can only be counted slice by slice. */
const methodOf = ({ spec }: Slo, objective: Objective, at: Place, ratio: boolean): Method | null => {
  const method = methods[spec.budgetingMethod];
  if (method === 'occurrences') return ratio ? { method: 'ratio-timeslices', slice: { lasts: '5m' } } : {};
  const lasts = sliceIn(objective, at);
  if (method === 'ratio-timeslices') return lasts === null ? null : { method, slice: { lasts } };
  const { timeSliceTarget } = objective;
  if (timeSliceTarget === undefined)
    return wrong(below(at, 'timeSliceTarget'), 'a share of the slice', 'none', 'add it, such as 0.95');
  return lasts === null ? null : { method, slice: { lasts, target: percentOf(timeSliceTarget) } };
};

const targetOf = ({ target, targetPercent }: Objective, at: Place): number | null => {
  if ((target === undefined) !== (targetPercent === undefined)) return targetPercent ?? percentOf(target ?? 0);
  const got = target === undefined ? 'neither' : 'both';
  return wrong(below(at, 'target'), 'target or targetPercent', got, 'keep one of them');
};

const objectiveOf = (
  slo: Slo,
  index: number,
  { at, window, others }: { readonly at: Place; readonly window: string | null; readonly others: Others },
): readonly Foreign[] => {
  const { spec, metadata } = slo;
  const objective = spec.objectives[index];
  if (objective === undefined) return [];
  const { entry, telling } = at;
  const here = below(at, 'objectives', index);
  const isPart = objective.indicator !== undefined || objective.indicatorRef !== undefined;
  if (isPart) telling.unsaid(entry.unsaid(here.path, 'composite'));
  if (objective.compositeWeight !== undefined)
    telling.unsaid(entry.unsaid([...here.path, 'compositeWeight'], 'weight'));
  const found = indicatorOf(isPart ? objective : spec, isPart ? here : at, others);
  const target = targetOf(objective, here);
  const counted = found === null ? null : countedOf(found.spec, objective, { at: found.at, typeOf: others.typeOf });
  const method = methodOf(slo, objective, here, counted?.ratio ?? false);
  if (found === null || counted === null || target === null || window === null || method === null) return [];
  if (!promisable(target)) {
    const key = objective.target === undefined ? 'targetPercent' : 'target';
    telling.unsaid(entry.unsaid([...here.path, key], 'full-objective'));
    return [];
  }
  const { good, total } = counted;
  const title = others.services.get(spec.service)?.value.metadata.displayName ?? spec.service;
  return [
    {
      entry,
      path: here.path,
      service: { name: spec.service, title, path: ['spec', 'service'] },
      name: isPart && found.name !== null ? `${metadata.name}-${found.name}` : metadata.name,
      description: [objective.displayName ?? metadata.displayName, spec.description].filter(Boolean).join(': ') || null,
      promise: { objective: target, window, ...method, requests: { good, total } },
    },
  ];
};

/** What an object says of itself that has no place in a landscape. */
const metadataSays = (entry: Entry, { metadata }: Pick<Slo, 'metadata'>, telling: Telling): void => {
  for (const key of ['labels', 'annotations'] as const)
    if (metadata[key] !== undefined) telling.unsaid(entry.unsaid(['metadata', key], 'labels'));
};

const sloOf = (entry: Entry, slo: Slo, otherwise: string, others: Others, telling: Telling): readonly Foreign[] => {
  metadataSays(entry, slo, telling);
  if (slo.spec.alertPolicies !== undefined) telling.unsaid(entry.unsaid(['spec', 'alertPolicies'], 'alerting'));
  const at: Place = { entry, path: ['spec'], telling };
  const window = windowOf(slo, at, otherwise);
  return slo.spec.objectives.flatMap((_, index) => objectiveOf(slo, index, { at, window, others }));
};

const leftOut: Readonly<Record<string, Reason>> = {
  AlertPolicy: 'alerting',
  AlertCondition: 'alerting',
  AlertNotificationTarget: 'notification',
};

/** OpenSLO v1: what SLOs name is looked for in the same file. */
export const importOpenSlo: Reader = (entries, window) => {
  const { telling, findings, unsaid } = createTelling();
  const named = <T extends Pick<Slo, 'metadata'>>(kind: string, schema: z.ZodType<T>): Named<T> => {
    const found = new Map<string, { readonly entry: Entry; readonly value: T }>();
    for (const entry of entries.filter(({ raw }) => wordOf(raw, 'kind') === kind)) {
      const { value, ...told } = formed(schema, entry);
      findings.push(...told.findings);
      unsaid.push(...told.unsaid);
      if (value === null) continue;
      if (found.has(value.metadata.name))
        wrong(
          { entry, path: ['metadata', 'name'], telling },
          'each name once',
          said(value.metadata.name),
          'rename one',
        );
      found.set(value.metadata.name, { entry, value });
    }
    return found;
  };
  const [slos, slis] = [named('SLO', sloSchema), named('SLI', sliSchema)];
  const [services, sources] = [named('Service', serviceSchema), named('DataSource', dataSourceSchema)];
  for (const { entry, value } of [...slis.values(), ...services.values(), ...sources.values()])
    metadataSays(entry, value, telling);
  for (const { entry } of sources.values()) telling.unsaid(entry.unsaid(['spec'], 'data-source'));
  for (const { entry, value } of services.values())
    if (value.spec?.description !== undefined) telling.unsaid(entry.unsaid(['spec', 'description'], 'description'));
  for (const entry of entries) {
    const kind = wordOf(entry.raw, 'kind') ?? '';
    if (!['SLO', 'SLI', 'Service', 'DataSource'].includes(kind))
      telling.unsaid(entry.unsaid(['kind'], leftOut[kind] ?? 'other-object'));
  }
  const typeOf: TypeOf = ({ metricSource: { type, metricSourceRef } }) =>
    type ?? (metricSourceRef === undefined ? null : (sources.get(metricSourceRef)?.value.spec.type ?? metricSourceRef));
  const others: Others = { slis, services, typeOf };
  const objectives = [...slos.values()].flatMap(({ entry, value }) => sloOf(entry, value, window, others, telling));
  return { objectives, findings, unsaid };
};
