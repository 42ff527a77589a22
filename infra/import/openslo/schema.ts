import { z } from 'zod';
import { words } from '../../landscape/written.ts';

/** OpenSLO v1 as its specification has it. What is not understood here is passed through, and told. */

const anything = z.unknown().optional();
const duration = z.string({ error: 'a duration such as 28d, 1M or 5m' });
const metadata = z.strictObject({
  name: words,
  displayName: z.string().optional(),
  labels: anything,
  annotations: anything,
});
const header = <K extends string>(kind: K) => ({
  apiVersion: z.literal('openslo/v1'),
  kind: z.literal(kind),
  metadata,
});
const description = z.string().optional();

const metric = z.strictObject({
  metricSource: z.strictObject({
    metricSourceRef: words.optional(),
    type: z.string().optional(),
    spec: z.record(z.string(), z.unknown()).optional(),
  }),
});
const sliSpec = z.strictObject({
  description,
  thresholdMetric: metric.optional(),
  ratioMetric: z
    .strictObject({
      counter: z.boolean().optional(),
      good: metric.optional(),
      bad: metric.optional(),
      total: metric.optional(),
      rawType: z.enum(['success', 'failure']).optional(),
      raw: metric.optional(),
    })
    .optional(),
});
const indicator = z.strictObject({ metadata: metadata.optional(), spec: sliSpec });

const number = z.number({ error: 'a number' });
const share = { error: 'a share from 0 to 1' };
const percent = { error: 'a percentage from 0 to 100' };
const objective = z.strictObject({
  displayName: z.string().optional(),
  op: z.enum(['lte', 'gte', 'lt', 'gt']).optional(),
  value: number.optional(),
  target: number.gte(0, share).lte(1, share).optional(),
  targetPercent: number.gte(0, percent).lte(100, percent).optional(),
  timeSliceTarget: number.gt(0, { error: 'a share above 0' }).lte(1, { error: 'a share of at most 1' }).optional(),
  timeSliceWindow: z.union([number, duration], { error: 'minutes, or a duration such as 5m' }).optional(),
  indicator: indicator.optional(),
  indicatorRef: words.optional(),
  compositeWeight: anything,
});

export const sloSchema = z.strictObject({
  ...header('SLO'),
  spec: z.strictObject({
    description,
    service: words,
    indicator: indicator.optional(),
    indicatorRef: words.optional(),
    timeWindow: z
      .array(
        z.strictObject({
          duration,
          isRolling: z.boolean().optional(),
          calendar: z.strictObject({ startTime: z.string(), timeZone: z.string() }).optional(),
        }),
      )
      .max(1, { error: 'one window' })
      .optional(),
    budgetingMethod: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']),
    objectives: z.array(objective).min(1, { error: 'at least one objective' }),
    alertPolicies: z.array(z.unknown()).optional(),
  }),
});
export const sliSchema = z.strictObject({ ...header('SLI'), spec: sliSpec });
export const serviceSchema = z.strictObject({ ...header('Service'), spec: z.strictObject({ description }).optional() });
export const dataSourceSchema = z.strictObject({
  ...header('DataSource'),
  spec: z.strictObject({ description, type: words, connectionDetails: anything }),
});

export type Slo = z.output<typeof sloSchema>;
export type Objective = z.output<typeof objective>;
export type SliSpec = z.output<typeof sliSpec>;
export type Metric = z.output<typeof metric>;
