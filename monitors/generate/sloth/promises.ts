import { badRatioIn, complement } from '../../../infra/import/queries.ts';
import type { Labels, SlothAlert, SlothSlo } from '../../../infra/import/sloth/model.ts';
import type { Landscape, Node, Promised } from '../../../infra/landscape/model.ts';
import { shortest, shortestPeriod } from './windows.ts';

/** The promises of a landscape as objectives of Sloth, and those that Sloth has no words for. */

/** What our own rules record of a promise every five minutes: slices that count, whatever they are of. */
const counted = (kind: 'good' | 'bad', { id }: Promised): string =>
  `sum(sum_over_time(forvarsel:promise_${kind}:count5m{promise=${JSON.stringify(id)}}[{{window}}]))`;

/** Sloth's own slices: five minutes, each of the same weight. */
const asSlothSlices = ({ name, slice }: Promised['method']): boolean =>
  name === 'ratio-timeslices' && slice?.ms === shortest;

/** The queries of a promise as Sloth would ask them; null for what it cannot: hours, and slices that are good or bad. */
const askedOf = ({ indicator, method, during }: Promised): SlothSlo['sli'] | null => {
  if (indicator.kind !== 'requests' || during !== null) return null;
  const { good, total } = indicator;
  if (method.name === 'occurrences') return { kind: 'events', error: complement(total, good), total };
  const errorRatio = asSlothSlices(method) ? badRatioIn(indicator) : null;
  return errorRatio === null ? null : { kind: 'raw', errorRatio };
};

const sliOf = (promised: Promised): SlothSlo['sli'] => {
  const asked = askedOf(promised);
  if (asked !== null) return asked;
  const [good, bad] = [counted('good', promised), counted('bad', promised)];
  // Nothing over nothing would be NaN for as long as the whole period: where nothing counted, nothing is recorded.
  return { kind: 'events', error: bad, total: `${good} + ${bad} > 0` };
};

const labelsOf = ({ id, owner, criticality }: Node): Labels => ({
  node: id,
  ...(owner === null ? {} : { team: owner }),
  ...(criticality === null ? {} : { criticality }),
});
type Made = { readonly node: Node; readonly promise: Promised };
/** The promise stands in the label too: alerts of one name and the same labels would be one to promtool. */
const alertOf = (name: string, severity: 'page' | 'warn', { node: { runbook }, promise }: Made): SlothAlert => ({
  name,
  labels: { severity, promise: promise.id },
  annotations: runbook === null ? {} : { runbook_url: runbook },
});

/** Why a promise is not among the rules; null when it is. */
const reasonOf = ({ span }: Promised): string | null => {
  if (span.kind === 'calendar') return 'Sloth counts over rolling windows alone, never over a month, quarter or year';
  return span.ms >= shortestPeriod
    ? null
    : 'the longest pair of its alerts looks back three days, so a week is the least';
};

export type Slothful = {
  readonly slos: readonly SlothSlo[];
  readonly left: readonly { readonly promise: string; readonly why: string }[];
};
export const slothOf = ({ nodes }: Landscape): Slothful => {
  const promised = Object.values(nodes).flatMap((node) => node.promises.map((promise) => ({ node, promise })));
  return {
    slos: promised.flatMap(({ node, promise }): readonly SlothSlo[] => {
      if (promise.span.kind === 'calendar' || reasonOf(promise) !== null) return [];
      return [
        {
          spec: 'forvarsel/v1',
          service: node.id,
          name: promise.id.slice(node.id.length + 1),
          objective: promise.objective,
          windowMs: promise.span.ms,
          sli: sliOf(promise),
          labels: labelsOf(node),
          page: alertOf('ForvarselFastBurn', 'page', { node, promise }),
          ticket: alertOf('ForvarselSlowBurn', 'warn', { node, promise }),
        },
      ];
    }),
    left: promised.flatMap(({ promise }) => {
      const why = reasonOf(promise);
      return why === null ? [] : [{ promise: promise.id, why }];
    }),
  };
};
