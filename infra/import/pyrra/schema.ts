import { z } from 'zod';
import { words } from '../../landscape/written.ts';
import { isSelector } from '../queries.ts';

/** `ServiceLevelObjective` of Pyrra, v1alpha1. */

const anything = z.unknown().optional();
/** Pyrra makes the queries itself: a metric is a series and its matchers. */
const metric = words.refine(isSelector, {
  error: 'a series and its matchers, such as http_requests_total{job="front"}',
});
const query = z.strictObject({ metric });
const grouping = z.array(z.string()).optional();
const duration = z.string({ error: 'a duration such as 28d or 500ms' });

export const pyrraSchema = z.strictObject({
  apiVersion: z.literal('pyrra.dev/v1alpha1'),
  kind: z.literal('ServiceLevelObjective'),
  metadata: z.looseObject({
    name: words,
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.unknown()).optional(),
    annotations: z.record(z.string(), z.unknown()).optional(),
  }),
  status: anything,
  spec: z.strictObject({
    description: z.string().optional(),
    target: z.union([z.string(), z.number()], { error: "a percentage such as '99.5'" }),
    window: duration,
    indicator: z.strictObject({
      ratio: z.strictObject({ errors: query, total: query, grouping }).optional(),
      latency: z.strictObject({ success: query, total: query, grouping }).optional(),
      latencyNative: z.strictObject({ total: query, latency: duration, grouping }).optional(),
      bool_gauge: z.strictObject({ metric, grouping }).optional(),
    }),
    alerting: anything,
    performanceOverAccuracy: anything,
  }),
});
export type Pyrra = z.output<typeof pyrraSchema>;
