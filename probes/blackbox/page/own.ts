import { depths } from '../../../infra/landscape/model.ts';
import { phases } from '../../observation.ts';
import { type Family, family, truth } from './told.ts';

/** What we add under our own name; boards made for blackbox_exporter do not know it. */
export const own: readonly Family[] = [
  family(
    'forvarsel_probe_certificate_end_timestamp_seconds',
    'When the first certificate of the presented chain ends, also when the chain is not trusted.',
    ({ seen }) => {
      const ends = (seen.facts.tls?.chain ?? []).map(({ until }) => until).filter(Number.isFinite);
      return ends.length === 0 ? null : Math.min(...ends);
    },
  ),
  family(
    'forvarsel_probe_certificate_trusted',
    '1 when the presented chain is good for the name, 0 with the reason when not, also when trust was not asked for.',
    ({ seen }) => {
      const { tls } = seen.facts;
      return tls === undefined ? null : [{ labels: { reason: tls.wrong ?? '' }, value: truth(tls.wrong === null) }];
    },
  ),
  family(
    'forvarsel_probe_depth',
    `How deep the run went: ${depths.map((depth, index) => `${index} ${depth}`).join(', ')}.`,
    ({ seen }) => depths.indexOf(seen.depth),
  ),
  family(
    'forvarsel_probe_failure_info',
    'Why the run failed, in which phase and how deep it was; absent when it was good.',
    ({ seen }) => {
      if (seen.reason === null) return null;
      const phase = phases.findLast((one) => seen.phases[one] !== undefined) ?? '';
      return [{ labels: { depth: seen.depth, phase, reason: seen.reason }, value: 1 }];
    },
  ),
];
