import { parseDuration } from '../../landscape/duration.ts';
import type { PromiseInput } from '../../landscape/promise.ts';
import type { Foreign, Reader, Unsaid } from '../model.ts';
import { promisable } from '../promise.ts';
import { complement, isRate, ofRatio } from '../queries.ts';
import type { SlothSlo } from './model.ts';
import { readSloth, type SlothObjective } from './read.ts';

const requestsOf = ({ sli }: SlothSlo): Pick<PromiseInput, 'requests' | 'method' | 'slice'> =>
  sli.kind === 'events'
    ? { requests: { good: complement(sli.total, sli.error), total: sli.total } }
    : { method: 'ratio-timeslices', slice: { lasts: '5m' }, requests: ofRatio(sli.errorRatio, 'bad') };

/** What Sloth says of an objective that a promise does not. */
const leftOf = ({ entry, path, slo, file }: SlothObjective): readonly Unsaid[] => {
  const written = file.slos[Number(path.at(-1))];
  const { alerting = {} } = written ?? {};
  const { page_alert: page, ticket_alert: ticket, name, labels, annotations } = alerting;
  const says = [name, labels, annotations, page?.labels, page?.annotations, ticket?.labels, ticket?.annotations];
  return [
    ...(written?.labels === undefined ? [] : [entry.unsaid([...path, 'labels'], 'labels')]),
    ...(slo.sli.kind === 'raw' ? [entry.unsaid([...path, 'sli', 'raw'], 'raw-ratio')] : []),
    ...(slo.sli.kind === 'events' && isRate(slo.sli.total)
      ? [entry.unsaid([...path, 'sli', 'events', 'total_query'], 'rates')]
      : []),
    ...(says.every((one) => one === undefined) ? [] : [entry.unsaid([...path, 'alerting'], 'alerting')]),
    ...(['page_alert', 'ticket_alert'] as const).flatMap((which) =>
      alerting[which]?.disable === true ? [entry.unsaid([...path, 'alerting', which, 'disable'], 'no-alerts')] : [],
    ),
  ];
};

/** Sloth v1 as promises. */
export const importSloth: Reader = (entries, window) => {
  const { objectives, findings, unsaid } = readSloth(entries, parseDuration(window) ?? 0);
  const whole = new Map(objectives.map(({ entry, file }) => [entry, file]));
  const more = [...whole].flatMap(([entry, { labels }]) => [
    entry.unsaid(['slos'], 'no-window', window),
    ...(labels === undefined ? [] : [entry.unsaid(['labels'], 'labels')]),
  ]);
  const read = objectives.map((one): { readonly of: readonly Foreign[]; readonly unsaid: readonly Unsaid[] } => {
    const { entry, path, slo, description } = one;
    if (!promisable(slo.objective)) return { of: [], unsaid: [entry.unsaid([...path, 'objective'], 'full-objective')] };
    const service = { name: slo.service, title: slo.service, path: ['service'] };
    const promise = { objective: slo.objective, window, ...requestsOf(slo) };
    return { of: [{ entry, path, service, name: slo.name, description, promise }], unsaid: leftOf(one) };
  });
  return {
    objectives: read.flatMap(({ of }) => of),
    findings,
    unsaid: [...unsaid, ...more, ...read.flatMap((one) => one.unsaid)],
  };
};
